from odoo import models


class LeadCalled(models.AbstractModel):
    """Has the telephone calls with its client."""

    _name = "lead.called"
    _description = "Lead with Calls"
