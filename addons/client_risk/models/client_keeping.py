from odoo import fields, models


class ClientKeeping(models.Model):
    """A decision to go on working with a client who was proposed for removal.

    Until its day the client is not proposed again. Written by the dialog, remembered
    for good.
    """

    _name = "client.keeping"
    _description = "Client Kept in Active Sales"
    _order = "until desc, id desc"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Client",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, index=True
    )
    manager_id = fields.Many2one(related="partner_id.user_id", string="Manager")
    user_id = fields.Many2one(
        comodel_name="res.users", string="Decided by", required=True, readonly=True
    )
    date = fields.Date(string="Decided on", required=True, readonly=True)
    until = fields.Date(
        string="Kept until",
        required=True,
        readonly=True,
        help="Until this day the client is not proposed for removal.",
    )
    comment = fields.Char(string="Why", readonly=True)

    _until_idx = models.Index("(company_id, partner_id, until)")
