from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .lead_sla_policy import HOUR
from .lead_timed_clock import plan

STATES = [
    ("open", "Waiting"),
    ("answered", "Answered"),
    ("closed", "Closed Unanswered"),
]


class LeadResponse(models.Model):
    """One round of a talk: the client asked, by then we had to answer, then we did.

    Written by the leads alone; a client who writes again after an answer opens the next
    round.
    """

    _name = "lead.response"
    _description = "Response to a Client"
    _order = "asked_at desc, id desc"
    _rec_name = "lead_id"

    lead_id = fields.Many2one(
        comodel_name="crm.lead", required=True, index=True, ondelete="cascade"
    )
    request_id = fields.Many2one(
        comodel_name="lead.request", index="btree_not_null", ondelete="set null"
    )
    policy_id = fields.Many2one(
        comodel_name="lead.sla.policy", index="btree_not_null", ondelete="set null"
    )
    company_id = fields.Many2one(comodel_name="res.company", index="btree_not_null")
    team_id = fields.Many2one(
        comodel_name="crm.team", string="Sales Team", index="btree_not_null"
    )
    channel_id = fields.Many2one(comodel_name="lead.channel", index="btree_not_null")
    source_id = fields.Many2one(comodel_name="utm.source", index="btree_not_null")
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Manager",
        index="btree_not_null",
        help="Who answered; until then who has to.",
    )
    state = fields.Selection(
        selection=STATES, required=True, default="open", index=True
    )
    number = fields.Integer(
        string="Round",
        default=1,
        aggregator=None,
        help="1: the first request. 2: the client wrote again after an answer.",
    )
    asked_at = fields.Datetime(string="Asked", required=True, index=True)
    asked_hour = fields.Integer(
        string="Hour of the Day",
        aggregator=None,
        help="On the clock of the team, 0 to 23.",
    )
    deadline = fields.Datetime()
    warn_at = fields.Datetime(string="Warning")
    next_step_at = fields.Datetime(
        help="When somebody is to be told next.", index="btree_not_null"
    )
    is_wall_time = fields.Boolean(
        string="Every Hour Counts",
        help="The team has no working hours: the deadline is counted round the clock.",
    )
    answered_at = fields.Datetime(string="Answered")
    reaction_seconds = fields.Integer(string="Reaction (s)", aggregator="avg")
    working_seconds = fields.Integer(string="Working Time (s)", aggregator="avg")
    reaction_hours = fields.Float(
        string="Reaction Time",
        aggregator="avg",
        help="By the clock on the wall.",
    )
    working_hours = fields.Float(
        string="Working Time",
        aggregator="avg",
        help="In working hours of the team.",
    )
    # Empty until it is known, so that an average counts nothing that is still open.
    in_time_share = fields.Float(string="Answered in Time", aggregator="avg")
    verdict = fields.Selection(
        selection=[("in_time", "In Time"), ("late", "Late")],
        string="Result",
        index=True,
    )

    _open_uniq = models.UniqueIndex("(lead_id) WHERE state = 'open'")
    _times_order = models.Constraint(
        "CHECK (answered_at IS NULL OR answered_at >= asked_at)",
        "An answer comes after the question.",
    )

    @api.model
    def _judge_missed(self, now):
        """Say of rounds still open after their deadline that they are late.

        :param now: naive UTC
        """
        missed = self.search(
            Domain("state", "=", "open")
            & Domain("deadline", "<", fields.Datetime.to_string(now))
            & Domain("verdict", "=", False)
        )
        missed.write({"verdict": "late", "in_time_share": 0})

    def _prepare_verdict(self, answered_at):
        """:return: values for an answer at that moment; nothing without a deadline"""
        self.ensure_one()
        if not self.deadline:
            return {}
        is_late = answered_at > self.deadline  # at the very second it is in time
        return {
            "verdict": "late" if is_late else "in_time",
            "in_time_share": 0 if is_late else 1,
        }

    def _plan(self, policy, times):
        """Set the deadline of an open round.

        :param times: ``WorkingTime`` of the team
        """
        self.ensure_one()
        seconds = round(policy.response_hours * HOUR)
        deadline, warn_at = plan(times, self.asked_at, seconds, policy.warn_minutes)
        values = {
            "policy_id": policy.id,
            "team_id": self.lead_id.team_id.id,
            "user_id": self.lead_id.user_id.id,
            "company_id": self.lead_id.company_id.id,
            "asked_hour": times.to_local(self.asked_at).hour,
            "warn_at": warn_at or False,
            "is_wall_time": bool(deadline) and not times,
        }
        if (deadline or False) != self.deadline:
            values.update(deadline=deadline, next_step_at=warn_at or deadline)
        self.write(values)

    @api.model
    def _find_answered(self, leads, moment):
        """Find what an answer answers: the last question before it, not answered yet.

        :return: at most one round a lead; also one whose answer was taken down later
            than this one was given
        """
        self.flush_model(["lead_id", "asked_at", "answered_at", "state"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id
                  FROM (
                      SELECT DISTINCT ON (lead_id) id, state, answered_at
                        FROM lead_response
                       WHERE lead_id = ANY(%(ids)s)
                         AND asked_at <= %(moment)s
                    ORDER BY lead_id, asked_at DESC, id DESC
                       ) AS last
                 WHERE state = 'open' OR answered_at > %(moment)s
              ORDER BY id
                """,
                ids=leads.ids,
                moment=moment,
            )
        )
        return self.browse(id_ for (id_,) in rows)
