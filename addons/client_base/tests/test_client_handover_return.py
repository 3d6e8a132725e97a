from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import ConcurrencyError, UserError
from odoo.fields import Command
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_client_handover import ClientHandoverCommon

CRON_LOGGER = "odoo.addons.client_base.models.client_handover_worker"


@tagged("post_install", "-at_install")
class TestClientHandoverUndo(ClientHandoverCommon):
    """What nobody changed since goes back, the rest is listed."""

    def _get_kept(self, handover):
        return {
            (line.kind, line.reason_code)
            for line in handover.line_ids
            if line.state == "kept"
        }

    def test_everything_goes_back(self):
        handover = self._hand_over()
        handover.action_undo()
        moved = [self.mill, self.mill_person, self.bakery, self.activity, self.event]
        self.assertManager(self.anna, *moved, *self._get_documents())
        self.assertEqual(
            self.event.attendee_ids.partner_id, self.anna.partner_id + self.mill
        )
        self.assertEqual(handover.state, "undone")
        self.assertEqual(set(handover.line_ids.mapped("state")), {"returned"})

    def test_client_without_a_manager_goes_back_though_his_type_asks_for_one(self):
        kind = self.env["client.type"].create({"name": "Strict"})
        self.mill.write({"user_id": False, "client_type_id": kind.id})
        self.env["client.type.field"].create(
            {
                "type_id": kind.id,
                "field_id": self.env["ir.model.fields"]
                ._get("res.partner", "user_id")
                .id,
                "requirement": "required",
            }
        )
        kind.entry_policy = "block"
        handover = self.env["client.handover"].create(
            {"to_user_id": self.borys.id, "partner_ids": [Command.set(self.mill.ids)]}
        )
        handover.action_apply()
        self.assertManager(self.borys, self.mill)
        handover.action_undo()
        self.assertFalse(self.mill.user_id)

    def test_what_was_changed_since_stays(self):
        handover = self._hand_over()
        self.mill.user_id = self.vira
        self.activity.unlink()
        handover.action_undo()
        self.assertManager(self.vira, self.mill)
        self.assertManager(self.anna, self.bakery)
        self.assertEqual(
            self._get_kept(handover), {("client", "changed"), ("activity", "gone")}
        )
        self.assertTrue(
            all(line.reason for line in handover.line_ids if line.reason_code)
        )

    def test_what_was_finished_meanwhile_stays(self):
        handover = self._hand_over()
        self.activity.with_user(self.borys).action_feedback()
        for document in self._get_documents():
            if document._name == "crm.lead":
                document.action_set_won()
            else:
                document.action_confirm()
        handover.action_undo()
        self.assertManager(
            self.borys,
            self.activity.with_context(active_test=False),
            *self._get_documents(),
        )
        self.assertIn(("activity", "closed"), self._get_kept(handover))

    def test_what_began_meanwhile_is_listed(self):
        handover = self._hand_over()
        handover.sudo().applied_on = fields.Datetime.subtract(
            fields.Datetime.now(), hours=1
        )
        new = self._create_activity(self.mill, self.borys)
        handover.action_undo()
        self.assertManager(self.borys, new)
        self.assertEqual(self._get_kept(handover), {("activity", "created")})

    def test_nothing_goes_back_to_somebody_who_left(self):
        handover = self._hand_over(date_until=fields.Date.today())
        self.anna.active = False
        handover.action_return()
        self.assertManager(self.borys, self.mill, self.bakery)
        self.assertIn(("client", "left"), self._get_kept(handover))

    def test_undone_twice_is_undone_once(self):
        handover = self._hand_over()
        handover.action_undo()
        self.mill.user_id = self.borys
        handover.action_undo()
        self.assertManager(self.borys, self.mill)

    def test_hand_over_for_good_is_not_returned(self):
        with self.assertRaises(UserError):
            self._hand_over().action_return()

    def test_merged_client_goes_back(self):
        handover = self._hand_over(partner_ids=[Command.set(self.bakery.ids)])
        twin = self._create_client("Пекарня «Колос»", user_id=self.borys.id)
        self.env["base.partner.merge.automatic.wizard"]._merge(
            (self.bakery + twin).ids, twin
        )
        handover.action_undo()
        self.assertManager(self.anna, twin)


