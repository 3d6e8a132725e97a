from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, tagged, users

from .common import ClientCommon

PHONE = "+380671110001"
SENTENCE = "a client already"


@tagged("post_install", "-at_install")
class TestClientEntry(ClientCommon):
    """Somebody types a client in who has a card already."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.shop = cls.env["client.type"].create({"name": "Shop of the Tests"})
        cls.card = cls._create_client(
            "Вербиченко Оксана Петрівна",
            phone=PHONE,
            email="verb@example.com",
            city="Полтава",
            is_company=False,
        )
        cls.env["client.duplicate.form"]._follow_touched()

    def _hide(self, card):
        self.env["ir.rule"].sudo().create(
            {
                "name": "Not this one",
                "model_id": self.env["ir.model"].sudo()._get_id("res.partner"),
                "groups": [Command.link(self.ref("base.group_user"))],
                "domain_force": f"[('id', '!=', {card.id})]",
            }
        )

    def _block(self):
        self.shop.duplicate_policy = "block"

    def _create_twin(self, user=None, **values):
        cards = self.env(user=user or self.client_user)["res.partner"]
        return cards.create(
            {
                "name": "Вербіченко Оксана",
                "phone": "067 111-00-01",
                "email": "verb@example.com",
                "city": "Полтава",
                "client_type_id": self.shop.id,
                **values,
            }
        )

    # === ON THE FORM ===

    @users("client_user")
    def test_likely_card_is_shown_as_soon_as_it_is_typed(self):
        form = Form(self.env["res.partner"])
        form.name = "Вербиченко Оксана"
        form.phone = "067 111 00 01"
        [shown] = form.entry_alike["cards"]
        self.assertEqual(shown["id"], self.card.id)
        self.assertIn("Phone: the same", shown["reason"])
        self.assertIn("Полтава", shown["place"])
        self.assertGreater(shown["score"], 80)
        self.assertFalse(form.entry_alike["others"])

    @users("client_user")
    def test_stranger_and_common_name_alone_show_nothing(self):
        self._create_client("Шевченко Ольга", phone="+380501112233")
        form = Form(self.env["res.partner"])
        form.name = "Шевченко Ольга"
        self.assertFalse(form.entry_alike)
        form.phone = "+380509998877"
        self.assertFalse(form.entry_alike)

    @users("client_user")
    def test_card_that_is_looked_at_shows_nothing(self):
        twin = self._create_twin()
        self.assertFalse(twin.entry_alike)
        form = Form(twin)
        self.assertFalse(form.entry_alike)
        form.comment = "Call after six"
        self.assertFalse(form.entry_alike)

    @users("client_user")
    def test_card_that_becomes_another_one_shows_it(self):
        other = self._create_client("Вербиченко Оксана", phone="+380509998877")
        with Form(other.with_env(self.env)) as form:
            self.assertFalse(form.entry_alike)
            form.phone = PHONE
            self.assertEqual(form.entry_alike["cards"][0]["id"], self.card.id)

    def test_cards_said_to_be_different_are_not_shown_again(self):
        other = self._create_client("Вербиченко Оксана", phone="+380509998877")
        low, high = sorted((self.card.id, other.id))
        self.env["client.duplicate"].create(
            {"left_id": low, "right_id": high, "state": "different"}
        )
        with Form(other.with_user(self.client_user)) as form:
            form.phone = PHONE
            self.assertFalse(form.entry_alike)

    @users("client_user")
    def test_card_that_he_may_not_read_is_counted_not_named(self):
        self._hide(self.card)
        form = Form(self.env["res.partner"])
        form.name = "Вербиченко Оксана"
        form.phone = PHONE
        self.assertEqual(form.entry_alike["cards"], [])
        self.assertIn("may not see: 1", form.entry_alike["others"])
        self.assertNotIn("Вербиченко", str(form.entry_alike))

    @users("client_user")
    def test_person_of_a_firm_is_shown_only_within_the_firm(self):
        firm = self._create_client("Тополя Буд", is_company=True)
        clerk = self.env["res.partner"].new(
            {"name": "Вербиченко Оксана", "phone": PHONE, "parent_id": firm.id}
        )
        self.assertFalse(clerk.entry_alike)
        self._create_client("Вербиченко Оксана", phone=PHONE, parent_id=firm.id)
        clerk = self.env["res.partner"].new(
            {"name": "Вербиченко Оксана", "phone": PHONE, "parent_id": firm.id}
        )
        self.assertEqual(len(clerk.entry_alike["cards"]), 1)

    @users("internal_user")
    def test_whoever_has_no_part_in_clients_is_shown_nothing(self):
        form = Form(self.env["res.partner"])
        form.name = "Вербиченко Оксана"
        form.phone = PHONE
        self.assertNotIn("entry_alike", form._view["fields"])

    # === SAVING ===

    def test_without_a_policy_a_second_card_is_saved(self):
        self.assertTrue(self._create_twin())

    def test_second_card_is_refused_and_the_first_is_named(self):
        self._block()
        with self.assertRaisesRegex(ValidationError, "Вербиченко Оксана Петрівна"):
            self._create_twin()
        self.assertTrue(self._create_twin(client_type_id=False))

    def test_company_says_for_cards_without_a_type(self):
        self.env.company.client_duplicate_policy = "block"
        with self.assertRaisesRegex(ValidationError, SENTENCE):
            self._create_twin(client_type_id=False)
        self.assertTrue(self._create_twin())

    def test_only_likely_card_is_saved(self):
        self._block()
        stranger = self._create_twin(name="Інша Людина", email=False, city=False)
        self.assertTrue(stranger)

    def test_hidden_card_is_not_named(self):
        self._block()
        self._hide(self.card)
        with self.assertRaisesRegex(ValidationError, "may not see") as caught:
            self._create_twin()
        self.assertNotIn("Петрівна", str(caught.exception))

    def test_refusal_knows_no_context_key(self):
        self._block()
        cards = self.env(user=self.client_user)["res.partner"]
        for sent in (True, {}, "ACCEPT"):
            with self.assertRaises(ValidationError):
                cards.with_context(card_entry=sent).create(
                    {
                        "name": "Вербіченко Оксана",
                        "phone": PHONE,
                        "email": "verb@example.com",
                        "client_type_id": self.shop.id,
                    }
                )

    def test_head_saves_a_second_card_with_a_reason(self):
        self._block()
        with self.assertRaises(ValidationError):
            self._create_twin(self.client_manager, second_card_reason=" ")
        twin = self._create_twin(
            self.client_manager, second_card_reason="Mother and daughter"
        )
        self.assertIn("Mother and daughter", twin.message_ids[0].body)
        with self.assertRaises(AccessError):
            self._create_twin(second_card_reason="Because")

    @users("client_manager")
    def test_form_says_that_it_cannot_be_saved(self):
        self._block()
        form = Form(self.env["res.partner"])
        form.name = "Вербиченко Оксана Петрівна"
        form.phone = PHONE
        form.email = "verb@example.com"
        self.assertFalse(form.entry_is_blocked)
        form.client_type_id = self.shop
        self.assertTrue(form.entry_is_blocked)

    def test_files_and_other_systems_are_not_stopped(self):
        self._block()
        self.env.company.client_duplicate_policy = "block"
        cards = self.env(user=self.client_manager)["res.partner"]
        result = cards.load(
            ["name", "phone", "email"],
            [["Вербиченко Оксана Петрівна", PHONE, "verb@example.com"]],
        )
        self.assertTrue(result["ids"], result["messages"])

    def test_many_cards_are_looked_up_together(self):
        self._block()
        cards = self.env(user=self.client_user)["res.partner"]
        values = [
            {
                "name": f"Незнайома Фірма {n}",
                "phone": f"+38050{n:07}",
                "client_type_id": self.shop.id,
            }
            for n in range(30)
        ]
        self.assertEqual(len(cards.create(values)), 30)
        lookup = type(self.env["client.duplicate.lookup"])
        self.patch(
            lookup,
            "_find_alike_of_many",
            self._count_calls(lookup._find_alike_of_many),
        )
        cards.create(
            [{**one, "name": f"{one['name']} Опт", "phone": False} for one in values]
        )
        self.assertEqual(self.calls, 1)

    def _count_calls(self, method):
        self.calls = 0

        def counted(this, *args, **kwargs):
            self.calls += 1
            return method(this, *args, **kwargs)

        return counted
