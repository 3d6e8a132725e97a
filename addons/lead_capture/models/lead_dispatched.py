from odoo import models


class LeadDispatched(models.AbstractModel):
    """Comes to the right manager, who takes it alone."""

    _name = "lead.dispatched"
    _description = "Lead that is Given Out"
