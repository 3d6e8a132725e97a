from odoo import api, fields, models
from odoo.tools import SQL

from .lead_staged import Standing


class LeadStageHistory(models.AbstractModel):
    """Takes over what was known before there was a journal, and mends its gaps."""

    _name = "lead.stage.history"
    _description = "History of Stages"

    @api.model
    def _take_history(self):
        """Write the stays of leads that have none yet, from what Odoo tracked.

        Runs with every installation and update; a lead with a stay is left alone.
        """
        self.env["crm.lead"].flush_model()
        self.env["mail.message"].flush_model()
        self.env["mail.tracking.value"].flush_model()
        self.env.cr.execute(
            SQL(
                """
                WITH lead AS (%(leads)s),
                     step AS (%(steps)s),
                     stay AS (
                         SELECT step.*,
                                LEAD(entered_at) OVER way AS next_at,
                                LEAD(stage_id) OVER way AS next_id,
                                LAG(stage_id) OVER way AS previous_id,
                                ROW_NUMBER() OVER (
                                    PARTITION BY lead_id, stage_id
                                    ORDER BY entered_at DESC, number DESC
                                ) = 1 AS is_last
                           FROM step
                         WINDOW way AS (
                                PARTITION BY lead_id ORDER BY entered_at, number)
                     )
                INSERT INTO lead_stage_log (
                            lead_id, lead_number, stage_id, previous_stage_id,
                            entered_at, left_at, wall_seconds, user_id, team_id,
                            company_id, entry_code, end_code, is_last,
                            create_uid, create_date, write_uid, write_date
                          )
                   SELECT lead.id, lead.id, stay.stage_id, stay.previous_id,
                          stay.entered_at, span.left_at,
                          EXTRACT(EPOCH FROM span.left_at - stay.entered_at),
                          lead.user_id, lead.team_id, lead.company_id, 'history',
                          %(end_code)s, stay.is_last,
                          %(uid)s, %(now)s, %(uid)s, %(now)s
                     FROM stay
                     JOIN lead ON lead.id = stay.lead_id
                     JOIN crm_stage stage ON stage.id = stay.stage_id
                LEFT JOIN crm_stage following ON following.id = stay.next_id
               CROSS JOIN LATERAL (
                          SELECT CASE
                                 WHEN stay.next_at IS NOT NULL THEN stay.next_at
                                 WHEN NOT lead.active THEN GREATEST(
                                      COALESCE(lead.date_closed, lead.write_date),
                                      stay.entered_at)
                                 END AS left_at
                          ) AS span
                 ORDER BY lead.id, stay.entered_at, stay.number
                """,
                leads=self._sql_unknown_leads(),
                steps=self._sql_steps(),
                end_code=self._sql_end_code(),
                uid=self.env.uid,
                now=fields.Datetime.now(),
            )
        )
        count = self.env.cr.rowcount
        self.invalidate_model()
        return count

    @api.model
    def _sql_unknown_leads(self):
        return SQL(
            """
            SELECT *
              FROM crm_lead
             WHERE stage_id IS NOT NULL
               AND NOT EXISTS (
                       SELECT 1 FROM lead_stage_log WHERE lead_id = crm_lead.id
                   )
            """
        )

    @api.model
    def _sql_steps(self):
        """:return: SQL of lead_id, stage_id, entered_at, number: each stage entered"""
        field = self.env["ir.model.fields"]._get("crm.lead", "stage_id")
        return SQL(
            """
            SELECT lead.id AS lead_id,
                   COALESCE(track.old_value_integer, lead.stage_id) AS stage_id,
                   LEAST(lead.create_date, track.create_date) AS entered_at,
                   0 AS number
              FROM lead
         LEFT JOIN LATERAL (
                   SELECT value.old_value_integer, value.create_date
                     FROM mail_message message
                     JOIN mail_tracking_value value
                       ON value.mail_message_id = message.id
                      AND value.field_id = %(field)s
                    WHERE message.model = 'crm.lead'
                      AND message.res_id = lead.id
                 ORDER BY value.id
                    LIMIT 1
                   ) AS track ON TRUE
             UNION ALL
            SELECT lead.id, value.new_value_integer, value.create_date, value.id
              FROM lead
              JOIN mail_message message
                ON message.model = 'crm.lead'
               AND message.res_id = lead.id
              JOIN mail_tracking_value value
                ON value.mail_message_id = message.id
               AND value.field_id = %(field)s
             WHERE value.new_value_integer IS NOT NULL
            """,
            field=field.id,
        )

    @api.model
    def _sql_end_code(self):
        return SQL(
            """
            CASE WHEN stay.next_at IS NULL AND lead.active THEN NULL
                 WHEN stay.next_at IS NULL AND lead.won_status = 'lost' THEN 'lost'
                 WHEN stay.next_at IS NULL THEN 'archived'
                 WHEN following.is_won THEN 'won'
                 WHEN following.sequence < stage.sequence THEN 'back'
                 ELSE 'next'
            END
            """
        )

    @api.model
    def _mend(self):
        """Note what went past us: stages written by a statement of the database.

        :return: how many leads
        """
        self.env["crm.lead"].flush_model()
        found = self.env.execute_query(
            SQL(
                """
                SELECT lead.id, stay.stage_id, stay.user_id, stay.team_id
                  FROM crm_lead lead
             LEFT JOIN lead_stage_log stay
                    ON stay.lead_id = lead.id
                   AND stay.left_at IS NULL
                 WHERE lead.stage_id IS DISTINCT FROM stay.stage_id
                       AND lead.active
                    OR stay.id IS NOT NULL AND NOT lead.active
                """
            )
        )
        before = {
            id_: Standing(stage, "open" if stage else "archived", team, user)
            for id_, stage, user, team in found
        }
        leads = self.env["crm.lead"].browse(before)
        leads._note_stays(before, leads._get_standing())
        return len(found)
