from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import ClientCommon


@tagged("post_install", "-at_install")
class TestClientBulkEdit(ClientCommon):
    """Many cards are changed at once, after a look, and put back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client_user.tz = "Europe/Kyiv"
        cls.shop, cls.office = cls.env["client.type"].create(
            [{"name": "Крамниця"}, {"name": "Контора"}]
        )
        cls.vip, cls.old = cls.env["res.partner.category"].create(
            [{"name": "VIP"}, {"name": "Старий"}]
        )
        cls.group = cls.env["client.group"].create({"name": "Гурт"})
        cls.clients = cls.env["res.partner"].create(
            [
                {"name": "А", "client_type_id": cls.office.id, "city": "Львів"},
                {"name": "Б", "client_type_id": cls.shop.id, "city": "Київ"},
                {"name": "В", "category_id": [Command.set(cls.old.ids)]},
            ]
        )

    def _prepare(self, user=None, **values):
        """:return: a change of the three clients that is not made yet"""
        edits = self.env["client.bulk.edit"].with_user(user or self.client_user)
        return edits.create({"partner_ids": [Command.set(self.clients.ids)], **values})

    def _change(self, **values):
        edit = self._prepare(**values)
        edit.action_apply()
        return edit

    def _get_counts(self, edit):
        return (edit.change_count, edit.same_count, edit.denied_count)

    def test_preview_says_what_would_change(self):
        edit = self._prepare(client_type_id=self.shop.id)
        self.assertEqual(self._get_counts(edit), (2, 1, 0))
        self.assertIn("Контора", edit.preview)
        self.assertIn("Крамниця", edit.preview)
        self.assertEqual(self.clients[0].client_type_id, self.office)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_preview_counts_what_one_may_not_change(self):
        company = self._create_company(name="Other")
        self.clients[0].company_id = company
        edit = self._prepare(client_type_id=self.shop.id)
        self.assertEqual(self._get_counts(edit), (1, 1, 1))
        self.assertNotIn("Контора", edit.preview)
        edit.action_apply()
        self.assertEqual(self.clients[0].client_type_id, self.office)

    def test_form_previews_before_it_is_saved(self):
        edits = self.env["client.bulk.edit"].with_user(self.client_user)
        with Form(
            edits.with_context(default_partner_ids=self.clients.ids),
            view="client_base.client_bulk_edit_view_form",
        ) as form:
            self.assertEqual(form.change_count, 0)
            form.city = "Одеса"
            self.assertEqual((form.change_count, form.partner_count), (3, 3))

    def test_values_are_set_and_emptied(self):
        edit = self._change(interest_level="hot", clear_city=True)
        self.assertEqual(set(self.clients.mapped("interest_level")), {"hot"})
        self.assertFalse(any(self.clients.mapped("city")))
        self.assertEqual((edit.state, edit.done_count), ("done", 3))

    def test_what_is_left_empty_stays(self):
        self._change(interest_level="hot")
        self.assertEqual(self.clients.mapped("city"), ["Львів", "Київ", False])

    def test_tags_and_groups_are_added_and_removed(self):
        self._change(
            add_tag_ids=[Command.set(self.vip.ids)],
            remove_tag_ids=[Command.set(self.old.ids)],
            add_group_ids=[Command.set(self.group.ids)],
        )
        self.assertEqual(self.clients.category_id, self.vip)
        self.assertEqual(self.clients[2].category_id, self.vip)
        for client in self.clients:
            self.assertEqual(client.client_group_ids, self.group)

    @freeze_time("2031-03-10 23:00:00")
    def test_cards_are_found_correct_on_the_day_of_the_user(self):
        self._change(is_reviewed=True)
        self.assertEqual(str(self.clients[0].reviewed_on), "2031-03-11")

    def test_journal_tells_before_and_after(self):
        edit = self._change(client_type_id=self.shop.id)
        self.assertRecordValues(
            edit.change_ids.sorted("partner_id"),
            [
                {
                    "partner_id": client.id,
                    "field": "client_type",
                    "old_value": old,
                    "new_value": "Крамниця",
                    "company_id": self.env.company.id,
                }
                for client, old in (
                    (self.clients[0], "Контора"),
                    (self.clients[2], False),
                )
            ],
        )
        self.assertEqual(self.clients[0].client_change_count, 1)
        self.assertEqual(self.clients[1].client_change_count, 0)

    def test_everything_is_taken_back(self):
        self.clients[1].client_group_ids = self.group
        fields_ = ("client_type_id", "city", "category_id", "client_group_ids")
        before = self.clients.read(fields_)
        edit = self._change(
            client_type_id=self.shop.id,
            clear_city=True,
            add_tag_ids=[Command.set(self.vip.ids)],
            remove_tag_ids=[Command.set(self.old.ids)],
            add_group_ids=[Command.set(self.group.ids)],
        )
        self.assertNotEqual(self.clients.read(fields_), before)
        edit.action_undo()
        self.assertEqual(self.clients.read(fields_), before)
        self.assertEqual(set(edit.change_ids.mapped("state")), {"undone"})

    def test_what_was_changed_since_stays(self):
        edit = self._change(city="Одеса", interest_level="hot")
        self.clients[0].city = "Рівне"
        edit.action_undo()
        self.assertEqual(self.clients.mapped("city"), ["Рівне", "Київ", False])
        self.assertFalse(any(self.clients.mapped("interest_level")))
        self.assertEqual((edit.state, edit.kept_count), ("undone", 1))

    def test_undo_is_pressed_in_the_journal(self):
        edit = self._change(city="Одеса")
        edit.change_ids[0].action_undo_together()
        self.assertEqual(self.clients.mapped("city"), ["Львів", "Київ", False])

    def test_value_deleted_since_is_not_written_back(self):
        edit = self._change(client_type_id=self.shop.id)
        self.office.unlink()
        edit.action_undo()
        self.assertFalse(self.clients[0].client_type_id)

    def test_made_twice_is_made_once(self):
        edit = self._change(city="Одеса")
        edit.action_apply()
        self.assertEqual(len(edit.change_ids), 3)
        edit.action_undo()
        self.clients.city = "Одеса"
        edit.action_undo()
        self.assertEqual(set(self.clients.mapped("city")), {"Одеса"})
        with self.assertRaises(UserError):
            edit.action_apply()

    def test_card_that_is_refused_stops_no_other(self):
        partners = self.env.registry["res.partner"]
        write = partners.write
        bad, reason = self.clients[1], "Not this one."

        def refuse(records, values):
            if values.get("city") and bad in records:
                raise ValidationError(reason)
            return write(records, values)

        self.patch(partners, "write", refuse)
        edit = self._change(city="Одеса")
        self.assertEqual(self.clients.mapped("city"), ["Одеса", "Київ", "Одеса"])
        self.assertEqual(edit.done_count, 2)
        self.assertIn(reason, edit.problem)

    def test_nobody_gets_a_letter(self):
        letters = self.env["mail.mail"].search_count([])
        self._change(user_id=self.client_manager.id)
        self.assertEqual(self.clients.user_id, self.client_manager)
        self.assertEqual(self.env["mail.mail"].search_count([]), letters)

    def test_portal_user_becomes_no_manager(self):
        with self.assertRaises(ValidationError):
            self._prepare(user_id=self.portal_user.id)

    def test_what_was_done_is_not_written_by_hand(self):
        edit = self._prepare(city="Одеса", state="done")
        self.assertEqual(edit.state, "draft")
        with self.assertRaises(AccessError):
            edit.state = "done"
        edit.action_apply()
        with self.assertRaises(UserError):
            edit.city = "Рівне"
        with self.assertRaises(UserError):
            edit.unlink()

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_user_undoes_his_own_changes_only(self):
        edit = self._prepare(user=self.client_manager, city="Одеса")
        edit.action_apply()
        with self.assertRaises(AccessError):
            edit.with_user(self.client_user).action_undo()

    def test_forgotten_ones_are_cleared_away(self):
        forgotten, made = self._prepare(city="Одеса"), self._change(city="Рівне")
        with freeze_time("2099-01-01"):
            forgotten.sudo()._gc_drafts()
        self.assertFalse(forgotten.exists())
        self.assertTrue(made.exists())

    def test_people_share_what_changed_with_their_clients(self):
        industry = self.env["res.partner.industry"].create({"name": "Mills"})
        clients = self._create_families(2)
        self._change(partner_ids=[Command.set(clients.ids)], industry_id=industry.id)
        for person in clients.child_ids:
            self.assertEqual(person.industry_id, industry)

    def test_clients_change_in_a_constant_number_of_queries(self):
        self._change(city="Рівне", add_tag_ids=[Command.set(self.vip.ids)])
        industry = self.env["res.partner.industry"].create({"name": "Mills"})
        counts = []
        for size in (5, 60):
            clients = self._create_families(size, client_type_id=self.office.id)
            edit = self._prepare(
                partner_ids=[Command.set(clients.ids)],
                client_type_id=self.shop.id,
                industry_id=industry.id,  # core hands it down to the people
                add_tag_ids=[Command.set(self.vip.ids)],
            )
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            edit.action_apply()
            edit.action_undo()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLess(counts[1], counts[0] + 20)
