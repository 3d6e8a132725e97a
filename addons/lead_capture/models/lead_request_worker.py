import json
import logging
import traceback
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL

from odoo.addons.client_base.models.concurrency import CONCURRENCY_ERRORS, MAX_FAILURES

from .cron_notice import cron_notice
from .lead_channel_watch import FAILED_TYPE

_logger = logging.getLogger(__name__)

BATCH = 100
# How long to wait after the first, second and third failure; then a person decides.
PAUSES = (timedelta(minutes=5), timedelta(hours=1), timedelta(days=1))
MAX_ERROR = 2000
WOKEN = "lead_capture.woken"


class LeadRequestWorker(models.AbstractModel):
    """Works on waiting requests: a batch at a time, several processes side by side.

    What a request becomes and the word that it is done are one transaction: a killed
    process leaves it waiting, and nothing is made twice.
    """

    _name = "lead.request.worker"
    _description = "Work on Requests"

    # === WAKING UP ===

    @api.model
    def _wake(self):
        """Have what waits worked on as soon as the transaction is committed.

        To be called by whatever stores a request. One row a transaction that nobody
        else waits for; the scheduler drops all that are due at once.
        """
        cursor = self.env.cr
        if cursor.precommit.data.get(WOKEN):
            return
        cron_id = self.env["ir.model.data"]._xmlid_to_res_id(
            "lead_capture.ir_cron_lead_request"
        )
        if not cron_id:
            return
        cursor.precommit.data[WOKEN] = True
        now = fields.Datetime.now()
        cursor.execute(
            SQL(
                "INSERT INTO ir_cron_trigger (cron_id, call_at, create_date)"
                " VALUES (%s, %s, %s)",
                cron_id,
                now,
                now,
            )
        )
        # sudo: whoever is at the door may not read scheduled actions
        cron = self.env["ir.cron"].sudo()
        cursor.postcommit.add(lambda: cron_notice.tell(cron))

    # === CRON ===

    @api.model
    def _cron_process(self):
        """Work on everything that waits, a committed batch at a time; twice is once."""
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=self._count_due())
        while self._retry(lambda: self._process_batch(progress)):
            pass
        while self._retry(lambda: self._compare_batch(progress)):
            pass

    @api.model
    def _retry(self, work):
        """Do the work again when somebody else wrote the same rows meanwhile."""
        for attempt in range(MAX_FAILURES + 1):
            try:
                return work()
            except CONCURRENCY_ERRORS:
                self.env.cr.rollback()
                self.env.invalidate_all()
                if attempt == MAX_FAILURES:
                    _logger.warning("Requests wait: others work on the same clients")
        self._wake()
        return False

    @api.model
    def _process_batch(self, progress):
        """:return: whether there is more to do and time left for it"""
        requests = self._claim(BATCH)
        if not requests:
            return False
        requests._process()
        return progress(len(requests), remaining=self._count_due()) > 0

    @api.model
    def _get_due_condition(self):
        return SQL(
            "(state = 'new' OR (state = 'failed' AND next_try_at <= %s))",
            fields.Datetime.now(),
        )

    @api.model
    def _count_due(self):
        self.env["lead.request"].flush_model(["state", "next_try_at"])
        ((count,),) = self.env.execute_query(
            SQL("SELECT COUNT(*) FROM lead_request WHERE %s", self._get_due_condition())
        )
        return count

    @api.model
    def _claim(self, limit):
        """Take requests that are due and that no other process has taken.

        :return: ``lead.request`` records, locked until the transaction ends
        """
        self.env["lead.request"].flush_model(["state", "next_try_at"])
        rows = self.env.execute_query(
            SQL(
                """
                  SELECT id
                    FROM lead_request
                   WHERE %s
                ORDER BY id
                   LIMIT %s
              FOR UPDATE SKIP LOCKED
                """,
                self._get_due_condition(),
                limit,
            )
        )
        return self.env["lead.request"].browse(id_ for (id_,) in rows)

    # === BATCH ===

    def _process(self):
        """Work on requests that are locked, in this transaction."""
        for company, requests in self.grouped("company_id").items():
            requests._as_intake(company)._work_safely()

    def _as_intake(self, company):
        """:return: the same requests, worked on by the account for it"""
        intake = self.env.ref("lead_capture.user_intake")
        lang = company.partner_id.lang or self.env.lang
        return (
            self.env["lead.request"]
            .with_user(intake)
            .with_context(allowed_company_ids=company.ids, lang=lang)
            .browse(self.ids)
        )

    def _work_safely(self):
        """Work; when that fails, on each half, so that one bad request fails alone."""
        self.env.flush_all()
        try:
            with self.env.cr.savepoint():
                self._work()
        except CONCURRENCY_ERRORS:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, it fails alone
            self.env.transaction.clear()
            if len(self) == 1:
                self._fail(error)
                return
            middle = len(self) // 2
            self[:middle]._work_safely()
            self[middle:]._work_safely()

    def _fail(self, error):
        """Take down that a request could not be worked on, and when to try again."""
        if self.attempts:  # the second time at least
            self.channel_id._alarm_safely(
                FAILED_TYPE, self.env._("Requests stay failed")
            )
        _logger.warning(
            "Request %d could not be worked on: %s", self.number, type(error).__name__
        )
        now = fields.Datetime.now()
        count = self.attempts + 1
        pause = PAUSES[count - 1] if count <= len(PAUSES) else None
        self.sudo().write(  # sudo: the error is for the head to read
            {
                "history": self._prepare_history("failed", text=self._say_error(error)),
                "state": "failed",
                "attempts": count,
                "next_try_at": now + pause if pause else False,
                "done_at": now,
                "reason_code": "failed",
                "reason_data": {"error": self._say_error(error), "attempts": count},
                "error": self._describe_error(error),
            }
        )

    @api.model
    def _say_error(self, error):
        """:return: what a person may read of it; nothing of the inside of Odoo"""
        return str(error)[:MAX_ERROR] if isinstance(error, UserError) else ""

    @api.model
    def _describe_error(self, error):
        """:return: for whoever mends it: what went wrong, and where"""
        frames = traceback.extract_tb(error.__traceback__)[-8:]
        places = [f"{frame.name}:{frame.lineno}" for frame in frames]
        said = "".join(traceback.format_exception_only(error)).strip()
        return f"{said}\n{' > '.join(places)}"[:MAX_ERROR]

    def _store_results(self, results):
        """Write what became of requests, in one statement.

        :param results: request -> values of its columns, the same ones for all
        """
        self.env.flush_all()
        rows = [
            {"id": request.id, **values, "done_at": str(fields.Datetime.now())}
            for request, values in results.items()
        ]
        if not rows:
            return
        self.env.cr.execute(
            SQL(
                """
                UPDATE lead_request AS request
                   SET state = done.state,
                       reason_code = done.reason_code,
                       reason_data = done.reason_data,
                       lead_id = done.lead_id,
                       partner_id = done.partner_id,
                       done_at = done.done_at,
                       next_try_at = NULL,
                       error = NULL
                  FROM jsonb_to_recordset(%s::jsonb) AS done(
                       id int, state text, reason_code text, reason_data jsonb,
                       lead_id int, partner_id int, done_at timestamp)
                 WHERE request.id = done.id
                """,
                json.dumps(rows),
            )
        )
        self.invalidate_recordset()
