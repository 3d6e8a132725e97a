from datetime import date

from psycopg2 import IntegrityError

from odoo.fields import Command
from odoo.tests import freeze_time, tagged, users
from odoo.tools import mute_logger

from .common import ClientCommon

TODAY = "2026-03-02"


@tagged("post_install", "-at_install")
class TestIsClient(ClientCommon):
    """Who is a client: no address, no contact person, no colleague, not us."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.firm = cls._create_client("Вербиченко Трейд", is_company=True)
        cls.buyer = cls._create_client("Олена Вербиченко")
        parent = {"parent_id": cls.firm.id}
        cls.person = cls._create_client("Марко", type="contact", **parent)
        cls.address = cls._create_client("Склад", type="delivery", **parent)
        cls.portal = cls.portal_user.partner_id
        cls.clients = cls.firm + cls.buyer + cls.portal
        cls.others = (
            cls.person
            + cls.address
            + cls.internal_user.partner_id
            + cls.client_user.partner_id
            + cls.env.company.partner_id
        )

    def _search(self, operator, value):
        domain = [
            ("id", "in", (self.clients + self.others).ids),
            ("is_client", operator, value),
        ]
        return self.env["res.partner"].search(domain)

    @users("client_user")
    def test_flag_tells_clients_from_others(self):
        self.assertTrue(all(self.clients.with_env(self.env).mapped("is_client")))
        self.assertFalse(any(self.others.with_env(self.env).mapped("is_client")))

    @users("client_user")
    def test_search_finds_clients(self):
        self.assertEqual(self._search("=", True), self.clients.sorted())
        self.assertEqual(self._search("!=", False), self.clients.sorted())
        self.assertEqual(self._search("in", [True]), self.clients.sorted())

    @users("client_user")
    def test_search_finds_those_who_are_no_clients(self):
        self.assertEqual(self._search("=", False), self.others.sorted())
        self.assertEqual(self._search("!=", True), self.others.sorted())
        self.assertEqual(self._search("not in", [True]), self.others.sorted())

    @users("client_user")
    def test_search_for_both_finds_all(self):
        everybody = (self.clients + self.others).sorted()
        self.assertEqual(self._search("in", [True, False]), everybody)
        self.assertFalse(self._search("not in", [True, False]))

    @users("client_user")
    def test_unsaved_contact_of_a_company_is_no_client(self):
        new = self.env["res.partner"].new({"name": "x", "parent_id": self.firm.id})
        self.assertFalse(new.is_client)

    @users("client_user")
    def test_company_that_became_a_contact_is_no_client(self):
        buyer = self.buyer.with_env(self.env)
        self.assertTrue(buyer.is_client)
        buyer.parent_id = self.firm
        self.assertFalse(buyer.is_client)


@tagged("post_install", "-at_install")
class TestCard(ClientCommon):
    """The columns that tell how good a card is, and by what it is known again."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.type = cls.env["client.type"].create(
            {"name": "Roofers", "review_interval": 30}
        )
        cls.source = cls.env["utm.source"].create({"name": "Fair of Kyiv"})

    @users("client_user")
    def test_empty_card_misses_all_but_the_name(self):
        client = self.env["res.partner"].create({"name": "Вербиченко"})
        self.assertEqual(client.completeness, 14)
        self.assertEqual(
            client.missing_fields, "city,client_type_id,email,phone,source_id,user_id"
        )

    @users("client_user")
    def test_full_card_misses_nothing(self):
        client = self.env["res.partner"].create(
            {
                "name": "Вербиченко",
                "phone": "067 123 45 67",
                "email": "verba@example.com",
                "city": "Полтава",
                "client_type_id": self.type.id,
                "source_id": self.source.id,
                "user_id": self.env.uid,
            }
        )
        self.assertEqual((client.completeness, client.missing_fields), (100, False))

    @users("client_user")
    def test_completeness_follows_the_card_both_ways(self):
        client = self.env["res.partner"].create({"name": "Вербиченко", "city": "Суми"})
        self.assertEqual(client.completeness, 29)
        client.city = False
        self.assertEqual(client.completeness, 14)

    @users("client_user")
    def test_completeness_follows_a_deleted_point(self):
        client = self.env["res.partner"].create({"name": "В", "phone": "0671234567"})
        client.contact_point_ids.unlink()
        self.assertIn("phone", client.missing_fields.split(","))

    @users("client_user")
    def test_missing_fields_are_named_to_people(self):
        client = self.env["res.partner"].create({"name": "Вербиченко"})
        labels = client.missing_labels.split(", ")
        self.assertEqual(len(labels), 6)
        self.assertIn("City", labels)
        self.assertNotIn("Name", labels)

    @freeze_time(TODAY)
    @users("client_user")
    def test_review_is_due_a_year_after_the_card_was_made(self):
        client = self.env["res.partner"].create({"name": "Вербиченко"})
        client.invalidate_recordset()
        created = client.create_date.date()
        self.assertEqual((client.review_due - created).days, 365)

    @freeze_time(TODAY)
    @users("client_user")
    def test_review_counts_from_the_day_of_the_last_one(self):
        client = self._create_client().with_env(self.env)
        client.action_mark_reviewed()
        self.assertEqual(client.reviewed_on, date(2026, 3, 2))
        self.assertEqual(client.review_due, date(2027, 3, 2))

    @freeze_time(TODAY)
    def test_type_of_the_client_says_how_often_to_review(self):
        client = self._create_client(client_type_id=self.type.id)
        client.action_mark_reviewed()
        self.assertEqual(client.review_due, date(2026, 4, 1))
        self.type.review_interval = 60
        self.assertEqual(client.review_due, date(2026, 5, 1))

    @users("client_user")
    def test_tax_id_is_compared_without_prefix_and_leading_zeros(self):
        client = self.env["res.partner"].create({"name": "В", "vat": "UA 0012 3456"})
        self.assertEqual(client.tax_id_key, "123456")
        client.vat = False
        self.assertFalse(client.tax_id_key)

    def test_sync_key_is_unique_within_a_source(self):
        self._create_client(sync_source="1c", sync_key="000001")
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self._create_client(sync_source="1c", sync_key="000001")

    def test_sync_key_may_repeat_in_another_source(self):
        self._create_client(sync_source="1c", sync_key="000001")
        other = self._create_client(sync_source="bas", sync_key="000001")
        self.assertTrue(other.exists())

    def test_sync_key_may_repeat_in_another_company(self):
        companies = self.env.company + self._create_company(name="Another Company")
        for company in companies:
            self._create_client(
                sync_source="1c", sync_key="000001", company_id=company.id
            )
        self.assertEqual(self._count("000001"), 2)

    def test_cards_without_a_key_do_not_collide(self):
        clients = self._create_client() + self._create_client()
        clients.write({"sync_source": "1c"})
        self.env.flush_all()
        self.assertEqual(clients.mapped("sync_key"), [False, False])

    def test_copied_card_has_no_key(self):
        client = self._create_client(sync_source="1c", sync_key="000001")
        self.assertFalse(client.copy().sync_key)

    def _count(self, key):
        return self.env["res.partner"].search_count([("sync_key", "=", key)])


