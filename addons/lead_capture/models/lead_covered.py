import logging

from odoo import api, fields, models
from odoo.fields import Domain

from odoo.addons.client_base.models.concurrency import CONCURRENCY_ERRORS, run_patiently

_logger = logging.getLogger(__name__)


class LeadCovered(models.AbstractModel):
    """Is worked on by somebody else while its owner is away, and goes back."""

    _name = "lead.covered"
    _description = "Lead of an Absent Owner"

    covered_user_id = fields.Many2one(
        comodel_name="res.users",
        string="Worked on for",
        index="btree_not_null",
        readonly=True,
        copy=False,
        groups="client_base.group_client_user",
        help="The owner, who is away: the request goes back on the return.",
    )

    @api.model
    def _cron_follow_absences(self):
        """Cover whoever is away, give back to whoever is there again; twice is once."""
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=2)
        run_patiently(self.env, self._return_to_owners)
        progress(1)
        run_patiently(self.env, self._cover_absent)
        progress(1)

    # === GIVING BACK ===

    @api.model
    def _return_to_owners(self):
        """Give back what was worked on for somebody who is there again."""
        covered = self.sudo().search(  # for everybody
            self._get_open_domain() & Domain("covered_user_id", "!=", False)
        )
        owners = covered.covered_user_id
        present = (owners - owners._get_away())._get_working_today()
        back = covered.filtered(lambda lead: lead.covered_user_id in present)
        back = back._filter_returnable()
        for leads in back.grouped("covered_user_id").values():
            leads._each_safely(lambda some: some._give_back())

    def _give_back(self):
        """Give leads back to the one owner of all of them."""
        causes = {lead.id: self._make_cause("return") for lead in self}
        self._give_steadily(self.covered_user_id, causes)

    def _each_safely(self, work):
        """Do the work together; one lead that cannot be changed stops no other."""
        try:
            with self.env.cr.savepoint():
                work(self)
        except CONCURRENCY_ERRORS:
            raise
        except Exception:
            if len(self) > 1:
                for lead in self:
                    lead._each_safely(work)
                return
            _logger.exception("Request %d cannot change hands", self.id)

    def _filter_returnable(self):
        """Leave out those that somebody is in the middle of.

        He has taken it and planned something: it goes back when that is done.
        """
        planned = {
            (activity.res_id, activity.user_id)
            for activity in self.env["mail.activity"]
            .sudo()  # as the rest of the giving back
            .search([("res_model", "=", "crm.lead"), ("res_id", "in", self.ids)])
        }
        return self.filtered(
            lambda lead: (
                not (
                    lead.taken_by_id
                    and lead.taken_by_id == lead.user_id
                    and (lead.id, lead.user_id) in planned
                )
            )
        )

    # === COVERING ===

    @api.model
    def _cover_absent(self):
        """Have the unanswered requests of absent people worked on by others."""
        users = self.env["res.users"].browse(
            user.id
            for (user,) in self.sudo()._read_group(
                self._get_coverable_domain(), ["user_id"]
            )
        )
        away = users._get_away()
        if not away:
            return
        leads = self.sudo().search(
            self._get_coverable_domain() & Domain("user_id", "in", away.ids)
        )
        leads._each_safely(lambda some: some._dispatch_again())

    @api.model
    def _get_coverable_domain(self):
        """:return: open requests that nobody has answered"""
        unanswered = Domain("first_response_at", "=", False) | Domain(
            "waiting_since", "!=", False
        )
        return self._get_cared_domain() & Domain("user_id", "!=", False) & unanswered
