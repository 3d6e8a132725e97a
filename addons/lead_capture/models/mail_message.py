from odoo import fields, models


class MailMessage(models.Model):
    _inherit = "mail.message"

    # A kind of its own: the client gets no copy of it by mail, nobody changes it after
    # it was sent, and the timeline tells by which messenger it went.
    message_type = fields.Selection(
        selection_add=[("messenger", "Message in a Messenger")],
        ondelete={
            "messenger": lambda messages: messages.write({"message_type": "comment"})
        },
    )
