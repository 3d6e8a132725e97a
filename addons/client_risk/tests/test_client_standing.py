import datetime as dt

from psycopg2.errors import CheckViolation

from odoo.fields import Command
from odoo.tests import Form, tagged, users
from odoo.tools import mute_logger

from .common import SOURCE
from .test_client_profile import TODAY, ProfileCommon


class StandingCommon(ProfileCommon):
    """A client who buys steadily: nothing but what we test makes him a risk."""

    def setUp(self):
        super().setUp()
        self._buy(*range(5, 300, 20))
        self.profile = self._get_profile()

    def _judge_all(self):
        company_sudo = self.env.company.sudo()  # as the night does, whoever tests
        company_sudo.env["client.profile"]._judge_company(company_sudo)

    def _get_day(self, days_ago):
        return TODAY - dt.timedelta(days=days_ago)

    def assertStatus(self, status):
        self.assertEqual(self.profile.status, status)


@tagged("post_install", "-at_install")
class TestClientClaim(StandingCommon):
    def _claim(self, **values):
        return self.env["client.claim"].create(
            {"name": "Two buckets leak", "partner_id": self.client.id, **values}
        )

    @users("client_user")
    def test_open_claim_makes_a_risk_until_it_is_settled(self):
        claim = self._claim(date=self._get_day(4))
        self.assertEqual(
            (self.profile.sector, self.profile.status), ("risk", "open_claim")
        )
        self.assertIn("4 days ago", self.profile.reason)
        self.assertIn("Two buckets leak", self.profile.reason)
        claim.action_close()
        self.assertStatus("stable")
        self.assertEqual(claim.closed_on, TODAY)
        claim.action_reopen()
        self.assertStatus("open_claim")

    @users("client_user")
    def test_claim_of_a_person_is_one_of_his_company(self):
        person = self.env["res.partner"].create(
            {"name": "Олена", "parent_id": self.client.id}
        )
        claim = self._claim(partner_id=person.id)
        self.assertEqual(
            (claim.partner_id, claim.contact_id),
            (self.client.with_env(self.env), person),
        )
        self.assertStatus("open_claim")

    @users("client_manager")
    def test_claim_deleted_or_given_to_another_lets_the_client_go(self):
        claim = self._claim()
        claim.partner_id = self.other_client.id
        self.assertStatus("stable")
        self.assertEqual(self._get_profile(self.other_client).status, "open_claim")
        claim.unlink()
        self.assertNotEqual(self._get_profile(self.other_client).status, "open_claim")

    @users("client_user")
    def test_client_without_a_profile_gets_one_with_his_claim(self):
        newcomer = self._create_client("Нова Будова")
        claim = self._claim(partner_id=newcomer.id)
        profile = self._get_profile(newcomer)
        self.assertRecordValues(
            profile, [{"status": "open_claim", "claim_id": claim.id}]
        )
        self.assertEqual(len(profile.move_ids), 2)

    def test_company_may_not_want_claims_to_count(self):
        self.env.company.client_risk_claim = False
        self._claim()
        self.assertStatus("stable")
        self.assertFalse(self.profile.claim_id)

    def test_claim_in_another_company_does_not_count_here(self):
        other = self._create_company(name="Other")
        self._claim(company_id=other.id)
        self.assertStatus("stable")

    def test_settled_before_it_was_opened_is_refused(self):
        with mute_logger("odoo.sql_db"), self.assertRaises(CheckViolation):
            self._claim(closed_on=self._get_day(1))
            self.env.flush_all()


