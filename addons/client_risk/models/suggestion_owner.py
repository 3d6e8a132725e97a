from odoo import fields, models


class SuggestionOwner(models.AbstractModel):
    """Shows on the card what to offer to the client."""

    _name = "client.suggestion.owner"
    _description = "Owner of Suggestions"

    client_suggestion_ids = fields.One2many(
        comodel_name="client.suggestion",
        inverse_name="partner_id",
        string="What to Offer",
        domain=[("state", "in", ("open", "quoted"))],
        groups="client_base.group_client_user",
    )
