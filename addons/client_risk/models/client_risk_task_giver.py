from datetime import datetime, time
from zoneinfo import ZoneInfo

from pytz import utc

from odoo import api, fields, models
from odoo.tools import SQL
from odoo.tools.misc import get_lang

from odoo.addons.client_base.models.client_reminder_giver import MORNING_HOUR
from odoo.addons.client_base.models.concurrency import run_patiently

# Nobody has more open tasks than can be given in so many days.
BACKLOG_DAYS = 3
ACTIVITY_TYPES = {
    "call": "client_risk.mail_activity_call",
    "ask_date": "client_risk.mail_activity_ask_date",
}
# What a person gets first: the most money, of equals the eldest.
ORDER = SQL("money DESC NULLS LAST, id")


class ClientRiskTaskGiver(models.AbstractModel):
    """Gives the tasks that wait: as many as fit into a day, most money first.

    Works as the giving of reminders does, and shares the day with it: what somebody
    was reminded of today leaves less room for tasks.
    """

    _name = "client.risk.task.giver"
    _description = "Giving of Tasks"
    _inherit = ["client.reminder.giver", "client.risk.task.brief"]

    # === CRON ===

    @api.model
    def _cron_give(self):
        """Give what waits; twice is once."""
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=1)
        run_patiently(self.env, self._assign_waiting)
        run_patiently(self.env, lambda: self._give_due(progress))
        run_patiently(self.env, lambda: (self._explain_waiting(), progress(1)))

    @api.model
    def _wake_up(self, company, at_once):
        """Have the tasks of a company given soon, or else in its next morning."""
        cron = self.env.ref("client_risk.ir_cron_client_risk_task", False)
        if not cron:
            return
        zone = ZoneInfo(company.resource_calendar_id.tz or "UTC")
        now = fields.Datetime.now()
        local = utc.localize(now).astimezone(zone)
        morning = datetime.combine(local.date(), time(MORNING_HOUR), zone)
        if at_once or local >= morning:
            moment = now
        else:
            moment = morning.astimezone(utc).replace(tzinfo=None)
        cron.sudo()._trigger(at=moment)  # whoever has sold something

    # === CHOOSING ===

    def _fetch_people(self):
        """Who is there for whom today, and how much each may get.

        :return: lists of one length: in charge, acting, room of today, why no more
        """
        self.env.flush_all()
        users = self._get_responsible_users()
        acting = {
            user: one
            for user, one in users._get_acting_users().items()
            if one.active and not one.share
        }
        people = self.env["res.users"].browse({one.id for one in acting.values()})
        room = people._get_task_room()
        return (
            [user.id for user in acting],
            [one.id for one in acting.values()],
            [room[one][0] for one in acting.values()],
            [room[one][1] for one in acting.values()],
        )

    def _get_responsible_users(self):
        """:return: managers of clients of whom something waits, heads of companies"""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT UNNEST(ARRAY[partner.user_id, company.client_head_id])
                  FROM client_risk_task task
                  JOIN res_partner partner ON partner.id = task.partner_id
                  JOIN res_company company ON company.id = task.company_id
                 WHERE task.state = 'waiting'
                """
            )
        )
        # sudo: asked on behalf of everybody
        return self.env["res.users"].sudo().browse(id_ for (id_,) in rows if id_)

    def _fetch_due(self, people):
        """:return: what is to be given now, most money first: (id, user id)"""
        return self.env.execute_query(
            SQL(
                """
                SELECT id, acting_id
                  FROM (%(waiting)s) AS waiting
                 WHERE is_allowed
                   AND number <= room
              ORDER BY %(order)s
                """,
                waiting=self._sql_waiting(people),
                order=ORDER,
            )
        )

    def _sql_waiting(self, people):
        """Everything that waits, with its turn in the day of whoever gets it.

        Who has no manager, or one for whom nobody is there, is the head's.
        """
        return SQL(
            """
            WITH person AS (
                SELECT *
                  FROM unnest(%(ids)s::int[], %(acting)s::int[], %(room)s::int[],
                              %(why)s::varchar[])
                       AS person(responsible_id, acting_id, room, why)
            )
            SELECT waiting.*,
                   allowed.user_id IS NOT NULL AS is_allowed,
                   ROW_NUMBER() OVER (
                       PARTITION BY acting_id, allowed.user_id ORDER BY %(order)s
                   ) AS number
              FROM (
                  SELECT task.id,
                         COALESCE(task.reason_code, '') AS code,
                         task.money_at_stake AS money,
                         task.company_id,
                         COALESCE(own.responsible_id, head.responsible_id)
                             AS responsible_id,
                         COALESCE(own.acting_id, head.acting_id) AS acting_id,
                         COALESCE(own.room, head.room) AS room,
                         COALESCE(own.why, head.why) AS why
                    FROM client_risk_task task
                    JOIN res_partner partner ON partner.id = task.partner_id
                    JOIN res_company company ON company.id = task.company_id
               LEFT JOIN person own ON own.responsible_id = partner.user_id
               LEFT JOIN person head ON head.responsible_id = company.client_head_id
                   WHERE task.state = 'waiting'
                   ) AS waiting
         LEFT JOIN res_company_users_rel AS allowed
                ON allowed.user_id = waiting.acting_id
               AND allowed.cid = waiting.company_id
            """,
            order=ORDER,
            ids=people[0],
            acting=people[1],
            room=people[2],
            why=people[3],
        )

    def _assign_waiting(self):
        """Write on everything that waits who is in charge of it."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE client_risk_task AS task
                   SET responsible_id = found.responsible_id
                  FROM (%(waiting)s) AS found
                 WHERE found.id = task.id
                   AND task.responsible_id IS DISTINCT FROM found.responsible_id
                """,
                waiting=self._sql_waiting(self._fetch_people()),
            )
        )
        self.invalidate_model(["responsible_id"])

    def _explain_waiting(self):
        """Write on everything that waits why it does."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE client_risk_task AS task
                   SET reason_code = found.code
                  FROM (
                      SELECT id,
                             CASE WHEN acting_id IS NULL THEN 'nobody'
                                  WHEN NOT is_allowed THEN 'no_access'
                                  WHEN code = 'failed' THEN 'failed'
                                  ELSE why
                             END AS code
                        FROM (%(waiting)s) AS waiting
                       ) AS found
                 WHERE found.id = task.id
                   AND task.reason_code IS DISTINCT FROM found.code
                """,
                waiting=self._sql_waiting(self._fetch_people()),
            )
        )
        self.invalidate_model(["reason_code", "reason"])

    # === GIVING ===

    def _give(self, people):
        """Create the activities and say so on the tasks.

        :param people: task -> who gets it
        """
        if not self:
            return
        users = self.env["res.users"].browse({people[one].id for one in self})
        days = {user: user._get_client_today() for user in users}
        notes = self._make_briefs({one: people[one] for one in self})
        activities = (
            self.env["mail.activity"]
            .sudo()  # whoever takes it, the text is ours
            .with_context(mail_activity_quick_update=True)  # no e-mail for each
            .create(
                [
                    one._prepare_task(people[one], days[people[one]], notes[one])
                    for one in self
                ]
            )
        )
        self._store_given(activities, people, days)

    def _prepare_task(self, user, today, brief):
        """:return: values of a ``mail.activity`` for ``user``, in his language"""
        task = self.with_context(lang=get_lang(self.env, user.lang).code)
        return {
            "res_model_id": self.env["ir.model"]._get_id("res.partner"),
            "res_id": self.partner_id.id,
            "activity_type_id": self.env.ref(ACTIVITY_TYPES[self.kind]).id,
            "summary": task._get_summary(),
            "note": brief + task._get_link(),
            "user_id": user.id,
            "date_deadline": today,
        }

    def _get_summary(self):
        if self.kind == "ask_date":
            return self.env._("Ask when the client will buy next")
        labels = dict(self._fields["status"]._description_selection(self.env))
        return self.env._("Call: %(cause)s", cause=labels.get(self.status, ""))

    # === FOLLOWING ===

    def _follow_manager(self):
        """Hand the open activities over to whoever is in charge now.

        One that somebody gave to a third person stays with this person.
        """
        heads = {
            one: one.partner_id.user_id or one.company_id.client_head_id for one in self
        }
        people = self.env["res.users"].browse({one.id for one in heads.values() if one})
        acting = people._get_acting_users()
        for person, tasks in self.grouped(heads.get).items():
            if person and acting[person].active:
                tasks._move_to(person, acting[person])
