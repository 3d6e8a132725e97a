from odoo import fields, models


class ClientType(models.Model):
    """A kind of client, such as a shop, a builder or a private buyer.

    It carries the extra fields that only this kind has, and how often its cards are
    to be looked through.
    """

    _name = "client.type"
    _description = "Client Type"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    color = fields.Integer()
    company_id = fields.Many2one(
        comodel_name="res.company",
        index=True,
        help="Empty: every company uses this type.",
    )
    description = fields.Text(translate=True)
    review_interval = fields.Integer(
        string="Review Every (days)",
        default=365,
        help="A card not confirmed for this many days is due for a review.",
    )
    properties_definition = fields.PropertiesDefinition(string="Own Fields")
    partner_ids = fields.One2many(
        comodel_name="res.partner",
        inverse_name="client_type_id",
        string="Clients",
    )

    _review_interval_positive = models.Constraint(
        "CHECK (review_interval > 0)",
        "The review interval must be at least one day.",
    )
