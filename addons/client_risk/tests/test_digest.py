from datetime import datetime

from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import new_test_user, tagged, users

from .test_client_flow import FlowCommon

TODAY = "2025-06-20"


@tagged("post_install", "-at_install")
class TestDigest(FlowCommon):
    """The numbers of clients in the periodic letter, for a company of its own."""

    def setUp(self):
        super().setUp()
        months = [(2024, month) for month in range(3, 13)] + [(2025, 1), (2025, 2)]
        self._tell_days("C-1", *(f"{year}-{month:02}-10" for year, month in months))
        self._tell_days("C-2", "2025-06-10")
        self._pass_night("2025-04-01")
        self._pass_night(TODAY)
        self.digest = (
            self.env["digest.digest"]
            .sudo()
            .create({"name": "Clients", "company_id": self.env.company.id})
        )

    def _read(self, name, start=datetime(2025, 6, 1), end=datetime(2025, 6, 20)):
        with freeze_time(f"{TODAY} 12:00:00"):
            digest = self.digest.with_env(self.env).with_context(
                start_datetime=start, end_datetime=end
            )
            digest.invalidate_recordset()
            return digest[f"kpi_client_{name}_value"]

    @users("client_user")
    def test_new_and_repeat_buyers_of_the_time(self):
        self.assertEqual(self._read("new"), 1)
        self.assertEqual(self._read("repeat"), 0)
        year = datetime(2025, 1, 1)
        self.assertEqual(self._read("repeat", year), 50)

    @users("client_user")
    def test_who_was_at_risk_at_the_end_of_the_time(self):
        day = datetime(2025, 4, 2)
        self.assertEqual(self._read("risk", datetime(2025, 4, 1), day), 1)
        self.assertEqual(
            self._read("risk", datetime(2025, 1, 1), datetime(2025, 2, 1)), 0
        )

    @users("client_user")
    def test_who_missed_the_date_counts_once_in_its_time(self):
        self.assertEqual(
            self._read("missed", datetime(2025, 3, 1), datetime(2025, 4, 1)), 1
        )
        self.assertEqual(self._read("missed"), 0)

    @users("client_user")
    def test_money_is_that_of_clients_at_risk(self):
        profiles = self.env["client.profile"].search(
            [("company_id", "=", self.env.company.id), ("sector", "=", "risk")]
        )
        self.assertAlmostEqual(
            self._read("stake"), sum(profiles.mapped("money_at_stake")), 2
        )
        self.assertEqual(self._read("won"), 0)

    def test_every_number_leads_to_a_list(self):
        digest = self.digest.sudo()
        actions = digest._compute_kpis_actions(self.env.company, self.env.user)
        for name in digest._fields:
            if name.startswith("kpi_client_") and not name.endswith("_value"):
                xmlid = actions[name].split("?")[0]
                self.assertTrue(self.env.ref(xmlid))

    def test_who_does_not_work_with_clients_gets_no_numbers(self):
        user = new_test_user(self.env, "digest_reader", "base.group_user")
        for name in ("risk", "missed", "won", "new", "repeat", "stake"):
            digest = self.digest.with_user(user).with_context(
                start_datetime=datetime(2025, 6, 1), end_datetime=datetime(2025, 6, 20)
            )
            digest.invalidate_recordset()
            with self.assertRaises(AccessError):
                digest[f"kpi_client_{name}_value"]
