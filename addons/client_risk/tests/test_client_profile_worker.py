from contextlib import contextmanager
from unittest.mock import patch

from psycopg2.errors import SerializationFailure

from odoo.exceptions import AccessError, ConcurrencyError, ValidationError
from odoo.fields import Command
from odoo.tests import tagged, users
from odoo.tools import mute_logger

from .test_client_profile import ProfileCommon

LOGGER = "odoo.addons.client_risk.models.client_profile_judge"
SECRET = "Northern Lights Trading"


@tagged("post_install", "-at_install")
class TestClientProfileWorker(ProfileCommon):
    """Statistics that fail stop nobody, and are made up for."""

    @contextmanager
    def _failing(self, *culprits, error=ValueError, method="_judge"):
        """Let an evaluation fail that some clients are in; any, when none is named."""
        Profile = self.env.registry["client.profile"]
        work = getattr(Profile, method)
        bad = {client.id for client in culprits}

        def fail(records, *args, **kwargs):
            ids = args[-1] if isinstance(args[-1], list) else None
            if not bad or ids is None or bad & set(ids):
                raise error(SECRET)
            return work(records, *args, **kwargs)

        with patch.object(Profile, method, fail), mute_logger(LOGGER):
            yield

    def _get_waiting(self):
        retries = self.env["client.profile.retry"]
        return retries.search([("company_id", "=", self.env.company.id)]).partner_id

    def _make_order(self):
        self.env.company.client_purchase_event = "order"
        product = self.env["product.product"].create({"name": "Paint"})
        return self.env["sale.order"].create(
            {
                "partner_id": self.client.id,
                "order_line": [
                    Command.create({"product_id": product.id, "price_unit": 50.0})
                ],
            }
        )

    def _run_cron(self):
        with self.enter_registry_test_mode():
            self.env.ref("client_risk.ir_cron_client_profile").method_direct_trigger()

    def test_order_is_confirmed_whatever_happens_to_the_verdict(self):
        order = self._make_order()
        with self._failing():
            order.action_confirm()
        self.assertEqual(order.state, "sale")
        self.assertFalse(self._get_profile())
        self.assertEqual(self._get_waiting(), self.client)

    def test_order_survives_a_broken_statement(self):
        def break_(records, *args, **kwargs):
            records.env.cr.execute("SELECT * FROM no_such_table")

        order = self._make_order()
        Profile = self.env.registry["client.profile"]
        with (
            patch.object(Profile, "_store", break_),
            mute_logger(LOGGER, "odoo.sql_db"),
        ):
            order.action_confirm()
        order.flush_recordset()
        self.assertEqual(order.state, "sale")
        self.assertEqual(self._get_waiting(), self.client)

    def test_transactions_are_stored_whatever_happens_to_the_verdict(self):
        with self._failing():
            self.assertEqual(self._tell(self._make_row()), ["created"])
        self.assertTrue(self._get_stored())
        self.assertEqual(self._get_waiting(), self.client)

    def test_errors_of_concurrency_run_the_act_again(self):
        for error in (SerializationFailure, ConcurrencyError):
            order = self._make_order()
            with self._failing(error=error), self.assertRaises(error):
                order.action_confirm()

    def test_errors_of_the_act_are_its_own(self):
        refusal = ValidationError("no")

        def refuse(records):
            raise refusal

        with (
            self.assertRaises(ValidationError),
            patch.object(self.env.cr, "flush", refuse.__get__(self.env.cr)),
        ):
            self.env["client.profile"]._judge_clients(self.client, self.env.company)

    def test_client_is_tried_again_within_minutes(self):
        cron = self.env.ref("client_risk.ir_cron_client_profile")
        triggers = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        with self._failing():
            self._tell(self._make_row())
        added = self.env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
        self.assertEqual(len(added - triggers), 1)
        self.env["res.company"].search([]).client_judged_on = "2026-03-02"
        self._run_cron()
        self.assertFalse(self._get_waiting())
        self.assertEqual(self._get_profile().purchase_count, 1)

    def test_client_who_fails_twice_waits_once(self):
        with self._failing():
            self._tell(self._make_row())
            self._tell(self._make_row("S-2"))
        waiting = self.env["client.profile.retry"].search(
            [("partner_id", "=", self.client.id)]
        )
        self.assertEqual(len(waiting), 1)

    def test_log_holds_no_names(self):
        Profile = self.env.registry["client.profile"]
        with (
            patch.object(Profile, "_judge", side_effect=ValueError(SECRET)),
            self.assertLogs(LOGGER, "WARNING") as log,
        ):
            self._tell(self._make_row())
        self.assertIn("ValueError", log.output[0])
        self.assertNotIn(SECRET, "".join(log.output))

    def test_one_culprit_costs_nobody_else_the_night(self):
        self._buy(10, 30, key="C-2")
        self._judge_all()
        self._get_profile(self.other_client).unlink()
        self.env.company.client_judged_on = False
        with self._failing(self.client):
            self._run_cron()
        self.assertEqual(self._get_profile(self.other_client).purchase_count, 2)
        self.assertEqual(self._get_waiting(), self.client)
        self.assertTrue(self.env.company.client_judged_on)
        self._run_cron()
        self.assertFalse(self._get_waiting())

    def test_night_that_fails_with_all_fails(self):
        self._create_clients(30)
        self.env["res.company"].search([]).client_judged_on = "2026-03-02"
        self.env.company.client_judged_on = False
        with self._failing(), self.assertRaisesRegex(ValueError, SECRET):
            self.env["client.profile"].sudo()._judge_night(self.env.company)
        self.assertFalse(self.env.company.client_judged_on)

    def _create_clients(self, count):
        return self.env["res.partner"].create(
            [{"name": f"Client {number}"} for number in range(count)]
        )

    def test_verdict_stands_when_nobody_can_act_upon_it(self):
        with self._failing(method="_follow_up"):
            self._buy(10, 30)
        self.assertEqual(self._get_profile().purchase_count, 2)

    @users("client_manager")
    def test_manager_tries_again(self):
        with self._failing():
            self._tell(self._make_row())
        waiting = self.env["client.profile.retry"].search([])
        self.assertTrue(waiting.action_judge())
        self.assertFalse(waiting.exists())
        self.assertEqual(self._get_profile().purchase_count, 1)

    @users("client_user")
    def test_user_does_not_try_again(self):
        with self.assertRaises(AccessError):
            self.env["client.profile.retry"].action_judge()


