import logging
from ast import literal_eval
from collections import defaultdict

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain

from odoo.addons.client_base.models.concurrency import CONCURRENCY_ERRORS

from ..tools import stage_path

_logger = logging.getLogger(__name__)


class LeadStageMover(models.AbstractModel):
    """Moves a lead on by itself, when what it waited for has happened.

    Never back, never to a stage it has been in, never without what the stage asks for:
    a person who takes a lead back is not overruled, and nothing goes round in circles.
    """

    _name = "lead.stage.mover"
    _description = "Moving of Leads by Themselves"

    def _move_automatically(self):
        """Move those of these leads whose time has come.

        :return: the leads that were moved
        """
        given = self._get_pass()
        nobody = self.browse()
        if given or not any(one.trigger for one in self.env["crm.stage"]._get_path()):
            return nobody
        # sudo: whoever sends the quotation need not be whoever may write the lead
        leads_sudo = self.sudo().filtered(
            lambda one: (
                one.active and one.won_status == "pending" and one.type == "opportunity"
            )
        )
        moved = nobody
        for stage, leads in leads_sudo._find_automatic_moves().items():
            if leads._move_safely(stage):
                moved |= leads.sudo(False)
        return moved

    def _find_automatic_moves(self):
        """:return: id of a stage -> the leads that are to come there by themselves"""
        stages = self.env["crm.stage"]
        ahead = {}
        for lead in self:
            pipeline = stages._get_pipeline(lead.team_id)
            found = stage_path.triggers_ahead(pipeline, lead.stage_id.id)
            if found:
                ahead[lead] = found
        due = self._filter_triggered(ahead)
        if not due:
            return {}
        been = self._get_stages_been_in(self.concat(*due))
        return self._choose_stages(due, been)

    def _filter_triggered(self, ahead):
        """:return: the same, but the stages whose condition holds"""
        leads_of = defaultdict(list)
        for lead, found in ahead.items():
            for stage in found:
                leads_of[stage].append(lead)
        holding = {
            stage: self.concat(*leads).filtered_domain(
                Domain(literal_eval(stage.trigger))
            )
            for stage, leads in leads_of.items()
        }
        due = {
            lead: [stage for stage in found if lead in holding[stage]]
            for lead, found in ahead.items()
        }
        return {lead: found for lead, found in due.items() if found}

    def _choose_stages(self, due, been):
        """:return: id of a stage -> leads: of each the furthest stage it may enter"""
        chosen = defaultdict(self.browse)
        waiting = {
            lead: [stage for stage in found if stage.id not in been.get(lead.id, ())]
            for lead, found in due.items()
        }
        while waiting := {lead: found for lead, found in waiting.items() if found}:
            wanted = {}
            for lead, found in waiting.items():
                pipeline = self.env["crm.stage"]._get_pipeline(lead.team_id)
                wanted[lead] = stage_path.stages_to_meet(
                    pipeline, lead.stage_id.id, found[0].id
                )
            missing = {lead.id for lead in self._find_missing(wanted)}
            for lead, found in waiting.items():
                stage = found.pop(0)
                if lead.id not in missing:
                    chosen[stage.id] |= lead
                    found.clear()
        return chosen

    def _move_safely(self, stage_id):
        """Move; when that fails, whoever caused it does not hear of it.

        :return: whether they were moved
        """
        self.env.flush_all()  # what fails here is not the move's fault
        try:
            with self.env.cr.savepoint(flush=False):
                self._with_pass("automatic").write({"stage_id": stage_id})
                self.env.flush_all()
        except CONCURRENCY_ERRORS:
            raise
        except UserError:
            self.env.transaction.clear()
            _logger.info("%d leads were not moved by themselves", len(self))
            return False
        return True
