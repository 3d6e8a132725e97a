from odoo import models

from ..tools.assignment import CAUSES, Cause, Causes


class ClientHandoverMover(models.AbstractModel):
    _inherit = "client.handover.mover"

    def _get_records(self, model, ids):
        """Say of leads why they change hands."""
        records = super()._get_records(model, ids)
        if model != "crm.lead":
            return records
        cause = Cause("handover", numbers={"handover": self.id})
        return records.with_context(**{CAUSES: Causes(cause)})
