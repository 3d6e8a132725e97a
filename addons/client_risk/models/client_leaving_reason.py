from odoo import fields, models


class ClientLeavingReason(models.Model):
    """Why a client left, or why we left him: a list, so that reasons can be counted."""

    _name = "client.leaving.reason"
    _description = "Reason of Leaving"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    review_months = fields.Integer(
        string="Look Again after (Months)",
        required=True,
        default=6,
        help="The review date proposed when a client is taken off for this reason.",
    )
    is_comment_needed = fields.Boolean(
        string="Ask for Words",
        help="The reason alone says too little: whoever chooses it says more.",
    )

    _name_uniq = models.Constraint("UNIQUE (name)", "This reason is in the list.")
    _months_positive = models.Constraint(
        "CHECK (review_months BETWEEN 1 AND 60)",
        "Look at a client again within one month to five years.",
    )
