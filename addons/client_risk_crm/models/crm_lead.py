from odoo import fields, models


class CrmLead(models.Model):
    _inherit = "crm.lead"

    # Of the client, in the company one works in: read by a join with the profile.
    client_sector = fields.Selection(
        related="partner_id.client_sector",
        string="Sector of the Client",
        groups="client_base.group_client_user",
    )
    client_status = fields.Selection(
        related="partner_id.client_status",
        groups="client_base.group_client_user",
    )
