from odoo import models


class MailMessage(models.Model):
    _inherit = "mail.message"

    # the timeline of all clients begins with what was written last
    _client_date_idx = models.Index(
        "(date) WHERE message_type IN ('email', 'comment', 'email_outgoing', 'sms')"
    )