@tagged("post_install", "-at_install")
class TestClientHandoverAbsence(ClientHandoverCommon):
    """Until a date: planned, started, shown on the card, returned, each by itself."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client_manager.tz = "Europe/Kyiv"

    def _plan(self, **values):
        return self._hand_over(
            **{"date_from": "2031-03-10", "date_until": "2031-03-14", **values}
        )

    def test_absence_starts_and_ends_by_itself(self):
        with freeze_time("2031-03-07 12:00:00"):
            handover = self._plan()
            self._run_cron()
        self.assertEqual(handover.state, "planned")
        self.assertManager(self.anna, self.mill)
        with freeze_time("2031-03-10 06:00:00"):
            self._run_cron()
        self.assertManager(self.borys, self.mill, self.mill_person)
        with freeze_time("2031-03-14 18:00:00"):
            self._run_cron()
        self.assertManager(self.borys, self.mill)
        with freeze_time("2031-03-15 06:00:00"):
            self._run_cron()
        self.assertManager(self.anna, self.mill, self.mill_person)
        self.assertEqual(handover.state, "returned")

    def test_day_begins_where_the_planner_is(self):
        with freeze_time("2031-03-07 12:00:00"):
            handover = self._plan()
        with freeze_time("2031-03-09 21:59:00"):
            self._run_cron()
        self.assertEqual(handover.state, "planned")
        with freeze_time("2031-03-09 22:01:00"):
            self._run_cron()
        self.assertEqual(handover.state, "done")

    def test_last_day_ends_at_midnight_of_summer_time(self):
        with freeze_time("2031-03-28 12:00:00"):  # the clock goes forward on the 30th
            handover = self._plan(date_from="2031-03-28", date_until="2031-03-30")
        with freeze_time("2031-03-30 20:59:00"):
            self._run_cron()
        self.assertEqual(handover.state, "done")
        with freeze_time("2031-03-30 21:01:00"):
            self._run_cron()
        self.assertEqual(handover.state, "returned")

    def test_absence_that_is_over_is_not_made_up_for(self):
        with freeze_time("2031-03-07 12:00:00"):
            handover = self._plan()
        with freeze_time("2031-03-20 12:00:00"):
            self._run_cron()
        self.assertEqual(handover.state, "returned")
        self.assertTrue(handover.problem)
        self.assertFalse(handover.line_ids)

    def test_planned_absence_is_cancelled(self):
        with freeze_time("2031-03-07 12:00:00"):
            handover = self._plan()
            handover.action_undo()
        with freeze_time("2031-03-10 12:00:00"):
            self._run_cron()
        self.assertEqual(handover.state, "undone")
        self.assertManager(self.anna, self.mill)

    def test_absence_is_extended(self):
        with freeze_time("2031-03-10 12:00:00"):
            handover = self._plan()
            handover.date_until = "2031-03-21"
        with freeze_time("2031-03-17 12:00:00"):
            self._run_cron()
        self.assertManager(self.borys, self.mill)

    def test_card_says_for_whom_one_acts(self):
        with freeze_time("2031-03-10 12:00:00"):
            handover = self._plan()
        mill = self.mill.with_user(self.client_user)
        self.assertEqual(mill.acting_for_id, self.anna)
        self.assertEqual(str(mill.acting_until), "2031-03-14")
        self.assertFalse(self.others.with_user(self.client_user).acting_for_id)
        found = mill.search([("acting_for_id", "=", self.anna.id)])
        self.assertEqual(found, mill + self.bakery.with_user(self.client_user))
        self.assertNotIn(mill, mill.search([("acting_for_id", "=", False)]))
        handover.action_return()
        self.assertFalse(mill.acting_for_id)

    def test_client_handed_on_goes_back_to_the_first(self):
        with freeze_time("2031-03-10 12:00:00"):
            first = self._plan()
            second = self._plan(
                from_user_id=self.borys.id,
                to_user_id=self.vira.id,
                date_until="2031-03-20",
            )
        self.assertManager(self.vira, self.mill)
        mill = self.mill.with_user(self.client_user)
        self.assertEqual(mill.acting_for_id, self.anna)
        with freeze_time("2031-03-15 12:00:00"):
            self._run_cron()
        self.assertManager(self.anna, self.mill, self.event, self.activity)
        self.assertIn(self.anna.partner_id, self.event.partner_ids)
        self.assertNotIn(self.vira.partner_id, self.event.partner_ids)
        self.assertEqual((first.state, second.state), ("returned", "done"))
        with freeze_time("2031-03-21 12:00:00"):
            self._run_cron()
        self.assertManager(self.anna, self.mill)

    def test_inner_hand_over_ends_first(self):
        with freeze_time("2031-03-10 12:00:00"):
            self._plan()
            self._plan(
                from_user_id=self.borys.id,
                to_user_id=self.vira.id,
                date_until="2031-03-12",
            )
        with freeze_time("2031-03-13 12:00:00"):
            self._run_cron()
        self.assertManager(self.borys, self.mill)
        with freeze_time("2031-03-15 12:00:00"):
            self._run_cron()
        self.assertManager(self.anna, self.mill)

    def test_preview_tells_of_clients_looked_after_already(self):
        with freeze_time("2031-03-10 12:00:00"):
            self._plan(partner_ids=[Command.set(self.mill.ids)])
        handover = self._prepare(
            from_user_id=False,
            to_user_id=self.vira.id,
            partner_ids=[Command.set((self.mill + self.bakery).ids)],
        )
        self.assertEqual(handover.acting_count, 1)

    def test_one_poisoned_hand_over_does_not_stop_the_others(self):
        with freeze_time("2031-03-07 12:00:00"):
            poisoned = self._plan(partner_ids=[Command.set(self.bakery.ids)])
            healthy = self._plan(
                partner_ids=[Command.set(self.mill.ids)], to_user_id=self.vira.id
            )
        self.borys.active = False
        with freeze_time("2031-03-10 12:00:00"):
            self._run_cron()
            self._run_cron()
        self.assertEqual((poisoned.state, healthy.state), ("planned", "done"))
        self.assertIn("1 clients", poisoned.problem)
        told = self.env["mail.notification"].search(
            [
                ("res_partner_id", "=", self.client_manager.partner_id.id),
                ("mail_message_id.model", "=", "client.handover"),
                ("mail_message_id.res_id", "=", poisoned.id),
            ]
        )
        self.assertEqual(len(told), 1)
        self.borys.active = True
        with freeze_time("2031-03-10 13:00:00"):
            self._run_cron()
        self.assertEqual(poisoned.state, "done")
        self.assertFalse(poisoned.problem)

    @mute_logger(CRON_LOGGER)
    def test_error_that_nobody_foresaw_is_told_in_plain_words(self):
        with freeze_time("2031-03-07 12:00:00"):
            handover = self._plan()
        Model = self.env.registry["client.handover"]
        with (
            freeze_time("2031-03-10 12:00:00"),
            patch.object(Model, "_move", side_effect=ValueError("secret")),
        ):
            self._run_cron()
        self.assertEqual(handover.state, "planned")
        self.assertNotIn("secret", handover.problem)
        self.assertManager(self.anna, self.mill)

    def test_records_busy_for_a_moment_are_tried_again(self):
        with freeze_time("2031-03-07 12:00:00"):
            handover = self._plan()
        Model = self.env.registry["client.handover"]
        start, calls = Model._start, []

        def busy_once(record, today):
            if record == handover:  # whatever else the database has to hand over
                calls.append(today)
                if len(calls) == 1:
                    raise ConcurrencyError
            return start(record, today)

        with (
            freeze_time("2031-03-10 12:00:00"),
            patch.object(Model, "_start", busy_once),
        ):
            self._run_cron()
        self.assertEqual((handover.state, len(calls)), ("done", 2))
