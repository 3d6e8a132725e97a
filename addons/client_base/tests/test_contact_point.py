from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, tagged, users, warmup

from .common import ClientCommon

KYIVSTAR = "+380671234567"
VODAFONE = "+380509876543"
LIFECELL = "+380632223344"


@tagged("post_install", "-at_install")
class TestPointsInStep(ClientCommon):
    """``phone`` and ``email`` of a partner and its points, both ways."""

    @users("client_user")
    def test_new_card_has_points_of_its_phone_and_email(self):
        client = self.env["res.partner"].create(
            {"name": "Вербиченко", "phone": "067 123-45-67", "email": "V@Example.com"}
        )
        self.assertPoints(client, [KYIVSTAR])
        self.assertPoints(client, ["v@example.com"], "email")

    @users("client_user")
    def test_written_phone_becomes_the_first_point(self):
        client = self._create_client(phone=KYIVSTAR).with_env(self.env)
        client.phone = "050 987 65 43"
        self.assertPoints(client, [VODAFONE, KYIVSTAR])

    @users("client_user")
    def test_cards_written_together_get_a_point_each(self):
        clients = self._create_client("Перша") + self._create_client("Друга")
        clients.with_env(self.env).write({"email": "info@example.com"})
        for client in clients:
            self.assertPoints(client, ["info@example.com"], "email")

    @users("client_user")
    def test_form_fills_the_points(self):
        with Form(self.env["res.partner"]) as form:
            form.name = "Вербиченко Трейд"
            form.phone = "0671234567"
            form.email = "office@example.com"
        self.assertPoints(form.record, [KYIVSTAR])
        self.assertPoints(form.record, ["office@example.com"], "email")

    @users("client_user")
    def test_point_added_in_the_form_reaches_the_column(self):
        client = self._create_client().with_env(self.env)
        with Form(client) as form, form.contact_point_ids.new() as point:
            point.kind = "phone"
            point.value = "067 123 45 67"
        self.assertEqual(client.phone, "067 123 45 67")

    @users("client_user")
    def test_column_and_point_given_together_are_both_kept(self):
        client = self.env["res.partner"].create(
            {
                "name": "Вербиченко",
                "phone": KYIVSTAR,
                "contact_point_ids": [
                    Command.create({"kind": "phone", "value": VODAFONE})
                ],
            }
        )
        self.assertPoints(client, [KYIVSTAR, VODAFONE])

    @users("client_user")
    def test_column_and_point_written_together_are_both_kept(self):
        client = self._create_client(phone=LIFECELL).with_env(self.env)
        client.write(
            {
                "phone": KYIVSTAR,
                "contact_point_ids": [
                    Command.create({"kind": "phone", "value": VODAFONE})
                ],
            }
        )
        self.assertPoints(client, [KYIVSTAR, LIFECELL, VODAFONE])

    @users("client_user")
    def test_cleared_column_takes_no_new_point_along(self):
        client = self._create_client().with_env(self.env)
        new_point = Command.create({"kind": "phone", "value": VODAFONE})
        client.write({"phone": False, "contact_point_ids": [new_point]})
        self.assertPoints(client, [VODAFONE])

    @users("client_user")
    def test_column_cleared_beside_a_new_point_loses_its_own(self):
        client = self._create_client(phone=KYIVSTAR).with_env(self.env)
        new_point = Command.create({"kind": "phone", "value": VODAFONE})
        client.write({"phone": False, "contact_point_ids": [new_point]})
        self.assertPoints(client, [VODAFONE])

    @users("client_user")
    def test_same_number_in_column_and_point_is_one_point(self):
        client = self.env["res.partner"].create(
            {
                "name": "Вербиченко",
                "phone": "067 123 45 67",
                "contact_point_ids": [
                    Command.create({"kind": "phone", "value": KYIVSTAR})
                ],
            }
        )
        self.assertPoints(client, [KYIVSTAR])

    @users("client_user")
    def test_point_commands_reach_the_column(self):
        client = self._create_client(phone=KYIVSTAR).with_env(self.env)
        point = self._get_points(client)
        client.contact_point_ids = [Command.update(point.id, {"value": VODAFONE})]
        self.assertPoints(client, [VODAFONE])
        client.contact_point_ids = [Command.delete(point.id)]
        self.assertFalse(client.phone)

    @users("client_user")
    def test_core_code_that_makes_contacts_fills_the_points(self):
        name = "Вербиченко <verba@example.com>"
        client_id, _name = self.env["res.partner"].name_create(name)
        client = self.env["res.partner"].browse(client_id)
        self.assertPoints(client, ["verba@example.com"], "email")

    def test_email_of_a_user_fills_the_points_of_its_contact(self):
        self.portal_user.email = "new.address@example.com"
        points = self._get_points(self.portal_user.partner_id, "email")
        self.assertEqual(points[0].normalized, "new.address@example.com")

    @users("client_user")
    def test_copied_card_has_points_of_its_own(self):
        client = self._create_client(phone=KYIVSTAR, email="v@example.com")
        copy = client.with_env(self.env).copy()
        self.assertPoints(copy, [KYIVSTAR])
        self.assertPoints(client, [KYIVSTAR])

    @users("client_user")
    def test_several_numbers_in_the_field_are_several_points(self):
        client = self._create_client(phone="067 123-45-67, 050 987-65-43")
        self.assertPoints(client.with_env(self.env), [KYIVSTAR, VODAFONE])

    @users("client_user")
    def test_numbers_written_into_the_field_again_are_not_doubled(self):
        client = self._create_client(phone="067 123-45-67, 050 987-65-43")
        client.with_env(self.env).phone = "0671234567; 0509876543"
        self.assertPoints(client, [KYIVSTAR, VODAFONE])

    @users("client_user")
    def test_value_that_is_no_number_is_kept_as_it_is(self):
        client = self._create_client(phone="ask Olha").with_env(self.env)
        self.assertRecordValues(
            self._get_points(client), [{"value": "ask Olha", "normalized": False}]
        )

    @users("client_user")
    def test_cleared_field_promotes_the_next_point(self):
        client = self._create_client(phone=f"{KYIVSTAR}, {VODAFONE}")
        client = client.with_env(self.env)
        client.phone = False
        self.assertPoints(client, [VODAFONE])
        client.phone = ""
        self.assertPoints(client, [])

    @users("client_user")
    def test_slip_of_the_finger_is_corrected_in_place(self):
        client = self._create_client(phone="067 123 45 66").with_env(self.env)
        point = self._get_points(client)
        client.phone = "067 123 45 67"
        self.assertEqual(self._get_points(client), point)
        self.assertPoints(client, [KYIVSTAR])

    @users("client_user")
    def test_confirmed_number_is_never_overwritten(self):
        client = self._create_client(phone="067 123 45 66").with_env(self.env)
        self._get_points(client).with_env(self.env).action_confirm()
        client.phone = "067 123 45 67"
        self.assertPoints(client, [KYIVSTAR, "+380671234566"])

    @users("client_user")
    def test_value_not_understood_is_replaced_by_its_correction(self):
        client = self._create_client(phone="0671234").with_env(self.env)
        client.phone = "067 123 45 67"
        self.assertPoints(client, [KYIVSTAR])

    @users("client_user")
    def test_number_known_already_only_moves_up(self):
        client = self._create_client(phone=f"{KYIVSTAR}, {VODAFONE}")
        client.with_env(self.env).phone = "050 987 65 43"
        self.assertPoints(client, [VODAFONE, KYIVSTAR])

    @users("client_user")
    def test_point_dragged_to_the_top_is_primary(self):
        client = self._create_client(phone=f"{KYIVSTAR}, {VODAFONE}")
        first, second = self._get_points(client)
        client.with_env(self.env).contact_point_ids = [
            Command.update(second.id, {"sequence": 0}),
            Command.update(first.id, {"sequence": 1}),
        ]
        self.assertPoints(client, [VODAFONE, KYIVSTAR])

    @users("client_user")
    def test_point_made_primary_reaches_the_column(self):
        client = self._create_client(phone=f"{KYIVSTAR}, {VODAFONE}")
        second = self._get_points(client)[1]
        second.with_env(self.env).action_make_primary()
        self.assertPoints(client, [VODAFONE, KYIVSTAR])

    @users("client_user")
    def test_deleted_primary_point_gives_way_to_the_next(self):
        client = self._create_client(phone=f"{KYIVSTAR}, {VODAFONE}")
        self._get_points(client)[0].with_env(self.env).unlink()
        self.assertPoints(client, [VODAFONE])

    @users("client_user")
    def test_point_moved_to_another_card_leaves_the_first(self):
        client = self._create_client(phone=KYIVSTAR)
        other = self._create_client("Інша фірма")
        self._get_points(client).with_env(self.env).partner_id = other
        self.assertPoints(client, [])
        self.assertPoints(other, [KYIVSTAR])

    @users("client_user")
    def test_phone_turned_into_messenger_leaves_the_column(self):
        client = self._create_client(phone=KYIVSTAR)
        self._get_points(client).with_env(self.env).kind = "viber"
        self.assertPoints(client, [])
        self.assertPoints(client, [KYIVSTAR], "viber")

    @users("internal_user")
    def test_plain_user_may_write_phones_without_our_groups(self):
        client = self.env["res.partner"].create({"name": "Ключ", "phone": KYIVSTAR})
        client.write({"phone": VODAFONE, "email": "key@example.com"})
        self.assertPoints(client, [VODAFONE, KYIVSTAR])
        with self.assertRaises(AccessError):
            client.contact_point_ids.read(["value"])

    @users("client_user")
    def test_caller_cannot_switch_the_syncing_off(self):
        for key in ("contact_points", "tracking_disable", "import_file", "no_sync"):
            partners = self.env["res.partner"].with_context(**{key: True})
            client = partners.create({"name": "Ключ", "phone": KYIVSTAR})
            client.phone = VODAFONE
            self.assertPoints(client, [VODAFONE, KYIVSTAR])
            self._get_points(client)[0].with_env(client.env).unlink()
            self.assertPoints(client, [KYIVSTAR])

    @users("client_user")
    @warmup
    def test_cards_with_phones_are_created_without_a_query_each(self):
        values = [
            {"name": f"Клієнт {n}", "phone": f"067 200 {n:04}", "email": f"{n}@e.co"}
            for n in range(100)
        ]
        with self.assertQueryCount(client_user=60):
            self.env["res.partner"].create(values)
            self.env.flush_all()

    @users("client_user")
    @warmup
    def test_phone_written_to_many_cards_makes_no_query_each(self):
        clients = self.env["res.partner"].create(
            [{"name": f"Клієнт {n}", "phone": f"067 200 {n:04}"} for n in range(100)]
        )
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(client_user=60):
            clients.write({"phone": KYIVSTAR})
            self.env.flush_all()


