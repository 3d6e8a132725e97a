from odoo import api, models
from odoo.tools import SQL


class ClientInteractionSource(models.AbstractModel):
    _inherit = "client.interaction.source"

    @api.model
    def _get_sources(self):
        """Calls that the telephone exchange told of are a source too."""
        sources = super()._get_sources()
        if self.env.su or self.env["lead.call"].has_access("read"):
            sources["lead.call"] = self._select_calls()
        return sources

    @api.model
    def _select_calls(self):
        """Each call with a client; nobody turned to anybody in one that failed."""
        calls = self.env["lead.call"]._search([("direction", "!=", "internal")])
        return SQL(
            """
            SELECT call.id,
                   call.started_at AS date,
                   person.commercial_partner_id AS partner_id,
                   NULLIF(person.id, person.commercial_partner_id) AS contact_id,
                   'call' AS kind,
                   'phone' AS channel,
                   call.direction,
                   call.user_id,
                   call.company_id,
                   call.outcome_note AS subject,
                   'lead.call' AS res_model,
                   call.id AS res_id,
                   call.state = 'answered' OR call.direction = 'in' AS is_touch,
                   call.state = 'answered' AS is_answered
              FROM (%(persons)s) AS person
              JOIN (%(calls)s) AS call
                ON call.contact_id = person.id
            """,
            persons=self._select_persons(),
            calls=calls.select(SQL("lead_call.*")),
        )


class ClientInteraction(models.Model):
    _inherit = "client.interaction"
    _depends = {
        "lead.call": [
            "company_id",
            "contact_id",
            "direction",
            "outcome_note",
            "started_at",
            "state",
            "user_id",
        ]
    }
