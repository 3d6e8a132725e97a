from odoo import api, models


class ClientConcern(models.AbstractModel):
    """Concerns a client as a whole; the person at the client stands beside.

    To be inherited by records that have a ``partner_id`` and a ``contact_id``.
    """

    _name = "client.concern"
    _description = "Record about a Client as a Whole"

    @api.model
    def _complete_client(self, vals):
        """What is told of a person of a company is about that company."""
        partner = self.env["res.partner"].browse(vals.get("partner_id"))
        client = partner.commercial_partner_id
        if not partner or client == partner:
            return vals
        return {"contact_id": partner.id, **vals, "partner_id": client.id}
