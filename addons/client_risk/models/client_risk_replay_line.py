from odoo import api, fields, models

from .client_profile import SECTORS, STATUSES


class ClientRiskReplayLine(models.Model):
    """How right one status was, over all month ends of a replay."""

    _name = "client.risk.replay.line"
    _description = "Accuracy of a Status"
    _order = "date desc, replay_id desc, sequence, named_count desc, id"
    _rec_name = "status"

    replay_id = fields.Many2one(
        comodel_name="client.risk.replay",
        string="Accuracy",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(related="replay_id.company_id", store=True, index=True)
    date = fields.Date(related="replay_id.date", store=True, index=True)
    sequence = fields.Integer(readonly=True, aggregator=None)
    status = fields.Selection(selection=STATUSES, required=True, readonly=True)
    sector = fields.Selection(selection=SECTORS, required=True, readonly=True)
    named_count = fields.Integer(
        string="Called So",
        readonly=True,
        help="A client counts at each month end again.",
    )
    right_count = fields.Integer(
        string="Of These Stopped",
        readonly=True,
        help="Who bought nothing in the days that followed.",
    )
    stopped_count = fields.Integer(
        string="Active Clients Who Stopped", readonly=True, aggregator="max"
    )
    precision = fields.Float(
        string="Share That Stopped",
        readonly=True,
        aggregator="avg",
        help="High is right for clients at risk, and wrong for calm ones.",
    )
    recall = fields.Float(
        string="Share of All Who Stopped",
        readonly=True,
        aggregator="avg",
        help="Of the active clients who stopped: the share that had this status.",
    )
    warning_days = fields.Float(
        string="Days of Warning", digits=(10, 0), readonly=True, aggregator="avg"
    )
    words = fields.Char(string="In Words", compute="_compute_words")

    @api.depends("status", "named_count", "right_count")
    @api.depends_context("lang")
    def _compute_words(self):
        for line in self:
            line.words = line.replay_id._say_precision(
                line.status,
                line.named_count,
                line.right_count,
                line.replay_id.horizon_days,
            )
