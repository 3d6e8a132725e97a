from odoo import models
from odoo.fields import Command


class BulkEditOwner(models.AbstractModel):
    """Lets many clients be changed at once."""

    _name = "client.bulk.edit.owner"
    _description = "Client Changed Together With Others"

    def action_open_bulk_edit(self):
        """Open a change of all these clients, with a look at it beforehand."""
        self.env["client.bulk.edit"].check_access("create")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_base.client_bulk_edit_action"
        )
        action["context"] = {"default_partner_ids": [Command.set(self.ids)]}
        return action
