from odoo import fields, models


class ClientGroupSet(models.Model):
    """Groups of which a client is in one at most, such as A, B and C clients."""

    _name = "client.group.set"
    _description = "Set of Groups that Exclude Each Other"
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        index=True,
        help="Empty: groups of every company may be in this set.",
    )
    group_ids = fields.One2many(
        comodel_name="client.group",
        inverse_name="set_id",
        string="Groups",
        help="When a client fits the rules of several of them, the first one wins.",
    )
