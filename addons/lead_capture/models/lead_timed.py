from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from .forged_defaults import without_defaults
from .lead_timed_clock import ROUND_COLUMNS, STAGE_COLUMNS

USER = "client_base.group_client_user"
STATES = [
    ("none", "No Deadline"),
    ("ok", "In Time"),
    ("soon", "Soon"),
    ("late", "Late"),
    ("answered", "Answered"),
]
TIMED_FIELDS = {*ROUND_COLUMNS, *STAGE_COLUMNS, "response_ids"}
# What ends the waiting of a client, or begins it again.
ENDING = frozenset(("active", "stage_id", "probability", "won_status"))


class LeadTimed(models.AbstractModel):
    """Is answered in time, in working hours, or somebody hears of it."""

    _name = "lead.timed"
    _description = "Lead with Deadlines"
    _inherit = ["lead.timed.clock", "lead.board"]

    sla_policy_id = fields.Many2one(
        comodel_name="lead.sla.policy",
        string="Deadlines By",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
        copy=False,
        groups=USER,
    )
    response_ids = fields.One2many(
        comodel_name="lead.response",
        inverse_name="lead_id",
        string="Questions and Answers",
        readonly=True,
        groups=USER,
    )
    waiting_since = fields.Datetime(
        string="Waits Since",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups=USER,
        help="Since when the client waits for an answer of a person. Empty: he has it.",
    )
    response_deadline = fields.Datetime(
        string="Answer By",
        readonly=True,
        copy=False,
        groups=USER,
        help="Counted in the working hours of the team.",
    )
    response_warn_at = fields.Datetime(readonly=True, copy=False, groups=USER)
    stage_deadline = fields.Datetime(
        string="Stage Until",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups=USER,
        help="Until when the lead may stay in its stage, in working hours of the team.",
    )
    stage_warn_at = fields.Datetime(readonly=True, copy=False, groups=USER)
    stage_next_step_at = fields.Datetime(
        readonly=True, copy=False, index="btree_not_null", groups=USER
    )
    first_response_at = fields.Datetime(
        string="First Answered",
        readonly=True,
        copy=False,
        groups=USER,
        help="When a person answered the client for the first time.",
    )
    reaction_seconds = fields.Integer(
        string="Reaction (s)",
        readonly=True,
        copy=False,
        aggregator="avg",
        groups=USER,
        help="From the client's last question that was answered to the answer.",
    )
    working_seconds = fields.Integer(
        string="Working Time (s)",
        readonly=True,
        copy=False,
        aggregator="avg",
        groups=USER,
        help="The same, in working hours of the team.",
    )
    deadline_state = fields.Selection(
        selection=STATES,
        string="Deadline",
        compute="_compute_deadline_state",
        search="_search_deadline_state",
        groups=USER,
    )

    # === COMPUTE METHODS ===

    @api.depends(
        "waiting_since", "response_deadline", "response_warn_at", "first_response_at"
    )
    def _compute_deadline_state(self):
        now = fields.Datetime.now()
        for lead in self:
            lead.deadline_state = lead._get_deadline_state(now)

    def _get_deadline_state(self, now):
        """:return: the state at ``now``; at the very second of the deadline: in time"""
        if not self.waiting_since:
            return "answered" if self.first_response_at else "none"
        if not self.response_deadline:
            return "none"
        if now > self.response_deadline:
            return "late"
        is_soon = self.response_warn_at and now >= self.response_warn_at
        return "soon" if is_soon else "ok"

    @api.model
    def _search_deadline_state(self, operator, value):
        if operator != "in":
            return NotImplemented
        now = fields.Datetime.to_string(fields.Datetime.now())
        waits = Domain("waiting_since", "!=", False)
        answered = Domain("first_response_at", "!=", False)
        timed = waits & Domain("response_deadline", "!=", False)
        late = timed & Domain("response_deadline", "<", now)
        soon = timed & Domain("response_warn_at", "<=", now) & ~late
        domains = {
            "answered": ~waits & answered,
            "late": late,
            "soon": soon,
            "ok": timed & ~late & ~soon,
            "none": (waits & ~timed) | (~waits & ~answered),
        }
        return Domain.OR(domains[one] for one in value if one in domains)

    # === CRUD METHODS ===

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_timed_fields(vals)
        own = without_defaults(self, TIMED_FIELDS)
        leads = super(LeadTimed, own).create(vals_list)
        # What comes in from outside has its clock started for the whole batch, at the
        # moment of the request; old leads from a file wait for nobody.
        if not self._is_intake() and not self.env.context.get("import_file"):
            now = fields.Datetime.now()
            leads._open_rounds({lead.id: (now, False) for lead in leads})
        return leads

    def write(self, vals):
        self._check_timed_fields(vals)
        result = super().write(vals)
        if vals.keys() & ENDING:
            ended = self - self._get_timed()
            ended._close_rounds()
        watched = self.env["lead.sla.policy"]._get_watched()
        if vals.keys() & (watched | ENDING):
            self._review_deadlines()
        elif "user_id" in vals:
            self._pass_rounds()
        return result

    def _check_timed_fields(self, vals):
        if not self.env.su and TIMED_FIELDS & vals.keys():
            raise AccessError(
                self.env._("Deadlines and answers are counted; nobody writes them.")
            )

    def _pass_rounds(self):
        """Let whoever has the lead now have its open round too."""
        rounds = self.env["lead.response"].sudo()  # rounds are written by leads alone
        for one in rounds.search(
            Domain("lead_id", "in", self.ids) & Domain("state", "=", "open")
        ):
            one.user_id = one.lead_id.user_id

    def _merge_dependences(self, opportunities):
        result = super()._merge_dependences(opportunities)
        self._merge_rounds(opportunities)
        return result

    def _merge_rounds(self, leads):
        """Take over the rounds of merged leads; the longest wait stays."""
        rounds = self.env["lead.response"].sudo()
        found = rounds.search(Domain("lead_id", "in", (self | leads).ids))
        opened = found.filtered(lambda one: one.state == "open").sorted("asked_at")
        opened[1:].write({"state": "closed", "next_step_at": False})
        opened.flush_recordset()  # closed before they come to the lead with its own
        found.write({"lead_id": self.id})
        self._show_rounds()

    @api.model
    def _search_with_stage_deadline(self, policies):
        """:return: leads whose stage has a deadline of one of the policies"""
        return self.search(
            Domain("stage_deadline", "!=", False)
            & Domain("sla_policy_id", "in", policies.ids)
        )

    # === BUSINESS METHODS ===

    def _follow_arrival(self, requests):
        """Start the clock of what came in, from the moment it came in."""
        asked = {}
        for request in requests.sorted("received_at", reverse=True):
            asked[request.lead_id.id] = request.received_at, request.id
        self._open_rounds(asked)
        return super()._follow_arrival(requests)

    def _note_question(self, moment=None):
        """Take down that the client wrote again; the clock runs if it does not yet.

        :param moment: naive UTC, now when it is left out
        """
        moment = moment or fields.Datetime.now()
        self._open_rounds({lead.id: (moment, False) for lead in self})

    def _note_answer(self, user, moment):
        """Take down that a person answered the client; the first answer counts.

        :param user: ``res.users``, the colleague who answered
        :param moment: naive UTC
        """
        now = fields.Datetime.now()
        moment = min(moment or now, now).replace(microsecond=0)
        if self and self._is_human(user):
            self._stop_clocks(user, moment)

    @api.model
    def _is_human(self, user):
        """Say whether an answer of that account is one of a colleague."""
        user_sudo = user.sudo()  # whoever takes the answer down
        return (
            len(user) == 1
            and user.id != SUPERUSER_ID  # OdooBot
            and user_sudo.active
            and not user_sudo.share
            and user.id != self._get_intake_id()
        )
