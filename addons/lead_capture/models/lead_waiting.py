import logging

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, split_every

from odoo.addons.client_base.models.concurrency import (
    CONCURRENCY_ERRORS,
    run_patiently,
)

_logger = logging.getLogger(__name__)

BATCH = 200
# With one of these written, somebody may have one request less.
FREEING_FIELDS = {"active", "probability", "stage_id", "team_id", "user_id"}


class LeadWaiting(models.AbstractModel):
    """Waits for a manager, and says in words what for."""

    _name = "lead.waiting"
    _description = "Lead that Waits for a Manager"
    _inherit = ["lead.waiting.reason"]

    # The code and the numbers of the reason; the sentence is in the reader's language.
    waiting_numbers = fields.Json(
        readonly=True, copy=False, groups="client_base.group_client_user"
    )
    queued_since = fields.Datetime(
        readonly=True, copy=False, groups="client_base.group_client_user"
    )
    waiting_reason = fields.Char(
        string="Waits because",
        compute="_compute_waiting_reason",
        groups="client_base.group_client_user",
    )

    @api.model_create_multi
    def create(self, vals_list):
        """Have leads that come another way than by a channel given out as well."""
        leads = super().create(vals_list)
        if any(
            not lead.user_id and not lead.channel_id and lead.team_id.is_dispatched
            for lead in leads.sudo()  # what comes from outside may not read teams
        ):
            self._wake_queue()
        return leads

    def write(self, vals):
        if not FREEING_FIELDS & vals.keys():
            return super().write(vals)
        before = self.sudo()._get_loaded_desks()
        result = super().write(vals)
        freed = before - self.sudo()._get_loaded_desks()
        if freed:
            self._get_freed_teams(freed)._wake_dispatch()
        return result

    @api.model
    def _get_freed_teams(self, freed):
        """:param freed: places that are free now, as in ``_get_loaded_desks``
        :return: the teams that may give something to who has a place again
        """
        teams = self.env["crm.team"].browse({team for _lead, team, _user in freed})
        users = self.env["res.users"].browse({user for _lead, _team, user in freed})
        # sudo: whoever frees a place may not see the limits of others
        return teams | users.sudo().filtered("lead_capacity")._get_lead_teams()

    def unlink(self):
        teams = self.sudo().filtered("user_id").team_id
        result = super().unlink()
        teams._wake_dispatch()
        return result

    def _get_loaded_desks(self):
        """:return: the places that these leads take: (lead id, team id, user id)"""
        return {
            (lead.id, lead.team_id.id, lead.user_id.id)
            for lead in self
            if lead.team_id.is_dispatched
            and lead.user_id
            and lead.active
            and lead.won_status == "pending"
        }

    # === THE QUEUE ===

    @api.model
    def _get_cared_domain(self):
        """:return: the open leads that we give out: not those from before"""

        def came_since(model, alias, query):
            model.env["crm.team"].flush_model(["is_dispatched", "dispatched_since"])
            return SQL(
                """EXISTS (
                    SELECT FROM crm_team team
                     WHERE team.id = %(team)s
                       AND team.is_dispatched
                       AND (%(channel)s IS NOT NULL
                            OR %(created)s >= team.dispatched_since)
                )""",
                team=model._field_to_sql(alias, "team_id", query),
                channel=model._field_to_sql(alias, "channel_id", query),
                created=model._field_to_sql(alias, "create_date", query),
            )

        return self._get_open_domain() & (
            Domain.custom(to_sql=came_since)
            | Domain([("team_id", "=", False), ("channel_id", "!=", False)])
        )

    @api.model
    def _get_open_domain(self):
        return Domain([("active", "=", True), ("won_status", "=", "pending")])

    @api.model
    def _get_waiting_domain(self):
        """:return: the leads that wait for a manager"""
        return Domain("user_id", "=", False) & self._get_cared_domain()

    @api.model
    def _wake_queue(self):
        """Have those that wait looked at soon, in the background."""
        cron = self.env.ref("lead_capture.ir_cron_lead_dispatch", False)
        if cron:
            cron.sudo()._trigger()  # whoever has freed a place

    @api.model
    def _cron_dispatch(self):
        """Give out what waits: the most urgent and the eldest first."""
        self.env.flush_all()
        ids = self.search(
            self._get_waiting_domain(), order="priority desc, create_date, id"
        ).ids
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(ids))
        for batch in split_every(BATCH, ids, list):
            self.browse(batch)._dispatch_safely()
            if not progress(len(batch)):
                break

    def _dispatch_safely(self):
        """Give out together; one that cannot be does not stop the others."""
        try:
            run_patiently(self.env, lambda: self.exists()._dispatch_in_savepoint())
        except CONCURRENCY_ERRORS:
            self.env.cr.rollback()
            self.env.invalidate_all()
            _logger.warning("%d requests wait: somebody writes them", len(self))
        except Exception:
            if len(self) > 1:
                for lead in self:
                    lead._dispatch_safely()
                return
            _logger.exception("Request %d could not be given out", self.id)
            self._note_waiting({"code": "failed"})

    def _dispatch_in_savepoint(self):
        with self.env.cr.savepoint():
            self._dispatch()
            self.env.flush_all()

    def _note_waiting(self, numbers):
        """Say why nobody gets the leads, where it is not said yet."""
        leads_sudo = self.sudo()  # nobody writes it by hand
        new = leads_sudo.filtered(lambda lead: lead.waiting_numbers != numbers)
        if not new:
            return
        new.write({"waiting_numbers": numbers})
        first = new.filtered(lambda lead: not lead.queued_since)
        if first:
            first.write({"queued_since": fields.Datetime.now()})
