from freezegun import freeze_time
from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError
from odoo.fields import Date
from odoo.tests import Form, new_test_user, tagged, users
from odoo.tools import mute_logger

from .common import USER, ClientCommon


class OfferCommon(ClientCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client = cls._create_client(is_company=True)
        cls.person = cls._create_client("Олена Дубова", parent_id=cls.client.id)
        cls.colleague = new_test_user(cls.env, "colleague", USER)

    def _offer(self, **values):
        return self.env["client.offer"].create(
            {"partner_id": self.client.id, "name": "Autumn catalogue", **values}
        )


@tagged("post_install", "-at_install")
class TestClientOffer(OfferCommon):
    @users("client_user")
    @freeze_time("2026-03-10 22:30:00")
    def test_days_are_those_of_the_user(self):
        self.env.user.tz = "Europe/Kyiv"
        offer = self._offer()
        offer.action_set_ordered()
        self.assertRecordValues(
            offer,
            [{"date": Date.to_date("2026-03-11"), "outcome_date": offer.date}],
        )

    @users("client_user")
    def test_new_outcome_has_a_new_day(self):
        with freeze_time("2026-03-10 10:00:00"):
            offer = self._offer(outcome="postponed")
        with freeze_time("2026-03-20 10:00:00"):
            offer.action_set_postponed()
            self.assertEqual(offer.outcome_date, Date.to_date("2026-03-10"))
            offer.action_set_declined()
            self.assertEqual(offer.outcome_date, Date.to_date("2026-03-20"))
        offer.action_reopen()
        self.assertFalse(offer.outcome_date)

    @users("client_user")
    def test_day_that_was_said_is_kept(self):
        offer = self._offer(outcome="ordered", outcome_date="2026-01-05")
        self.assertEqual(offer.outcome_date, Date.to_date("2026-01-05"))
        offer.write({"outcome": "declined", "outcome_date": "2026-01-06"})
        self.assertEqual(offer.outcome_date, Date.to_date("2026-01-06"))

    @users("client_user")
    def test_open_offer_has_no_day_of_outcome(self):
        offer = self._offer()
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(CheckViolation),
            self.env.cr.savepoint(),
        ):
            offer.outcome_date = "2026-01-05"

    @users("client_user")
    def test_column_of_the_board_gives_the_outcome(self):
        offers = self.env["client.offer"].with_context(default_outcome="ordered")
        offer = offers.create({"partner_id": self.client.id, "name": "Samples"})
        self.assertTrue(offer.outcome_date)

    @users("client_user")
    def test_offer_to_a_person_is_an_offer_to_the_company(self):
        offer = self._offer(partner_id=self.person.id)
        wanted = [{"partner_id": self.client.id, "contact_id": self.person.id}]
        self.assertRecordValues(offer, wanted)
        self.assertIn(offer, self.client.with_env(self.env).client_offer_ids)
        offer = self._offer()
        offer.partner_id = self.person
        self.assertRecordValues(offer, wanted)

    @users("client_user")
    def test_new_offer_from_the_card(self):
        action = self.person.with_env(self.env).action_new_offer()
        offers = self.env["client.offer"].with_context(**action["context"])
        with Form(offers) as form:
            form.name = "Samples"
        self.assertRecordValues(
            form.record,
            [
                {
                    "partner_id": self.client.id,
                    "contact_id": self.person.id,
                    "user_id": self.client_user.id,
                    "outcome": "open",
                    "currency_id": self.env.company.currency_id.id,
                }
            ],
        )

    @users("client_user")
    def test_card_counts_and_opens_its_offers(self):
        offers = self._offer() + self._offer()
        client = self.client.with_env(self.env)
        self.assertEqual(client.client_offer_count, 2)
        action = client.action_open_offers()
        self.assertEqual(self.env["client.offer"].search(action["domain"]), offers)

    @users("client_user")
    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_user_changes_but_does_not_delete_what_a_colleague_wrote(self):
        foreign = self._offer().with_user(self.colleague)
        foreign.action_set_ordered()
        foreign.user_id = self.colleague
        with self.assertRaises(AccessError):
            foreign.unlink()
        foreign.with_env(self.env).unlink()

    @users("client_manager")
    def test_manager_deletes_any_offer(self):
        offer = self._offer().with_user(self.colleague).copy().with_env(self.env)
        offer.unlink()
        self.assertFalse(offer.exists())


@tagged("post_install", "-at_install")
class TestOfferCompanies(OfferCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls._create_company(
            name="Other Company", currency_id=cls.env.ref("base.EUR").id
        )
        cls.client_user.company_ids += cls.other_company

    @users("client_user")
    def test_offer_is_of_the_company_of_its_client(self):
        self.client.company_id = self.other_company
        offer = self._offer()
        self.assertEqual(offer.company_id, self.other_company)
        self.assertEqual(offer.currency_id, self.env.ref("base.EUR"))

    @users("client_user")
    def test_offer_to_a_shared_client_is_of_the_present_company(self):
        offers = self.env["client.offer"].with_company(self.other_company)
        offer = offers.create({"partner_id": self.client.id, "name": "Samples"})
        self.assertEqual(offer.company_id, self.other_company)
        here = offers.with_context(allowed_company_ids=self.env.company.ids)
        self.assertFalse(here.search([("id", "=", offer.id)]))

    @users("client_user")
    def test_offers_move_with_their_client(self):
        offer = self._offer()
        self.client.company_id = self.other_company
        self.assertEqual(offer.sudo().company_id, self.other_company)
