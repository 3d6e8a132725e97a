from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class LeadPipelineTeam(models.AbstractModel):
    """Uses the shared stages, or has a pipeline of its own."""

    _name = "lead.pipeline.team"
    _description = "Team with a Pipeline"

    has_own_stages = fields.Boolean(
        compute="_compute_has_own_stages", groups="client_base.group_client_user"
    )

    def _compute_has_own_stages(self):
        for team in self:
            team.has_own_stages = team._has_own_stages()

    def action_take_ready_pipeline(self):
        """Ask where the leads of the team go, before it takes the ready pipeline.

        :return: an action
        """
        self.ensure_one()
        self.check_access("write")
        if self._has_own_stages():
            raise UserError(self._get_own_stages_words())
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Use the Ready Pipeline"),
            "res_model": "lead.pipeline.take",
            "view_mode": "form",
            "target": "new",
            "context": {"default_team_id": self.id},
        }

    def _has_own_stages(self):
        path = self.env["crm.stage"]._get_path()
        return any(self.id in stage.teams for stage in path)

    def _get_own_stages_words(self):
        return self.env._(
            "“%(team)s” has stages of its own. Give them to another team or delete "
            "them before it takes the ready pipeline.",
            team=self.name,
        )

    def _take_ready_pipeline(self, places):
        """Give the team the ready pipeline; the stages of all other teams stay.

        Lost leads stay where they were lost.

        :param places: stage -> code of the ready stage its leads go to
        :return: code -> stage
        """
        self.ensure_one()
        if self._has_own_stages():
            raise UserError(self._get_own_stages_words())
        stages = self.env["crm.stage"]
        shared = stages.search([("team_ids", "=", False)])
        made = self.env["lead.ready.pipeline"]._make(self)
        # sudo: the leads of the whole team, whoever of it may be seen
        leads = self.env["crm.lead"].sudo().search([("team_id", "=", self.id)])
        for stage, found in leads.grouped("stage_id").items():
            code = places.get(stage.sudo(False)) or ("won" if stage.is_won else "call")
            found._with_pass("pipeline").write({"stage_id": made[code].id})
        shared.check_access("write")
        # sudo: teams of companies that are hidden from this head may stand there
        shared.sudo().excluded_team_ids = [Command.link(self.id)]
        return made
