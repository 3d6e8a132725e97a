from odoo import api, models
from odoo.tools import SQL

# What a mailing says of a copy that left the house.
SENT = ("pending", "sent", "open", "reply")


class ClientInteractionMailing(models.AbstractModel):
    """The sources of interactions that mailings are."""

    _name = "client.interaction.mailing"
    _description = "Mailings as Interactions"

    @api.model
    def _select_mailings(self):
        """Copies of mailings that left; they say nothing of who cares for a client."""
        return self._select_traces(
            date=SQL("COALESCE(trace.sent_datetime, trace.create_date)"),
            direction="out",
            is_touch=False,
            condition=SQL("TRUE"),
        )

    @api.model
    def _select_mailing_replies(self):
        """Answers to mailings that do not come back to the chatter of the client."""
        return self._select_traces(
            date=SQL("trace.reply_datetime"),
            direction="in",
            is_touch=True,
            condition=SQL(
                """trace.reply_datetime IS NOT NULL
                   AND mailing.reply_to_mode IS DISTINCT FROM 'update'"""
            ),
        )

    @api.model
    def _select_traces(self, **parts):
        return SQL(
            """
            SELECT trace.id,
                   %(date)s AS date,
                   person.commercial_partner_id AS partner_id,
                   NULLIF(person.id, person.commercial_partner_id) AS contact_id,
                   'mailing' AS kind,
                   CASE trace.trace_type
                        WHEN 'sms' THEN 'sms' ELSE 'email' END AS channel,
                   %(direction)s AS direction,
                   mailing.user_id,
                   person.company_id,
                   mailing.subject,
                   'mailing.mailing' AS res_model,
                   trace.mass_mailing_id AS res_id,
                   %(is_touch)s AS is_touch,
                   trace.reply_datetime IS NOT NULL AS is_answered
              FROM (%(persons)s) AS person
              JOIN mailing_trace AS trace
                ON trace.model = 'res.partner'
               AND trace.res_id = person.id
         LEFT JOIN mailing_mailing AS mailing
                ON mailing.id = trace.mass_mailing_id
             WHERE trace.trace_status IN %(sent)s
               AND trace.is_test_trace IS NOT TRUE
               AND %(condition)s
            """,
            persons=self._select_persons(),
            sent=SENT,
            **parts,
        )
