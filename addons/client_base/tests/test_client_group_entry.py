from datetime import date

from freezegun import freeze_time

from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import tagged, users
from odoo.tools import mute_logger

from .test_client_group_rule import ClientGroupCommon

MEDIUM = "[('company_size', '=', 'medium')]"


@tagged("post_install", "-at_install")
class TestClientGroupEntry(ClientGroupCommon):
    """What happens on entry happens once a stay."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        clients = cls.env["res.partner"].search([("company_size", "=", "medium")])
        clients.company_size = "small"
        cls.list = cls.env["mailing.list"].create({"name": "News"})
        cls.tag = cls.env["res.partner.category"].create({"name": "Warm"})
        cls.type = cls.env.ref("client_base.mail_activity_type_offer")
        cls.entering = cls._create_group("Medium", rule=MEDIUM)
        cls.entering.action_switch_on()
        cls.small.write({"email": "shop@example.com", "user_id": cls.client_user.id})

    def _let_in(self, client=None):
        (client or self.small).company_size = "medium"
        self._commit()

    def _get_tasks(self, client=None):
        return (client or self.small).activity_ids.filtered(
            lambda task: task.activity_type_id == self.type
        )

    @freeze_time("2026-03-02 09:00:00")
    def test_manager_gets_a_task_with_the_letter(self):
        self.entering.write(
            {
                "entry_activity_type_id": self.type.id,
                "entry_summary": "Send an offer",
                "entry_note": "{client} waits.\n<b>",
                "entry_days": 2,
            }
        )
        self._let_in()
        task = self._get_tasks()
        self.assertEqual(task.user_id, self.client_user)
        self.assertEqual(task.date_deadline, date(2026, 3, 4))
        self.assertIn("Кіоск «Ромашка» waits.", task.note)
        self.assertIn("&lt;b&gt;", task.note)
        self.assertTrue(task.mail_template_ids)

    def test_once_a_stay(self):
        self.entering.entry_activity_type_id = self.type
        self._let_in()
        self.entering.action_recompute()
        self._run_cron()
        self.assertEqual(len(self._get_tasks()), 1)

    def test_again_when_the_client_comes_back_and_the_task_is_done(self):
        self.entering.entry_activity_type_id = self.type
        self._let_in()
        self.small.company_size = "micro"
        self._commit()
        self._let_in()
        self.assertEqual(len(self._get_tasks()), 1)  # the first one is still open
        self._get_tasks().action_feedback()
        self.small.company_size = "micro"
        self._commit()
        self._let_in()
        self.assertEqual(len(self._get_tasks()), 1)

    def test_deputy_gets_the_task_of_an_archived_manager(self):
        self.client_user.client_deputy_id = self.client_manager
        self.client_user.active = False
        self.entering.entry_activity_type_id = self.type
        self._let_in()
        self.assertEqual(self._get_tasks().user_id, self.client_manager)

    def test_responsible_gets_the_task_of_a_client_without_a_manager(self):
        self.small.user_id = False
        self.entering.write(
            {
                "entry_activity_type_id": self.type.id,
                "user_id": self.client_manager.id,
            }
        )
        self._let_in()
        self.assertEqual(self._get_tasks().user_id, self.client_manager)

    def test_tag_and_manager_are_set(self):
        self.entering.write(
            {
                "entry_tag_ids": self.tag.ids,
                "entry_manager_id": self.client_manager.id,
            }
        )
        self._let_in()
        self._let_in(self.big)
        self.assertEqual((self.small + self.big).category_id, self.tag)
        self.assertEqual(self.small.user_id, self.client_user)
        self.assertEqual(self.big.user_id, self.client_manager)

    def test_address_is_put_on_the_list_once(self):
        self.entering.entry_list_id = self.list
        self._let_in()
        self.assertEqual(self.list.contact_ids.email, "shop@example.com")
        self._let_in(self._create_client("Twin", email="Shop@example.com"))
        self.assertEqual(len(self.list.contact_ids), 1)

    def test_opted_out_and_blacklisted_addresses_stay_out(self):
        self.entering.entry_list_id = self.list
        contact = self.env["mailing.contact"].create(
            {
                "email": "shop@example.com",
                "subscription_ids": [
                    (0, 0, {"list_id": self.list.id, "opt_out": True})
                ],
            }
        )
        self.big.email = "plant@example.com"
        self.env["mail.blacklist"]._add("plant@example.com")
        self._let_in()
        self._let_in(self.big)
        self.assertEqual(self.list.contact_ids, contact)
        self.assertTrue(contact.subscription_ids.opt_out)

    @users("client_user")
    def test_by_hand_too(self):
        self.entering.sudo().entry_tag_ids = self.tag
        self.big.with_env(self.env).client_group_ids = self.entering
        self.assertEqual(self.big.category_id, self.tag)

    @users("client_user")
    def test_client_created_in_the_group_gets_the_task(self):
        self.entering.write(
            {"entry_activity_type_id": self.type.id, "user_id": self.client_user.id}
        )
        new = self.env["res.partner"].create(
            {"name": "New", "client_group_ids": [Command.link(self.entering.id)]}
        )
        self._commit()
        self.assertEqual(self._get_tasks(new).user_id, self.client_user)

    def test_those_who_fit_already_are_left_alone_unless_asked_for(self):
        self.entering.action_switch_off()
        self.entering.entry_activity_type_id = self.type
        self._let_in()
        self._let_in(self.big)
        self.entering.action_switch_on()
        self.assertFalse(self._get_tasks())
        self.assertEqual(set(self.entering.member_ids.mapped("entry_state")), {"none"})

    def test_those_who_fit_already_when_asked_for(self):
        self.entering.action_switch_off()
        self.entering.write(
            {"entry_activity_type_id": self.type.id, "entry_for_present": True}
        )
        self._let_in()
        self.entering.action_switch_on()
        self.assertEqual(len(self._get_tasks()), 1)

    def test_no_more_tasks_a_day_than_told(self):
        self.entering.write(
            {"entry_activity_type_id": self.type.id, "entry_day_limit": 1}
        )
        with freeze_time("2026-03-02 09:00:00"):
            self._let_in()
            self._let_in(self.big)
            self.assertEqual(self.entering.entry_todo_count, 1)
        with freeze_time("2026-03-03 09:00:00"):
            self._run_cron()
        self.assertEqual(len(self._get_tasks() + self._get_tasks(self.big)), 2)
        self.assertFalse(self.entering.entry_todo_count)

    @mute_logger("odoo.addons.client_base.models.client_group_entry")
    def test_one_that_fails_does_not_stop_the_others(self):
        self.entering.entry_tag_ids = self.tag
        Group = self.env.registry["client.group"]
        real = Group._act_on_entry

        def act(group, partners):
            if self.small in partners:
                raise ValidationError(self.env._("No."))
            real(group, partners)

        self.patch(Group, "_act_on_entry", act)
        (self.small + self.big).company_size = "medium"
        self._commit()
        self.assertEqual(self.big.category_id, self.tag)
        self.assertFalse(self.small.category_id)
        self.assertEqual(self.entering.entry_failed_count, 1)
        self.patch(Group, "_act_on_entry", real)
        self.entering.action_retry_entry()
        self.assertEqual(self.small.category_id, self.tag)


@tagged("post_install", "-at_install")
class TestWarmLeads(ClientGroupCommon):
    """Asked for a description, did not order: the trade's example works as shipped."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.warm = cls.env.ref("client_base.client_group_warm_leads")
        cls.warm.action_recompute()
        cls.big.user_id = cls.client_user

    @users("client_user")
    def test_asking_makes_a_warm_lead_and_ordering_ends_it(self):
        offer = self.env["client.offer"].create(
            {"partner_id": self.big.id, "name": "Catalogue", "materials": "asked"}
        )
        self._commit()
        self.assertInside(self.warm, self.big)
        task = self.big.with_env(self.env).activity_ids
        self.assertEqual(task.user_id, self.client_user)
        self.assertEqual(
            task.mail_template_ids, self.env.ref("client_base.mail_template_offer")
        )
        offer.write({"outcome": "ordered", "outcome_date": offer.date})
        self._commit()
        self.assertInside(self.warm)

    def test_description_of_long_ago_counts_no_longer(self):
        with freeze_time("2026-01-10 09:00:00"):
            self.env["client.offer"].create(
                {
                    "partner_id": self.big.id,
                    "name": "Catalogue",
                    "materials": "received",
                    "date": "2026-01-10",
                }
            )
            self._commit()
            self.assertInside(self.warm, self.big)
        with freeze_time("2026-04-11 09:00:00"):
            self._run_cron()
        self.assertInside(self.warm)

    @users("client_manager")
    def test_mailing_goes_to_whoever_is_in_it_then(self):
        action = self.warm.with_env(self.env).action_open_mailing()
        mailing = (
            self.env["mailing.mailing"]
            .with_context(**action["context"])
            .create({"subject": "News"})
        )
        self.assertNotIn(self.big.id, mailing._get_recipients())
        self.big.client_group_ids = self.warm
        self.assertIn(self.big.id, mailing._get_recipients())
        self.assertEqual(mailing.mailing_model_real, "res.partner")
