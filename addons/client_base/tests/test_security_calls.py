import contextlib
import inspect

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Domain
from odoo.models import BaseModel
from odoo.service.model import call_kw
from odoo.tests import tagged, users
from odoo.tools import mute_logger

from .common import ClientCommon
from .test_security import OUTSIDERS, _get_own_models


@tagged("post_install", "-at_install")
class TestOutsiderCalls(ClientCommon):
    """Portal and public users get nothing out of our public methods."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.own = cls.portal_user.partner_id
        cls.own.phone = "0671234567"
        content = cls._encode(["Name", "Phone"], ["Вербиченко", "067 000 11 22"])
        cls.file = cls.env["client.import"].create(
            {"data": content, "filename": "clients.xlsx"}
        )
        cls.file.action_read()
        group = cls.env["client.group"].create({"name": "Debtors"})
        cls.own.client_group_ids = group
        cls.records = {
            "client.bulk.edit": cls.env["client.bulk.edit"].create({}),
            "client.change": cls.env["client.change"].create(
                {"partner_id": cls.own.id, "field": "city"}
            ),
            "client.contact.point": cls._get_points(cls.own),
            "client.document": cls.env["client.document"].create({}),
            "client.document.template": cls.env["client.document.template"].create(
                {"name": "Letter", "data": cls._make_docx("{{ client.name }}")}
            ),
            "client.duplicate": cls._pair(cls.own),
            "client.duplicate.scan": cls.env["client.duplicate.scan"].create({}),
            "client.export": cls.env["client.export"].create({}),
            "client.group": group,
            "client.group.member": group.member_ids,
            "client.handover": cls._hand_over(cls.own),
            "client.handover.line": cls._hand_over(cls.own).line_ids,
            "client.import": cls.file,
            "client.import.row": cls.file.row_ids,
            "client.interaction": cls._interact_with(cls.own),
            **cls._find_problem(cls.own),
            "client.merge": cls.env["client.merge"].create({"survivor_id": cls.own.id}),
            "client.merge.wizard": cls._prepare_merge(cls._pair(cls.own)),
            "client.offer": cls.env["client.offer"].create(
                {"partner_id": cls.own.id, "name": "Catalogue"}
            ),
            "client.reminder": cls._remind_of(cls.own),
            "client.reminder.rule": cls._remind_of(cls.own).rule_id,
            "client.type": cls.env["client.type"].create({"name": "Shop"}),
            "mail.blacklist": cls.env["mail.blacklist"]._add("spam@example.com"),
            "mailing.trace": cls.env["mailing.trace"].create(
                {"email": "s@e.co", "model": "res.partner", "res_id": cls.own.id}
            ),
            "phone.blacklist": cls.env["phone.blacklist"].add("+380670001122"),
            "res.partner": cls.own,
        }
        cls.env.cr.flush()  # problems are looked at again before a commit

    @classmethod
    def _pair(cls, client):
        """:return: a ``client.duplicate`` of the client and a new one"""
        other = cls._create_client("Вербиченко Трейд")
        left, right = sorted((client.id, other.id))
        return cls.env["client.duplicate"].create({"left_id": left, "right_id": right})

    @classmethod
    def _prepare_merge(cls, pair):
        """:return: a ``client.merge.wizard`` of the two cards"""
        cards = pair.left_id + pair.right_id
        return cls.env["client.merge.wizard"].create(
            {"partner_ids": [Command.set(cards.ids)], "survivor_id": cards[0].id}
        )

    @classmethod
    def _find_problem(cls, client):
        """:return: what belongs to an audit that found a problem, by model"""
        issue = cls.env["client.issue"].create(
            {
                "rule_id": cls.env["client.issue.rule"]
                .create({"name": "x", "rule": "[('city', '=', False)]"})
                .id,
                "partner_id": client.id,
                "company_id": cls.env.company.id,
                "severity": "2",
                "found_on": "2026-03-02",
            }
        )
        ignore = {"issue_ids": [Command.set(issue.ids)], "reason": "x"}
        return {
            "client.audit": cls.env["client.audit"].create({}),
            "client.issue": issue,
            "client.issue.ignore": cls.env["client.issue.ignore"].create(ignore),
            "client.issue.rule": issue.rule_id,
        }

    @classmethod
    def _interact_with(cls, client):
        """:return: a ``client.interaction``"""
        cls.env["client.offer"].create({"partner_id": client.id, "name": "Samples"})
        found = Domain("partner_id", "=", client.id)
        return cls.env["client.interaction"].search(found, limit=1)

    @classmethod
    def _hand_over(cls, client):
        """:return: a ``client.handover`` with a line"""
        values = {"to_user_id": cls.client_user.id, "scope": "selection"}
        handover = cls.env["client.handover"].create(
            {**values, "partner_ids": [Command.set(client.ids)]}
        )
        handover._note("client", [(client.id, client.id, None, None)])
        handover._invalidate_lines()
        return handover

    @classmethod
    def _remind_of(cls, client):
        """:return: a ``client.reminder`` of a rule of its own"""
        rule = cls.env["client.reminder.rule"].create({"name": "x", "summary": "x"})
        return cls.env["client.reminder"].create(
            {
                "rule_id": rule.id,
                "partner_id": client.id,
                "due_date": "2026-03-02",
                "remind_on": "2026-03-02",
            }
        )

    def _get_public_methods(self):
        """Yield (model, method) of everything that RPC can call and we have added."""
        for name, model in self.env.registry.items():
            for class_ in model.__mro__:
                if getattr(class_, "_module", "") != "client_base" or model._abstract:
                    continue
                for method, function in vars(class_).items():
                    is_public = inspect.isfunction(function) and method[0] != "_"
                    if is_public and not hasattr(BaseModel, method):
                        yield name, method

    def _get_arguments(self, name, method):
        """:return: the ids, where it has any, and a value for each argument"""
        function = getattr(self.env.registry[name], method)
        _self, *wanted = inspect.signature(function).parameters.values()
        values = [1 for argument in wanted if argument.default is argument.empty]
        if getattr(function, "_api_model", False):
            return values
        return [self.records[name].ids, *values]

    def _get_state(self):
        """:return: everything that a call could have changed"""
        return [records.sudo().read() for records in self.records.values()] + [
            self.env[name].sudo().search_count([])
            for name in ("res.partner", "client.import.row", "client.change")
        ]

    def test_every_public_method_is_known(self):
        methods = set(self._get_public_methods())
        self.assertIn(("client.import", "action_apply"), methods)
        self.assertLessEqual({name for name, _method in methods}, set(self.records))

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_no_public_method_does_anything(self):
        before = self._get_state()
        for role in OUTSIDERS:
            for name, method in self._get_public_methods():
                model = self.env[name].with_user(getattr(self, role))
                with (
                    self.subTest(role=role, method=f"{name}.{method}"),
                    self.assertRaises(AccessError),
                ):
                    call_kw(model, method, self._get_arguments(name, method), {})
        self.assertEqual(self._get_state(), before)

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_nothing_is_made_for_outsiders(self):
        values = {"partner_id": self.own.id, "value": "067", "name": "x"}
        for role in OUTSIDERS:
            for name in _get_own_models(self.env):
                model = self.env[name].with_user(getattr(self, role))
                known = {key: values[key] for key in values if key in model._fields}
                with (
                    self.subTest(role=role, model=name),
                    self.assertRaises(AccessError),
                ):
                    model.create([known])

    @users("client_manager")
    def test_every_public_method_answers_what_rpc_can_carry(self):
        for name, method in self._get_public_methods():
            arguments = self._get_arguments(name, method)
            with (
                self.subTest(method=f"{name}.{method}"),
                contextlib.suppress(UserError),
                self.env.cr.savepoint(),
            ):
                answer = call_kw(self.env[name], method, arguments, {})
                self.assertNotIn("None", repr(answer))

    @users("client_user")
    def test_user_brings_no_files_in(self):
        for method in ("action_read", "action_apply", "action_undo", "action_stop"):
            with self.assertRaises(AccessError):
                getattr(self.file.with_env(self.env), method)()
        with self.assertRaises(AccessError):
            self.file.row_ids.with_env(self.env).action_apply()
        attachments = self.env["ir.attachment"]
        domain = [
            ("res_model", "=", "client.import"),
            ("res_id", "=", self.file.id),
            ("res_field", "=", "data"),
        ]
        file = attachments.sudo().search(domain).sudo(False)
        self.assertTrue(file)
        self.assertFalse(attachments.search(domain))
        with self.assertRaises(AccessError):
            file.mapped("datas")
