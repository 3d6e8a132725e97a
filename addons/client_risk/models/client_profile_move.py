from odoo import fields, models

from .client_profile import SECTORS, STATUSES


class ClientProfileMove(models.Model):
    """One change of a client's status, with the numbers of that day.

    Written by the evaluation alone; the first one has nothing before it.
    """

    _name = "client.profile.move"
    _description = "Change of Status of a Client"
    _order = "date desc, id desc"
    _rec_name = "partner_id"

    profile_id = fields.Many2one(
        comodel_name="client.profile",
        required=True,
        index=True,
        readonly=True,
        ondelete="cascade",
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Client",
        required=True,
        index=True,
        readonly=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, index=True, readonly=True
    )
    manager_id = fields.Many2one(related="partner_id.user_id", string="Manager")
    date = fields.Date(required=True, index=True, readonly=True)
    from_sector = fields.Selection(selection=SECTORS, readonly=True)
    from_status = fields.Selection(selection=STATUSES, readonly=True)
    to_sector = fields.Selection(selection=SECTORS, required=True, readonly=True)
    to_status = fields.Selection(selection=STATUSES, required=True, readonly=True)
    reason_code = fields.Char(readonly=True)
    purchase_count = fields.Integer(string="Purchases", readonly=True, aggregator="avg")
    last_date = fields.Date(string="Last Purchase", readonly=True)
    overdue_days = fields.Integer(string="Days Late", readonly=True, aggregator="avg")
    alive_probability = fields.Float(
        string="Chance That He Is Still a Client", readonly=True, aggregator="avg"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    money_at_stake = fields.Monetary(readonly=True)
