import random

from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_client_type_field import RulesCommon


@tagged("post_install", "-at_install")
class TestChangedRules(RulesCommon):
    """Figures follow the rules at once, without a pass over the cards."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.card = cls._create_client(client_type_id=cls.shop.id)
        cls.untyped = cls._create_client("Олена")

    def test_new_rule_counts(self):
        self._create_rule("vat", "required", type_id=self.shop.id)
        self.assertMissing(self.card, "phone,vat,city")
        self.assertMissing(self.untyped, "")

    def test_new_rule_for_every_client_counts(self):
        self._create_rule("vat", "required")
        self.assertMissing(self.card, "phone,vat,city")
        self.assertMissing(self.untyped, "vat", 0)
        self.assertTrue(self.untyped.entry_problem)

    def test_hidden_field_stops_counting(self):
        self._get_rule("phone").requirement = "hidden"
        self.assertMissing(self.card, "city", 0)
        self.assertFalse(self.card.entry_problem)

    def test_deleted_rule_stops_counting(self):
        self.shop.field_ids.unlink()
        self.assertMissing(self.card, "", 100)

    def test_rule_moved_to_another_field_counts_there(self):
        field = self.env["ir.model.fields"]._get("res.partner", "vat")
        self._get_rule("city").field_id = field
        self.assertMissing(self.card, "phone,vat")

    def test_card_of_a_deleted_type_follows_the_common_rules(self):
        self._create_rule("vat", "recommended")
        self.shop.unlink()
        self.assertMissing(self.card, "vat")

    def test_archived_card_is_counted_too(self):
        self.card.active = False
        self._create_rule("vat", "required", type_id=self.shop.id)
        self.assertMissing(self.card, "phone,vat,city")

    def test_own_field_added_to_the_type_counts(self):
        self._create_rule("client_properties", "recommended", type_id=self.shop.id)
        self.assertMissing(self.card, "phone,city")
        self.shop.properties_definition = [
            {"name": "area", "string": "Area", "type": "integer"},
            {"name": "chain", "string": "Chain", "type": "boolean"},
        ]
        self.assertMissing(self.card, "phone,city,client_properties")
        self.card.client_properties = {"area": 120}
        self.assertMissing(self.card, "phone,city")

    def test_type_with_many_rules_is_counted_once(self):
        commands = [
            Command.create(self._prepare_rule(name, "recommended"))
            for name in ("vat", "street", "zip", "email", "website")
        ]
        commands += [
            Command.update(rule.id, {"weight": 4}) for rule in self.shop.field_ids
        ]
        with self.assertCounted(1):
            self.shop.field_ids = commands

    def test_order_and_instruction_count_nothing_anew(self):
        with self.assertCounted(0):
            self.shop.field_ids.write({"instruction": "Ask for it.", "sequence": 3})

    def assertCounted(self, times):
        """Compare how many statements count cards."""
        Type = self.env.registry["client.type"]
        real, seen = Type._get_recount_query, []

        def _get_recount_query(model, *args):
            seen.append(args)
            return real(model, *args)

        self.patch(Type, "_get_recount_query", _get_recount_query)
        self.addCleanup(lambda: self.assertEqual(len(seen), times))
        return mute_logger()


@tagged("post_install", "-at_install")
class TestSameInBothWays(RulesCommon):
    """Python and SQL agree on any card, for every kind of field."""

    SEED = 19

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tag = cls.env["res.partner.category"].create({"name": "Fair"})
        cls.old_tag = cls.env["res.partner.category"].create(
            {"name": "Old fair", "active": False}
        )
        cls.source = cls.env["utm.source"].create({"name": "Fair of Kyiv"})
        cls.shop.properties_definition = [
            {"name": "area", "string": "Area", "type": "integer"},
            {"name": "hours", "string": "Open", "type": "char"},
            {"name": "chain", "string": "Chain", "type": "boolean"},
            {
                "name": "goods",
                "string": "Goods",
                "type": "tags",
                "tags": [["food", "Food", 1]],
            },
        ]
        cls.values = {
            "city": [False, "", " ", "\u00a0\t", "Суми", " x "],
            "comment": [False, "<p><br></p>", "<p>&nbsp;</p>", "<p>Сад</p>", "x"],
            "source_id": [False, cls.source.id],
            "category_id": [
                [],
                [Command.set(cls.tag.ids)],
                [Command.set(cls.old_tag.ids)],
            ],
            "child_ids": [
                [],
                [Command.create({"name": "Марко"})],
                [Command.create({"name": "Марко", "active": False})],
            ],
            "company_size": [False, "small"],
            "birthdate": [False, "1990-02-28"],
            "partner_latitude": [0.0, 50.45],
            "image_1920": [False, cls._get_picture()],
            "client_properties": [
                {},
                {"area": 0, "hours": "9-18", "goods": ["food"]},
                {"area": 5, "hours": "", "goods": ["food"]},
                {"area": 5, "hours": "9-18", "goods": []},
                {"area": 5, "hours": "9-18", "goods": ["food"]},
            ],
        }

    @classmethod
    def _get_picture(cls):
        return (
            b"iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGA"
            b"WjR9awAAAABJRU5ErkJggg=="
        )

    def _make_cards(self, rng, count):
        types = [False, self.shop.id]
        return self.env["res.partner"].create(
            [
                {
                    "name": f"Card {number}",
                    "active": rng.random() < 0.9,
                    "client_type_id": rng.choice(types),
                    **{
                        name: rng.choice(choice) for name, choice in self.values.items()
                    },
                }
                for number in range(count)
            ]
        )

    def _change_rules(self, rng):
        self.env["client.type.field"].search([]).unlink()
        for type_id in (False, self.shop.id):
            for name in rng.sample(sorted(self.values), 7):
                self._create_rule(
                    name,
                    rng.choice(["required", "recommended", "recommended", "hidden"]),
                    weight=rng.randint(1, 9),
                    type_id=type_id,
                )
        self.shop.entry_policy = rng.choice(["list", "count"])

    def _read(self, cards):
        names = ["completeness", "missing_fields", "entry_problem"]
        cards.invalidate_recordset()
        return {line["id"]: line for line in cards.read(names)}

    def test_statement_and_compute_agree(self):
        rng = random.Random(self.SEED)
        cards = self._make_cards(rng, 60)
        for _round in range(4):
            self._change_rules(rng)
            counted = self._read(cards)
            for field in ("completeness", "missing_fields", "entry_problem"):
                self.env.add_to_compute(cards._fields[field], cards)
            self.assertEqual(self._read(cards), counted)
            self.assertGreater(
                len({line["completeness"] for line in counted.values()}), 5
            )
