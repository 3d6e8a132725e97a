from odoo import models


class LeadMailed(models.AbstractModel):
    """Is answered by mail; the first answer comes at once."""

    _name = "lead.mailed"
    _description = "Lead with Letters"
