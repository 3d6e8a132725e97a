from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..tools import calls
from .lead_call_intake import TOLD

STATES = [
    ("ringing", "Ringing"),
    ("answered", "Answered"),
    ("missed", "Not Answered"),
    ("busy", "Busy"),
    ("failed", "Failed"),
]
OUTCOMES = [
    ("answered", "Talked"),
    ("call_back", "Agreed to call back"),
    ("wrong_number", "Wrong number"),
    ("not_interested", "Not interested"),
    ("other", "Other"),
]
# What a colleague may write of a call; the rest is what the exchange told.
SPOKEN_FIELDS = ("outcome", "outcome_note")


class LeadCall(models.Model):
    """One telephone call: what the exchange told of it, and what came of it.

    Everything but the outcome is read from ``facts``, see ``tools/calls``: events may
    come late, twice and in any order.
    """

    _name = "lead.call"
    _description = "Call"
    _inherit = ["lead.call.intake", "lead.call.follow", "lead.call.notice"]
    _order = "started_at desc, id desc"

    channel_id = fields.Many2one(
        comodel_name="lead.channel", required=True, readonly=True, ondelete="restrict"
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, index=True, readonly=True
    )
    call_key = fields.Char(
        string="Call ID", required=True, readonly=True, help="As the exchange names it."
    )
    facts = fields.Json(readonly=True)
    direction = fields.Selection(
        selection=[("in", "Incoming"), ("out", "Outgoing"), ("internal", "Internal")],
        required=True,
        readonly=True,
    )
    state = fields.Selection(selection=STATES, required=True, readonly=True)
    started_at = fields.Datetime(
        string="When", required=True, readonly=True, index=True
    )
    answered_at = fields.Datetime(readonly=True)
    ended_at = fields.Datetime(readonly=True)
    wait_seconds = fields.Integer(
        string="Wait", readonly=True, aggregator="avg", help="Seconds until the answer."
    )
    talk_seconds = fields.Integer(
        string="Talk", readonly=True, help="Seconds from the answer to the end."
    )
    from_number = fields.Char(string="From", readonly=True)
    to_number = fields.Char(string="To", readonly=True)
    client_number = fields.Char(string="Number", readonly=True, index="btree_not_null")
    extension = fields.Char(readonly=True)
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Colleague",
        readonly=True,
        index="btree_not_null",
        help="Who sits at the extension.",
    )
    contact_id = fields.Many2one(
        comodel_name="res.partner",
        readonly=True,
        index="btree_not_null",
        help="Whose number it is.",
    )
    partner_id = fields.Many2one(
        related="contact_id.commercial_partner_id",
        string="Client",
        store=True,
        index="btree_not_null",
    )
    owner_id = fields.Many2one(
        related="partner_id.user_id", string="Manager of the Client"
    )
    lead_id = fields.Many2one(
        comodel_name="crm.lead",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    recording_url = fields.Char(string="Recording", readonly=True)
    lead_request_id = fields.Many2one(
        comodel_name="lead.request",
        string="Became",
        readonly=True,
        index="btree_not_null",
        help="The request that made the lead of this call, or joined it.",
    )
    local_hour = fields.Integer(
        string="Hour of the Day",
        readonly=True,
        aggregator=None,
        help="When the call began, by the clock of the exchange.",
    )
    missed_share = fields.Float(
        string="Missed, %",
        compute="_compute_is_missed",
        store=True,
        aggregator="avg",
        help="Of the incoming calls.",
    )
    is_missed = fields.Boolean(
        string="Missed",
        compute="_compute_is_missed",
        store=True,
        help="A client called and nobody answered.",
    )
    is_out_of_hours = fields.Boolean(string="Out of Hours", readonly=True)
    called_back_at = fields.Datetime(
        string="Called Back",
        readonly=True,
        help="When somebody talked with whoever had called in vain.",
    )
    outcome = fields.Selection(selection=OUTCOMES)
    outcome_note = fields.Char(string="Note")
    request_ids = fields.One2many(
        comodel_name="lead.request", inverse_name="call_id", string="Events"
    )

    _key_uniq = models.Constraint(
        "UNIQUE (channel_id, call_key)", "This call is known already."
    )
    _open_idx = models.Index(
        "(client_number, started_at) WHERE is_missed AND called_back_at IS NULL"
    )

    # === COMPUTE METHODS ===

    @api.depends("direction", "state")
    def _compute_is_missed(self):
        for call in self:
            call.is_missed = call.direction == "in" and call.state in (
                "missed",
                "busy",
                "failed",
            )
            call.missed_share = 100 if call.is_missed else 0

    @api.depends("contact_id", "client_number", "from_number")
    def _compute_display_name(self):
        for call in self:
            # sudo: the name of a client is known to whoever sees his call
            name = call.sudo().contact_id.display_name
            call.display_name = name or call.client_number or call.from_number

    # === CRUD METHODS ===

    def write(self, vals):
        """Let colleagues say what came of a call; nothing else is theirs to say."""
        is_told = self.env.context.get("lead_call") is TOLD
        if not is_told and not vals.keys() <= set(SPOKEN_FIELDS):
            raise UserError(
                self.env._("What the telephone exchange told cannot be changed.")
            )
        result = super().write(vals)
        if "outcome" in vals:
            self._note_outcome()
        return result

    def _note_outcome(self):
        """A wrong number is one that does not work."""
        wrong = self.filtered(lambda call: call.outcome == "wrong_number")
        numbers = [number for number in wrong.mapped("client_number") if number]
        if numbers:
            self.env["client.contact.point"]._mark_by_value(
                "phone", numbers, "failed", "call"
            )

    # === ACTION METHODS ===

    def action_play(self):
        """Open the recording in a tab of the browser; the server never fetches it."""
        self.ensure_one()
        self.check_access("read")
        if not self.recording_url:
            raise UserError(self.env._("There is no recording of this call."))
        return {
            "type": "ir.actions.act_url",
            "url": self.recording_url,
            "target": "new",
        }

    def action_open_client(self):
        """Open the card of whoever is on the other side."""
        self.ensure_one()
        self.check_access("read")
        if not self.contact_id:
            raise UserError(self.env._("Nobody in the base has this number."))
        return {
            "type": "ir.actions.act_window",
            "res_model": "res.partner",
            "res_id": self.contact_id.id,
            "views": [(False, "form")],
        }

    def action_open_lead(self):
        """Open the lead the call is about."""
        self.ensure_one()
        self.check_access("read")
        if not self.lead_id:
            raise UserError(self.env._("There is no lead of this call."))
        return {
            "type": "ir.actions.act_window",
            "res_model": "crm.lead",
            "res_id": self.lead_id.id,
            "views": [(False, "form")],
        }

    # === BUSINESS METHODS ===

    def _get_call(self):
        """:return: what the facts say
        :rtype: calls.Call
        """
        self.ensure_one()
        return calls.describe(self.facts)

    def _get_end(self):
        """:return: when it was over, or when it began"""
        self.ensure_one()
        return self.ended_at or self.started_at + timedelta(
            seconds=self.wait_seconds + self.talk_seconds
        )