@tagged("post_install", "-at_install")
class TestShopsOfAChain(ProfileCommon):
    """A company below another is a client of its own once it has bought."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shop, cls.person = cls.env["res.partner"].create(
            [
                {
                    "name": "Shop",
                    "is_company": True,
                    "parent_id": cls.client.id,
                    "sync_source": "1c",
                    "sync_key": "C-9",
                },
                {
                    "name": "Buyer",
                    "parent_id": cls.client.id,
                    "sync_source": "1c",
                    "sync_key": "C-8",
                },
            ]
        )

    def test_idle_shop_has_no_profile(self):
        self._judge_all()
        self.assertTrue(self._get_profile())
        self.assertFalse(self._get_profile(self.shop))

    def test_shop_that_buys_has_its_own_profile(self):
        self._buy(10, 30)
        self._buy(20, 40, 60, key="C-9")
        self._judge_all()
        self.assertEqual(self._get_profile().purchase_count, 2)
        self.assertEqual(self._get_profile(self.shop).purchase_count, 3)
        self.assertEqual(self.shop.with_user(self.client_user).client_sector, "growth")

    def test_night_keeps_what_the_purchase_said_of_a_shop(self):
        self._buy(20, 40, 60, key="C-9")
        self.assertTrue(self._get_profile(self.shop).active)
        self._judge_all()
        self.assertTrue(self._get_profile(self.shop).active)

    def test_persons_purchases_are_their_companys(self):
        self._buy(10, 30, key="C-8")
        self._judge_all()
        self.assertEqual(self._get_profile().purchase_count, 2)
        self.assertFalse(self._get_profile(self.person))
