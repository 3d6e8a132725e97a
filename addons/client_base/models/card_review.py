from datetime import timedelta

from odoo import api, fields, models

DEFAULT_REVIEW_INTERVAL = 365


class CardReview(models.AbstractModel):
    """Keeps when a card was last found to be correct, and when that is due again."""

    _name = "client.card.review"
    _description = "Review of the Card"

    reviewed_on = fields.Date(
        copy=False,
        groups="client_base.group_client_user",
        help="The day somebody last found this card to be correct.",
    )
    review_due = fields.Date(
        compute="_compute_review_due",
        store=True,
        index=True,
        groups="client_base.group_client_user",
    )

    @api.depends("reviewed_on", "client_type_id.review_interval")
    def _compute_review_due(self):
        for partner in self:
            since = partner.reviewed_on or fields.Date.to_date(partner.create_date)
            days = partner.client_type_id.review_interval or DEFAULT_REVIEW_INTERVAL
            partner.review_due = since and since + timedelta(days=days)

    def action_mark_reviewed(self):
        """Say that the cards are still correct."""
        return self.write({"reviewed_on": fields.Date.context_today(self)})
