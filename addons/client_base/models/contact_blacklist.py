from odoo import api, models


class ContactBlacklist(models.AbstractModel):
    """Lets a blacklist of addresses tell the contact points that hold them."""

    _name = "client.contact.blacklist"
    _description = "Blacklist Known to Contact Points"

    # The kind of the contact points it is about, and its field with the address.
    _contact_kind = ""
    _contact_field = ""

    @api.model_create_multi
    def create(self, vals_list):
        entries = super().create(vals_list)
        entries._tell_contact_points()
        return entries

    def write(self, vals):
        result = super().write(vals)
        if "active" in vals:
            self._tell_contact_points()
        return result

    def unlink(self):
        values = self.mapped(self._contact_field)
        result = super().unlink()
        self.env["client.contact.point"]._unmark_blacklisted(self._contact_kind, values)
        return result

    def _tell_contact_points(self):
        """A blocked address is marked; one that was let off is unknown again."""
        kind, field = self._contact_kind, self._contact_field
        Point = self.env["client.contact.point"]
        blocked = self.filtered("active")
        Point._mark_by_value(kind, blocked.mapped(field), "failed", "blacklist")
        Point._unmark_blacklisted(kind, (self - blocked).mapped(field))
