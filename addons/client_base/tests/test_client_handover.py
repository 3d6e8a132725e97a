from datetime import datetime, timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import mute_logger

from .common import MANAGER, USER, ClientCommon

SALES = "sales_team.group_sale_salesman_all_leads"


class ClientHandoverCommon(ClientCommon):
    """Anna has two clients with all that can hang on them; Borys is to take them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        groups = USER
        if cls.env.ref(SALES, raise_if_not_found=False):
            groups = f"{USER},{SALES}"
        cls.anna, cls.borys, cls.vira = (
            new_test_user(cls.env, login, groups, email=f"{login}@example.com")
            for login in ("anna", "borys", "vira")
        )
        cls.mill = cls._create_client("Млин Подільський", user_id=cls.anna.id)
        cls.mill_person = cls._create_client("Ганна Мельник", parent_id=cls.mill.id)
        cls.bakery = cls._create_client("Пекарня Колос", user_id=cls.anna.id)
        cls.others = cls._create_client("Не Ганнин", user_id=cls.vira.id)
        cls.activity = cls._create_activity(cls.mill, cls.anna)
        cls.event = cls._create_event(cls.mill, cls.anna)
        cls.documents = cls.env["res.users"].browse()
        cls.lead = cls._create_document("crm.lead", type="opportunity", name="Борошно")
        cls.order = cls._create_document("sale.order")

    @classmethod
    def _create_activity(cls, record, user):
        return cls.env["mail.activity"].create(
            {
                "res_model_id": cls.env["ir.model"]._get_id(record._name),
                "res_id": record.id,
                "activity_type_id": cls.env.ref("mail.mail_activity_data_call").id,
                "user_id": user.id,
            }
        )

    @classmethod
    def _create_event(cls, client, user, start=datetime(2031, 4, 1, 9)):
        return (
            cls.env["calendar.event"]
            .with_context(no_mail_to_attendees=True, dont_notify=True)
            .create(
                {
                    "name": "Зразки",
                    "start": start,
                    "stop": start + timedelta(hours=1),
                    "user_id": user.id,
                    "partner_ids": [Command.set((user.partner_id + client).ids)],
                }
            )
        )

    @classmethod
    def _create_document(cls, model, **values):
        """:return: a document of Anna with the mill, None where Odoo knows none"""
        if model not in cls.env:
            return None
        return cls.env[model].create(
            {"partner_id": cls.mill.id, "user_id": cls.anna.id, **values}
        )

    @classmethod
    def _get_documents(cls):
        return [record for record in (cls.lead, cls.order) if record is not None]

    def _prepare(self, **values):
        """:return: a hand-over that is not applied yet, made by a manager"""
        return (
            self.env["client.handover"]
            .with_user(self.client_manager)
            .create(
                {
                    "from_user_id": self.anna.id,
                    "to_user_id": self.borys.id,
                    **values,
                }
            )
        )

    def _hand_over(self, **values):
        handover = self._prepare(**values)
        handover.action_apply()
        return handover

    def _run_cron(self):
        with self.enter_registry_test_mode():
            self.env.ref("client_base.ir_cron_client_handover").method_direct_trigger()

    def assertManager(self, user, *records):
        for record in records:
            self.assertEqual(record.sudo().user_id, user, record)


@tagged("post_install", "-at_install")
class TestClientHandover(ClientHandoverCommon):
    """What moves, and to whom."""

    def test_everything_of_the_client_moves(self):
        self._hand_over()
        moved = [self.mill, self.mill_person, self.bakery, self.activity, self.event]
        self.assertManager(self.borys, *moved, *self._get_documents())
        self.assertManager(self.vira, self.others)
        self.assertIn(self.borys.partner_id, self.event.partner_ids)
        self.assertNotIn(self.anna.partner_id, self.event.partner_ids)
        self.assertEqual(
            self.event.attendee_ids.partner_id, self.borys.partner_id + self.mill
        )

    def test_preview_counts_what_moves(self):
        handover = self._prepare()
        counts = ("client_count", "contact_count", "activity_count", "event_count")
        before = [handover[name] for name in counts]
        self.assertEqual(before, [2, 1, 1, 1])
        self.assertEqual(handover.lead_count, int("crm.lead" in self.env))
        self.assertEqual(handover.order_count, int("sale.order" in self.env))
        self.assertManager(self.anna, self.mill)
        handover.action_apply()
        self.assertEqual([handover[name] for name in counts], before)

    def test_form_previews_before_it_is_saved(self):
        handovers = self.env["client.handover"].with_user(self.client_manager)
        chosen = (self.mill + self.others).ids
        with Form(
            handovers.with_context(default_partner_ids=chosen),
            view="client_base.client_handover_view_form",
        ) as form:
            form.to_user_id = self.borys
            self.assertEqual(form.scope, "selection")
            self.assertEqual((form.client_count, form.event_count), (2, 1))

    def test_only_the_clients_chosen_move(self):
        self._hand_over(partner_ids=[Command.set(self.bakery.ids)])
        self.assertManager(self.borys, self.bakery)
        self.assertManager(self.anna, self.mill, self.activity, self.event)

    def test_the_one_manager_of_the_clients_chosen_is_named(self):
        chosen = [Command.set((self.mill + self.bakery).ids)]
        handover = self._hand_over(from_user_id=False, partner_ids=chosen)
        self.assertEqual(handover.from_user_id, self.anna)
        several = [Command.set((self.mill + self.others).ids)]
        handover = self._hand_over(
            from_user_id=False, to_user_id=self.anna.id, partner_ids=several
        )
        self.assertFalse(handover.from_user_id)

    def test_clients_of_several_managers_move(self):
        chosen = self.mill + self.others
        handover = self._hand_over(
            from_user_id=False, partner_ids=[Command.set(chosen.ids)]
        )
        self.assertManager(self.borys, *chosen)
        handover.action_undo()
        self.assertManager(self.anna, self.mill)
        self.assertManager(self.vira, self.others)

    def test_what_is_switched_off_stays(self):
        self._hand_over(
            move_contacts=False,
            move_leads=False,
            move_orders=False,
            move_activities=False,
            move_events=False,
        )
        self.assertManager(self.borys, self.mill)
        stays = [self.mill_person, self.activity, self.event]
        self.assertManager(self.anna, *stays, *self._get_documents())

    def test_what_is_over_or_of_others_stays(self):
        past = self._create_event(self.mill, self.anna, datetime(2021, 4, 1, 9))
        done = self._create_activity(self.mill, self.anna)
        done.action_feedback()
        theirs = self._create_activity(self.mill, self.vira)
        self._hand_over()
        self.assertManager(self.anna, past, done.with_context(active_test=False))
        self.assertManager(self.vira, theirs)

    def test_closed_documents_stay(self):
        for document in self._get_documents():
            if document._name == "crm.lead":
                document.action_set_won()
            else:
                document.action_confirm()
        self._hand_over()
        self.assertManager(self.anna, *self._get_documents())

    def test_sales_team_of_a_document_stays(self):
        if self.lead is None:
            self.assertNotIn("crm.lead", self.env)
            return
        team = self.env["crm.team"].create(
            {"name": "Anna's", "member_ids": [Command.link(self.anna.id)]}
        )
        self.lead.team_id = team
        self._hand_over()
        self.assertEqual(self.lead.team_id, team)

    def test_documents_stay_when_the_new_manager_has_no_right_to_them(self):
        handover = self._hand_over(to_user_id=self.internal_user.id)
        self.assertManager(self.internal_user, self.mill)
        self.assertManager(self.anna, *self._get_documents())
        kept = handover.line_ids.filtered(lambda line: line.state == "kept")
        self.assertEqual(len(kept), len(self._get_documents()))
        self.assertLessEqual(set(kept.mapped("reason_code")), {"no_right"})

    def test_applied_twice_is_applied_once(self):
        handover = self._hand_over()
        count = len(handover.line_ids)
        handover.action_apply()
        self.assertEqual(len(handover.line_ids), count)

    def test_new_manager_follows_the_client(self):
        handover = self._hand_over(date_until=fields.Date.today())
        self.assertIn(self.borys.partner_id, self.mill.message_partner_ids)
        handover.action_return()
        self.assertNotIn(self.borys.partner_id, self.mill.message_partner_ids)

    def test_note_is_written_on_the_card(self):
        self._hand_over(reason="Відпустка")
        self.assertIn("Відпустка", self.mill.message_ids[0].body)

    def test_clients_move_in_a_constant_number_of_queries(self):
        self._create_client("Warm up", user_id=self.vira.id)
        self._hand_over(from_user_id=self.vira.id)
        counts = []
        for size in (5, 60):
            self._create_families(size, user_id=self.vira.id)
            handover = self._prepare(from_user_id=self.vira.id)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            handover.action_apply()
            self.env.flush_all()
            counts.append(self.env.cr.sql_log_count - before)
        self.assertLess(counts[1], counts[0] + 25)


@tagged("post_install", "-at_install")
class TestClientHandoverTarget(ClientHandoverCommon):
    """Who is not given clients, and who may not give them."""

    def test_archived_manager_is_refused(self):
        self.borys.active = False
        with self.assertRaisesRegex(UserError, "2 clients"):
            self._hand_over()

    def test_portal_user_is_refused(self):
        with self.assertRaisesRegex(UserError, "2 clients"):
            self._hand_over(to_user_id=self.portal_user.id)

    def test_manager_without_the_company_of_the_client_is_refused(self):
        company = self._create_company(name="Other")
        self.borys.write(
            {"company_ids": [Command.set(company.ids)], "company_id": company.id}
        )
        self.mill.company_id = self.env.company
        with self.assertRaisesRegex(UserError, "1 of these clients"):
            self._hand_over()

    def test_clients_of_another_company_are_refused(self):
        company = self._create_company(name="Other")
        self.client_manager.company_ids += company
        self.mill.write({"company_id": company.id, "user_id": False})
        handover = self._prepare(
            from_user_id=False, partner_ids=[Command.set(self.mill.ids)]
        )
        handover = handover.with_context(
            allowed_company_ids=self.client_manager.company_ids.ids
        )
        with self.assertRaisesRegex(UserError, "1 of these clients"):
            handover.action_apply()

    def test_nobody_is_handed_over_to_himself(self):
        with self.assertRaises(ValidationError):
            self._prepare(to_user_id=self.anna.id)

    def test_nothing_to_hand_over_is_said(self):
        with self.assertRaisesRegex(UserError, "no client"):
            self._hand_over(from_user_id=self.client_user.id)

    def test_user_hands_nothing_over(self):
        handover = self._prepare().with_user(self.borys)
        for method in ("apply", "start_now", "undo", "return"):
            with self.subTest(method=method), self.assertRaises(AccessError):
                getattr(handover, f"action_{method}")()
        with self.assertRaises(AccessError):
            self.mill.with_user(self.borys).action_open_handover()

    def test_user_sees_his_own_hand_overs_only(self):
        own = self._hand_over()
        other = self._hand_over(from_user_id=self.vira.id, to_user_id=self.anna.id)
        seen = self.env["client.handover"].with_user(self.borys).search([])
        self.assertIn(own, seen.with_env(own.env))
        self.assertNotIn(other, seen.with_env(own.env))
        lines = self.env["client.handover.line"].with_user(self.borys).search([])
        self.assertEqual(lines.handover_id, own.with_env(lines.env))

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_history_is_not_written_or_deleted_by_hand(self):
        handover = self._hand_over()
        with self.assertRaises(AccessError):
            handover.write({"state": "draft"})
        with self.assertRaises(UserError):
            handover.write({"to_user_id": self.vira.id})
        with self.assertRaises(AccessError):
            handover.line_ids.unlink()
        with self.assertRaises(AccessError):
            handover.line_ids.write({"state": "kept"})
        handover.action_undo()
        with self.assertRaises(UserError):
            handover.unlink()

    def test_context_makes_no_finished_hand_over(self):
        handovers = self.env["client.handover"].with_user(self.client_manager)
        handover = handovers.with_context(default_state="done").create(
            {
                "from_user_id": self.anna.id,
                "to_user_id": self.borys.id,
                "state": "done",
            }
        )
        self.assertEqual(handover.state, "draft")

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_manager_of_another_company_sees_nothing(self):
        company = self._create_company(name="Other")
        stranger = new_test_user(
            self.env,
            "stranger",
            MANAGER,
            company_id=company.id,
            company_ids=[Command.set(company.ids)],
        )
        handover = self._hand_over()
        with self.assertRaises(AccessError):
            handover.with_user(stranger).action_undo()
        lines = self.env["client.handover.line"].with_user(stranger)
        self.assertFalse(lines.search([]))


@tagged("post_install", "-at_install")
class TestClientHandoverMail(ClientHandoverCommon):
    """One message to each manager, whatever the number of clients."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (cls.anna + cls.borys).notification_type = "email"
        cls.env["res.partner"].create(
            [{"name": f"C{n}", "user_id": cls.anna.id} for n in range(30)]
        )

    def _count_letters(self, function):
        letters = self.env["mail.mail"].sudo()
        before = letters.search([])
        function()
        self.env.flush_all()
        return letters.search([]) - before

    def test_two_letters_leave(self):
        handover = self._prepare(date_until=fields.Date.today())
        letters = self._count_letters(handover.action_apply)
        self.assertEqual(
            letters.recipient_ids, self.anna.partner_id + self.borys.partner_id
        )
        self.assertEqual(len(letters), 2)
        self.assertEqual(len(self._count_letters(handover.action_return)), 2)

    def test_digest_counts_and_names_the_clients(self):
        letters = self._count_letters(self._prepare().action_apply)
        for letter in letters:
            self.assertIn(self.mill.name, letter.body_html)
            self.assertIn("<td>32</td>", letter.body_html)

    def test_somebody_who_left_gets_no_letter(self):
        self.anna.active = False
        letters = self._count_letters(self._prepare().action_apply)
        self.assertEqual(letters.recipient_ids, self.borys.partner_id)
