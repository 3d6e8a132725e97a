import datetime as dt

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, new_test_user, tagged, users

from odoo.addons.client_base.tests.common import USER

from .test_client_profile import TODAY, ProfileCommon

REVIEW = dt.date(2026, 9, 2)


class RemovalCommon(ProfileCommon):
    """A client of a year ago, managed by a salesperson with a head."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = new_test_user(cls.env, "seller", USER)
        cls.seller.client_head_id = cls.client_manager
        cls.client.user_id = cls.seller
        cls.reason = cls.env["client.leaving.reason"].create({"name": "Too dear"})

    def _decide(self, user=None, decision="remove", client=None, **values):
        user = user or self.client_manager
        wizard = (
            self.env["client.decision"]
            .with_user(user)
            .create(
                {
                    "decision": decision,
                    "profile_ids": self._get_profile(client).ids,
                    "reason_id": self.reason.id,
                    **values,
                }
            )
        )
        return wizard.action_decide()

    def _get_removal(self):
        return self.env["client.removal"].search([("partner_id", "=", self.client.id)])

    def _get_activities(self):
        return self.env["mail.activity"].search(
            [("res_model", "=", "res.partner"), ("res_id", "=", self.client.id)]
        )


@tagged("post_install", "-at_install")
class TestClientRemoval(RemovalCommon):
    def test_head_removes_with_reason_and_review_date(self):
        self._buy(400)
        self._decide(review_date=REVIEW)
        self.assertRecordValues(
            self._get_removal(),
            [
                {
                    "state": "removed",
                    "date": TODAY,
                    "bought_on": TODAY - dt.timedelta(days=400),
                    "reason_id": self.reason.id,
                    "review_date": REVIEW,
                    "user_id": self.client_manager.id,
                }
            ],
        )
        profile = self._get_profile()
        self.assertEqual((profile.status, profile.sector), ("removed", "watch"))
        self.assertFalse(profile.is_drop_proposed)

    def test_reason_proposes_the_review_date(self):
        self._buy(400)
        self.reason.review_months = 3
        action = self._get_profile().with_user(self.client_manager).action_remove()
        with Form(
            self.env["client.decision"]
            .with_user(self.client_manager)
            .with_context(**action["context"])
        ) as form:
            form.reason_id = self.reason
            self.assertEqual(form.review_date, dt.date(2026, 6, 2))

    def test_decision_without_reason_or_coming_day_is_refused(self):
        self._buy(400)
        with self.assertRaisesRegex(UserError, "reason"):
            self._decide(reason_id=False, review_date=REVIEW)
        with self.assertRaisesRegex(UserError, "still to come"):
            self._decide(review_date=TODAY)
        self.reason.is_comment_needed = True
        with self.assertRaisesRegex(UserError, "in words"):
            self._decide()

    def test_manager_removes_his_own_clients_where_the_company_lets_him(self):
        self._buy(400)
        with self.assertRaises(AccessError):
            self._decide(self.seller)
        self.env.company.client_removal_by_manager = True
        with self.assertRaises(AccessError):
            self._decide(self.client_user)
        self._decide(self.seller)
        self.assertEqual(self._get_removal().user_id, self.seller)

    @users("seller")
    def test_manager_asks_the_head(self):
        self._buy(400)
        self.env["client.decision"].create(
            {"profile_ids": self._get_profile().ids, "reason_id": self.reason.id}
        ).action_ask_head()
        self.assertFalse(self._get_removal())
        activity = self._get_activities()
        self.assertEqual(activity.user_id, self.client_manager)
        self.assertIn("Too dear", activity.note)

    @users("client_manager")
    def test_removals_are_made_by_the_dialog_alone(self):
        self._buy(400)
        self._decide()
        removal = self._get_removal().with_env(self.env)
        removal.review_date = REVIEW
        with self.assertRaises(AccessError):
            removal.state = "back"
        with self.assertRaises(AccessError):
            self.env["client.removal"].create(removal.copy_data())

    def test_client_is_removed_once(self):
        self._buy(400)
        self._decide()
        with self.assertRaisesRegex(UserError, "already"):
            self._decide()

    @users("seller")
    def test_own_manager_takes_the_client_back(self):
        self._buy(400)
        self._decide()
        removal = self._get_removal()
        with self.assertRaises(AccessError):
            removal.with_user(self.client_user).action_take_back()
        removal.with_env(self.env).action_take_back()
        self.assertRecordValues(
            removal,
            [
                {
                    "state": "back",
                    "ended_on": TODAY,
                    "end_cause": "by_hand",
                    "ended_by_id": self.seller.id,
                }
            ],
        )
        self.assertEqual(self._get_profile().status, "one_time")

    def test_kept_client_is_not_proposed_until_the_day(self):
        self._buy(400)
        self._buy(10, key="C-2", amount=100000)  # A clients are not proposed
        self._judge_all()
        self.assertTrue(self._get_profile().is_drop_proposed)
        self._decide(self.seller, "keep", until=TODAY + dt.timedelta(days=9))
        self.assertFalse(self._get_profile().is_drop_proposed)
        keeping = self.env["client.keeping"].search(
            [("partner_id", "=", self.client.id)]
        )
        keeping.until = TODAY - dt.timedelta(days=1)
        self._judge_all()
        self.assertTrue(self._get_profile().is_drop_proposed)

    def test_card_shows_the_removal_of_the_company_at_hand(self):
        self._buy(400)
        self._decide(review_date=REVIEW)
        card = self.client.with_user(self.seller)
        self.assertEqual(card.client_removal_review_date, REVIEW)
        other = self._create_company(name="Other")
        self.seller.company_ids |= other
        self.assertFalse(card.with_company(other).client_removal_id)
        card.action_take_back_client()
        self.assertFalse(card.client_removal_id)


@tagged("post_install", "-at_install")
class TestClientReturns(RemovalCommon):
    def _make_order(self, **values):
        return self.env["sale.order"].create({"partner_id": self.client.id, **values})

    def test_purchase_brings_the_client_back_at_once(self):
        self._buy(400)
        self._decide()
        self._buy(0)
        self.assertRecordValues(
            self._get_removal(),
            [{"state": "back", "ended_on": TODAY, "end_cause": "purchase"}],
        )
        self.assertEqual(self._get_profile().status, "developing")

    def test_manager_is_told_once(self):
        self._buy(400)
        self._decide()
        self._buy(0)
        self._judge_all()
        activity = self._get_activities()
        self.assertEqual((len(activity), activity.user_id), (1, self.seller))
        self.assertIn("Too dear", activity.note)

    def test_purchase_known_when_removed_does_not_count(self):
        self._buy(0, 400)
        self._decide()
        self._judge_all()
        self.assertEqual(self._get_removal().state, "removed")

    def test_old_purchase_told_late_does_not_count(self):
        self._buy(400)
        self._decide()
        self._buy(30)
        self.assertEqual(self._get_removal().state, "removed")

    def test_what_came_back_is_no_purchase(self):
        self._buy(400)
        self._decide()
        self._ask(self._make_row("R", kind="return", amount=10, date=TODAY.isoformat()))
        self.assertEqual(self._get_removal().state, "removed")

    def test_purchase_in_another_company_does_not_count(self):
        self._buy(400)
        self._decide()
        other = self._create_company(name="Other")
        sync = self.sync_user
        sync.write({"company_ids": other.ids, "company_id": other.id})
        self._buy(0)
        self._judge_all()
        self.assertEqual(self._get_removal().state, "removed")

    def test_quotation_is_a_request(self):
        self._buy(400)
        self._decide()
        self._get_removal().flush_recordset()
        self._backdate()
        self._make_order()
        self.assertEqual(self._get_removal().end_cause, "request")

    def test_request_made_before_does_not_count(self):
        self._buy(400)
        order = self._make_order()
        self.env.cr.execute(
            "UPDATE sale_order SET create_date = '2026-02-01' WHERE id = %s",
            [order.id],
        )
        self._decide()
        self._judge_all()
        self.assertEqual(self._get_removal().state, "removed")

    def test_lead_is_a_request(self):
        if "crm.lead" not in self.env:
            self.assertEqual(
                self.env["client.profile"]._get_request_conditions().keys(),
                {"sale.order", "crm.lead"},
            )
            return
        self._buy(400)
        self._decide()
        self._backdate()
        person = self._create_client("Олена", parent_id=self.client.id)
        self.env["crm.lead"].create({"name": "Paint", "partner_id": person.id})
        self.assertEqual(self._get_removal().end_cause, "request")

    def _backdate(self):
        """All of a test is one transaction, in which all is created at one time."""
        self.env.cr.execute("UPDATE client_removal SET create_date = '2026-03-01'")

    def test_manager_is_asked_once_on_the_review_date(self):
        self._buy(400)
        self._decide()
        removal = self._get_removal()
        removal.review_date = TODAY
        self._judge_all()
        self._judge_all()
        self.assertEqual(len(self._get_activities()), 1)
        self.assertEqual(self._get_activities().user_id, self.seller)
        removal.review_date = TODAY - dt.timedelta(days=1)
        self._judge_all()
        self.assertEqual(len(self._get_activities()), 2)

    def test_deputy_is_asked_while_the_manager_is_away(self):
        self._buy(400)
        self._decide()
        self._get_removal().review_date = TODAY
        self.seller.client_deputy_id = self.client_user
        self.seller.active = False
        self._judge_all()
        self.assertEqual(self._get_activities().user_id, self.client_user)

    def test_failure_to_tell_does_not_break_a_sale(self):
        self._buy(400)
        self._decide()

        def fail(*args):
            raise ValueError("poison")

        self.patch(self.registry["client.removal"], "_tell_back", fail)
        with self.assertLogs("odoo.addons.client_risk", "ERROR"):
            self._buy(0)
        self.assertEqual(self._get_removal().state, "back")
        self.assertFalse(self._get_removal().is_told)

    def test_kept_card_says_whether_the_merged_client_is_off(self):
        self._buy(400)
        self._buy(10, key="C-2")
        self._decide()
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        cards = self.client | self.other_client
        wizard._merge(cards.ids, self.other_client)
        removal = self.env["client.removal"].search([("partner_id", "in", cards.ids)])
        self.assertRecordValues(
            removal,
            [
                {
                    "partner_id": self.other_client.id,
                    "state": "back",
                    "end_cause": "merge",
                }
            ],
        )

    def test_both_removed_cards_merge_into_one_removed(self):
        self._buy(400)
        self._buy(400, key="C-2")
        self._decide()
        self._decide(client=self.other_client)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.client | self.other_client).ids, self.client)
        self.assertEqual(
            sorted(self._get_removal().mapped("state")), ["back", "removed"]
        )
        self.assertEqual(self._get_profile().status, "removed")
