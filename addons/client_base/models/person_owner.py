from odoo import fields, models


class PersonOwner(models.AbstractModel):
    """Knows who decides at a client."""

    _name = "client.person.owner"
    _description = "Client with Contact Persons"

    decision_maker_ids = fields.One2many(
        comodel_name="res.partner",
        inverse_name="parent_id",
        string="Who Decides",
        domain=[("is_decision_maker", "=", True)],
        copy=False,
        groups="client_base.group_client_user",
        help="The contact persons who say yes or no.",
    )
