from odoo import api, models

TRIGGERS = {
    "quotation": "[('order_ids.state', 'in', ['sent', 'sale'])]",
    "won": "[('order_ids.state', '=', 'sale')]",
}


class LeadReadyPipeline(models.AbstractModel):
    _inherit = "lead.ready.pipeline"

    @api.model
    def _get_triggers(self):
        return {**super()._get_triggers(), **TRIGGERS}

    @api.model
    def _arm_ready_stages(self):
        """Give the conditions to stages that teams took before there were orders."""
        stages = self.env["crm.stage"]
        for code, domain in TRIGGERS.items():
            stages.search(
                [
                    ("ready_code", "=", code),
                    ("is_automatic", "=", False),
                    ("auto_domain", "in", [False, "[]"]),
                ]
            ).write({"is_automatic": True, "auto_domain": domain})
