from odoo import api, fields, models
from odoo.fields import Command


class LeadGive(models.TransientModel):
    """Gives requests to somebody else and says why: for the head."""

    _name = "lead.give"
    _description = "Give Requests to Somebody"

    lead_ids = fields.Many2many(
        comodel_name="crm.lead", string="Requests", required=True
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="To",
        required=True,
        domain="[('share', '=', False)]",
    )
    reason = fields.Char(required=True, help="Everybody who reads the request sees it.")
    taken_by_names = fields.Char(compute="_compute_taken_by_names")

    @api.model
    def default_get(self, fields):
        values = super().default_get(fields)
        if "lead_ids" in fields and self.env.context.get("active_model") == "crm.lead":
            values["lead_ids"] = [Command.set(self.env.context.get("active_ids") or [])]
        return values

    @api.depends("lead_ids")
    def _compute_taken_by_names(self):
        for wizard in self:
            names = wizard.lead_ids.taken_by_id.mapped("name")
            wizard.taken_by_names = ", ".join(names)

    def action_give(self):
        """Give the requests away.

        :return: True, the dialog closes
        """
        self.check_access("write")
        for wizard in self:
            wizard.lead_ids.action_give_to(wizard.user_id.id, wizard.reason)
        return True
