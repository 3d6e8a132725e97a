from odoo import fields, models
from odoo.tools import SQL

STATES = [
    ("new", "Waiting"),
    ("processed", "New Lead"),
    ("joined", "Joined"),
    ("rejected", "Rejected"),
    ("failed", "Failed"),
]


class LeadRequest(models.Model):
    """One request as it came in: kept first, worked on later, never lost."""

    _name = "lead.request"
    _description = "Request"
    _inherit = ["lead.request.door"]
    _order = "id desc"
    _rec_name = "number"

    # From a sequence of the database: nobody waits for a row with a counter.
    number = fields.Integer(
        required=True,
        readonly=True,
        copy=False,
        aggregator=None,
        default=lambda self: self._get_next_number(),
    )
    channel_id = fields.Many2one(
        comodel_name="lead.channel", required=True, ondelete="restrict", readonly=True
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, index=True, readonly=True
    )
    event_key = fields.Char(
        required=True,
        readonly=True,
        help="What the sender calls this event: the same key again is the same event.",
    )
    received_at = fields.Datetime(
        required=True, readonly=True, index=True, default=fields.Datetime.now
    )
    payload = fields.Json(readonly=True)
    remote_addr = fields.Char(string="Address of the Sender", readonly=True)
    state = fields.Selection(
        selection=STATES, required=True, default="new", readonly=True
    )
    lead_id = fields.Many2one(
        comodel_name="crm.lead", index="btree_not_null", readonly=True
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Client",
        index="btree_not_null",
        readonly=True,
    )

    _event_uniq = models.Constraint(
        "UNIQUE (channel_id, event_key)", "This event is known already."
    )
    _number_uniq = models.Constraint(
        "UNIQUE (number)", "There is a request with this number already."
    )

    def init(self):
        super().init()
        self.env.cr.execute(
            SQL("CREATE SEQUENCE IF NOT EXISTS lead_request_number_seq AS integer")
        )

    def _get_next_number(self):
        ((number,),) = self.env.execute_query(
            SQL("SELECT nextval('lead_request_number_seq')")
        )
        return number
