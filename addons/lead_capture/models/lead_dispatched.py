import logging

from odoo import models

from odoo.addons.client_base.models.concurrency import CONCURRENCY_ERRORS

_logger = logging.getLogger(__name__)


class LeadDispatched(models.AbstractModel):
    """Comes to the right manager, who takes it alone."""

    _name = "lead.dispatched"
    _description = "Lead that is Given Out"
    _inherit = [
        # taking first: what it refuses is refused before anything is written
        "lead.taken",
        "lead.waiting",
        "lead.given",
        "lead.covered",
        "lead.dispatcher",
    ]

    def _follow_arrival(self, requests):
        """Give new leads to their managers, and those of absent people to others."""
        result = super()._follow_arrival(requests)
        self._give_out_safely()
        return result

    def _give_out_safely(self):
        """Give out; a rule that is broken keeps no request from becoming a lead."""
        try:
            with self.env.cr.savepoint():
                self._dispatch()
                self._cover_joined()
        except CONCURRENCY_ERRORS:
            raise
        except Exception:
            _logger.exception("%d new requests could not be given out", len(self))
            self.sudo()._filter_dispatchable()._note_waiting({"code": "failed"})

    def _cover_joined(self):
        """Have a request that joins one of an absent person heard by somebody there."""
        owned = self.sudo().filtered(  # for whoever sends requests
            lambda lead: lead.user_id and lead.team_id.is_dispatched
        )
        away = owned.user_id._get_away()
        if away:
            owned.filtered(lambda lead: lead.user_id in away)._dispatch_again()

    def _note_answer(self, user, moment):
        """Where only the unanswered count, an answer frees a place."""
        result = super()._note_answer(user, moment)
        teams_sudo = self.sudo().team_id  # whoever takes the answer down
        teams_sudo.filtered(
            lambda team: team.is_dispatched and team.lead_load_counts == "unanswered"
        )._wake_dispatch()
        return result

    def _assign_userless_lead_in_team(self, creation_source):
        """Leave to the rules what core would give to the head of the team."""
        others = self.filtered(lambda lead: not lead.sudo().team_id.is_dispatched)
        return super(LeadDispatched, others)._assign_userless_lead_in_team(
            creation_source
        )
