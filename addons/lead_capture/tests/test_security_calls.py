import base64
import contextlib
import inspect

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.models import BaseModel
from odoo.service.model import call_kw
from odoo.tests import tagged, users
from odoo.tools import mute_logger

from .common import LeadCommon

# People outside of sales, and the account that no person uses.
OUTSIDERS = ("public_user", "portal_user", "internal_user", "sync_user")
# Core's own doors, which we only add to.
OF_CORE = {
    "mail_allowed_qweb_expressions",
    "message_process",
    "message_route",
    "message_update",
}
LOGS = (
    "lead.assignment",
    "lead.auto.reply",
    "lead.candidate",
    "lead.chat",
    "lead.chat.message",
    "lead.difference",
    "lead.escalation",
    "lead.ledger",
    "lead.mutex",
    "lead.request",
    "lead.response",
    "lead.stage.log",
)


@tagged("post_install", "-at_install")
class TestCalls(LeadCommon):
    """Every public method of ours, called by whoever has no business with it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team.member_ids = cls.client_user | cls.client_manager
        cls.card = cls.portal_user.partner_id
        cls.lead = cls.env["crm.lead"].create(
            {
                "name": "Стіл",
                "team_id": cls.team.id,
                "user_id": cls.client_manager.id,
                "partner_id": cls.card.id,
            }
        )
        company = {"company_id": cls.env.company.id}
        told = {"lead_id": cls.lead.id, "partner_id": cls.card.id, **company}
        chat = cls.env["lead.chat"].create(
            {
                "channel_id": cls._create_channel("telegram").id,
                "messenger": "telegram",
                "chat_key": "700",
                "name": "Олена",
                **told,
            }
        )
        message = cls.env["lead.chat.message"].create(
            {
                "chat_id": chat.id,
                "lead_id": cls.lead.id,
                "direction": "out",
                "state": "failed",
                "body": "Дуб є",
            }
        )
        request = cls._store({"contact_name": "Олена"}, state="failed")
        cls.records = {
            "client.import": cls.env["client.import"].create(
                {
                    "kind": "request",
                    "filename": "fair.csv",
                    "data": base64.b64encode(b"Name;Phone\nOlena;0671234567\n"),
                }
            ),
            "crm.lead": cls.lead,
            "crm.team": cls.team,
            "lead.answer": cls.env["lead.answer"].create({"lead_id": cls.lead.id}),
            "lead.call": cls.env["lead.call"].create(
                {
                    "channel_id": cls._create_channel("call").id,
                    "call_key": "c1",
                    "direction": "in",
                    "state": "missed",
                    "started_at": "2026-03-02 10:00:00",
                    "lead_id": cls.lead.id,
                    **company,
                }
            ),
            "lead.candidate": cls.env["lead.candidate"].create(
                {**told, "reason_code": "alike"}
            ),
            "lead.channel": cls.channel,
            "lead.chat": chat,
            "lead.chat.answer": cls.env["lead.chat.answer"].create(
                {"lead_id": cls.lead.id, "chat_id": chat.id, "body": "Так"}
            ),
            "lead.chat.message": message,
            "lead.difference": cls.env["lead.difference"].create(
                {**told, "field": "email", "proposed": "thief@example.com"}
            ),
            "lead.dispatch.rule": cls.env["lead.dispatch.rule"].create(
                {"name": "All", "team_id": cls.team.id}
            ),
            "lead.give": cls.env["lead.give"].create(
                {
                    "lead_ids": [Command.set(cls.lead.ids)],
                    "user_id": cls.client_user.id,
                    "reason": "x",
                }
            ),
            "lead.pipeline.take": cls.env["lead.pipeline.take"].create(
                {"team_id": cls.team.id}
            ),
            "lead.request": request,
            "lead.request.reject": cls.env["lead.request.reject"].create(
                {"request_ids": [Command.set(request.ids)], "reason": "x"}
            ),
            "lead.stage.override": cls.env["lead.stage.override"].create(
                {
                    "lead_ids": [Command.set(cls.lead.ids)],
                    "stage_id": cls.env["crm.stage"].search([], limit=1).id,
                    "reason": "x",
                }
            ),
            "res.partner": cls.card,
        }
        for name in ("lead.funnel", "lead.ledger", "lead.load", "lead.outcome"):
            cls.env.flush_all()
            found = cls.env[name].search([], limit=1)
            cls.records[name] = found or found.browse(1)

    def _get_public_methods(self):
        """Yield (model, method) of everything that RPC can call and we have added."""
        for name, model in self.env.registry.items():
            if model._abstract:
                continue
            for class_ in model.__mro__:
                if getattr(class_, "_module", "") != "lead_capture":
                    continue
                for method, function in vars(class_).items():
                    is_public = inspect.isfunction(function) and method[0] != "_"
                    if is_public and not hasattr(BaseModel, method):
                        if method not in OF_CORE:
                            yield name, method

    def _get_arguments(self, name, method):
        """:return: the ids, where it has any, and a value for each argument"""
        function = getattr(self.env.registry[name], method)
        _self, *wanted = inspect.signature(function).parameters.values()
        values = [1 for argument in wanted if argument.default is argument.empty]
        if getattr(function, "_api_model", False):
            return values
        return [self.records[name].ids, *values]

    def _has_none(self, answer):
        """Tell whether there is something in an answer that XML-RPC cannot carry."""
        if isinstance(answer, dict):
            return any(map(self._has_none, answer.values()))
        if isinstance(answer, (list, tuple)):
            return any(map(self._has_none, answer))
        return answer is None

    def _get_state(self):
        """:return: everything that a call could have changed"""
        stored = [name for name in self.records if self.env[name]._auto]
        return [
            [
                {
                    key: value
                    for key, value in row.items()
                    if self.env[name]._fields[key].store
                }
                for row in self.records[name].sudo().read()
            ]
            for name in stored
        ] + [
            self.env[name].sudo().search_count([])
            for name in ("crm.lead", "res.partner", "mail.message", *LOGS)
        ]

    def test_every_public_method_is_known(self):
        methods = set(self._get_public_methods())
        self.assertIn(("lead.request", "submit"), methods)
        self.assertLessEqual({name for name, _method in methods}, set(self.records))

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_no_public_method_does_anything_for_outsiders(self):
        before = self._get_state()
        for role in OUTSIDERS:
            for name, method in self._get_public_methods():
                if (role, method) == ("sync_user", "submit"):
                    continue  # what this account is for
                model = self.env[name].with_user(getattr(self, role))
                with (
                    self.subTest(role=role, method=f"{name}.{method}"),
                    self.assertRaises(AccessError),
                    self.env.cr.savepoint(),
                ):
                    call_kw(model, method, self._get_arguments(name, method), {})
        self.env.invalidate_all()
        self.assertEqual(self._get_state(), before)

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
                self.assertFalse(self._has_none(answer))

    @users("client_user")
    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_salesperson_does_nothing_to_what_is_a_colleagues(self):
        """Whatever he calls, he is refused, or nothing happens."""
        before = self._get_state()
        own = {"crm.team", "lead.channel", "lead.dispatch.rule", "lead.request"}
        for name, method in self._get_public_methods():
            if name in own or name == "lead.request.reject":
                continue  # nobody's yet, or everybody's
            arguments = self._get_arguments(name, method)
            with (
                self.subTest(method=f"{name}.{method}"),
                contextlib.suppress(UserError),
                self.env.cr.savepoint(),
            ):
                call_kw(self.env[name], method, arguments, {})
        self.env.invalidate_all()
        self.assertEqual(self._get_state(), before)

    @mute_logger("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
    def test_journals_are_written_by_nobody(self):
        for user in (self.client_user, self.client_manager, self.sync_user):
            for name in LOGS:
                model = self.env[name].with_user(user)
                found = self.env[name].search([], limit=1).with_user(user)
                with self.subTest(user=user.login, model=name):
                    with self.assertRaises(AccessError):
                        model.create([{}])
                    if found:
                        with self.assertRaises(AccessError):
                            found.write({"company_id": 1})
                        with self.assertRaises(AccessError):
                            found.unlink()

    @users("client_user")
    def test_dialog_shows_no_conversation_of_a_colleague(self):
        own = self.env["crm.lead"].create({"name": "Own", "team_id": self.team.id})
        answer = self.env["lead.chat.answer"].create(
            {"lead_id": own.id, "chat_id": self.records["lead.chat"].id, "body": "x"}
        )
        self.assertNotIn("Дуб", answer.conversation or "")
        with self.assertRaises(AccessError):
            answer.action_send()

    @users("client_user")
    def test_dialog_fills_in_templates_for_leads_alone(self):
        template = self.env["mail.template"].sudo()
        template = template.create(
            {
                "name": "Users",
                "model_id": self.env["ir.model"]._get_id("res.users"),
                "body_html": '<p t-out="object.login"/>',
            }
        )
        own = self.env["crm.lead"].create({"name": "Own", "team_id": self.team.id})
        chat = self.records["lead.chat"]
        chat.lead_id = own.sudo()
        answer = self.env["lead.chat.answer"].new(
            {"lead_id": own.id, "chat_id": chat.id, "template_id": template.id}
        )
        with self.assertRaisesRegex(UserError, "not for requests"):
            answer._fill_in()

    @users("client_user")
    def test_context_fills_in_no_column_of_the_server(self):
        moment = "2020-01-01 00:00:00"
        forged = {
            "default_taken_by_id": self.client_manager.id,
            "default_covered_user_id": self.client_manager.id,
            "default_waiting_numbers": {"code": "full"},
            "default_first_response_at": moment,
            "default_reaction_seconds": 1,
            "import_file": True,
        }
        leads = self.env["crm.lead"].with_context(**forged)
        lead = leads.create({"name": "Forged", "team_id": self.team.id})
        self.assertFalse(
            lead.taken_by_id
            or lead.covered_user_id
            or lead.waiting_numbers
            or lead.first_response_at
            or lead.reaction_seconds
        )

    @users("client_user")
    def test_salesperson_puts_no_words_into_the_mouths_of_clients(self):
        requests = self.env["lead.request"]
        for kind in ("call", "telegram", "email"):
            code = self._create_channel(kind).code
            with self.subTest(kind=kind), self.assertRaises(UserError):
                requests.submit(code, [{"call_id": "1", "event": "end"}])
        told = requests.with_user(self.sync_user)
        code = self.records["lead.call"].channel_id.code
        [answer] = told.submit(code, [{"call_id": "1", "event": "end"}])
        self.assertEqual(answer["status"], "created")
