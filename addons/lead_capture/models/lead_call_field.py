from odoo import fields, models

CALL_FIELDS = [
    ("call_id", "Call ID"),
    ("event", "Event"),
    ("event_id", "What makes events of one call different"),
    ("at", "Moment of the event"),
    ("started", "Beginning of the call"),
    ("direction", "Direction"),
    ("from", "Caller"),
    ("to", "Called"),
    ("client", "Number of the other side"),
    ("extension", "Extension"),
    ("talk", "Length of the talk"),
    ("total", "Length with the wait"),
    ("wait", "Wait"),
    ("disposition", "How it ended"),
    ("url", "Recording"),
]


class LeadCallField(models.Model):
    """Where one thing about a call stands in what the exchange sends."""

    _name = "lead.call.field"
    _description = "Field of a Telephone Exchange"
    _order = "channel_id, id"

    channel_id = fields.Many2one(
        comodel_name="lead.channel", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="channel_id.company_id", store=True)
    name = fields.Selection(selection=CALL_FIELDS, string="What", required=True)
    paths = fields.Char(
        string="Where",
        required=True,
        help="Names in what the exchange sends, with commas between them: the first "
        "one that has a value counts. callDetails.billsec is billsec in callDetails.",
    )

    _name_uniq = models.Constraint(
        "UNIQUE (channel_id, name)", "There is a line for this already."
    )

    def _get_paths(self):
        """:rtype: tuple[str, ...]"""
        self.ensure_one()
        paths = (path.strip() for path in self.paths.split(","))
        return tuple(path for path in paths if path)