@tagged("post_install", "-at_install")
class TestClientPromise(StandingCommon):
    def _promise(self, days_ago, **values):
        promise = self.env.ref("client_risk.mail_activity_promise")
        return self.env["mail.activity"].create(
            {
                "res_model_id": self.env["ir.model"]._get_id("res.partner"),
                "res_id": self.client.id,
                "activity_type_id": promise.id,
                "summary": "certificate",
                "date_deadline": self._get_day(days_ago),
                "user_id": self.env.uid,
                **values,
            }
        )

    @users("client_user")
    def test_promise_that_is_late_makes_a_risk_until_it_is_kept(self):
        promise = self._promise(5)
        self._judge_all()
        self.assertStatus("promise_overdue")
        self.assertIn("certificate", self.profile.reason)
        self.assertIn("5 days", self.profile.reason)
        promise.action_feedback()
        self.assertStatus("stable")

    @users("client_user")
    def test_promise_put_off_is_late_no_more(self):
        promise = self._promise(5)
        self._judge_all()
        promise.date_deadline = TODAY
        self.assertStatus("stable")

    def test_promise_within_the_days_of_grace_is_no_risk(self):
        self._promise(3)
        self._judge_all()
        self.assertStatus("stable")
        self.env.company.client_risk_promise_days = 2
        self._judge_all()
        self.assertStatus("promise_overdue")

    def test_late_task_that_is_no_promise_is_no_risk(self):
        call = self.env.ref("mail.mail_activity_data_call")
        self._promise(30, activity_type_id=call.id)
        self._judge_all()
        self.assertStatus("stable")

    @users("client_user")
    def test_materials_asked_for_are_a_promise_until_handed_over(self):
        offer = self.env["client.offer"].create(
            {
                "name": "Facade",
                "partner_id": self.client.id,
                "date": self._get_day(10),
                "materials": "asked",
                "materials_note": "two catalogues",
            }
        )
        self._judge_all()
        self.assertStatus("promise_overdue")
        self.assertIn("two catalogues", self.profile.reason)
        offer.materials = "handed_over"
        self.assertStatus("stable")

    def test_company_may_not_want_promises_to_count(self):
        self.env.company.client_risk_promise = False
        self._promise(30)
        self._judge_all()
        self.assertStatus("stable")


