from odoo import api, models
from odoo.fields import Domain
from odoo.tools import split_every

from odoo.addons.client_base.models.concurrency import (
    CONCURRENCY_ERRORS,
    run_patiently,
)

BATCH = 1000
# So many clients who cannot be judged are their own fault, more are ours.
MAX_CULPRITS = 20


class ClientProfileWorker(models.AbstractModel):
    """Says when clients are judged, and goes on when some cannot be.

    Whoever sells must never be stopped by statistics: judging at once runs in a
    savepoint. One client who cannot be judged costs nobody else his verdict. Who was
    left out is listed in ``client.profile.retry``.
    """

    _name = "client.profile.worker"
    _description = "Runs of the Evaluation"
    _inherit = ["client.profile.judge"]

    # === AT ONCE ===

    @api.model
    def _judge_clients(self, partners, companies):
        """Judge clients who have bought, or sent something back, just now.

        Whoever wrote the document: a profile is nobody's to write by hand. An error
        here is not an error of the document; the clients are judged soon after.
        """
        ids = sorted(partners.commercial_partner_id.ids)
        for company in companies:
            self.sudo()._judge_or_retry(company, ids)

    def _judge_again(self):
        """Judge the clients of these profiles, of whom something new is known."""
        for company, profiles in self.grouped("company_id").items():
            self._judge_or_retry(company, sorted(profiles.partner_id.ids))

    @api.model
    def _judge_or_retry(self, company, partner_ids):
        """Judge clients now, or soon."""
        for batch in split_every(BATCH, partner_ids, list):
            error = self._try_to_judge(company, batch)
            if error:
                self.env["client.profile.retry"]._add(company, batch, error)
                self.env["client.profile.retry"]._wake_up()

    @api.model
    def _try_to_judge(self, company, partner_ids=None):
        """Judge clients, and leave no trace of it when that fails.

        :param partner_ids: commercial partners, None for all clients
        :return: the error, None when they were judged
        :raise: errors of concurrency, and what the caller has left to be written
        """
        savepoint = self.env.cr.savepoint()  # writes what the caller has left
        try:
            with savepoint:
                if partner_ids is None:
                    self._judge_company(company)
                else:
                    self._judge(company, partner_ids)
        except CONCURRENCY_ERRORS:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is
            self._log_failure("Judging", company, error)
            return error
        return None

    # === ALL CLIENTS ===

    @api.model
    def _judge_company(self, company):
        """Judge all clients of a company in one pass, and say that it is done."""
        today = self._get_today(company)
        self.env["client.risk.month"]._ensure(company, today)
        self._judge(company)
        company.client_judged_on = today
        self.env["client.profile.retry"]._forget(company)

    @api.model
    def _cron_judge(self):
        """Judge the clients of every company that has not been judged today.

        A company is one transaction: after a crash it is judged as a whole again. Then
        those who could not be judged at once get another chance.
        """
        companies = self.env["res.company"].search(Domain.TRUE)
        waiting = companies.filtered(
            lambda one: (
                not one.client_judged_on or one.client_judged_on < self._get_today(one)
            )
        )
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(companies))
        for company in waiting:
            self._go_on(self._judge_night, company)
            if not progress(1):
                return
        for company in companies - waiting:
            self._go_on(self._judge_left, company)
            progress(1)

    @api.model
    def _go_on(self, work, company):
        """Do the nightly work of a company; what fails there stops no other company.

        Raised, an error would end the run before them, night after night, until Odoo
        switched the job off for all.
        """
        try:
            run_patiently(self.env, lambda: work(company))
        except Exception as error:  # noqa: BLE001 - whatever it is
            self.env.cr.rollback()
            self.env.transaction.clear()
            self._log_failure("Nightly work", company, error)

    @api.model
    def _judge_night(self, company):
        """Judge all clients; when that fails, all but those it fails with."""
        error = self._try_to_judge(company)
        if not error:
            return
        today = self._get_today(company)
        self.env["client.risk.month"]._ensure(company, today)
        ids = self._fetch_judged_ids(company)
        self._judge_but_culprits(company, ids, error)
        company.client_judged_on = today

    @api.model
    def _judge_left(self, company):
        """Judge those again who could not be judged."""
        ids = self.env["client.profile.retry"]._fetch_ids(company)
        if ids:
            self._judge_but_culprits(company, ids, None)

    @api.model
    def _judge_but_culprits(self, company, partner_ids, reason):
        """Judge in batches, halving those that fail, until who fails is alone.

        :raise: the last error when too many fail: then it is not about clients
        """
        retries = self.env["client.profile.retry"]
        batches = list(split_every(BATCH, partner_ids, list))
        culprits = 0
        while batches:
            batch = batches.pop()
            error = self._try_to_judge(company, batch)
            if not error:
                retries._forget(company, batch)
            elif len(batch) > 1:
                middle = len(batch) // 2
                batches += [batch[:middle], batch[middle:]]
            else:
                culprits += 1
                retries._add(company, batch, error)
            if culprits > MAX_CULPRITS:
                raise reason or error
