from unittest.mock import patch

from psycopg2.errors import ForeignKeyViolation

from odoo.exceptions import AccessError, ConcurrencyError
from odoo.tests import tagged, users
from odoo.tools import mute_logger

from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from ..models import client_duplicate_form
from ..tools.duplicates import changes
from ..tools.duplicates.cards import VERSION, Card
from ..tools.duplicates.keys import stored_keys
from ..tools.identity import city_key
from .common import ClientCommon


@tagged("post_install", "-at_install")
class TestClientDuplicate(ClientCommon, CronMixinCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["client.duplicate"].search([]).unlink()
        cls.left = cls._make_card("Шапкець Лариса Леонідівна", "067 123 45 67")
        cls.right = cls._make_card("Shpakets Larisa Leonidivna", "+380671234567")
        cls.stranger = cls._make_card("Коваленко Ігор Петрович", "050 765 43 21")

    @classmethod
    def _make_card(cls, name, phone, **vals):
        return cls.env["res.partner"].create(
            {
                "name": name,
                "phone": phone,
                "email": f"client{phone[-5:].replace(' ', '')}@example.com",
                "city": "Полтава",
                "street": "вул. Садова, 7",
                "country_id": cls.env.ref("base.ua").id,
                **vals,
            }
        )

    def _scan(self):
        self.env["client.duplicate"].scan()
        return self._get_pair(self.left, self.right)

    def _get_pair(self, one, other):
        return self.env["client.duplicate"].search(
            [
                ("left_id", "=", min(one.id, other.id)),
                ("right_id", "=", max(one.id, other.id)),
            ]
        )

    @users("client_manager")
    def test_scan_finds_one_client_across_alphabets(self):
        pair = self._scan().with_env(self.env)
        self.assertEqual(pair.state, "open")
        self.assertGreater(pair.score, 0.5)
        self.assertIn("Phone: the same", pair.reason)
        self.assertEqual(pair.cluster_id.partner_ids, self.left | self.right)
        self.assertFalse(self._get_pair(self.left, self.stranger))

    @users("client_manager")
    @users("client_manager")
    def test_search_says_what_it_found_and_shows_it(self):
        answer = self.env["client.duplicate.scan"].action_start()["params"]
        scan = self.env["client.duplicate.scan"].search([], limit=1)
        self.assertIn(f"Cards compared: {scan.card_count}.", answer["message"])
        self.assertIn(f"Likely duplicates: {scan.pair_count}.", answer["message"])
        self.assertEqual(answer["next"]["res_model"], "client.duplicate")
        self.assertNotIn("help", answer["next"])  # its tags would be seen

    @users("client_user")
    def test_salesperson_starts_no_search(self):
        with self.assertRaises(AccessError):
            self.env["client.duplicate.scan"].action_start()

    def test_scan_twice_changes_nothing(self):
        first = self._scan().read(["bits", "state", "cluster_id", "write_date"])
        self.assertEqual(
            self._scan().read(["bits", "state", "cluster_id", "write_date"]), first
        )

    @users("client_manager")
    def test_different_is_remembered_until_a_card_says_something_else(self):
        self._scan().action_different()
        pair = self._scan()
        self.assertEqual(pair.state, "different")
        self.assertFalse(pair.cluster_id)
        self.left.comment = "Asked to be called after six"
        self.assertEqual(self._scan().state, "different")
        self.left.name = "Шапкець Лариса Леонідівна мол."
        self.assertEqual(self._scan().state, "open")

    @users("client_manager")
    def test_a_decision_can_be_taken_back(self):
        pair = self._scan()
        pair.action_different()
        pair.action_reopen()
        self.assertEqual(pair.state, "open")
        self.assertEqual(pair.cluster_id.partner_ids, self.left | self.right)

    @users("client_manager")
    def test_decision_outlives_another_reading_of_the_cards(self):
        """An update of ours that reads names better does not ask everything anew."""
        pair = self._scan()
        pair.action_different()
        marks = pair.left_mark, pair.right_mark
        with (
            patch.object(client_duplicate_form, "VERSION", VERSION + 1),
            patch.object(changes, "make_mark", lambda text: f"other {text}"),
        ):
            self.assertEqual(self._scan().state, "different")
            pair.invalidate_recordset()
            self.assertNotEqual((pair.left_mark, pair.right_mark), marks)
            self.left.name = "Шапкець Лариса Леонідівна мол."
        with patch.object(client_duplicate_form, "VERSION", VERSION + 2):
            self.assertEqual(self._scan().state, "open")

    @users("client_manager")
    def test_decision_on_a_card_just_written_is_remembered(self):
        """Its form to compare is older than the card until the commit."""
        pair = self._scan()
        self.left.sudo().street = "вул. Садова, 7 кв. 2"
        pair.action_different()
        self.assertEqual(self._scan().state, "different")

    @users("client_manager")
    def test_decision_taken_back_joins_the_client_that_is_left(self):
        third = self._make_card("Шапкець Лариса Леонідівна", "067 123 45 67").sudo()
        pair = self._scan()
        pair.action_different()
        self.assertEqual(len(self._get_pair(self.left, third).cluster_id), 1)
        pair.action_reopen()
        self.assertEqual(pair.cluster_id.card_count, 3)

    @users("client_manager")
    def test_cards_of_two_companies_do_not_meet_in_a_client(self):
        """Not either when the cards are put together anew after a decision."""
        third = self._make_card("Шапкець Лариса Леонідівна", "067 123 45 67").sudo()
        self.left.sudo().company_id = self.env.company
        self.right.sudo().company_id = self._create_company(name="Other")
        self._scan()
        pair = self._get_pair(self.left, third)
        pair.action_different()
        pair.action_reopen()
        cards = self.left | self.right
        self.assertTrue(pair.sudo().cluster_id)
        clusters = self.env["client.duplicate.cluster"].sudo().search([])
        self.assertFalse(clusters.filtered(lambda one: cards <= one.partner_ids))

    @users("client_manager")
    def test_pair_goes_when_the_cards_are_no_longer_alike(self):
        self._scan()
        self.right.write(
            {
                "name": "Іваненко Степан Олегович",
                "phone": "0931112233",
                "email": "stepan@example.com",
                "street": "вул. Нова, 1",
                "city": "Львів",
            }
        )
        self.assertFalse(self._scan())

    @users("client_manager")
    def test_cards_of_two_companies_are_two_clients(self):
        other = self.env["res.company"].sudo().create({"name": "Other"})
        self.left.sudo().company_id = self.env.company
        self.right.sudo().company_id = other
        self.assertFalse(self._scan().sudo())

    @users("client_manager")
    def test_nobody_writes_a_pair_by_hand(self):
        pair = self._scan().with_env(self.env)
        for values in ({"state": "merged"}, {"evidence": []}, {"right_id": 1}):
            with self.assertRaises(AccessError):
                pair.write(values)

    @users("client_user")
    def test_salesperson_reads_and_does_not_decide(self):
        pair = self.env["client.duplicate"].browse(self._get_or_make_pair().id)
        self.assertTrue(pair.reason)
        with self.assertRaises(AccessError):
            pair.action_different()
        with self.assertRaises(AccessError):
            self.env["client.duplicate"].scan()

    def _get_or_make_pair(self):
        self.env["client.duplicate"].sudo().scan()
        return self._get_pair(self.left, self.right)

    def test_card_follows_its_points(self):
        forms = self.env["client.duplicate.form"]
        self.env.cr.precommit.run()
        self.assertFalse(set(forms._find_stale()) & set(self.left.ids))
        self.left.contact_point_ids.filtered(
            lambda point: point.kind == "phone"
        ).value = "0991234567"
        self.env.flush_all()
        self.assertIn(self.left.id, forms._find_stale())
        self.env.cr.precommit.run()
        (form,) = forms._load(self.left.ids, self.env.company)
        self.assertEqual(form.phones, ("+380991234567",))

    def _get_index(self, cards):
        self.env.cr.precommit.run()
        self.env.cr.execute(
            "SELECT key, partner_id FROM client_duplicate_key"
            " WHERE partner_id = ANY(%s) ORDER BY 1, 2",
            [cards.ids],
        )
        return self.env.cr.fetchall()

    def test_a_card_is_found_by_what_it_says_now(self):
        cards = self.left | self.right
        for vals in ({"city": "Львів", "phone": "0991234567"}, {"active": False}):
            self.left.write(vals)
            held = self._get_index(cards)
            forms = self.env["client.duplicate.form"]._load(cards.ids, self.env.company)
            self.assertEqual(held, stored_keys(forms))
            holders = {card_id for _key, card_id in held}
            self.assertEqual(self.left.active, self.left.id in holders)

    def _make_anew(self, cards):
        """Make the forms of cards one by one, each while another one is written."""
        self.env.cr.precommit.run()
        self.env.cr.execute(
            "UPDATE client_duplicate_form SET stamp = 'old', content = ''"
            " WHERE partner_id = ANY(%s)",
            [cards.ids],
        )
        with patch.object(client_duplicate_form, "PART", 1):
            return self.env["client.duplicate.form"]._refresh(cards.ids)

    def test_cards_prepared_part_by_part_are_what_they_were(self):
        cards = self.left | self.right | self.stranger
        forms = self.env["client.duplicate.form"]
        held, said = self._get_index(cards), forms._load(cards.ids, self.env.company)
        made = self._make_anew(cards)
        self.assertEqual(self._get_index(cards), held)
        self.assertEqual(forms._load(cards.ids, self.env.company), said)
        self.assertEqual([form for _stamp, form in made.values()], said)

    def test_failure_of_writing_a_part_is_told(self):
        cards = self.left | self.right
        forms = type(self.env["client.duplicate.form"])
        with (
            self.assertRaises(ConcurrencyError),
            patch.object(forms, "_write_forms", side_effect=ConcurrencyError),
        ):
            self._make_anew(cards)

    def test_keys_of_a_deleted_card_are_swept_out(self):
        left_id = self.left.id
        self.assertTrue(self._get_index(self.left))
        self.left.unlink()
        self._scan_all()
        self.assertFalse(self._get_index(self.left.browse(left_id)))
        self.assertTrue(self._get_index(self.right))

    def _scan_all(self):
        self.env["client.duplicate"].scan()

    def test_a_card_that_changes_during_a_scan_is_compared_as_it_is(self):
        forms = self.env["client.duplicate.form"]
        self.env.cr.precommit.run()
        self.env.cr.execute(
            "UPDATE client_duplicate_form SET stamp = 'old' WHERE partner_id = ANY(%s)",
            [(self.left | self.right).ids],
        )
        made = forms._refresh((self.left | self.right).ids)
        self.left.city = "Львів"
        self.env.cr.precommit.run()
        known_right = made[self.right.id][1]
        read = {form.id: form for form in forms._iterate(made)}
        self.assertEqual(read[self.left.id].city, city_key("Львів"))
        self.assertIs(read[self.right.id], known_right)
        self.assertIn(self.stranger.id, read)
        self.assertFalse(made)

    def test_failure_of_preparing_does_not_stop_a_write(self):
        def fail(*_arguments):
            raise ValueError("A text that nobody foresaw")

        with (
            patch.object(
                type(self.env["client.duplicate.form"]),
                "_write_forms",
                side_effect=ValueError,
            ),
            self.assertLogs("odoo.addons.client_base.models.client_duplicate_form"),
        ):
            self.left.name = "Шапкець Л. Л."
            self.env.cr.precommit.run()
        self.assertEqual(self.left.name, "Шапкець Л. Л.")
        self.assertIn(self.left.id, self.env["client.duplicate.form"]._find_stale())

    def test_cards_of_a_large_file_are_prepared_behind(self):
        forms = self.env["client.duplicate.form"]
        self.env.cr.precommit.run()
        cards = self.env["res.partner"].create(
            [{"name": f"Client {number}"} for number in range(101)]
        )
        cron = self.env.ref("client_base.ir_cron_client_duplicate_form")
        with self.capture_triggers(cron.id) as captured:
            self.env.cr.precommit.run()
        self.assertEqual(len(captured.records), 1)
        self.assertTrue(set(cards.ids) <= set(forms._find_stale()))
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertFalse(set(cards.ids) & set(forms._find_stale()))

    def test_archived_card_is_not_compared(self):
        self._scan()
        self.right.active = False
        self.assertFalse(self._scan())

    def test_card_about_to_be_made_is_known(self):
        self._scan()
        card = Card(0, "Шапкець Лариса", phones=("067-123-45-67",), city="Полтава")
        found = self.env["client.duplicate"]._find_alike(card, self.env.company, "UA")
        self.assertTrue({pair.right for pair in found} & {self.left.id, self.right.id})
        self.assertNotIn(self.stranger.id, {pair.right for pair in found})

    def test_interrupted_scan_is_taken_up_when_somebody_asks(self):
        scan = self.env["client.duplicate.scan"].create({"state": "running"})
        cron = self.env.ref("client_base.ir_cron_client_duplicate")
        with self.capture_triggers(cron.id) as captured:
            scan_id = self.env["client.duplicate"].with_user(self.client_manager).scan()
        self.assertEqual(scan_id, scan.id)
        self.assertEqual(len(captured.records), 1)

    def test_interrupted_scan_goes_on(self):
        scan = self.env["client.duplicate.scan"].create({"state": "running"})
        with self.enter_registry_test_mode():
            self.env.ref("client_base.ir_cron_client_duplicate").method_direct_trigger()
        self.assertEqual(scan.state, "done")

    @mute_logger("odoo.sql_db")
    def test_card_that_goes_while_it_is_compared_stops_no_scan(self):
        scan = self.env["client.duplicate.scan"].create({"state": "running"})
        pairs = type(self.env["client.duplicate"])
        store = pairs._store
        attempts = []

        def store_too_late(model, found):
            attempts.append(found)
            if len(attempts) == 1:
                raise ForeignKeyViolation("the card is gone")
            return store(model, found)

        cron = self.env.ref("client_base.ir_cron_client_duplicate")
        with (
            patch.object(pairs, "_store", store_too_late),
            self.enter_registry_test_mode(),
        ):
            cron.method_direct_trigger()
        self.assertEqual((scan.state, len(attempts)), ("done", 2))

    def test_comparison_shows_both_cards_escaped(self):
        self.left.name = "Шапкець <b>Лариса</b> Леонідівна"
        html = str(self._scan().comparison)
        self.assertIn("&lt;b&gt;", html)
        self.assertIn("Shpakets", html)
