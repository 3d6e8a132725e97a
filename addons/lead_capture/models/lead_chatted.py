from odoo import models


class LeadChatted(models.AbstractModel):
    """Is answered in the messenger the client wrote in."""

    _name = "lead.chatted"
    _description = "Lead with a Chat"
