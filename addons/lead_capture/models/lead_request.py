from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

GC_BATCH = 1000
STATES = [
    ("new", "Waiting"),
    ("processed", "New Lead"),
    ("joined", "Joined"),
    ("rejected", "Rejected"),
    ("failed", "Failed"),
]


class LeadRequest(models.Model):
    """One request as it came in: kept first, worked on later, never lost.

    Whoever stores one leaves everything empty that is read from the payload: the
    processing fills it in, and alone makes clients and leads.
    """

    _name = "lead.request"
    _description = "Request"
    _inherit = [
        # before the rest: what is said in a chat is known to be of the one in it
        "lead.request.chat",
        # what tells of a call is heard before it is read
        "lead.request.call",
        "lead.request.letter",
        "lead.request.action",
        "lead.request.reason",
        "lead.request.refusal",
        "lead.request.nudge",
        "lead.request.alike",
        "lead.request.worker",
        "lead.request.reader",
        "lead.request.client",
        "lead.request.lead",
        "lead.request.file",
        "lead.request.door",
    ]
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
        comodel_name="lead.channel",
        required=True,
        index=True,
        ondelete="restrict",
        readonly=True,
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
    values = fields.Json(
        readonly=True, help="What the channel reads from it: values of a lead."
    )
    remote_addr = fields.Char(string="Address of the Sender", readonly=True)
    state = fields.Selection(
        selection=STATES, required=True, default="new", readonly=True, index=True
    )
    reason_code = fields.Char(readonly=True)
    reason_data = fields.Json(readonly=True)
    is_taken_up = fields.Boolean(
        readonly=True, help="A person wants a lead of it, whatever speaks against it."
    )
    done_at = fields.Datetime(string="Worked On", readonly=True)
    attempts = fields.Integer(
        string="Tries", readonly=True, aggregator=None, help="That failed, so far."
    )
    next_try_at = fields.Datetime(string="Next Try", readonly=True)
    error = fields.Text(readonly=True, groups="client_base.group_client_manager")
    contact_name = fields.Char(string="From", readonly=True, index="trigram")
    company_name = fields.Char(string="Firm", readonly=True, index="trigram")
    phone = fields.Char(readonly=True)
    email = fields.Char(string="E-mail", readonly=True)
    phone_normalized = fields.Char(readonly=True, index="btree_not_null")
    email_normalized = fields.Char(readonly=True, index="btree_not_null")
    is_compared = fields.Boolean(
        readonly=True, help="Cards like the one that was made were looked for."
    )
    is_emptied = fields.Boolean(
        readonly=True, help="What it said was deleted after the time it is kept for."
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
    _new_card_idx = models.Index(
        "(id) WHERE state = 'processed' AND reason_code = 'new_card'"
        " AND is_compared IS NOT TRUE"
    )
    _waiting_idx = models.Index("(id) WHERE state IN ('new', 'failed')")

    def init(self):
        """Make the sequence of the numbers: one that leaves no row locked."""
        self.env.cr.execute(
            SQL("CREATE SEQUENCE IF NOT EXISTS lead_request_number_seq AS integer")
        )
        return super().init()

    def _get_next_number(self):
        ((number,),) = self.env.execute_query(
            SQL("SELECT nextval('lead_request_number_seq')")
        )
        return number

    def _stop_senders(self, note):
        """Put the senders of these requests on the list of those who are stopped."""
        told = {
            (kind, value, request.company_id.id)
            for request in self
            for kind, value in (
                ("phone", request.phone_normalized),
                ("email", request.email_normalized),
            )
            if value
        }
        stops_sudo = self.env["lead.stop"].sudo()  # whoever may reject a request
        known = stops_sudo.search([("normalized", "in", [one[1] for one in told])])
        present = set(known.mapped("normalized"))
        stops_sudo.create(
            [
                {"kind": kind, "value": value, "company_id": company, "note": note}
                for kind, value, company in sorted(told)
                if value not in present
            ]
        )

    @api.autovacuum
    def _gc_payloads(self):
        """Empty what old requests said, where a company keeps it for a time only.

        :return: how many were emptied, whether there may be more
        """
        done = 0
        for company in self.env["res.company"].search([("lead_keep_days", ">", 0)]):
            before = fields.Datetime.now() - timedelta(days=company.lead_keep_days)
            old = self.search(
                [
                    ("company_id", "=", company.id),
                    ("received_at", "<", before),
                    ("state", "in", ("processed", "joined", "rejected")),
                    ("is_emptied", "=", False),
                ],
                limit=GC_BATCH,
            )
            old.write({"payload": {}, "values": {}, "raw": False, "is_emptied": True})
            done += len(old)
        return done, done and done % GC_BATCH == 0

    @api.depends("number", "contact_name")
    def _compute_display_name(self):
        for request in self:
            who = request.contact_name or request.phone or request.email
            number = f"#{request.number}"
            request.display_name = f"{number} {who}" if who else number
