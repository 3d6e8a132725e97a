from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged, users

from .common import SOURCE, RiskCommon

LINES = [
    {"product_key": "P", "product": "Paint", "category": "Paints", "amount": 700},
    {"product": "Brush", "category": "Tools", "quantity": 3, "amount": 300},
]


@tagged("post_install", "-at_install")
class TestTransactionUpsert(RiskCommon):
    """The door for accounting systems."""

    def test_document_is_stored_with_its_lines(self):
        answer = self._ask(self._make_row(number="N 7", lines=LINES))[0]
        stored = self._get_stored()
        self.assertEqual(
            answer,
            {
                "key": "S-1",
                "status": "created",
                "id": stored.id,
                "error_code": "",
                "message": "",
            },
        )
        self.assertRecordValues(
            stored,
            [
                {
                    "partner_id": self.client.id,
                    "company_id": self.env.company.id,
                    "source": SOURCE,
                    "number": "N 7",
                    "amount": 1000,
                    "company_amount": 1000,
                    "currency_id": self.env.company.currency_id.id,
                    "create_uid": self.sync_user.id,
                }
            ],
        )
        self.assertRecordValues(
            stored.line_ids,
            [
                {"product": "Paint", "quantity": 0, "amount": 700},
                {"product": "Brush", "quantity": 3, "amount": 300},
            ],
        )
        self.assertEqual(stored.line_ids.partner_id, self.client)

    def test_same_batch_again_changes_nothing(self):
        rows = [self._make_row(f"S-{number}", lines=LINES) for number in range(5)]
        self.assertEqual(self._tell(*rows), ["created"] * 5)
        lines = self._get_stored("S-3").line_ids
        self.assertEqual(self._tell(*rows), ["unchanged"] * 5)
        self.assertEqual(self._get_stored("S-3").line_ids, lines)

    def test_newer_version_replaces_document_and_lines(self):
        self._tell(self._make_row(lines=LINES))
        newer = self._make_row(version=2, amount=5, lines=LINES[:1], partner_key="C-2")
        self.assertEqual(self._tell(newer), ["updated"])
        stored = self._get_stored()
        self.assertEqual((stored.amount, stored.partner_id), (5, self.other_client))
        self.assertEqual(stored.line_ids.mapped("product"), ["Paint"])
        self.assertEqual(stored.line_ids.partner_id, self.other_client)

    def test_older_version_changes_nothing(self):
        self._tell(self._make_row(version="2026-02-03T10:00:00Z"))
        late = self._make_row(version="2026-02-03T11:00:00+02:00", amount=1)
        self.assertEqual(self._tell(late), ["stale"])
        self.assertEqual(self._get_stored().amount, 1000)

    def test_long_version_is_compared_exactly(self):
        self._tell(self._make_row(version=2**69))
        older = self._make_row(version=2**69 - 1, amount=1)
        self.assertEqual(self._tell(older), ["stale"])
        newer = self._make_row(version=2**69 + 1, amount=2)
        self.assertEqual(self._tell(newer), ["updated"])

    def test_newest_of_one_batch_is_stored(self):
        rows = [self._make_row(version=one, amount=one) for one in (2, 3, 1)]
        self.assertEqual(self._tell(*rows), ["created", "updated", "stale"])
        self.assertEqual(self._get_stored().amount, 3)

    def test_bad_row_is_one_error_in_its_place(self):
        rows = [
            self._make_row("S-1"),
            self._make_row("S-2", date="soon"),
            self._make_row("S-3", partner_key="nobody"),
            self._make_row("S-4", currency="ZZZ"),
            7,
            self._make_row("S-5"),
        ]
        answers = self._ask(*rows)
        self.assertEqual(
            [(answer["key"], answer["error_code"]) for answer in answers],
            [
                ("S-1", ""),
                ("S-2", "bad_date"),
                ("S-3", "unknown_partner"),
                ("S-4", "unknown_currency"),
                ("", "malformed"),
                ("S-5", ""),
            ],
        )
        self.assertIn("soon", answers[1]["message"])
        self.assertEqual([answer["id"] > 0 for answer in answers[1:5]], [False] * 4)

    def test_error_is_told_in_the_language_of_the_script(self):
        codes = (
            ({"date": ""}, "missing"),
            ({"kind": "gift"}, "bad_kind"),
            ({"amount": "x"}, "bad_amount"),
            ({"version": "x"}, "bad_version"),
            ({"lines": 7}, "bad_lines"),
            ({"number": "x" * 300}, "too_long"),
        )
        for values, code in codes:
            with self.subTest(code=code):
                answer = self._ask(self._make_row(**values))[0]
                self.assertEqual(answer["error_code"], code)
                self.assertTrue(answer["message"])

    def test_batch_that_is_none_is_refused(self):
        upsert = self.env["client.transaction"].with_user(self.sync_user).upsert
        for source, rows in (("", []), (None, []), (SOURCE, "rows"), (SOURCE, None)):
            with self.assertRaises(UserError):
                upsert(source, rows)
        with self.assertRaisesRegex(UserError, "1001"):
            upsert(SOURCE, [self._make_row()] * 1001)
        self.assertEqual(upsert(SOURCE, []), [])

    def test_archived_document_stays_away(self):
        self._tell(self._make_row())
        self._get_stored().active = False
        newer = self._make_row(version=2, amount=7)
        self.assertEqual(self._tell(newer), ["gone"])
        self.assertRecordValues(self._get_stored(), [{"active": False, "amount": 1000}])

    def test_change_by_hand_lasts_until_the_document_is_told_anew(self):
        self._tell(self._make_row())
        stored = self._get_stored()
        stored.with_user(self.client_manager).amount = 7
        self.assertEqual(stored.company_amount, 7)
        self.assertEqual(self._tell(self._make_row()), ["updated"])
        self.assertEqual(stored.amount, 1000)

    def test_foreign_currency_counts_by_the_rate_of_the_day(self):
        euro = self.env["res.currency"].with_context(active_test=False)
        euro = euro.search([("name", "=", "CHF")])
        self.env["res.currency.rate"].create(
            [
                {"currency_id": euro.id, "name": day, "inverse_company_rate": rate}
                for day, rate in (("2026-01-01", 40), ("2026-02-01", 50))
            ]
        )
        rows = [
            self._make_row("S-1", currency="CHF", date="2026-01-20", lines=LINES),
            self._make_row("S-2", currency="chf", date="2026-02-20"),
        ]
        self._tell(*rows)
        first, second = self._get_stored("S-1"), self._get_stored("S-2")
        self.assertEqual((first.currency_id, first.amount), (euro, 1000))
        self.assertAlmostEqual(first.company_amount, 40_000)
        self.assertAlmostEqual(sum(first.line_ids.mapped("company_amount")), 40_000)
        self.assertAlmostEqual(second.company_amount, 50_000)

    def test_what_is_stored_agrees_with_what_odoo_computes(self):
        self._tell(
            self._make_row("S-1", kind="return", amount=12.345, lines=LINES),
            self._make_row("S-2", amount=-7),
        )
        for stored in self._get_stored("S-1") + self._get_stored("S-2"):
            told = (stored.company_amount, stored.line_ids.mapped("company_amount"))
            stored._compute_company_amount()
            stored.line_ids._compute_company_amount()
            computed = stored.company_amount, stored.line_ids.mapped("company_amount")
            self.assertEqual(computed, told)
            self.assertLess(stored.company_amount, 0)

    def test_client_of_the_company_goes_before_a_shared_one(self):
        own = self._create_client(
            "Own", sync_source=SOURCE, sync_key="C-1", company_id=self.env.company.id
        )
        self._tell(self._make_row())
        self.assertEqual(self._get_stored().partner_id, own)

    def test_client_of_another_system_is_unknown(self):
        answer = self._ask(self._make_row(), source="other")[0]
        self.assertEqual(answer["error_code"], "unknown_partner")

    def test_key_lost_in_a_merge_is_known_by_earlier_documents(self):
        self._tell(self._make_row(), self._make_row("S-2", partner_key="C-2"))
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.client | self.other_client).ids, self.client)
        self.assertEqual(self._get_stored("S-2").partner_id, self.client)
        rows = [self._make_row(f"S-{key}", partner_key=key) for key in ("C-1", "C-2")]
        self.assertEqual(self._tell(*rows), ["created"] * 2)
        self.assertEqual(self._get_stored("S-C-2").partner_id, self.client)

    def test_same_key_of_two_companies_are_two_documents(self):
        other = self._create_company(name="Other Company")
        self.sync_user.company_ids = [Command.link(other.id)]
        self._tell(self._make_row())
        env = self.env(user=self.sync_user, context={"allowed_company_ids": other.ids})
        self.assertEqual(self._tell(self._make_row(), env=env), ["created"])
        self.assertEqual(self._get_stored().company_id, self.env.company | other)

    def test_documents_are_counted_on_the_card(self):
        site = self._create_client("Site", parent_id=self.client.id, type="delivery")
        self._tell(self._make_row(), self._make_row("S-2"))
        self._get_stored("S-2").partner_id = site
        client = self.client.with_user(self.client_user)
        self.assertEqual(client.client_transaction_count, 2)
        action = client.action_open_client_transactions()
        found = self.env["client.transaction"].search(action["domain"])
        self.assertEqual(len(found), 2)

    def test_thousand_rows_take_few_statements(self):
        rows = [self._make_row(f"S-{n}", lines=LINES) for n in range(1000)]
        changed = [{**row, "version": 2, "amount": 1} for row in rows]
        env = self.env(user=self.sync_user)
        self._tell(rows[0], env=env)

        def count(some):
            self.env.flush_all()
            before = self.env.cr.sql_log_count
            self._tell(*some, env=env)
            return self.env.cr.sql_log_count - before

        few, few_changed = count(rows[1:10]), count(changed[1:10])
        self.assertLess(few, 60)
        self.assertLessEqual(count(rows[10:]), few + 2)
        self.assertLessEqual(count(changed[10:]), few_changed + 2)

    def test_others_may_not_tell(self):
        for name in ("client_user", "internal_user", "portal_user", "public_user"):
            transactions = self.env["client.transaction"].with_user(getattr(self, name))
            with self.subTest(user=name), self.assertRaises(AccessError):
                transactions.upsert(SOURCE, [self._make_row()])

    @freeze_time("2026-02-10")
    @users("client_user")
    def test_user_reads_documents_of_his_companies(self):
        other = self._create_company(name="Other Company")
        self._tell(self._make_row())
        hidden = self._get_stored().copy({"company_id": other.id, "key": "S-9"})
        mine = self._get_stored().with_env(self.env) - hidden.with_env(self.env)
        self.assertEqual(mine._filtered_access("read"), mine)
        self.assertFalse(hidden.with_env(self.env)._filtered_access("read"))
        with self.assertRaises(AccessError):
            hidden.with_env(self.env).read(["key"])
