import datetime as dt

from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged, users

from odoo.addons.client_base.tests.common import USER

from .common import SOURCE
from .test_client_profile import TODAY, ProfileCommon

SALESMAN = "sales_team.group_sale_salesman"


class SuggestionCommon(ProfileCommon):
    """Ten shops that buy paint, seven of them brushes; the first one has none."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = new_test_user(cls.env, "seller", f"{USER},{SALESMAN}")
        cls.shops = cls.env["res.partner"].create(
            [
                {"name": f"Shop {n}", "sync_source": SOURCE, "sync_key": f"K-{n}"}
                for n in range(10)
            ]
        )
        cls.shop = cls.shops[0]
        cls.brush = cls.env["product.product"].create(
            {"name": "Flat brush", "default_code": "ZB-1", "list_price": 50}
        )

    @classmethod
    def _make_sale(cls, shop, day, *items, kind="shipment", **values):
        """:param items: pairs of product key and amount"""
        lines = [
            {"product_key": key, "product": f"Ware {key}", "amount": sum_}
            for key, sum_ in items
        ]
        return {
            "key": f"{kind}-{shop}-{day}",
            "partner_key": f"K-{shop}",
            "date": (TODAY - dt.timedelta(days=day)).isoformat(),
            "kind": kind,
            "amount": sum(amount for _key, amount in items),
            "lines": lines,
            **values,
        }

    def _sell_paint(self):
        """Everybody bought paint twenty days ago; shops 3 to 9 brushes, too."""
        rows = []
        for shop in range(10):
            items = [("ZP-1", 1000.0)] + [("ZB-1", 200.0)] * (shop >= 3)
            rows.append(self._make_sale(shop, 20, *items))
        self._ask(*rows)
        self._judge_all()
        self._suggest()

    def _judge_all(self):
        root = self.env(su=True)
        root["client.profile"]._judge_company(root.company)

    def _suggest(self):
        root = self.env(su=True)
        root["client.suggestion"]._suggest_company(root.company)

    def _get(self, client=None, key="product %s"):
        """:return: suggestions of the item with the brush, for a client"""
        key = key % self.brush.id if "%" in key else key
        return self.env["client.suggestion"].search(
            [
                ("partner_id", "=", (client or self.shop).id),
                ("item_id.key", "=", key),
                ("company_id", "=", self.env.company.id),
            ]
        )


@tagged("post_install", "-at_install")
class TestClientSuggestion(SuggestionCommon):
    def test_small_company_is_told_what_such_clients_buy(self):
        self._sell_paint()
        found = self._get()
        self.assertRecordValues(
            found,
            [{"kind": "segment", "state": "open", "amount": 200, "success": 0}],
        )
        self.assertAlmostEqual(found.confidence, 0.7)
        chance = self._get_profile(self.shop).buy_chance
        self.assertAlmostEqual(found.expected_sum, 0.7 * 200 * chance, 2)
        self.assertEqual(found.why, "70 % of such clients buy “Flat brush”.")

    def test_nobody_is_offered_what_he_buys(self):
        self._sell_paint()
        self.assertFalse(self._get(self.shops[5]))
        self.assertFalse(self._get(self.shop, "key zp-1"))

    def test_second_night_changes_nothing(self):
        self._sell_paint()
        known = self._get()
        stamp = known.write_date
        self._suggest()
        self.assertEqual(self._get(), known)
        self.assertEqual(known.write_date, stamp)
        self.assertEqual(known.state, "open")

    def test_type_of_client_is_named(self):
        kind = self.env["client.type"].create({"name": "Corner Shop"})
        self.shops.client_type_id = kind
        self._sell_paint()
        self.assertEqual(
            self._get().why,
            "70 % of clients of the type “Corner Shop” buy “Flat brush”.",
        )

    def test_line_that_is_due_again_is_offered(self):
        rows = [self._make_sale(0, day, ("ZP-1", 100.0)) for day in range(25, 200, 20)]
        self._ask(*rows)
        self._judge_all()
        self._suggest()
        found = self._get(key="key zp-1")
        self.assertRecordValues(
            found, [{"kind": "repeat", "line_count": 9, "amount": 100}]
        )
        self.assertEqual(found.last_date, TODAY - dt.timedelta(days=25))
        self.assertIn("9 times), last on 02/05/2026: due since 02/25/2026", found.why)

    def test_line_of_every_day_is_told_in_the_singular(self):
        found = self.env["client.suggestion"].new(
            {
                "kind": "repeat",
                "item_id": self.env["client.item"].new({"name": "Bread"}),
                "line_count": 40,
                "period_days": 1.2,
                "last_date": TODAY,
            }
        )
        self.assertIn("Buys “Bread” every day (40 times)", found.why)

    def test_line_left_off_is_told(self):
        rows = [self._make_sale(0, day, ("ZP-1", 100.0)) for day in range(5, 60, 20)]
        rows += [
            self._make_sale(0, day, ("ZP-1", 100.0), ("ZB-1", 50.0))
            for day in range(65, 200, 20)
        ]
        self._ask(*rows)
        self._judge_all()
        self._suggest()
        found = self._get()
        self.assertEqual(found.kind, "lost")
        self.assertAlmostEqual(found.confidence, 7 / 10)
        self.assertIn("Bought “Flat brush” in 70 of 100 purchases", found.why)

    def test_pair_is_learnt_from_many_clients(self):
        shops = self.env["res.partner"].create(
            [
                {"name": f"Many {n}", "sync_source": SOURCE, "sync_key": f"K-{n}"}
                for n in range(10, 220)
            ]
        )
        rows = []
        for shop in range(10, 220):
            wares = ["ZP-1"] if shop < 80 else ["ZW-1"]
            wares += ["ZB-1"] if 20 <= shop < 80 else []
            rows.append(self._make_sale(shop, 20, *((one, 100.0) for one in wares)))
        self._ask(*rows)
        self._judge_all()
        self._suggest()
        found = self._get(shops[0])
        self.assertRecordValues(found, [{"kind": "pair", "state": "open"}])
        self.assertAlmostEqual(found.confidence, 60 / 70)
        self.assertEqual(
            found.why, "86 % of those who buy “Ware ZP-1” also buy “Flat brush”."
        )
        self.assertFalse(self._get(shops[100]))  # water goes with nothing

    # === WHAT COMES OF IT ===

    def test_purchase_closes_a_suggestion_as_success(self):
        self._sell_paint()
        found = self._get()
        with freeze_time("2026-03-12 08:00"):
            self._ask(self._make_sale(0, -8, ("ZB-1", 250.0)))
            self._suggest()
        self.assertRecordValues(
            found,
            [
                {
                    "state": "bought",
                    "success": 1,
                    "bought_amount": 250,
                    "bought_on": TODAY + dt.timedelta(days=8),
                }
            ],
        )
        with self.assertRaisesRegex(UserError, "bought it already"):
            found._refuse("price")

    def test_purchase_before_the_suggestion_is_no_success(self):
        self._sell_paint()
        found = self._get()
        self._ask(self._make_sale(0, 3, ("ZB-1", 250.0)))
        self._suggest()
        self.assertRecordValues(found, [{"state": "gone", "success": 0}])

    @users("seller")
    def test_refused_is_left_alone_for_half_a_year(self):
        self._sell_paint()
        found = self._get()
        self._answer(found, "refused", reason="price", note="Too dear")
        self.assertRecordValues(
            found,
            [
                {
                    "state": "refused",
                    "refuse_reason": "price",
                    "refuse_note": "Too dear",
                    "refused_until": dt.date(2026, 9, 1),
                    "answered_by_id": self.env.uid,
                }
            ],
        )
        self._suggest()
        self.assertEqual(found.state, "refused")
        with freeze_time("2026-08-31 08:00"):
            self._suggest()
            self.assertEqual(found.state, "refused")
        with freeze_time("2026-09-01 08:00"):
            self._suggest()
        self.assertRecordValues(found, [{"state": "open", "refused_until": False}])
        self.assertEqual(found.suggested_on, dt.date(2026, 9, 1))

    @users("seller")
    def test_put_off_comes_back_on_its_day(self):
        self._sell_paint()
        found = self._get()
        self._answer(found, "later", day="2026-03-10")
        self._suggest()
        self.assertEqual(found.state, "later")
        with freeze_time("2026-03-10 08:00"):
            self._suggest()
        self.assertEqual(found.state, "open")

    @users("seller")
    def test_day_to_come_back_lies_ahead(self):
        self._sell_paint()
        with self.assertRaisesRegex(UserError, "to come"):
            self._answer(self._get(), "later", day="2026-03-02")

    def _answer(self, suggestions, answer, **values):
        action = suggestions._ask_answer(answer, "Answer")
        wizard = self.env[action["res_model"]].with_context(**action["context"])
        wizard.create(values).action_apply()

    @users("client_manager")
    def test_manager_finds_anew(self):
        self._sell_paint()
        self._get().sudo().unlink()
        self.env["client.profile"].recompute()
        self.env["client.suggestion"].recompute()
        self.assertEqual(self._get().state, "open")

    # === WHO MAY ===

    @users("seller")
    def test_nobody_writes_a_suggestion_by_hand(self):
        self._sell_paint()
        with self.assertRaises(AccessError):
            self._get().write({"state": "bought"})

    @users("client_user")
    def test_finding_anew_is_a_managers_affair(self):
        with self.assertRaises(AccessError):
            self.env["client.suggestion"].recompute()

    def test_suggestions_of_another_company_are_hidden(self):
        self._sell_paint()
        found = self._get()
        other = self._create_company(name="Another")
        self.seller.write(
            {"company_ids": [Command.set(other.ids)], "company_id": other.id}
        )
        foreign = found.with_user(self.seller).with_company(other)
        for act in ("action_quote", "action_refuse", "action_reopen"):
            with self.subTest(act=act), self.assertRaises(AccessError):
                getattr(foreign, act)()
        self.assertFalse(foreign.search([]))

    def test_portal_user_answers_nothing(self):
        self._sell_paint()
        with self.assertRaises(AccessError):
            self._get().with_user(self.portal_user)._refuse("price")

    # === AROUND ===

    def test_profile_and_card_know_them(self):
        self._sell_paint()
        found = self._get()
        self.assertIn(found, self._get_profile(self.shop).suggestion_ids)
        card = self.shop.with_user(self.client_user)
        self.assertIn(found, card.client_suggestion_ids)

    def test_form_of_a_card_asks_for_them_only_when_they_are_looked_at(self):
        views = self.env["res.partner"].with_user(self.client_user).get_views
        answer = views([(self.env.ref("base.view_partner_form").id, "form")])
        self.assertIn('name="client_suggestions"', answer["views"]["form"]["arch"])
        self.assertNotIn("client.suggestion", answer["models"])

    def test_merged_cards_keep_what_a_person_answered(self):
        self._sell_paint()
        refused, other = self._get(), self._get(self.shops[1])
        refused._refuse("price")
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge(self.shops[:2].ids, self.shops[1])
        self.assertFalse(other.exists())
        self.assertRecordValues(
            refused, [{"state": "refused", "partner_id": self.shops[1].id}]
        )

    def test_archived_item_is_suggested_to_nobody(self):
        self._sell_paint()
        found = self._get()
        found.item_id.active = False
        self._suggest()
        self.assertEqual(found.state, "gone")

    def test_what_ended_long_ago_is_forgotten(self):
        self._sell_paint()
        found = self._get()
        found.sudo().state = "gone"
        Suggestion = self.env["client.suggestion"].sudo()
        with freeze_time("2028-02-28 08:00"):
            Suggestion._gc_closed()
        self.assertTrue(found.exists())
        with freeze_time("2028-03-02 08:00"):
            Suggestion._gc_closed()
        self.assertFalse(found.exists())

    def test_demo_company_has_a_past_once(self):
        rows = [self._make_sale(0, day, ("ZP-1", 100.0)) for day in range(10, 250, 20)]
        rows.append(self._make_sale(0, 31, ("ZB-1", 60.0)))
        self._ask(*rows)
        self._judge_all()
        root = self.env(su=True)
        root["client.suggestion.demo"]._load()
        found = root["client.suggestion"].search([("partner_id", "=", self.shop.id)])
        self.assertEqual(set(found.mapped("kind")), {"pair", "repeat"})
        pair = found.filtered(lambda one: one.kind == "pair")
        self.assertRecordValues(pair, [{"state": "bought", "bought_amount": 60}])
        root["client.suggestion.demo"]._load()
        self.assertEqual(found.search([("partner_id", "=", self.shop.id)]), found)

    def test_night_is_done_once_a_day(self):
        Suggestion = self.env["client.suggestion"].sudo()
        company = self.env.company
        company.client_suggested_on = False
        self.assertTrue(Suggestion._is_waiting(company))
        self._suggest()
        self.assertFalse(Suggestion._is_waiting(company))
        with freeze_time("2026-03-03 08:00"):
            self.assertTrue(Suggestion._is_waiting(company))
