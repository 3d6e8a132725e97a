from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import tagged, users

from .test_client_flow import FlowCommon

TODAY = "2025-06-20"


@tagged("post_install", "-at_install")
class TestClientSales(FlowCommon):
    """Repeat buyers, tickets, cohorts and seasons of two small clients."""

    def setUp(self):
        super().setUp()
        self.client.user_id = self.client_user
        # new in January; bought in February and twice in May
        self._tell_days("C-1", "2025-01-10", "2025-02-11", "2025-05-05", "2025-05-25")
        # new in January, bought once
        self._tell_days("C-2", "2025-01-20")
        with freeze_time(TODAY):
            self._tell(
                self._make_row("R-1", kind="return", date="2025-02-15", amount=400)
            )
        self._pass_night(TODAY)

    def _read(self, model, groupby, measures, domain=()):
        with freeze_time(TODAY):
            groups = self.env[model]._read_group(
                [("company_id", "=", self.env.company.id), *domain],
                groupby,
                [f"{name}:{kind}" for name, kind in measures.items()],
            )
        size = len(groupby)
        return {group[:size]: group[size:] for group in groups}

    def test_ticket_is_revenue_by_purchase_and_clients_count_once(self):
        measures = {
            "amount": "sum",
            "purchase_count": "sum",
            "client_count": "sum",
            "ticket": "sum",
            "repeat_share": "avg",
        }
        total = self._read("client.sales", [], measures)[()]
        self.assertEqual(total, (4600, 5, 2, 920, 0.5))

    def test_first_month_has_no_repeat_buyers(self):
        shares = self._read(
            "client.sales", ["month:month"], {"repeat_share": "avg", "ticket": "sum"}
        )
        self.assertEqual(list(shares.values()), [(0, 1000), (1, 600), (1, 1000)])

    def test_cohort_keeps_who_bought_by_months_since(self):
        found = self._read(
            "client.cohort",
            ["age"],
            {"size": "sum", "buyers": "sum", "share": "avg", "amount": "sum"},
        )
        self.assertEqual(
            found,
            {
                (0,): (2, 2, 1, 2000),
                (1,): (2, 1, 0.5, 600),
                (2,): (2, 0, 0, 0),
                (3,): (2, 0, 0, 0),
                (4,): (2, 1, 0.5, 2000),
            },
        )

    def test_cohort_of_a_manager_is_that_of_his_clients(self):
        found = self._read(
            "client.cohort",
            ["manager_id"],
            {"share": "avg"},
            [("age", "=", 1)],
        )
        self.assertEqual(found[(self.client_user,)], (1,))

    @users("client_user")
    def test_salesperson_reads_segments_and_cohorts(self):
        with freeze_time(TODAY):
            sold = self.env["client.sales"].search(
                [("partner_id", "=", self.client.id)]
            )
            self.assertEqual(len(sold), 3)
            self.assertEqual(sold[0].action_open_client()["res_id"], self.client.id)
            self.assertTrue(self.env["client.cohort"].search([]))

    @users("portal_user")
    def test_portal_user_reads_nothing(self):
        for model in ("client.sales", "client.cohort", "client.season"):
            with self.assertRaises(AccessError):
                self.env[model].search([])

    def test_tables_are_read_at_once(self):
        for model in ("client.sales", "client.cohort"):
            self.env.invalidate_all()
            with self.assertQueryCount(1):
                self._read(model, ["month:month"], {"amount": "sum"})


@tagged("post_install", "-at_install")
class TestClientSeason(FlowCommon):
    """A month against an average month, over whole years."""

    def _tell_paint(self, *amounts):
        """Tell what was bought on the 10th of each month from January 2024 on."""
        rows = []
        for number, amount in enumerate(amounts):
            year, month = divmod(number, 12)
            rows.append(
                self._make_row(
                    f"P-{number}",
                    date=f"{2024 + year}-{month + 1:02}-10",
                    amount=amount,
                    lines=[
                        {
                            "product_key": "P",
                            "product": "Paint",
                            "category": "Paints",
                            "quantity": 1,
                            "amount": amount,
                        }
                    ],
                )
            )
        self._tell(*rows)

    def _measure(self, day):
        with freeze_time(day):
            self.env["client.profile"].sudo()._judge_company(self.env.company.sudo())
            self.env["client.season"].sudo()._measure(self.env.company.sudo())

    def _read_index(self):
        return dict(
            self.env["client.season"]._read_group(
                [("company_id", "=", self.env.company.id)], ["month"], ["index:avg"]
            )
        )

    def test_month_is_held_against_an_average_month(self):
        with freeze_time("2025-01-05"):
            self._tell_paint(*[100] * 5, 1300, *[100] * 6)
        self._measure("2025-01-05")
        index = self._read_index()
        self.assertEqual((index["06"], index["01"]), (6.5, 0.5))
        self.assertAlmostEqual(sum(index.values()), 12)

    def test_seasons_need_a_whole_year(self):
        with freeze_time("2024-12-05"):
            self._tell_paint(*[100] * 11)
        self._measure("2024-12-05")
        self.assertFalse(self._read_index())

    def test_seasons_are_measured_once_a_month(self):
        with freeze_time("2025-01-05"):
            self._tell_paint(*[100] * 12)
        self._measure("2025-01-05")
        domain = [("company_id", "=", self.env.company.id)]
        before = self.env["client.season"].search(domain)
        self.assertTrue(before)
        self._measure("2025-01-06")
        self.assertEqual(self.env["client.season"].search(domain), before)
        self._measure("2025-02-01")
        self.assertFalse(self.env["client.season"].search(domain) & before)