@tagged("post_install", "-at_install")
class TestGroups(ClientCommon):
    """Groups filled by hand, with their history."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.group = cls.env["client.group"].create({"name": "Autumn fair"})
        cls.other_group = cls.env["client.group"].create({"name": "Debtors"})
        cls.client = cls._create_client()

    @freeze_time(TODAY)
    @users("client_user")
    def test_client_put_into_a_group_begins_a_stay(self):
        client = self.client.with_env(self.env)
        client.client_group_ids = [Command.link(self.group.id)]
        self.assertRecordValues(
            client.client_group_member_ids,
            [
                {
                    "group_id": self.group.id,
                    "date_from": date(2026, 3, 2),
                    "date_to": False,
                    "origin": "hand",
                }
            ],
        )

    @users("client_user")
    def test_client_taken_out_of_a_group_leaves_history(self):
        client = self.client.with_env(self.env)
        with freeze_time("2026-03-02"):
            client.client_group_ids = self.group.with_env(self.env)
        with freeze_time("2026-03-09"):
            client.client_group_ids = [Command.unlink(self.group.id)]
        self.assertRecordValues(
            client.client_group_member_ids,
            [{"date_from": date(2026, 3, 2), "date_to": date(2026, 3, 9)}],
        )
        self.assertFalse(client.client_group_ids)

    @users("client_user")
    def test_client_may_come_back(self):
        client = self.client.with_env(self.env)
        group = self.group.with_env(self.env)
        client.client_group_ids = group
        client.client_group_ids = False
        client.client_group_ids = group
        stays = client.client_group_member_ids.sorted()
        self.assertEqual(stays.mapped(lambda stay: bool(stay.date_to)), [False, True])

    @users("client_user")
    def test_other_groups_are_left_alone(self):
        client = self.client.with_env(self.env)
        client.client_group_ids = [Command.link(self.other_group.id)]
        first_stay = client.client_group_member_ids
        client.client_group_ids = [Command.link(self.group.id)]
        self.assertFalse(first_stay.date_to)
        self.assertEqual(client.client_group_ids, self.group | self.other_group)

    @users("client_user")
    def test_stay_made_in_the_group_shows_on_the_card(self):
        self.env["client.group.member"].create(
            {"group_id": self.group.id, "partner_id": self.client.id}
        )
        self.assertEqual(self.client.client_group_ids, self.group)
        self.assertEqual(self.group.with_env(self.env).client_count, 1)

    @users("client_user")
    def test_new_card_may_start_in_a_group(self):
        client = self.env["res.partner"].create(
            {"name": "Нова", "client_group_ids": [Command.link(self.group.id)]}
        )
        self.assertEqual(client.client_group_member_ids.group_id, self.group)

    @users("client_user")
    def test_search_by_group_finds_who_is_in_it_now(self):
        client = self.client.with_env(self.env)
        domain = [("client_group_ids", "in", self.group.ids)]
        client.client_group_ids = self.group.with_env(self.env)
        self.assertEqual(client.search(domain), client)
        client.client_group_ids = False
        self.assertFalse(client.search(domain))

    def test_client_is_in_a_group_once(self):
        values = {"group_id": self.group.id, "partner_id": self.client.id}
        self.env["client.group.member"].create(values)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"):
            self.env["client.group.member"].create(values)

    def test_copied_card_is_in_no_group(self):
        self.client.client_group_ids = self.group
        self.assertFalse(self.client.copy().client_group_ids)
