from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged, users
from odoo.tools import mute_logger

from .common import ClientCommon, ClientImportCommon


@tagged("post_install", "-at_install")
class TestPointsOfClosedCards(ClientCommon):
    """A contact point opens no card that is closed to the user."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = cls.env.ref("base.user_admin").partner_id
        cls.hidden = cls._create_client("Прихована", email="secret@example.com")
        cls.env["ir.rule"].create(
            {
                "name": "One hidden card",
                "model_id": cls.env.ref("base.model_res_partner").id,
                "domain_force": str([("id", "!=", cls.hidden.id)]),
            }
        )

    @users("client_user")
    def test_email_of_a_colleague_is_not_taken_over(self):
        before = self.colleague.email
        with self.assertRaises(AccessError):
            self.env["client.contact.point"].create(
                {
                    "partner_id": self.colleague.id,
                    "kind": "email",
                    "value": "mine@example.com",
                    "sequence": 1,
                }
            )
        self.assertEqual(self.colleague.email, before)

    @users("client_user")
    def test_points_of_a_hidden_card_are_not_found(self):
        points = self.env["client.contact.point"]
        self.assertFalse(points.search([("normalized", "=", "secret@example.com")]))

    @users("client_user")
    def test_points_of_a_hidden_card_are_not_read_or_written(self):
        point = self._get_points(self.hidden, "email").with_user(self.client_user)
        with self.assertRaises(AccessError):
            point.read(["value"])
        with self.assertRaises(AccessError):
            point.value = "mine@example.com"
        with self.assertRaises(AccessError):
            point.unlink()


@tagged("post_install", "-at_install")
class TestLinesOfClosedCards(ClientCommon):
    """A company shows each salesperson his own clients: nothing names the others."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cards = cls.env["res.partner"]
        for name in ("Захована", "Видима", "Відкрита"):
            cls.cards |= cls._create_client(name, phone="067 123 45 67")
        cls.hidden, cls.seen, cls.open = cls.cards
        cls.cluster = cls.env["client.duplicate.cluster"].create(
            {"first_id": cls.hidden.id, "card_count": 3}
        )
        cls.closed_pair, cls.open_pair = (
            cls.env["client.duplicate"].create(
                {
                    "left_id": left.id,
                    "right_id": right.id,
                    "cluster_id": cls.cluster.id,
                    "evidence": [],
                    "bits": 9,
                }
            )
            for left, right in ((cls.hidden, cls.seen), (cls.seen, cls.open))
        )
        rule = cls.env["client.issue.rule"].create({"name": "x", "rule": "[]"})
        cls.issue, _open_issue = cls.env["client.issue"].create(
            [
                {
                    "rule_id": rule.id,
                    "partner_id": card.id,
                    "company_id": cls.env.company.id,
                    "user_id": cls.client_user.id,
                    "severity": "2",
                    "found_on": "2026-03-02",
                }
                for card in (cls.hidden, cls.seen)
            ]
        )
        cls.change = cls.env["client.change"].create(
            {"partner_id": cls.hidden.id, "field": "city"}
        )
        cls.key = cls.env["client.sync.key"].create(
            {
                "company_id": cls.env.company.id,
                "source": "1c",
                "key": "7",
                "partner_id": cls.hidden.id,
            }
        )

    def _hide(self):
        """:return: the rule that hides the card"""
        return (
            self.env["ir.rule"]
            .sudo()
            .create(
                {
                    "name": "One hidden card",
                    "model_id": self.env.ref("base.model_res_partner").id,
                    "domain_force": str([("id", "!=", self.hidden.id)]),
                }
            )
        )

    @users("client_user", "client_manager")
    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_line_is_as_closed_as_its_card(self):
        lines = {
            "client.duplicate": self.closed_pair,
            "client.duplicate.cluster": self.cluster,
            "client.issue": self.issue,
            "client.change": self.change,
            "client.sync.key": self.key,
        }
        lines = {name: line.with_env(self.env) for name, line in lines.items()}
        for name, line in lines.items():
            self.assertTrue(self.env[name].search([("id", "=", line.id)]), name)
        rule = self._hide()
        for name, line in lines.items():
            with self.subTest(model=name):
                self.assertFalse(self.env[name].search([("id", "=", line.id)]))
                with self.assertRaises(AccessError):
                    line.read(["display_name"])
        self.assertTrue(self.open_pair.with_env(self.env).read(["reason"]))
        rule.unlink()  # the next user begins anew

    @users("client_user")
    def test_client_of_several_cards_is_named_by_one_that_is_seen(self):
        self._hide()
        pair = self.open_pair.with_env(self.env)
        [values] = pair.web_read({"cluster_id": {"fields": {"display_name": {}}}})
        self.assertIn("Видима", values["cluster_id"]["display_name"])
        [group] = self.env["client.duplicate"].formatted_read_group(
            [("id", "in", [pair.id, self.closed_pair.id])], ["cluster_id"], ["__count"]
        )
        self.assertEqual(group["__count"], 1)
        self.assertNotIn("Захована", str(group))

    @users("client_manager")
    def test_head_merges_what_he_sees(self):
        self._hide()
        action = self.open_pair.with_env(self.env).action_open_merge()
        wizard = self.env["client.merge.wizard"].browse(action["res_id"])
        self.assertEqual(wizard.partner_ids, self.seen | self.open)

    @users("client_manager")
    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_merge_of_a_hidden_card_is_not_taken_back(self):
        merge = self.env["client.merge"]._merge(self.seen, self.hidden)
        self._hide()
        with self.assertRaises(AccessError):
            merge.action_undo()


