from odoo import models


class FamilySync(models.AbstractModel):
    """Spares writes to many clients a look at the people of each of them.

    Core hands down what a client shares with its people, client by client.
    """

    _name = "client.family.sync"
    _description = "Clients and Their People in Step"

    def write(self, vals):
        if len(self) > 1 and not vals.keys().isdisjoint(self._commercial_fields()):
            self._fetch_people()
        return super().write(vals)

    def _fetch_people(self):
        """Read the people of all clients at once, and what a write to them asks for."""
        people_sudo = self.sudo().child_ids  # as core does when it hands down
        people_sudo.child_ids.mapped("is_company")
        people_sudo.mapped("user_ids")

    def _commercial_sync_to_descendants(self, fields_to_sync=None):
        if fields_to_sync is not None and not fields_to_sync:
            return None  # core would go down to every person, there to write nothing
        return super()._commercial_sync_to_descendants(fields_to_sync)
