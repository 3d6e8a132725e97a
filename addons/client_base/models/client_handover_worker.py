import logging

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

from .concurrency import CONCURRENCY_ERRORS, MAX_FAILURES

_logger = logging.getLogger(__name__)


class ClientHandoverWorker(models.AbstractModel):
    """Starts hand-overs on their day, and ends them after their last one.

    In the background each is committed alone: one that cannot be done says why and is
    tried again the next time, the others go on.
    """

    _name = "client.handover.worker"
    _description = "Course of a Hand-over"

    def _get_today(self):
        """:return: the day it is where the hand-over was planned"""
        planner = self.applied_by_id or self.env.user
        return fields.Date.context_today(self.with_context(tz=planner.tz or "UTC"))

    def _apply(self):
        today = self._get_today()
        if not self.applied_by_id:
            self.applied_by_id = self.env.user
        if self.date_from > today:
            self._check_target(self._get_clients())
            self.state = "planned"
        else:
            self._start(today)

    def _start(self, today):
        """Hand the clients over; an absence that is past is not made up for."""
        if self.date_until and self.date_until < today:
            self.write(
                {
                    "state": "returned",
                    "problem": self.env._("Its days were over before it could start."),
                }
            )
            return
        clients = self._get_clients()
        if not clients:
            raise UserError(self.env._("There is no client to hand over."))
        self._check_target(clients)
        if len(clients.user_id) == 1 and all(client.user_id for client in clients):
            self.from_user_id = clients.user_id  # for lists and the calendar
        self.write(
            {"state": "done", "applied_on": fields.Datetime.now(), "problem": False}
        )
        self._move(clients.ids)
        self._send_digest("applied")

    def _end(self, state):
        """:param state: "returned" or "undone" """
        self.write({"state": state, "ended_on": fields.Datetime.now()})
        self._give_back()
        self._send_digest(state)

    # === IN THE BACKGROUND ===

    @api.model
    def _get_due_domain(self):
        """What may be due; whether it is decides the time zone of the planner."""
        return Domain(
            [("state", "=", "planned"), ("date_from", "<=", "today +1d")]
        ) | Domain(
            [
                ("state", "=", "done"),
                ("date_until", "!=", False),
                ("date_until", "<=", "today"),
            ]
        )

    @api.model
    def _cron_work(self):
        """Start and end what is due, each hand-over in a transaction of its own."""
        due = self.search(self._get_due_domain(), order="date_from, id")
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(due))
        for handover in due:
            handover._work_alone()
            if not progress(1):
                break

    def _work_alone(self):
        """Do what is due; run again when somebody else wrote the same records."""
        for _attempt in range(MAX_FAILURES):
            try:
                self._try_to_work()
            except CONCURRENCY_ERRORS:
                self.env.cr.rollback()
                self.env.invalidate_all()
            else:
                return
        _logger.warning("Hand-over %d waits: its records are busy", self.id)

    def _try_to_work(self):
        try:
            with self.env.cr.savepoint():
                self._work()
        except Exception as error:
            if isinstance(error, CONCURRENCY_ERRORS):
                raise
            self.env.invalidate_all()
            self._note_problem(error)

    def _work(self):
        """Start or end the hand-over when it is the day; a second time does nothing."""
        claimed = self.try_lock_for_update()
        if not claimed:
            return  # somebody is at it this very moment, or it was deleted
        claimed.invalidate_recordset(["state", "date_from", "date_until"])
        own = claimed.with_company(claimed.company_id)
        own = own.with_context(lang=claimed.applied_by_id.lang)
        today = own._get_today()
        if own.state == "planned" and own.date_from <= today:
            own._start(today)
        if own.state == "done" and own.date_until and own.date_until < today:
            own._end("returned")

    def _note_problem(self, error):
        """Say why it could not be done: on it, and to who planned it, once."""
        if isinstance(error, UserError):
            problem = str(error)
        else:
            _logger.error("Hand-over %d failed", self.id, exc_info=error)
            problem = self.env._("Something went wrong. Tell your administrator.")
        if problem == self.problem:
            return
        self.problem = problem
        if self.applied_by_id.active:
            self.message_notify(
                partner_ids=self.applied_by_id.partner_id.ids,
                subject=self.env._("Clients could not be handed over"),
                body=problem,
            )
