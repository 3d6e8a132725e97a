from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..tools import replay
from .client_risk_replay_source import MONTHS

# What a person asks for; everything else is found.
ASKED_FIELDS = {"company_id", "month_count", "horizon_days"}
PROBLEMS = [
    ("empty", "No Purchases"),
    ("short", "Short History"),
    ("few", "Few Clients"),
    ("stopped", "Was Stopped Again and Again"),
    ("error", "An Error"),
]


class ClientRiskReplay(models.Model):
    """How right the statuses were: the last months of a company, judged again.

    At each month's end every client is judged by the purchases known that day, and the
    days that followed say who was right. Shows with which thresholds.
    """

    _name = "client.risk.replay"
    _description = "Accuracy of the Statuses"
    _inherit = [
        "client.risk.replay.source",
        "client.risk.replay.words",
        "client.risk.replay.worker",
    ]
    _order = "date desc, id desc"

    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
        ondelete="cascade",
    )
    state = fields.Selection(
        selection=[
            ("draft", "New"),
            ("running", "Running"),
            ("done", "Done"),
            ("failed", "Failed"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        index=True,
    )
    month_count = fields.Integer(
        string="Month Ends",
        required=True,
        default=MONTHS,
        help="At most so many of the last ones; fewer where the history is shorter.",
    )
    horizon_days = fields.Integer(
        string="Stopped Means No Purchase in (Days)",
        required=True,
        default=replay.HORIZON_DAYS,
    )
    date = fields.Date(
        string="Played on",
        required=True,
        default=fields.Date.context_today,
        readonly=True,
        copy=False,
    )
    month = fields.Date(
        string="Month of the Automatic Run",
        readonly=True,
        copy=False,
        help="Empty for one that a person has started.",
    )
    user_id = fields.Many2one(
        comodel_name="res.users", string="Started by", readonly=True, copy=False
    )
    progress = fields.Float(readonly=True, copy=False, aggregator=None)
    attempt_count = fields.Integer(readonly=True, copy=False, aggregator=None)
    problem_code = fields.Selection(selection=PROBLEMS, readonly=True, copy=False)
    problem = fields.Char(compute="_compute_problem")
    first_date = fields.Date(string="First Purchase", readonly=True, copy=False)
    last_date = fields.Date(string="Last Purchase", readonly=True, copy=False)
    date_from = fields.Date(string="First Month End", readonly=True, copy=False)
    date_to = fields.Date(string="Last Month End", readonly=True, copy=False)
    played_count = fields.Integer(
        string="Month Ends Played",
        readonly=True,
        copy=False,
        aggregator=None,
    )
    client_count = fields.Integer(
        string="Clients", readonly=True, copy=False, aggregator="avg"
    )
    regular_count = fields.Integer(
        string="Clients with a Rhythm",
        readonly=True,
        copy=False,
        aggregator="avg",
        help="Who had bought three times or more by the last month end.",
    )
    manager_count = fields.Integer(
        string="Managers", readonly=True, copy=False, aggregator="avg"
    )
    named_count = fields.Integer(
        string="Called at Risk",
        readonly=True,
        copy=False,
        aggregator="avg",
        help="A client counts at each month end again.",
    )
    right_count = fields.Integer(
        string="And Stopped", readonly=True, copy=False, aggregator="avg"
    )
    stopped_count = fields.Integer(
        string="Active Clients Who Stopped",
        readonly=True,
        copy=False,
        aggregator="avg",
    )
    precision = fields.Float(
        string="Alerts That Were Right",
        readonly=True,
        copy=False,
        aggregator="avg",
        help="Of the clients called at risk: the share that then bought nothing.",
    )
    recall = fields.Float(
        string="Losses Warned of",
        readonly=True,
        copy=False,
        aggregator="avg",
        help="Of the active clients who stopped: the share that was called at risk.",
    )
    warning_days = fields.Float(
        string="Days of Warning",
        digits=(10, 0),
        readonly=True,
        copy=False,
        aggregator="avg",
        help="Half of the clients lost were called at risk so long before, or longer.",
    )
    alerts_per_week = fields.Float(
        string="Alerts per Manager and Week",
        digits=(10, 1),
        readonly=True,
        copy=False,
        aggregator="avg",
    )
    waiting_share = fields.Float(
        string="Sales Lost to Waiting",
        readonly=True,
        copy=False,
        aggregator="avg",
        help="What late clients would have bought in their rhythm while they were "
        "late, as a share of all sales.",
    )
    thresholds = fields.Json(readonly=True, copy=False)
    thresholds_text = fields.Text(
        string="By These Thresholds", compute="_compute_thresholds_text"
    )
    summary = fields.Text(compute="_compute_summary")
    line_ids = fields.One2many(
        comodel_name="client.risk.replay.line",
        inverse_name="replay_id",
        string="By Status",
        readonly=True,
        copy=False,
    )

    _month_uniq = models.UniqueIndex(
        "(company_id, month) WHERE month IS NOT NULL",
        "The month has been played already.",
    )

    # === CONSTRAINTS AND CRUD ===

    @api.constrains("month_count", "horizon_days")
    def _check_asked(self):
        for one in self:
            if not 1 <= one.month_count <= 60:
                raise ValidationError(self.env._("Month ends: at least 1, at most 60."))
            if not 30 <= one.horizon_days <= 365:
                raise ValidationError(
                    self.env._("A client stops in 30 days at least, in 365 at most.")
                )

    @api.model_create_multi
    def create(self, vals_list):
        """Refuse results that nobody found, also as defaults."""
        for vals in vals_list:
            self._check_asked_only(vals)
        if not self.env.su:
            nothing = self._prepare_nothing_found()
            vals_list = [{**nothing, **vals} for vals in vals_list]
        return super().create(vals_list)

    @api.model
    def _prepare_nothing_found(self):
        """:return: values of what is found: defaults are the caller's to name"""
        found = {
            name: False
            for name, field in self._fields.items()
            if field.store and field.readonly and name not in models.MAGIC_COLUMNS
        }
        return {**found, "state": "draft", "date": fields.Date.context_today(self)}

    def write(self, vals):
        """Let people say what to play, before it is played."""
        self._check_asked_only(vals)
        if not self.env.su and any(one.state in ("running", "done") for one in self):
            raise UserError(
                self.env._("This one is played already: duplicate it to play another.")
            )
        return super().write(vals)

    @api.model
    def _check_asked_only(self, vals):
        if not self.env.su and set(vals) - ASKED_FIELDS:
            raise AccessError(self.env._("Results are found, not written by hand."))

    @api.ondelete(at_uninstall=False)
    def _unlink_except_running(self):
        if any(one.state == "running" for one in self):
            raise UserError(self.env._("Wait until it is done."))

    # === ACTIONS ===

    def action_run(self):
        """Play the history: at once for a small company, else in the background.

        :return: True
        """
        self.check_access("write")
        for one in self:
            if one.state not in ("draft", "failed"):
                raise UserError(self.env._("This one is played already: duplicate it."))
            one.sudo()._start(self.env.user)  # results are nobody's to write
        return True

    def action_open_lines(self):
        """Show the statuses of this one as a graph."""
        self.ensure_one()
        self.check_access("read")
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "client_risk.client_risk_replay_line_action"
            ),
            "domain": [("replay_id", "=", self.id)],
            "context": {},
        }
