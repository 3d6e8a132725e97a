from collections import defaultdict
from datetime import timedelta

from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .lead_dispatch_round import DispatchRound
from .lead_sla_policy import HOUR

MINUTE = 60
# What a lead shows of its rounds.
ROUND_COLUMNS = (
    "waiting_since",
    "response_deadline",
    "response_warn_at",
    "first_response_at",
    "reaction_seconds",
    "working_seconds",
)
STAGE_COLUMNS = (
    "sla_policy_id",
    "stage_deadline",
    "stage_warn_at",
    "stage_next_step_at",
)


class LeadTimedClock(models.AbstractModel):
    """Opens, plans and stops the clocks of leads, a batch at a time.

    A round is a row of ``lead.response``; what the lead itself shows follows from its
    rounds by one statement and is never reckoned twice.
    """

    _name = "lead.timed.clock"
    _description = "Clock of a Lead"

    def _open_rounds(self, asked):
        """Start the clock of those of the leads for which none runs.

        :param asked: lead id -> (moment in naive UTC, id of the request or False)
        """
        leads = self.sudo()._get_timed()  # whoever brings a request starts the clock
        counts = leads._count_rounds()
        rounds = self.env["lead.response"].sudo()
        rounds.create(
            [
                lead._prepare_round(*asked[lead.id], counts[lead.id][0] + 1)
                for lead in leads
                if lead.id in asked and not counts[lead.id][1]
            ]
        )
        leads._review_deadlines()

    def _count_rounds(self):
        """:return: lead id -> (rounds, rounds that are open)"""
        found = self.env["lead.response"]._read_group(
            [("lead_id", "in", self.ids)], ["lead_id", "state"], ["__count"]
        )
        counts = defaultdict(lambda: (0, 0))
        for lead, state, count in found:
            total, opened = counts[lead.id]
            counts[lead.id] = total + count, opened + (state == "open")
        return counts

    def _prepare_round(self, asked_at, request_id, number):
        self.ensure_one()
        return {
            "lead_id": self.id,
            "request_id": request_id,
            "company_id": self.company_id.id,
            "team_id": self.team_id.id,
            "channel_id": self.channel_id.id,
            "source_id": self.source_id.id,
            "user_id": self.user_id.id,
            "asked_at": asked_at.replace(microsecond=0),
            "number": number,
        }

    def _get_timed(self):
        """:return: those of the leads that still wait for something"""
        return self.filtered(lambda lead: lead.active and lead.won_status == "pending")

    # === PLANNING ===

    def _review_deadlines(self):
        """Reckon policy and deadlines of the leads anew, and of their open rounds."""
        leads = self.sudo()._get_timed()
        if not leads:
            return
        rounds = self.env["lead.response"].sudo()
        opened = rounds.search(
            Domain("lead_id", "in", leads.ids) & Domain("state", "=", "open")
        )
        policies = self.env["lead.sla.policy"]._choose(leads)
        times = leads._get_working_times(opened)
        for one in opened:
            one._plan(policies[one.lead_id], times[one.lead_id])
        leads._write_stage_deadlines(policies, times)
        leads._show_rounds()

    def _get_working_times(self, rounds):
        """:return: lead -> ``WorkingTime`` of its team"""
        nothing = fields.Datetime.now()
        moments = [
            *rounds.mapped("asked_at"),
            *(lead.date_last_stage_update or nothing for lead in self),
        ]
        calendars = {
            lead: lead.team_id._get_lead_calendar(lead.company_id) for lead in self
        }
        every = self.env["resource.calendar"].union(*calendars.values())
        times = every._get_lead_times(min(moments, default=nothing))
        return {lead: times[calendar] for lead, calendar in calendars.items()}

    def _write_stage_deadlines(self, policies, times):
        """Store policy and stage deadline, with one statement for all leads."""
        rows = []
        for lead in self:
            policy = policies[lead]
            line = policy.stage_ids.filtered(
                lambda one, lead=lead: one.stage_id == lead.stage_id
            )[:1]
            since = lead.date_last_stage_update or lead.create_date
            deadline, warn_at = plan(
                times[lead], since, round(line.hours * HOUR), policy.warn_minutes
            )
            rows.append((lead.id, policy.id or None, deadline, warn_at))
        self.flush_recordset(STAGE_COLUMNS)
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_lead AS lead
                   SET sla_policy_id = told.policy_id,
                       stage_deadline = told.deadline,
                       stage_warn_at = told.warn_at,
                       stage_next_step_at = CASE
                           WHEN lead.stage_deadline IS DISTINCT FROM told.deadline
                           THEN COALESCE(told.warn_at, told.deadline)
                           ELSE lead.stage_next_step_at
                       END
                  FROM unnest(%s::int[], %s::int[], %s::timestamp[], %s::timestamp[])
                       AS told(lead_id, policy_id, deadline, warn_at)
                 WHERE lead.id = told.lead_id
                   AND (lead.sla_policy_id, lead.stage_deadline, lead.stage_warn_at)
                       IS DISTINCT FROM
                       (told.policy_id, told.deadline, told.warn_at)
                """,
                *(list(column) for column in zip(*rows, strict=True)),
            )
        )
        self.invalidate_recordset(STAGE_COLUMNS)

    def _show_rounds(self):
        """Let the leads show what their rounds say."""
        self.env["lead.response"].flush_model()
        self.flush_recordset(ROUND_COLUMNS)
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_lead AS lead
                   SET waiting_since = CASE WHEN last.state = 'open'
                                            THEN last.asked_at END,
                       response_deadline = last.deadline,
                       response_warn_at = last.warn_at,
                       first_response_at = told.first_at,
                       reaction_seconds = told.reaction_seconds,
                       working_seconds = told.working_seconds
                  FROM (
                      SELECT DISTINCT ON (lead_id) *
                        FROM lead_response
                       WHERE lead_id = ANY(%(ids)s)
                    ORDER BY lead_id, state = 'open' DESC, asked_at DESC, id DESC
                       ) AS last
             LEFT JOIN (
                      SELECT DISTINCT ON (lead_id)
                             lead_id, reaction_seconds, working_seconds,
                             MIN(answered_at) OVER (PARTITION BY lead_id) AS first_at
                        FROM lead_response
                       WHERE lead_id = ANY(%(ids)s)
                         AND state = 'answered'
                    ORDER BY lead_id, asked_at DESC, id DESC
                       ) AS told
                    ON told.lead_id = last.lead_id
                 WHERE lead.id = last.lead_id
                """,
                ids=self.ids,
            )
        )
        self.invalidate_recordset(ROUND_COLUMNS)

    # === STOPPING ===

    def _stop_clocks(self, user, moment):
        """Take down an answer on the last question before it.

        :param moment: naive UTC, not later than now
        :return: the rounds that were answered now, or earlier than was known
        """
        rounds = self.env["lead.response"].sudo()  # the answer of one, told by another
        rounds = rounds._find_answered(self, moment)
        leads = rounds.lead_id
        if not leads:
            return rounds
        times = leads._get_working_times(rounds)
        for one in rounds:
            working = times[one.lead_id].count(one.asked_at, moment)
            reaction = int((moment - one.asked_at).total_seconds())
            one.write(
                {
                    "state": "answered",
                    "answered_at": moment,
                    "user_id": user.id,
                    "reaction_seconds": reaction,
                    "reaction_hours": reaction / HOUR,
                    "working_seconds": working,
                    "working_hours": working / HOUR,
                    "next_step_at": False,
                    **one._prepare_verdict(moment),
                }
            )
        leads._show_rounds()
        leads._drop_timed_activities()
        return rounds

    def _close_rounds(self):
        """Let nobody wait any more: the leads are won, lost or put away."""
        rounds = self.env["lead.response"].sudo()
        opened = rounds.search(
            Domain("lead_id", "in", self.ids) & Domain("state", "=", "open")
        )
        now = fields.Datetime.now()
        late = opened.filtered(lambda one: one.deadline and one.deadline < now)
        late.write({"verdict": "late", "in_time_share": 0})
        opened.write({"state": "closed", "next_step_at": False})
        self._clear_stage_deadlines()
        opened.lead_id._show_rounds()
        opened.lead_id._drop_timed_activities()

    def _clear_stage_deadlines(self):
        self.flush_recordset(STAGE_COLUMNS)
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_lead
                   SET stage_deadline = NULL,
                       stage_warn_at = NULL,
                       stage_next_step_at = NULL
                 WHERE id = ANY(%s)
                   AND stage_deadline IS NOT NULL
                """,
                self.ids,
            )
        )
        self.invalidate_recordset(STAGE_COLUMNS)

    def _plan_stage_step(self, next_at):
        """Say when the next word about the deadline of a stage is due."""
        self.flush_recordset(STAGE_COLUMNS)
        self.env.cr.execute(
            SQL(
                "UPDATE crm_lead SET stage_next_step_at = %s WHERE id = ANY(%s)",
                next_at,
                self.ids,
            )
        )
        self.invalidate_recordset(STAGE_COLUMNS)

    def _drop_timed_activities(self):
        """Take away what was asked for: an answer was given, or none is due."""
        kinds = [
            self.env.ref(f"lead_capture.{name}").id
            for name in ("mail_activity_answer", "mail_activity_late")
        ]
        activities = self.env["mail.activity"].sudo()  # of whoever was told
        activities.search(
            [
                ("res_model", "=", "crm.lead"),
                ("res_id", "in", self.ids),
                ("activity_type_id", "in", kinds),
                ("automated", "=", True),
            ]
        ).unlink()

    def _reassign_late(self, deadline):
        """Give a lead to another member of the team: it was not worked on in time.

        :param deadline: naive UTC
        :return: whose it is now; nobody when nobody else can get it
        """
        self.ensure_one()
        self._take_teams()
        round_ = DispatchRound(self, {})
        round_.members -= round_.members.filtered(
            lambda one: one.user_id in (self.user_id | self.covered_user_id)
        )
        result = round_.place(self)
        if not result.user or result.user == self.user_id:
            return self.env["res.users"]
        late = int((fields.Datetime.now() - deadline).total_seconds()) // MINUTE
        self._give(result.user, "escalation", "late", minutes=late)
        round_.store_credits()
        return self.user_id


def plan(times, since, seconds, warn_minutes):
    """Plan a deadline and its warning in working time.

    Where nobody ever works every hour counts: a deadline too early can be mended, one
    that never comes is missed by nobody.

    :param times: a ``WorkingTime``
    :param since: naive UTC
    :param seconds: of working time; 0 is no deadline
    :return: deadline and warning, naive UTC or None
    """
    if not seconds:
        return None, None
    since = since.replace(microsecond=0)
    before = max(seconds - warn_minutes * MINUTE, 0)
    wall = {length: since + timedelta(seconds=length) for length in (seconds, before)}
    deadline = times.plan(since, seconds) or wall[seconds]
    if not warn_minutes:
        return deadline, None
    warn_at = times.plan(since, before) or wall[before]
    return deadline, min(warn_at, deadline)
