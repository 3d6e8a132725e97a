from odoo import api, fields, models
from odoo.fields import Command


class LeadPipelineTake(models.TransientModel):
    """Asks where the leads of a team go when it takes the ready pipeline."""

    _name = "lead.pipeline.take"
    _description = "Use the Ready Pipeline"

    team_id = fields.Many2one(comodel_name="crm.team", required=True, readonly=True)
    line_ids = fields.One2many(
        comodel_name="lead.pipeline.take.line",
        inverse_name="take_id",
        string="Where the Leads Go",
        compute="_compute_line_ids",
        store=True,
        readonly=False,
    )

    @api.depends("team_id")
    def _compute_line_ids(self):
        choices = [
            code for code, _name in self.env["lead.ready.pipeline"]._get_choices()
        ]
        last = len(choices) - 2  # the last one is won
        for take in self:
            found = self.env["crm.lead"]._read_group(
                [("team_id", "=", take.team_id.id)], ["stage_id"], ["__count"]
            )
            lines = []
            for number, (stage, count) in enumerate(found):
                code = "won" if stage.is_won else choices[min(number, last)]
                lines.append(
                    {"stage_id": stage.id, "lead_count": count, "ready_code": code}
                )
            take.line_ids = [Command.clear(), *map(Command.create, lines)]

    def action_take(self):
        """Give the team its pipeline and open it.

        :return: an action
        """
        self.ensure_one()
        self.team_id.check_access("write")
        self.team_id._take_ready_pipeline(
            {line.stage_id: line.ready_code for line in self.line_ids}
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "lead_capture.lead_stage_action"
        )
        action["domain"] = [("team_ids", "in", self.team_id.ids)]
        return action
