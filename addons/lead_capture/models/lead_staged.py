from odoo import models


class LeadStaged(models.AbstractModel):
    """Goes on to a stage when it has what the stage asks for."""

    _name = "lead.staged"
    _description = "Lead in Stages"