@tagged("post_install", "-at_install")
class TestCoreActionsOfOthers(ClientCommon):
    """Who does not work with clients can do with contacts what core lets him do."""

    @users("internal_user")
    def test_contact_is_duplicated(self):
        contact = self._create_client(phone="067 123 45 67", legal_form="ТОВ")
        copied = contact.with_env(self.env).copy()
        self.assertPoints(copied, ["+380671234567"])

    @users("internal_user")
    def test_contacts_are_merged(self):
        group = self.env["client.group"].sudo().create({"name": "Ярмарок"})
        stays = {"client_group_ids": [Command.link(group.id)]}
        left = self._create_client(email="a@example.com", **stays)
        right = self._create_client(email="a@example.com", **stays)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((left + right).ids, left.with_env(self.env))
        self.assertFalse(right.exists())
        self.assertPoints(left, ["a@example.com"], kind="email")


@tagged("post_install", "-at_install")
class TestFilesOfOthers(ClientImportCommon):
    """A file gives nobody the rights of somebody else."""

    @users("client_manager")
    def test_file_is_brought_in_by_who_brings_it_in(self):
        content = self._encode(["Name"], ["Вербиченко"])
        file = self.env["client.import"].create(
            {
                "data": content,
                "filename": "x.xlsx",
                "user_id": self.env.ref("base.user_root").id,
            }
        )
        self.assertEqual(file.user_id, self.client_manager)

    @users("client_manager")
    def test_nobody_is_written_in_as_the_one_who_applies(self):
        content = self._encode(["Name"], ["Вербиченко"])
        file = self.env["client.import"].create({"data": content, "filename": "x.xlsx"})
        for name in ("user_id", "applied_by_id"):
            with self.assertRaises(AccessError):
                file.write({name: self.env.ref("base.user_root").id})

    @users("client_manager")
    def test_colleague_is_not_chosen_as_the_client_of_a_row(self):
        content = self._encode(["Name"], ["Вербиченко"])
        file = self.env["client.import"].create({"data": content, "filename": "x.xlsx"})
        file.action_read()
        with self.assertRaises(ValidationError):
            file.row_ids.partner_id = self.env.ref("base.user_admin").partner_id
