from odoo import api, models
from odoo.tools import SQL


class LeadChatInteraction(models.AbstractModel):
    """Tells the timeline of a client what was said in messengers."""

    _name = "lead.chat.interaction"
    _description = "Chats as Interactions"

    @api.model
    def _select_chats(self):
        """What was said in messengers; automatic answers are no touch."""
        chats = self.env["lead.chat.message"]
        query = chats._search([("state", "in", ("received", "sent"))])
        return SQL(
            """
            SELECT message.id,
                   message.moment AS date,
                   person.commercial_partner_id AS partner_id,
                   NULLIF(person.id, person.commercial_partner_id) AS contact_id,
                   'message' AS kind,
                   CASE WHEN chat.messenger IN ('telegram', 'viber', 'whatsapp')
                        THEN chat.messenger ELSE 'other' END AS channel,
                   message.direction,
                   message.user_id,
                   message.company_id,
                   LEFT(NULLIF(message.body, ''), 100) AS subject,
                   'lead.chat' AS res_model,
                   chat.id AS res_id,
                   message.is_auto IS NOT TRUE AS is_touch,
                   FALSE AS is_answered
              FROM (%(persons)s) AS person
              JOIN lead_chat AS chat
                ON chat.partner_id = person.id
              JOIN lead_chat_message AS message
                ON message.chat_id = chat.id
             WHERE message.id IN %(seen)s
            """,
            persons=self._select_persons(),
            seen=query.subselect(),
        )
