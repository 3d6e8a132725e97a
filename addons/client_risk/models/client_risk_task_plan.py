from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from ..tools.status import RISK

# A sale is fresh, and its client is asked for the next date, for so many days.
FRESH_DAYS = 7
# Nobody asks any more so many days after somebody got the task to do so.
ASKED_DAYS = 30
# What a purchase settles; a debt or a claim it does not.
SETTLED_BY_PURCHASE = ["missed_date", "shrinking"]
# From the gravest cause of a call to the least.
GRAVITY = [status.code for status in sorted(RISK)]
OPEN = SQL("('waiting', 'given')")


class ClientRiskTaskPlan(models.AbstractModel):
    """Finds what there is to do about clients, by what is true of them now.

    A few statements for all clients; what is planned is a row in the state *waiting*.
    Done twice it is done once.
    """

    _name = "client.risk.task.plan"
    _description = "Planning of Tasks"

    @api.model
    def _plan(self, company, today, partner_ids=None):
        """End the tasks that are not needed any more, and plan new ones.

        :param partner_ids: commercial partners, None for all clients
        :return: how many new tasks wait
        """
        self.env.flush_all()
        scope = SQL("profile.company_id = %s", company.id)
        if partner_ids is not None:
            ids = list(partner_ids)
            scope = SQL("%s AND profile.partner_id = ANY(%s)", scope, ids)
        self._end_needless(company, today, scope)
        self._refresh_waiting(scope)
        planned = self._insert_calls(company, today, scope)
        planned += self._insert_questions(company, today, scope)
        self.invalidate_model()
        return planned

    # === ENDING ===

    @api.model
    def _end_needless(self, company, today, scope):
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id, code
                  FROM (
                      SELECT task.id,
                             CASE task.kind WHEN 'call' THEN %(call)s ELSE %(ask)s END
                                 AS code
                        FROM client_risk_task task
                        JOIN client_profile profile ON profile.id = task.profile_id
                        JOIN res_partner partner ON partner.id = profile.partner_id
                       WHERE task.state IN %(open)s
                         AND %(scope)s
                       ) AS found
                 WHERE code IS NOT NULL
                """,
                call=self._sql_call_end(today),
                ask=self._sql_question_end(company, today),
                open=OPEN,
                scope=scope,
            )
        )
        codes = {}
        for id_, code in rows:
            codes.setdefault(code, []).append(id_)
        for code, ids in codes.items():
            self.browse(ids)._drop(code)

    @api.model
    def _sql_call_end(self, today):
        """:return: SQL of why a call is not needed any more, or NULL"""
        bought = SQL("profile.last_date > COALESCE(task.last_date, '-infinity')")
        return SQL(
            """
            CASE WHEN NOT profile.active OR NOT partner.active THEN 'archived'
                 WHEN %(bought)s
                  AND task.status = ANY(%(settled)s)
                  AND profile.status <> 'missed_date'  -- else a late document
                 THEN 'bought'
                 WHEN profile.sector = 'risk' THEN NULL
                 WHEN profile.status = 'removed' THEN 'off_sales'
                 WHEN %(bought)s THEN 'bought'
                 WHEN profile.told_date >= %(today)s THEN 'told'
                 ELSE 'left'
            END
            """,
            bought=bought,
            settled=SETTLED_BY_PURCHASE,
            today=today,
        )

    @api.model
    def _sql_question_end(self, company, today):
        """:return: SQL of why the date need not be asked for any more, or NULL"""
        return SQL(
            """
            CASE WHEN NOT profile.active OR NOT partner.active THEN 'archived'
                 WHEN profile.sector = 'risk' THEN 'call'
                 WHEN profile.status = 'removed' THEN 'off_sales'
                 WHEN profile.is_irregular THEN 'irregular'
                 WHEN %(is_told)s THEN 'told'
                 WHEN profile.last_date IS NULL OR profile.last_date < task.last_date
                 THEN 'cancelled'
                 WHEN NOT %(wanted)s THEN 'not_wanted'
                 WHEN task.state = 'waiting' AND profile.last_date < %(fresh)s
                   OR task.given_on < %(asked)s
                 THEN 'late'
            END
            """,
            is_told=self._sql_is_told(today),
            wanted=self._sql_wanted(company),
            fresh=today - timedelta(days=FRESH_DAYS),
            asked=today - timedelta(days=ASKED_DAYS),
        )

    @api.model
    def _sql_is_told(self, today):
        return SQL(
            """(
                profile.told_date >= %s AND profile.told_date > profile.last_date
            ) IS TRUE""",
            today,
        )

    @api.model
    def _sql_wanted(self, company):
        """:return: SQL of whether the company asks this client for the next date"""
        return {
            "all": SQL("TRUE"),
            "managed": SQL("partner.user_id IS NOT NULL"),
        }.get(company.client_ask_date, SQL("FALSE"))

    # === PLANNING ===

    @api.model
    def _refresh_waiting(self, scope):
        """Keep what waits in step with what is at stake; what was given stays as is.

        A client who buys again while he is still to be asked is asked once.
        """
        self.env.cr.execute(
            SQL(
                """
                UPDATE client_risk_task task
                   SET money_at_stake = profile.money_at_stake,
                       status = profile.status,
                       last_date = profile.last_date
                  FROM client_profile profile
                 WHERE profile.id = task.profile_id
                   AND (task.state = 'waiting'
                        OR (task.state = 'given' AND task.kind = 'ask_date'))
                   AND (task.money_at_stake, task.status, task.last_date)
                       IS DISTINCT FROM
                       (profile.money_at_stake, profile.status, profile.last_date)
                   AND %s
                """,
                scope,
            )
        )

    @api.model
    def _insert_calls(self, company, today, scope):
        """Plan a call to whoever is at risk, once for each stay there.

        Again in the same stay when the cause has become graver, or when the days of
        the policy have gone by since the last call.
        """
        return self._insert(
            SQL(
                """
                SELECT profile.*, 'call' AS kind, entry.id AS entry_move_id
                  FROM client_profile profile
                  JOIN res_partner partner
                    ON partner.id = profile.partner_id
                   AND partner.active
            CROSS JOIN LATERAL (
                    SELECT MAX(id) AS id
                      FROM client_profile_move
                     WHERE profile_id = profile.id
                       AND to_sector = 'risk'
                       AND from_sector IS DISTINCT FROM 'risk'
                       ) AS entry
             LEFT JOIN LATERAL (
                    SELECT *
                      FROM client_risk_task
                     WHERE profile_id = profile.id
                       AND kind = 'call'
                  ORDER BY id DESC
                     LIMIT 1
                       ) AS latest ON TRUE
                 WHERE profile.active
                   AND profile.sector = 'risk'
                   AND %(scope)s
                   AND (
                       latest.id IS NULL
                    OR (latest.state NOT IN %(open)s AND (
                           latest.entry_move_id IS DISTINCT FROM entry.id
                        OR ARRAY_POSITION(%(gravity)s, profile.status)
                           < ARRAY_POSITION(%(gravity)s, latest.status)
                        OR latest.ended_on + NULLIF(%(recall)s, 0) <= %(today)s
                       ))
                   )
                """,
                scope=scope,
                open=OPEN,
                gravity=SQL("%s::varchar[]", GRAVITY),
                recall=self._sql_recall_days(company),
                today=today,
            )
        )

    @api.model
    def _sql_recall_days(self, company):
        """:return: SQL of the days after which a ``partner`` at risk is called again"""
        Policy = self.env["client.risk.policy"].sudo()  # everybody is judged by them
        policies = Policy._get_of_company(company)
        days = [Policy._get_default_recall_days(), *policies.mapped("recall_days")]
        return SQL("(%s::int[])[%s + 1]", days, Policy._select_choice(policies))

    @api.model
    def _insert_questions(self, company, today, scope):
        """Plan to ask whoever has bought for the next date, once for each sale."""
        return self._insert(
            SQL(
                """
                SELECT profile.*, 'ask_date' AS kind, NULL::int AS entry_move_id
                  FROM client_profile profile
                  JOIN res_partner partner
                    ON partner.id = profile.partner_id
                   AND partner.active
                 WHERE profile.active
                   AND profile.last_date >= %(fresh)s
                   AND profile.sector <> 'risk'
                   AND profile.status <> 'removed'
                   AND profile.is_irregular IS NOT TRUE
                   AND NOT %(is_told)s
                   AND %(wanted)s
                   AND %(scope)s
                   AND NOT EXISTS (
                           SELECT 1
                             FROM client_risk_task task
                            WHERE task.profile_id = profile.id
                              AND task.kind = 'ask_date'
                              AND (task.state IN %(open)s
                                   OR task.last_date >= profile.last_date)
                       )
                """,
                fresh=today - timedelta(days=FRESH_DAYS),
                is_told=self._sql_is_told(today),
                wanted=self._sql_wanted(company),
                scope=scope,
                open=OPEN,
            )
        )

    @api.model
    def _insert(self, found):
        """Store what is to be done; of two who plan at once one does.

        :param found: SQL of profiles with ``kind`` and ``entry_move_id``
        :return: how many
        """
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO client_risk_task (
                            profile_id, partner_id, company_id, kind, state, status,
                            entry_move_id, last_date, money_at_stake,
                            create_uid, create_date, write_uid, write_date
                          )
                   SELECT id, partner_id, company_id, kind, 'waiting', status,
                          entry_move_id, last_date, money_at_stake,
                          %(user)s, %(now)s, %(user)s, %(now)s
                     FROM (%(found)s) AS found
                 ORDER BY id
              ON CONFLICT (profile_id, kind) WHERE state IN %(open)s DO NOTHING
                """,
                found=found,
                user=self.env.uid,
                now=self.env.cr.now(),
                open=OPEN,
            )
        )
        return self.env.cr.rowcount
