from odoo import models
from odoo.exceptions import UserError


class LeadDecision(models.AbstractModel):
    """Is decided once, by who may write its lead.

    To be inherited by records that have a ``lead_id`` and a ``state`` "open".
    """

    _name = "lead.decision"
    _description = "Something to Decide about a Lead"

    def _get_open(self):
        """:return: those to decide, as sudo, that nobody else decides on just now"""
        self.check_access("read")
        self.lead_id.check_access("write")
        # sudo: nobody writes these by hand, they say what came in
        open_sudo = self.sudo().try_lock_for_update()
        open_sudo = open_sudo.filtered(lambda one: one.state == "open")
        if not open_sudo:
            raise UserError(self.env._("Somebody has decided on this already."))
        return open_sudo
