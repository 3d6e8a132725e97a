from unittest.mock import patch

from odoo.exceptions import AccessError, ConcurrencyError, UserError
from odoo.tests import tagged, users
from odoo.tools import mute_logger

from .common import ClientCommon

SOURCE = "1c"
PHONE, OTHER_PHONE = "+380671110001", "+380671110002"


@tagged("post_install", "-at_install")
class TestClientUpsert(ClientCommon):
    """Another system tells its clients; people go on working on the cards."""

    def _make_row(self, key="C-1", **values):
        return {
            "key": key,
            "name": "Верба Опт",
            "is_company": True,
            "phones": [PHONE],
            "city": "Київ",
            "version": 1,
            **values,
        }

    def _tell(self, *rows, source=SOURCE):
        """:return: the answers that the account of the other system gets"""
        Partner = self.env(user=self.sync_user)["res.partner"]
        return Partner.client_upsert(source, list(rows))

    def _get_card(self, key="C-1"):
        return self.env["res.partner"].search([("sync_key", "=", key)])

    def test_client_is_made_once(self):
        [first] = self._tell(self._make_row())
        card = self._get_card()
        self.assertEqual((first["status"], first["id"]), ("created", card.id))
        self.assertRecordValues(
            card,
            [
                {
                    "name": "Верба Опт",
                    "is_company": True,
                    "phone_sanitized": PHONE,
                    "city": "Київ",
                    "sync_source": SOURCE,
                }
            ],
        )
        [again] = self._tell(self._make_row())
        self.assertEqual((again["status"], again["id"]), ("unchanged", card.id))

    def test_older_word_changes_nothing(self):
        self._tell(self._make_row(version=5))
        [answer] = self._tell(self._make_row(city="Львів", version=4))
        self.assertEqual(answer["status"], "stale")
        self.assertEqual(self._get_card().city, "Київ")

    def test_new_word_is_written_and_noted_in_the_journal(self):
        self._tell(self._make_row())
        [answer] = self._tell(self._make_row(city="Львів", version=2))
        self.assertEqual(answer["status"], "updated")
        card = self._get_card()
        self.assertEqual(card.city, "Львів")
        change = card.client_change_ids.filtered(lambda one: one.field == "city")
        self.assertRecordValues(
            change,
            [{"old_value": "Київ", "new_value": "Львів", "sync_source": SOURCE}],
        )

    def test_what_a_person_changed_stays_and_is_named(self):
        self._tell(self._make_row(street="Січова 3"))
        card = self._get_card()
        card.write({"city": "Одеса", "street": "Нова 1"})
        [answer] = self._tell(
            self._make_row(street="Січова 3", city="Львів", version=2)
        )
        self.assertEqual((card.city, card.street), ("Одеса", "Нова 1"))
        self.assertEqual(answer["kept"], ["city"])

    def test_phones_come_together(self):
        self._tell(self._make_row())
        card = self._get_card()
        card.write(
            {"contact_point_ids": [(0, 0, {"kind": "phone", "value": "+380501110003"})]}
        )
        self._tell(self._make_row(phones=[OTHER_PHONE], version=2))
        phones = card.contact_point_ids.mapped("normalized")
        self.assertEqual(set(phones), {OTHER_PHONE, "+380501110003"})

    def test_known_client_gets_the_key_instead_of_a_second_card(self):
        card = self._create_client("Верба Опт", phone=PHONE)
        [answer] = self._tell(self._make_row())
        self.assertEqual((answer["status"], answer["id"]), ("updated", card.id))
        self.assertEqual(card.sync_key, "C-1")

    def test_likeness_is_told_and_makes_a_card(self):
        holders = self._create_client("Ромашка", phone=PHONE)
        holders |= self._create_client("Волошка", phone=PHONE)
        [answer] = self._tell(self._make_row())
        self.assertEqual(answer["status"], "created")
        self.assertEqual(set(answer["alike_ids"]), set(holders.ids))

    def test_key_of_a_merged_card_reaches_the_one_that_stays(self):
        self._tell(
            self._make_row(), self._make_row("C-2", name="Верба", phones=[OTHER_PHONE])
        )
        survivor = self._get_card("C-1")
        merges = self.env["client.merge"].with_user(self.client_manager)
        merges._merge(survivor, self._get_card("C-2"))
        row = self._make_row("C-2", name="Верба", phones=[OTHER_PHONE], version=2)
        [answer] = self._tell({**row, "zip": "79000"})
        self.assertEqual((answer["status"], answer["id"]), ("updated", survivor.id))
        self.assertEqual(survivor.zip, "79000")

    def test_archived_client_is_gone(self):
        self._tell(self._make_row())
        self._get_card().active = False
        [answer] = self._tell(self._make_row(city="Львів", version=2))
        self.assertEqual(answer["status"], "gone")

    def test_bad_rows_do_not_stop_good_ones(self):
        answers = self._tell(
            self._make_row("C-1"),
            self._make_row("C-2", name=""),
            "nonsense",
            self._make_row("C-3", name="Третя", phones=[], version="soon"),
            self._make_row("C-4", name="Четверта", phones=[]),
        )
        self.assertEqual(
            [answer["status"] for answer in answers],
            ["created", "error", "error", "error", "created"],
        )
        codes = [answer["error_code"] for answer in answers]
        self.assertEqual(codes, ["", "missing", "malformed", "bad_version", ""])
        self.assertTrue(all(answer["message"] for answer in answers[1:4]))

    def test_people_are_added_once_and_renamed_by_their_key(self):
        person = {"key": "1", "name": "Олена Бондар", "phones": ["+380631110009"]}
        self._tell(self._make_row(contacts=[person]))
        card = self._get_card()
        self.assertEqual(card.child_ids.name, "Олена Бондар")
        renamed = {**person, "name": "Олена Коваль", "function": "Директорка"}
        self._tell(self._make_row(contacts=[renamed], version=2))
        self.assertRecordValues(
            card.child_ids,
            [
                {
                    "name": "Олена Коваль",
                    "function": "Директорка",
                    "phone_sanitized": "+380631110009",
                }
            ],
        )

    def test_two_rows_of_one_key_are_taken_one_after_the_other(self):
        answers = self._tell(
            self._make_row(version=1), self._make_row(city="Львів", version=2)
        )
        self.assertEqual(
            {answer["id"] for answer in answers}, set(self._get_card().ids)
        )
        self.assertEqual(self._get_card().city, "Львів")

    def test_call_that_is_no_batch_is_refused_in_words(self):
        for source, rows in (("", []), (SOURCE, {}), (SOURCE, [{}] * 1001)):
            with self.assertRaises(UserError):
                self._tell_raw(source, rows)

    def _tell_raw(self, source, rows):
        Partner = self.env(user=self.sync_user)["res.partner"]
        return Partner.client_upsert(source, rows)

    @users("client_user", "internal_user", "portal_user")
    def test_whoever_is_no_accounting_system_is_refused(self):
        with self.assertRaises(AccessError):
            self.env["res.partner"].client_upsert(SOURCE, [])

    @users("sync_user", "client_manager")
    def test_nobody_says_by_hand_whom_a_key_means(self):
        """What is told of a key is written with the rights of the system."""
        self._tell(self._make_row())
        key = self.env["client.sync.key"].search([("key", "=", "C-1")])
        colleague = self.internal_user.partner_id
        with self.assertRaises(AccessError):
            key.write({"partner_id": colleague.id})
        with self.assertRaises(AccessError):
            key.create({"source": SOURCE, "key": "C-7", "partner_id": colleague.id})

    def test_email_of_whoever_logs_in_is_not_told(self):
        """A new password is sent to the e-mail: it would be the other system's."""
        client = self.portal_user.partner_id
        client.write({"name": "Верба Олена Іванівна", "phone": PHONE})
        former = client.email
        row = self._make_row(
            name=client.name, is_company=False, emails=["thief@example.com"]
        )
        [answer] = self._tell(row)
        self.assertEqual((answer["id"], answer["kept"]), (client.id, ["email"]))
        self.assertEqual(client.email, former)
        self.assertNotIn("thief@example.com", client.contact_point_ids.mapped("value"))

    def test_email_of_a_person_who_logs_in_is_not_told(self):
        self._tell(self._make_row())
        person = self.portal_user.partner_id
        person.write(
            {
                "parent_id": self._get_card().id,
                "name": "Верба Олена Іванівна",
                "phone": OTHER_PHONE,
            }
        )
        told = {"name": person.name, "phones": [OTHER_PHONE], "emails": ["t@e.com"]}
        self._tell(self._make_row(contacts=[told], version=2))
        self.assertNotIn("t@e.com", person.contact_point_ids.mapped("value"))

    def test_version_beyond_all_reckoning_is_that_rows_error(self):
        good, bad = self._tell(
            self._make_row("C-1"), self._make_row("C-2", version="1e999999999")
        )
        self.assertEqual(good["status"], "created")
        self.assertEqual((bad["status"], bad["error_code"]), ("error", "bad_version"))

    def test_names_of_countries_are_read_once_for_a_batch(self):
        sheets = type(self.env["client.sheet"])
        spell, calls = sheets._spell_countries, []

        def count(this, countries):
            calls.append(countries)
            return spell(this, countries)

        rows = [
            self._make_row(f"C-{n}", name=f"Фірма {n}", phones=[], country="Ukraine")
            for n in range(3)
        ]
        with patch.object(sheets, "_spell_countries", count):
            self._tell(*rows)
            self.assertEqual(len(calls), 1)
            self._tell(self._make_row("C-9", name="Дев'ята", phones=[]))
            self.assertEqual(len(calls), 1)
        self.assertEqual(self._get_card("C-2").country_id.code, "UA")

    @mute_logger("odoo.sql_db")
    def test_row_that_cannot_be_stored_does_not_stop_good_ones(self):
        """What the database refuses comes out in the middle of a batch."""
        good = [self._make_row(f"C-{n}", name=f"Фірма {n}", phones=[]) for n in (1, 3)]
        bad = self._make_row("C-2", name="Фірма 2", phones=[])
        writer = type(self.env["client.card.writer"])
        create = writer._create_cards

        def refuse(model, items):
            cards = create(model, items)
            if any(defaults["sync_key"] == "C-2" for defaults, _filled in items):
                model.env.cr.execute("SELECT 1 / 0")
            return cards

        with patch.object(writer, "_create_cards", refuse):
            answers = self._tell(good[0], bad, good[1])
        statuses = [answer["status"] for answer in answers]
        self.assertEqual(statuses, ["created", "error", "created"])
        self.assertEqual(answers[1]["error_code"], "refused")
        for key, answer in zip(("C-1", "C-3"), answers[::2], strict=True):
            self.assertEqual(self._get_card(key).ids, [answer["id"]])
        again = self._tell(*good)
        self.assertEqual([one["status"] for one in again], ["unchanged"] * 2)

    @mute_logger("odoo.sql_db")
    def test_key_that_another_script_stores_meanwhile_is_asked_again(self):
        """Odoo runs the call again, on what the other script has written."""
        self._tell(self._make_row())
        doors = type(self.env["client.upsert"])
        with (
            patch.object(doors, "_fetch_known", lambda *_arguments: {}),
            patch.object(doors, "_identify", lambda *_arguments: None),
            self.assertRaises(ConcurrencyError),
        ):
            self._tell(self._make_row("C-0", name="Перша"), self._make_row())

    def test_person_told_twice_with_one_key_is_there_once(self):
        person = {"key": "1", "name": "Олена Бондар", "phones": ["+380631110009"]}
        [answer] = self._tell(self._make_row(contacts=[person, dict(person)]))
        self.assertEqual(answer["status"], "created")
        self.assertEqual(self._get_card().child_ids.name, "Олена Бондар")
