from odoo import fields, models

REQUEST_KINDS = [
    ("request", "Request"),
    ("call", "Call"),
    ("chat", "Chat"),
    ("mail", "Letter"),
]


class LeadRequestDoor(models.AbstractModel):
    """What the door writes of a request, and counts its limits by."""

    _name = "lead.request.door"
    _description = "Request at the Door"

    kind = fields.Selection(
        selection=REQUEST_KINDS, required=True, default="request", readonly=True
    )
    raw = fields.Text(
        string="As Received",
        readonly=True,
        help="What the payload was read from, when that says more.",
    )

    def _wake(self):
        """Have what was stored worked on soon."""