@tagged("post_install", "-at_install")
class TestClientDebt(StandingCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.client_risk_debt = True

    def _tell_invoice(self, key, days_ago, amount, **values):
        self._ask(
            self._make_row(
                key,
                kind="invoice",
                date=self._get_day(days_ago).isoformat(),
                amount=amount,
                **values,
            )
        )

    def _tell_payment(self, amount, key="P"):
        self._ask(
            self._make_row(key, kind="payment", date=TODAY.isoformat(), amount=amount)
        )

    def _know_in_shop(self):
        """A second system knows the client, too."""
        self.env["client.sync.key"].sudo().create(
            {
                "source": "shop",
                "key": "C-1",
                "partner_id": self.client.id,
                "company_id": self.env.company.id,
            }
        )

    def _sell_in_shop(self):
        """The second system sold for 300, two months ago."""
        self._tell_in_shop("B-1", "shipment", 60, 300)

    def _tell_in_shop(self, key, kind, days_ago, amount):
        row = self._make_row(
            key, kind=kind, date=self._get_day(days_ago).isoformat(), amount=amount
        )
        self._ask(row, source="shop")

    def assertDebt(self, amount, days):
        self.assertAlmostEqual(self.profile.overdue_debt, amount, 2)
        self.assertEqual(self.profile.overdue_since, self._get_day(days))

    def test_told_debt_is_what_payments_do_not_cover_oldest_first(self):
        self._tell_invoice("I-1", 40, 1000)
        self._tell_invoice("I-2", 18, 900)
        self._tell_invoice("I-3", 2, 500)
        self._tell_payment(1200)
        self.assertStatus("debt_overdue")
        self.assertDebt(700, 18)
        self.assertIn("700", self.profile.reason)
        self.assertIn("18 days", self.profile.reason)

    def test_payment_of_all_that_is_due_ends_the_risk_at_once(self):
        self._tell_invoice("I-1", 40, 1000)
        self._tell_payment(100)
        self.assertStatus("debt_overdue")
        self._tell_payment(900, key="P-2")
        self.assertStatus("stable")
        self.assertFalse(self.profile.overdue_debt)

    def test_due_date_and_tax_count_where_they_are_told(self):
        self._tell_payment(1)
        later = TODAY + dt.timedelta(days=5)
        self._tell_invoice("I-1", 40, 1000, due_date=later.isoformat())
        self.assertStatus("stable")
        self._tell_invoice(
            "I-2", 60, 1000, total=1200, due_date=self._get_day(30).isoformat()
        )
        self.assertDebt(1199, 30)

    def test_return_lowers_the_debt(self):
        self._tell_invoice("I-1", 40, 1000)
        self._tell_payment(100)
        self._ask(
            self._make_row(
                "R", kind="return", date=self._get_day(10).isoformat(), amount=300
            )
        )
        self.assertDebt(600, 40)

    def test_shipments_are_the_charges_where_no_invoice_is_told(self):
        # 15 shipments of 1000; the latest is within the days of grace
        self._tell_payment(14_000)
        self.assertStatus("stable")
        self._tell_payment(12_500, key="P")
        self.assertDebt(1500, 45)

    def test_without_payments_told_nobody_knows_a_debt(self):
        self._tell_invoice("I-1", 40, 1000)
        self.assertStatus("stable")

    def test_reason_names_who_told_the_debt(self):
        self._tell_invoice("I-1", 40, 1000)
        self._tell_payment(100)
        self.assertEqual(self.profile.overdue_source, SOURCE)
        self.assertIn(f"as {SOURCE} tells", self.profile.reason)

    def test_system_that_tells_no_payments_makes_no_debts(self):
        self._know_in_shop()
        self._tell_payment(100_000)
        self._sell_in_shop()
        self.assertStatus("stable")
        self.assertFalse(self.profile.overdue_debt)

    def test_each_system_has_its_own_kind_of_charge(self):
        """Invoices of one system do not make the shipments of another one free."""
        self._know_in_shop()
        self._tell_invoice("I-1", 40, 1000)
        self._tell_payment(1000)
        self._sell_in_shop()
        self._tell_in_shop("B-2", "payment", 0, 250)
        self.assertDebt(50, 40)

    def test_bank_that_tells_payments_only_pays_for_all_systems(self):
        self._know_in_shop()
        self._tell_invoice("I-1", 40, 1000)
        self._tell_in_shop("B-2", "payment", 0, 300)
        self.assertDebt(700, 40)

    def test_company_may_take_all_systems_together(self):
        self._know_in_shop()
        self.env.company.client_payment_source = "told"
        self._sell_in_shop()
        self._tell_payment(14_100)
        self.assertDebt(200, 25)

    def test_company_may_keep_its_payments_in_odoo(self):
        self.env.company.client_payment_source = "odoo"
        self._tell_invoice("I-1", 40, 1000)
        self._tell_payment(100)
        self.assertStatus("stable")

    def test_document_cancelled_or_archived_tells_nothing(self):
        self._tell_invoice("I-1", 40, 1000)
        self._ask(
            self._make_row(
                "P", kind="payment", date=TODAY.isoformat(), amount=1, cancelled=True
            )
        )
        self.assertStatus("stable")

    def test_settings_say_by_whose_word_clients_owe(self):
        form = Form(self.env["res.config.settings"])
        self.assertIn("No payment is known", form.client_payment_note)
        self._know_in_shop()
        self._sell_in_shop()
        self._tell_payment(1)
        form = Form(self.env["res.config.settings"])
        self.assertIn(f"by what {SOURCE} told", form.client_payment_note)
        self.assertIn("shop told no payment", form.client_payment_note)
        form.client_payment_source = "told"
        self.assertNotIn("no payment", form.client_payment_note)

    def test_small_debt_does_not_count(self):
        self.env.company.client_risk_debt_amount = 500
        self._tell_invoice("I-1", 40, 600)
        self._tell_payment(100)
        self.assertStatus("stable")

    def test_company_may_not_want_debts_to_count(self):
        self.env.company.client_risk_debt = False
        self._tell_invoice("I-1", 40, 1000)
        self._tell_payment(1)
        self.assertStatus("stable")


@tagged("post_install", "-at_install")
class TestClientDebtInOdoo(StandingCommon):
    """The books are kept in Odoo."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["account.chart.template"].try_loading(
            "generic_coa", company=cls.env.company, install_demo=False
        )
        cls.env.company.client_risk_debt = True
        cls.env.company.client_purchase_event = "shipment"

    def _invoice(self, days_ago, amount):
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": self.client.id,
                "invoice_date": self._get_day(days_ago),
                "invoice_date_due": self._get_day(days_ago),
                "invoice_line_ids": [
                    Command.create(
                        {"name": "Paint", "price_unit": amount, "tax_ids": []}
                    )
                ],
            }
        )
        move.action_post()
        return move

    def test_unpaid_invoice_makes_a_risk_until_it_is_paid(self):
        move = self._invoice(18, 12_300)
        self.assertStatus("debt_overdue")
        self.assertEqual(self.profile.overdue_debt, 12_300)
        self.assertIn("18 days", self.profile.reason)
        register = Form.from_action(self.env, move.action_register_payment())
        register.save().action_create_payments()
        self.assertStatus("stable")

    def test_invoice_not_due_yet_is_no_risk(self):
        self._invoice(6, 100)
        self.assertStatus("stable")
