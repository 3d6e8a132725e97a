from odoo import api, fields, models


class GroupOwner(models.AbstractModel):
    """Lets a client be in groups, and keeps the history of it."""

    _name = "client.group.owner"
    _description = "Member of Client Groups"

    client_group_member_ids = fields.One2many(
        comodel_name="client.group.member",
        inverse_name="partner_id",
        groups="client_base.group_client_user",
    )
    client_group_ids = fields.Many2many(
        comodel_name="client.group",
        relation="client_group_res_partner_rel",
        column1="partner_id",
        column2="group_id",
        string="Client Groups",
        compute="_compute_client_group_ids",
        inverse="_inverse_client_group_ids",
        store=True,
        copy=False,
        groups="client_base.group_client_user",
    )

    @api.depends("client_group_member_ids.date_to", "client_group_member_ids.group_id")
    def _compute_client_group_ids(self):
        for partner in self:
            partner.client_group_ids = partner.client_group_member_ids.filtered(
                lambda stay: not stay.date_to
            ).group_id

    def _inverse_client_group_ids(self):
        entering, leaving = {}, {}
        for partner in self:
            wanted = partner.client_group_ids
            present = partner.client_group_member_ids.filtered(
                lambda stay: not stay.date_to
            ).group_id
            for group in wanted - present:
                entering[group] = entering.get(group, self.browse()) + partner
            for group in present - wanted:
                leaving[group] = leaving.get(group, self.browse()) + partner
        for group, partners in entering.items():
            group._enter(partners)
        for group, partners in leaving.items():
            group._leave(partners)
