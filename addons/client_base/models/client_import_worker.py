from odoo import api, models

from .concurrency import CONCURRENCY_ERRORS, MAX_FAILURES

# Rows that a person waits for; the rest of a larger file is done in the background.
FIRST_BATCH = 1000
BATCH = 500


class ClientImportWorker(models.AbstractModel):
    """Works through the rows of a file, now or in the background.

    A row and what it did to the card are committed together, so that a killed process
    leaves no row half done and none is done twice.
    """

    _name = "client.import.worker"
    _description = "Work on Client Files"

    def _get_rows(self, states, verdicts=None, limit=None):
        domain = [("import_id", "=", self.id), ("state", "in", states)]
        if verdicts:
            domain.append(("verdict", "in", verdicts))
        # what a later row did to a client is undone before what an earlier one did
        order = "number desc" if self.is_undoing else "number"
        return self.env["client.import.row"].search(domain, order=order, limit=limit)

    def _queue(self, ready):
        """Apply ``ready``: a batch now, the rest by the scheduled action."""
        self.ensure_one()
        ready.state = "queued"
        self.state = "applying"
        self._remember_layout()
        self._start_work()

    def _start_work(self):
        """Do what a person waits for, and leave the rest to the scheduled action."""
        self.sudo().applied_by_id = self.env.user  # nobody may write it by hand
        self._work(self._get_rows(self._get_work_states(), limit=FIRST_BATCH))
        if not self._finish_work():
            self.env.ref("client_base.ir_cron_client_import")._trigger()

    def _get_work_states(self):
        """:return: the states of rows that still have to be worked on"""
        return ["done"] if self.is_undoing else ["queued"]

    def _work(self, taken):
        if self.is_undoing:
            taken._undo()
        else:
            taken._apply()

    def _finish_work(self):
        """Say how the file stands when no row is left.

        :return: whether none is left
        """
        if self._get_rows(self._get_work_states(), limit=1):
            return False
        if self.is_undoing:
            self.write({"state": "undone", "is_undoing": False})
        elif self._get_rows(["pending"], ["create", "update"], limit=1):
            self.state = "read"
        else:
            self.state = "done"
        return True

    @api.model
    def _cron_apply(self):
        """Apply and undo what is left of large files, a committed batch at a time."""
        files = self.search([("state", "=", "applying")], order="id")
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=sum(files.mapped("work_count")))
        for file in files:
            user = file.applied_by_id
            own = file.with_user(user).with_company(file.company_id)
            if not own.with_context(lang=user.lang)._work_through(progress):
                break

    def _work_through(self, progress):
        """Take one batch after the other; each is committed with what it did.

        :return: whether there is time for the next file
        """
        failures = 0
        while True:
            try:
                taken = self._work_on_batch()
                time_left = progress(taken)
            except CONCURRENCY_ERRORS:
                self.env.cr.rollback()  # somebody wrote one of these cards: once more
                failures += 1
                if failures > MAX_FAILURES:
                    raise
                continue
            if not taken or not time_left:
                return bool(time_left)
            self.env.invalidate_all()

    def _work_on_batch(self):
        """:return: how many rows were worked on; 0 when nothing is left to be done"""
        rows_left = self._get_rows(self._get_work_states(), limit=BATCH)
        taken = rows_left.try_lock_for_update()
        if taken:
            self._work(taken)
        elif not rows_left:
            self._finish_work()
        return len(taken)
