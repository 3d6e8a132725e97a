from odoo import api, fields, models
from odoo.fields import Domain


class HandoverOwner(models.AbstractModel):
    """Tells on the card that somebody looks after the client for a colleague."""

    _name = "client.handover.owner"
    _description = "Client That Is Handed Over"

    client_handover_line_ids = fields.One2many(
        comodel_name="client.handover.line",
        inverse_name="partner_id",
        string="Hand-overs",
        groups="client_base.group_client_user",
    )
    acting_for_id = fields.Many2one(
        comodel_name="res.users",
        string="Looked After For",
        compute="_compute_acting",
        search="_search_acting_for_id",
        groups="client_base.group_client_user",
        help="The manager this client goes back to.",
    )
    acting_until = fields.Date(
        string="Looked After Until",
        compute="_compute_acting",
        groups="client_base.group_client_user",
    )

    @api.depends("user_id", "client_handover_line_ids.state")
    def _compute_acting(self):
        # sudo: whoever sees the manager of a client sees for whom he acts
        lines_sudo = self.env["client.handover.line"].sudo()
        domain = lines_sudo.handover_id._get_acting_domain()
        managed = self.filtered("user_id")  # without a manager there is none to act
        lines_sudo = lines_sudo.search(
            domain & Domain("res_id", "in", managed.ids), order="id"
        ).grouped("res_id")
        for partner in self:
            steps = lines_sudo.get(partner._origin.id)
            is_acting = steps and partner.user_id in steps.new_user_id
            # handed on twice, the client goes back to the first one
            partner.acting_for_id = is_acting and steps[0].old_user_id
            partner.acting_until = is_acting and steps[0].handover_id.date_until

    @api.model
    def _search_acting_for_id(self, operator, value):
        if operator != "in":
            return NotImplemented
        self._check_field_access(self._fields["acting_for_id"], "read")
        lines_sudo = self.env["client.handover.line"].sudo()  # as in the compute
        acting = lines_sudo.search(lines_sudo.handover_id._get_acting_domain())
        chosen = acting.filtered(lambda line: line.old_user_id.id in value)
        domain = Domain("id", "in", chosen.mapped("res_id"))
        if False in value:
            domain |= Domain("id", "not in", acting.mapped("res_id"))
        return domain

    def action_open_handover(self):
        """Open a hand-over of these clients to another manager."""
        self.env["client.handover"].check_access("create")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_base.client_handover_action"
        )
        action["context"] = {"default_partner_ids": self.ids}
        return action
