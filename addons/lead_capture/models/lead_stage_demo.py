import random
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

PLACES = ("Кав'ярня", "Пекарня", "Школа", "Готель", "Аптека", "Книгарня", "Студія")
NAMES = ("Ранок", "Левада", "Ліхтар", "Равлик", "Камінь", "Полин", "Горобець", "Обрій")
NEEDS = ("столи", "стільці", "полиці", "стійка", "шафи", "меблі для зали")
LEADS = 60
DAYS = 120
# stage -> share of those who go on, and days there at the most
WAY = (
    ("call", 0.82, 3),
    ("need", 0.78, 6),
    ("quotation", 0.62, 9),
    ("meeting", 0.8, 10),
    ("rework", 0.75, 7),
    ("closing", 0.7, 12),
)
REASONS = ("crm.lost_reason_1", "crm.lost_reason_2", "crm.lost_reason_3")
SOURCES = (
    "utm.utm_source_search_engine",
    "utm.utm_source_newsletter",
    "utm.utm_source_facebook",
)


class LeadStageDemo(models.AbstractModel):
    """Four months of a team that took the ready pipeline; the same in each database."""

    _name = "lead.stage.demo"
    _description = "Demo of Stages"

    @api.model
    def _load(self, team, people):
        """Make leads that went their way, unless they are there.

        :param team: id of a ``crm.team`` without stages of its own
        :param people: ids of the salespeople
        """
        team = self.env["crm.team"].browse(team)
        if team._has_own_stages():
            return
        stages = team._take_ready_pipeline({})
        dice = random.Random(5)
        ways = [self._roll(dice) for _number in range(LEADS)]
        leads = self._create_leads(team, people, stages, ways, dice)
        self._date_leads(leads, ways)
        self._write_ways(leads, stages, ways)
        self._answer(leads)

    @api.model
    def _roll(self, dice):
        """:return: how it ended; (stage, days since it came, days there) in order"""
        age = dice.uniform(1, DAYS)
        left, way = age, []
        for code, share, longest in WAY:
            stay = dice.uniform(0.1, longest)
            if stay > left:
                return "open", [*way, (code, left, left)]
            way.append((code, left, stay))
            left -= stay
            if dice.random() > share:
                return "lost", way
        return "won", [*way, ("won", left, left)]

    @api.model
    def _create_leads(self, team, people, stages, ways, dice):
        clients = self.env["res.partner"].create(
            [
                {
                    "name": f"{place} «{name}»",
                    "is_company": True,
                    "email": f"office{place_no}{name_no}@example.com",
                }
                for place_no, place in enumerate(PLACES)
                for name_no, name in enumerate(NAMES)
            ]
        )
        leads = self._enter_leads(
            [
                self._prepare_lead(team, people, stages, way, client, dice)
                for (_end, way), client in zip(
                    ways, dice.choices(clients, k=len(ways)), strict=True
                )
            ]
        )
        lost = leads.browse(
            lead.id
            for lead, (end, _way) in zip(leads, ways, strict=True)
            if end == "lost"
        )
        for number, reason in enumerate(REASONS):
            lost[number :: len(REASONS)].action_set_lost(
                lost_reason_id=self.env.ref(reason).id
            )
        return leads

    @api.model
    def _enter_leads(self, vals_list):
        """Let each salesperson make his leads; their clocks started long ago."""
        leads = self.env["crm.lead"].with_context(
            tracking_disable=True, import_file=True
        )
        made = leads.browse()
        for vals in vals_list:
            own = leads.with_user(vals["user_id"])._with_pass("pipeline")
            made += own.create(vals).with_env(leads.env)
        return self.env["crm.lead"].browse(made.ids)

    @api.model
    def _prepare_lead(self, team, people, stages, way, client, dice):
        return {
            "name": f"{client.name}: {dice.choice(NEEDS)}",
            "type": "opportunity",
            "team_id": team.id,
            "user_id": dice.choice(people),
            "partner_id": client.id,
            "stage_id": stages[way[-1][0]].id,
            "source_id": self.env.ref(dice.choice(SOURCES)).id,
            "expected_revenue": dice.randrange(8, 90) * 500,
            "date_deadline": fields.Date.today() + timedelta(dice.randrange(5, 60)),
        }

    @api.model
    def _date_leads(self, leads, ways):
        """Let them come in when they did."""
        now = fields.Datetime.now()
        leads.flush_recordset()
        begun = [now - timedelta(days=way[0][1]) for _end, way in ways]
        ended = [
            now - timedelta(days=max(way[-1][1] - way[-1][2], 0))
            if end == "lost"
            else now - timedelta(days=way[-1][1])
            for end, way in ways
        ]
        self.env.cr.execute(
            SQL(
                """
                UPDATE crm_lead lead
                   SET create_date = dated.begun,
                       date_open = dated.begun,
                       date_last_stage_update = dated.ended,
                       date_closed = CASE WHEN lead.date_closed IS NOT NULL
                                          THEN dated.ended END
                  FROM UNNEST(%s::int[], %s::timestamp[], %s::timestamp[])
                       AS dated(id, begun, ended)
                 WHERE dated.id = lead.id
                """,
                leads.ids,
                begun,
                ended,
            )
        )
        self.env.cr.execute(
            SQL(
                """
                UPDATE lead_assignment
                   SET moment = lead.create_date
                  FROM crm_lead lead
                 WHERE lead.id = lead_assignment.lead_id
                   AND lead.id = ANY(%s)
                """,
                leads.ids,
            )
        )
        self.env.invalidate_all()

    @api.model
    def _answer(self, leads):
        """Let the salespeople have answered in their time, but for what is of now."""
        dice = random.Random(7)
        now = fields.Datetime.now()
        rounds = self.env["lead.response"].sudo()  # written by leads alone
        rounds = rounds.create(
            [lead._prepare_round(lead.create_date, False, 1) for lead in leads]
        )
        policies = self.env["lead.sla.policy"]._choose(leads)
        times = leads._get_working_times(rounds)
        for one in rounds:
            lead = one.lead_id
            one._plan(policies[lead], times[lead])
            minutes = dice.choice((-55, -40, -30, -20, -10, -5, 20, 130))
            moment = (one.deadline or now) + timedelta(minutes=minutes)
            moment = max(moment, one.asked_at + timedelta(minutes=3))
            if moment <= now:
                lead._stop_clocks(lead.user_id, moment)
        leads._show_rounds()
        (leads - leads._get_timed())._close_rounds()

    @api.model
    def _write_ways(self, leads, stages, ways):
        """Put the journal of four months in the place of today's."""
        now = fields.Datetime.now()
        journal = self.env["lead.stage.log"].sudo()  # nobody else writes it
        journal.search([("lead_id", "in", leads.ids)]).unlink()
        rows = []
        for lead, (end, way) in zip(leads.sudo(), ways, strict=True):
            previous = False
            for number, (code, since, days) in enumerate(way):
                is_last = number == len(way) - 1
                is_over = not is_last or end == "lost"
                rows.append(
                    {
                        "lead_id": lead.id,
                        "lead_number": lead.id,
                        "stage_id": stages[code].id,
                        "previous_stage_id": previous,
                        "entered_at": now - timedelta(days=since),
                        "left_at": is_over and now - timedelta(days=since - days),
                        "wall_seconds": is_over and days * 86400,
                        "user_id": lead.user_id.id,
                        "team_id": lead.team_id.id,
                        "company_id": lead.company_id.id,
                        "entry_code": "by_hand" if number else "created",
                        "end_code": is_over
                        and self._get_end(end, is_last, number, way),
                    }
                )
                previous = stages[code].id
        journal.create(rows).filtered("left_at")._count_working_time()

    @api.model
    def _get_end(self, end, is_last, number, way):
        if is_last:
            return "lost"
        return "won" if end == "won" and number == len(way) - 2 else "next"