@tagged("post_install", "-at_install")
class TestPointCountry(ClientCommon):
    """The country that local numbers belong to."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.poland = cls.env.ref("base.pl")
        cls.russia = cls.env.ref("base.ru")

    def test_country_of_the_client_decides(self):
        client = self._create_client(phone="512 345 678", country_id=self.poland.id)
        self.assertPoints(client, ["+48512345678"])

    def test_country_of_the_parent_decides_for_its_people(self):
        client = self._create_client(country_id=self.poland.id, is_company=True)
        person = self._create_client(
            "Marek", parent_id=client.id, country_id=False, phone="512 345 678"
        )
        person.country_id = False
        self.assertPoints(person, ["+48512345678"])

    def test_country_of_the_company_decides_at_last(self):
        client = self._create_client(phone="067 123 45 67")
        self.assertPoints(client, [KYIVSTAR])

    def test_country_of_the_clients_company_comes_before_the_users(self):
        other = self._create_company(name="Polski", country_id=self.poland.id)
        client = self._create_client(phone="512 345 678", company_id=other.id)
        self.assertPoints(client, ["+48512345678"])

    def test_changed_country_renormalises(self):
        client = self._create_client(phone="495 123-45-67")
        client.country_id = self.russia
        self.assertPoints(client, ["+74951234567"])

    def test_changed_country_of_the_parent_renormalises_its_people(self):
        client = self._create_client(is_company=True)
        person = self._create_client(
            "Иван", parent_id=client.id, type="other", phone="495 123-45-67"
        )
        client.country_id = self.russia
        self.assertPoints(person, ["+74951234567"])

    def test_changed_country_of_the_company_renormalises(self):
        client = self._create_client(
            phone="495 123-45-67", company_id=self.env.company.id
        )
        self.env.company.country_id = self.russia
        self.assertPoints(client, ["+74951234567"])

    def test_international_number_needs_no_country(self):
        client = self._create_client(phone="+48 512 345 678")
        client.country_id = self.russia
        self.assertPoints(client, ["+48512345678"])

    def test_number_keeps_its_meaning_when_the_country_changes(self):
        client = self._create_client(
            phone="067 123 45 67", country_id=self.env.ref("base.ua").id
        )
        self.env.flush_all()  # as between two requests
        client.country_id = self.poland
        self.assertPoints(client, [KYIVSTAR])


@tagged("post_install", "-at_install")
class TestSeveralInOneField(ClientCommon):
    """What is written into one column is taken apart."""

    def test_column_keeps_the_first_of_several_numbers(self):
        client = self._create_client(phone="067 123 45 67, 050 222 33 44")
        self.assertEqual(client.phone, "+380 67 123 4567")
        self.assertPoints(client, [KYIVSTAR, "+380502223344"])

    def test_points_given_with_the_columns_all_stay(self):
        client = self._create_client(
            phone="067 123 45 67",
            contact_point_ids=[
                Command.create({"kind": "phone", "value": "067 123 45 68"})
            ],
        )
        self.assertPoints(client, [KYIVSTAR, "+380671234568"])

    def test_clearing_many_cards_is_set_based(self):
        clients = self.env["res.partner"].create(
            [
                {"name": f"Client {number}", "email": f"c{number}@example.com"}
                for number in range(50)
            ]
        )
        self.env.flush_all()
        with self.assertQueryCount(120):
            clients.write({"email": False})
            self.env.flush_all()
        self.assertFalse(clients.contact_point_ids)
