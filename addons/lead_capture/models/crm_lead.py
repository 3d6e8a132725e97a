from odoo import models


class CrmLead(models.Model):
    _name = "crm.lead"
    _inherit = [
        # before core: what they refuse or add is known before the lead is written
        "lead.dispatched",
        "lead.timed",
        "lead.staged",
        "lead.called",
        "lead.chatted",
        "lead.letter.words",
        "lead.mailed",
        "lead.filed",
        # last: what follows an arrival ends here
        "lead.origin",
        "crm.lead",
    ]
