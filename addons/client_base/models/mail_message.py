from odoo import api, models
from odoo.tools import email_normalize

# What clients write themselves; an automatic answer shows nothing.
ANSWERS = ("email", "comment")


class MailMessage(models.Model):
    _inherit = "mail.message"

    # the timeline of all clients begins with what was written last
    _client_date_idx = models.Index(
        "(date) WHERE message_type IN ('email', 'comment', 'email_outgoing', 'sms')"
    )

    @api.model_create_multi
    def create(self, vals_list):
        messages = super().create(vals_list)
        messages._note_answers()
        return messages

    def _note_answers(self):
        """Whoever wrote to us is there: his card was right on that day."""
        answers_sudo = self.sudo().filtered(  # portal users and the mail gateway write
            lambda message: message.message_type in ANSWERS
        )
        facts = [
            (message.author_id.id, message.date)
            for message in answers_sudo
            if message.author_id.partner_share
        ]
        unknown = answers_sudo.filtered(
            lambda message: message.message_type == "email" and not message.author_id
        )
        facts += unknown._get_authors_by_point()
        self.env["res.partner"]._note_evidence(facts)

    def _get_authors_by_point(self):
        """:return: pairs of (id of the partner with this address, moment)"""
        moments = {
            email_normalize(message.email_from): message.date for message in self
        }
        moments.pop(False, None)
        if not moments:
            return []
        points = self.env["client.contact.point"].search(
            [("kind", "=", "email"), ("normalized", "in", list(moments))]
        )
        return [(point.partner_id.id, moments[point.normalized]) for point in points]
