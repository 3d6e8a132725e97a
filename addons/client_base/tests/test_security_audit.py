from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged, users
from odoo.tools import mute_logger

from .test_client_issue import ClientIssueCommon


@tagged("post_install", "-at_install")
class TestSecurityAudit(ClientIssueCommon):
    """What an audit found is nobody's to write; what all companies use is for few."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shared = cls._create_rule("No street", "[('street', '=', False)]")
        cls.shared.company_id = False

    # === AUDITS ===

    @users("client_manager")
    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_nobody_writes_what_an_audit_found(self):
        audit = self._audit().with_env(self.env)
        for values in (
            {"company_id": self.env.company.id},
            {"date": "2020-01-01"},
            {"state": "draft"},
            {"user_id": self.client_user.id},
        ):
            with self.subTest(values=values), self.assertRaises(AccessError):
                audit.write(values)
        with self.assertRaises(AccessError):
            audit.line_ids[0].value = 100
        self.assertTrue(audit.action_run())  # done already: as it was

    @users("client_manager")
    def test_nobody_makes_an_audit_that_is_done(self):
        for values in (
            {"state": "done"},
            {"finished_on": "2026-06-15 12:00:00"},
            {"line_ids": [Command.create({"metric": "order", "value": 100})]},
        ):
            with self.subTest(values=values), self.assertRaises(AccessError):
                self.env["client.audit"].create(values)
        draft = self.env["client.audit"].create({})
        draft.user_id = self.client_user
        self.assertTrue(draft.action_run())

    @users("client_manager")
    def test_head_speaks_of_an_audit_that_is_done(self):
        audit = self._audit().with_env(self.env)
        audit.message_post(body="Better than in May")
        task = "mail.mail_activity_data_todo"
        audit.activity_schedule(task).action_feedback()
        audit.activity_schedule(task, user_id=self.client_user.id)
        self.assertIn(self.client_user.partner_id, audit.message_partner_ids)
        self.assertIn("Better than in May", str(audit.message_ids.mapped("body")))

    # === RULES ===

    @users("client_manager")
    def test_head_of_all_companies_changes_what_they_share(self):
        every = self.env["res.company"].sudo().search([])
        self.env.user.sudo().company_ids = every
        shared = self.shared.with_env(self.env)
        self.assertFalse(shared.is_others)
        shared.write({"weight": 9, "active": False})
        shared.unlink()

    @users("client_manager")
    def test_head_of_one_company_changes_nothing_that_others_use(self):
        self._create_company(name="Other")
        shared = self.shared.with_env(self.env)
        self.assertTrue(shared.is_others)
        for values in ({"weight": 1}, {"active": False}, {"name": "x"}, {"user_id": 2}):
            with (
                self.subTest(values=values),
                self.assertRaisesRegex(AccessError, "every company"),
            ):
                shared.write(values)
        with self.assertRaisesRegex(AccessError, "every company"):
            shared.unlink()
        self.assertTrue(shared.action_preview())

    @users("client_manager")
    def test_head_of_one_company_changes_its_own_rules(self):
        self._create_company(name="Other")
        rule = self.rule.with_env(self.env)
        self.assertFalse(rule.is_others)
        with Form(rule) as form:
            form.weight = 9
        rule.active = False
        with self.assertRaisesRegex(ValidationError, "Choose the company"):
            rule.company_id = False

    @users("client_manager")
    def test_copy_of_a_shared_rule_is_of_the_own_company(self):
        self._create_company(name="Other")
        copy = self.shared.with_env(self.env).copy()
        self.assertEqual(copy.company_id, self.env.company)

    @users("client_manager")
    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_rule_of_another_company_is_not_there(self):
        self.rule.company_id = self._create_company(name="Other")
        with self.assertRaises(AccessError):
            self.rule.with_env(self.env).weight = 1
