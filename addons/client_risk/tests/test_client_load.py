from odoo import fields
from odoo.tests import tagged, users

from .common import RiskCommon


@tagged("post_install", "-at_install")
class TestClientLoad(RiskCommon):
    """Clients of a manager against the norm, and what the head is told of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company.sudo()
        cls.company.write(
            {"client_load_info": 2, "client_load_warning": 3, "client_load_norm": 4}
        )
        cls.client_user.sudo().client_head_id = cls.client_manager

    def _give(self, count):
        """Give the salesperson clients in work, and count the load."""
        cards = self.env["res.partner"].create(
            [{"name": f"L{n}", "user_id": self.client_user.id} for n in range(count)]
        )
        self.env["client.profile"].sudo().create(
            [
                {
                    "partner_id": card.id,
                    "company_id": self.company.id,
                    "sector": "risk",
                    "status": "missed_date",
                }
                for card in cards
            ]
        )
        self.env.flush_all()
        self._tell_heads()
        return cards

    def _tell_heads(self):
        self.env.flush_all()
        self.env.invalidate_all()
        self.env["client.load.notice"].sudo()._tell(self.company)

    def _take(self, cards):
        cards.user_id = False
        self._tell_heads()

    def _get_load(self):
        self.env.flush_all()
        self.env.invalidate_all()
        return self.env["client.load"].search(
            [
                ("manager_id", "=", self.client_user.id),
                ("company_id", "=", self.company.id),
            ]
        )

    def _count_messages(self):
        return (
            self.env["mail.message"]
            .sudo()
            .search_count([("partner_ids", "in", self.client_manager.partner_id.ids)])
        )

    def test_load_counts_clients_in_work(self):
        cards = self._give(3)
        lost = cards[0].sudo().client_profile_ids
        lost.write({"status": "lost", "sector": "watch"})
        self.env.flush_all()
        load = self._get_load()
        self.assertRecordValues(
            load,
            [
                {
                    "client_count": 2,
                    "risk_count": 2,
                    "rest_count": 1,
                    "load_share": 0.5,
                    "level": "info",
                }
            ],
        )

    def test_load_counts_open_and_late_tasks(self):
        card = self._give(1)
        for days in (-1, 1):
            card.activity_schedule(
                "mail.mail_activity_data_call",
                date_deadline=fields.Date.add(fields.Date.today(), days=days),
                user_id=self.client_user.id,
            )
        self.env.flush_all()
        load = self._get_load()
        self.assertEqual((load.task_count, load.late_count), (2, 1))

    def test_head_is_told_each_level_once(self):
        for count, told in ((1, 0), (1, 1), (0, 1), (1, 2), (1, 2), (1, 3), (2, 3)):
            self._give(count)
            self.assertEqual(self._count_messages(), told)

    def test_level_reached_again_is_told_again(self):
        cards = self._give(3)
        self._take(cards[1:])
        self.assertEqual(self._count_messages(), 1)
        cards.user_id = self.client_user
        self._tell_heads()
        self.assertEqual(self._count_messages(), 2)

    def test_message_names_number_and_norm(self):
        self._give(5)
        message = (
            self.env["mail.message"]
            .sudo()
            .search([("partner_ids", "in", self.client_manager.partner_id.ids)])
        )
        self.assertIn("5 clients in work, the norm is 4", message.body)

    @users("client_user")
    def test_salesperson_sees_his_own_load_alone(self):
        self._give(1)
        card = (
            self.env["res.partner"]
            .sudo()
            .create({"name": "Other", "user_id": self.client_manager.id})
        )
        self.env["client.profile"].sudo().create(
            {
                "partner_id": card.id,
                "company_id": self.company.id,
                "sector": "growth",
                "status": "stable",
            }
        )
        self.env.flush_all()
        loads = self.env["client.load"].search([])
        self.assertEqual(loads.manager_id, self.client_user)
        action = loads.action_open_clients()
        self.assertEqual(action["res_model"], "client.profile")
