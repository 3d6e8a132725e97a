from freezegun import freeze_time

from odoo.exceptions import AccessError
from odoo.tests import tagged, users

from .common import RiskCommon

MEASURES = ("opening", "came_new", "came_back", "went", "moved", "closing")


class FlowCommon(RiskCommon):
    """A history told by the accounting system, judged and counted night by night."""

    def _tell_days(self, partner_key, *days):
        """Tell purchases on the evening of the last of them."""
        with freeze_time(f"{days[-1]} 20:00:00"):
            self._tell(
                *(
                    self._make_row(
                        f"{partner_key}-{day}", date=day, partner_key=partner_key
                    )
                    for day in days
                )
            )

    def _pass_night(self, day):
        """Judge and count everybody on a day."""
        with freeze_time(f"{day} 03:00:00"):
            self.env["client.profile"].sudo()._judge_company(self.env.company.sudo())
            self.env["client.stay"].sudo()._count(self.env.company.sudo())

    def _read_flow(self, day, *groupby, domain=()):
        """:return: what is counted on ``day``: group -> six numbers"""
        with freeze_time(f"{day} 12:00:00"):
            groups = self.env["client.flow"]._read_group(
                [("company_id", "=", self.env.company.id), *domain],
                groupby,
                [f"{name}:sum" for name in MEASURES],
            )
        return {group[: len(groupby)]: group[len(groupby) :] for group in groups}

    def _assert_balance(self, numbers):
        opening, came_new, came_back, went, moved, closing = numbers
        self.assertEqual(opening + came_new + came_back + moved - went, closing)


@tagged("post_install", "-at_install")
class TestClientFlow(FlowCommon):
    """Opening + new + returned - left = closing, in every slice and every month."""

    def setUp(self):
        super().setUp()
        self.client.user_id = self.client_user
        # buys monthly, stops in spring 2025, comes back in December
        self._tell_days(
            "C-1",
            *(f"2024-{month:02}-10" for month in range(3, 13)),
            *(f"2025-{month:02}-10" for month in range(1, 5)),
            "2025-12-05",
        )
        # new in October
        self._tell_days("C-2", "2025-10-07", "2025-11-06", "2025-12-08")

    def test_history_is_there_after_the_first_night(self):
        self._pass_night("2025-12-20")
        flow = self._read_flow("2025-12-20")[()]
        self.assertEqual(flow, (0, 2, 1, 1, 0, 2))

    def test_months_follow_each_other(self):
        self._pass_night("2025-12-20")
        months = self._read_flow("2025-12-20", "month:month")
        self.assertEqual(len(months), 22)  # from March 2024
        previous = 0
        for _month, numbers in sorted(months.items()):
            self._assert_balance(numbers)
            self.assertEqual(numbers[0], previous)
            self.assertEqual(numbers[4], 0)
            previous = numbers[5]
        self.assertEqual(previous, 2)

    def test_every_slice_balances(self):
        self._pass_night("2025-12-20")
        for name in (
            "status",
            "sector",
            "manager_id",
            "client_type_id",
            "client_group_ids",
        ):
            for numbers in self._read_flow(
                "2025-12-20", name, "month:quarter"
            ).values():
                with self.subTest(name):
                    self._assert_balance(numbers)

    def test_client_comes_on_the_day_of_the_purchase(self):
        self._pass_night("2025-12-20")
        came = self.env["client.stay"].search(
            [
                ("origin", "in", ("new", "returned")),
                ("partner_id", "in", (self.client | self.other_client).ids),
            ],
            order="date_from",
        )
        self.assertEqual(
            [(stay.partner_id, stay.origin, str(stay.date_from)) for stay in came],
            [
                (self.client, "new", "2024-03-10"),
                (self.other_client, "new", "2025-10-07"),
                (self.client, "returned", "2025-12-05"),
            ],
        )

    def test_same_night_twice_counts_once(self):
        self._pass_night("2025-12-20")
        before = self.env["client.stay"].search_count([])
        self._pass_night("2025-12-20")
        self._pass_night("2025-12-21")
        self.assertEqual(self.env["client.stay"].search_count([]), before)

    def test_client_who_falls_silent_leaves(self):
        self._pass_night("2025-12-20")
        self._pass_night("2026-12-20")
        flow = self._read_flow("2026-12-20", domain=[("month", ">=", "2026-01-01")])[()]
        self.assertEqual(flow, (2, 0, 0, 2, 0, 0))

    def test_change_of_manager_moves_the_client(self):
        self._pass_night("2025-12-20")
        self.client.user_id = self.client_manager
        self._pass_night("2026-01-02")
        january = [("month", "=", "2026-01-01"), ("partner_id", "=", self.client.id)]
        by_manager = self._read_flow("2026-01-02", "manager_id", domain=january)
        self.assertEqual(by_manager[(self.client_user,)], (1, 0, 0, 0, -1, 0))
        self.assertEqual(by_manager[(self.client_manager,)], (0, 0, 0, 0, 1, 1))
        self.assertEqual(
            self._read_flow("2026-01-02", domain=january)[()], (1, 0, 0, 0, 0, 1)
        )

    def test_client_put_away_leaves(self):
        self._pass_night("2025-12-20")
        self.client.active = False
        self._pass_night("2026-01-02")
        january = [("month", "=", "2026-01-01"), ("partner_id", "=", self.client.id)]
        self.assertEqual(
            self._read_flow("2026-01-02", domain=january)[()], (1, 0, 0, 1, 0, 0)
        )

    def test_history_told_later_is_played_too(self):
        self._pass_night("2025-12-20")
        third = self._create_client("Нова", sync_source="1c", sync_key="C-9")
        self._tell_days("C-9", *(f"2025-{month:02}-15" for month in range(2, 12)))
        self._pass_night("2025-12-21")
        stay = self.env["client.stay"].search(
            [("partner_id", "=", third.id), ("origin", "=", "new")]
        )
        self.assertEqual(str(stay.date_from), "2025-02-15")

    @users("client_user")
    def test_salesperson_reads_the_table_and_no_stretches(self):
        self._pass_night("2025-12-20")
        flow = self.env["client.flow"].search(
            [("partner_id", "=", self.client.id)], limit=1
        )
        self.assertEqual(flow.action_open_client()["res_id"], self.client.id)
        with self.assertRaises(AccessError):
            self.env["client.stay"].search([])

    @users("portal_user")
    def test_portal_user_reads_nothing(self):
        with self.assertRaises(AccessError):
            self.env["client.flow"].search([])

    def test_table_is_read_at_once(self):
        self._pass_night("2025-12-20")
        self.env.invalidate_all()
        with self.assertQueryCount(2):
            self._read_flow("2025-12-20", "month:month", "status")
