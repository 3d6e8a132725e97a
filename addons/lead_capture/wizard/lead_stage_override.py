from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class LeadStageOverride(models.TransientModel):
    """Lets a head move leads to a stage in spite of what is missing, with a reason."""

    _name = "lead.stage.override"
    _description = "Move in Spite of It"

    lead_ids = fields.Many2many(comodel_name="crm.lead", string="Leads", required=True)
    available_stage_ids = fields.Many2many(
        comodel_name="crm.stage", compute="_compute_available_stage_ids"
    )
    stage_id = fields.Many2one(
        comodel_name="crm.stage",
        string="Move To",
        required=True,
        domain="[('id', 'in', available_stage_ids)]",
    )
    missing = fields.Text(compute="_compute_missing")
    reason = fields.Char(required=True)

    @api.model
    def default_get(self, fields):
        """Take the leads that were chosen, and the stage after theirs."""
        values = super().default_get(fields)
        if self.env.context.get("active_model") == "crm.lead":
            leads = self.env["crm.lead"].browse(self.env.context.get("active_ids", ()))
            values["lead_ids"] = [Command.set(leads.ids)]
            ahead = leads.next_stage_id
            if len(ahead) == 1:
                values["stage_id"] = ahead.id
        return values

    @api.depends("lead_ids")
    def _compute_available_stage_ids(self):
        stages = self.env["crm.stage"]
        for wizard in self:
            shared = None
            for lead in wizard.lead_ids:
                own = {stage.id for stage in stages._get_pipeline(lead.team_id)}
                shared = own if shared is None else shared & own
            wizard.available_stage_ids = stages.browse(shared or ()).sorted()

    @api.depends("lead_ids", "stage_id")
    def _compute_missing(self):
        for wizard in self:
            leads = wizard.lead_ids._origin
            labels = leads._get_missing_labels(
                leads._find_missing_at(wizard.stage_id) if wizard.stage_id else {}
            )
            wizard.missing = "\n".join(
                f"{lead.name}: {label}" for lead, label in labels.items()
            )

    def action_move(self):
        """Move the leads; the reason stays in their way through the stages.

        :return: an action that closes the dialog
        """
        self.ensure_one()
        if not (self.reason or "").strip():
            raise UserError(self.env._("Say why they move in spite of it."))
        if self.stage_id not in self.available_stage_ids:
            raise UserError(self.env._("This is no stage of their team."))
        self.lead_ids._override_stage(self.stage_id, self.reason.strip())
        return {"type": "ir.actions.act_window_close"}
