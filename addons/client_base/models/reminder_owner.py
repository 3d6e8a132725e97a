from odoo import api, fields, models


class ReminderOwner(models.AbstractModel):
    """Lets people be reminded of a client."""

    _name = "client.reminder.owner"
    _description = "Client with Reminders"

    client_reminder_ids = fields.One2many(
        comodel_name="client.reminder",
        inverse_name="partner_id",
        string="Reminders",
        groups="client_base.group_client_user",
    )
    client_reminder_count = fields.Integer(
        string="Number of Reminders",
        compute="_compute_client_reminder_count",
        groups="client_base.group_client_user",
        help="Given and not done yet, or waiting.",
    )

    @api.depends("client_reminder_ids.state")
    def _compute_client_reminder_count(self):
        counts = dict(
            self.env["client.reminder"]._read_group(
                [
                    ("partner_id", "in", self.ids),
                    ("state", "in", ["waiting", "given"]),
                ],
                ["partner_id"],
                ["__count"],
            )
        )
        for partner in self:
            partner.client_reminder_count = counts.get(partner, 0)

    def write(self, vals):
        """Let open reminders follow the manager at once."""
        result = super().write(vals)
        # a hand-over moves the activities itself, and writes down which; what it
        # leaves is followed by the nightly pass
        if "user_id" in vals and not self.env.context.get("mail_activity_quick_update"):
            self.env["client.reminder"].sudo().search(  # of every company
                [
                    ("partner_id", "in", self.ids),
                    ("state", "=", "given"),
                    ("rule_id.target", "!=", "user"),
                ]
            )._follow_manager_safely()
        return result

    def action_open_reminders(self):
        """Open what people were and will be reminded of about this client."""
        self.ensure_one()
        self.env["client.reminder"].check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_base.client_reminder_action"
        )
        action["domain"] = [("partner_id", "=", self.id)]
        action["context"] = {}
        return action
