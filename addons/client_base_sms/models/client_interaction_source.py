from odoo import api, models
from odoo.tools import SQL

from odoo.addons.client_base.report.client_interaction import COLUMNS


class ClientInteractionSource(models.AbstractModel):
    _inherit = "client.interaction.source"

    @api.model
    def _select_traces(self, **parts):
        """Copies of SMS mailings are SMS, whatever else a mailing is."""
        return SQL(
            "SELECT %s FROM (%s) AS trace",
            SQL(", ").join(
                SQL("CASE channel WHEN 'sms' THEN 'sms' ELSE kind END AS kind")
                if name == "kind"
                else SQL.identifier(name)
                for name in ["id", *COLUMNS]
            ),
            super()._select_traces(**parts),
        )
