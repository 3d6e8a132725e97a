from odoo import models


class MergePartnerAutomatic(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        """End removals that would collide: what counts is what the kept card says.

        A removed card that is merged into one in work was a duplicate of it.
        """
        # sudo: whoever may merge cards, nothing of any company may be lost
        open_sudo = (
            self.env["client.removal"]
            .sudo()
            .search([("partner_id", "in", src_partners.ids), ("state", "=", "removed")])
        )
        open_sudo._end("merge")
        self._end_double_cases(src_partners, dst_partner)
        self.env.flush_all()
        return super()._update_foreign_keys(src_partners, dst_partner)

    def _end_double_cases(self, src_partners, dst_partner):
        """Go on with one case of winning back a client in a company."""
        # sudo: as above
        found_sudo = (
            self.env["client.reactivation"]
            .sudo()
            .search(
                [
                    ("partner_id", "in", (src_partners | dst_partner).ids),
                    ("is_open", "=", True),
                ],
                order="attempt_count desc, id",
            )
        )
        for cases in found_sudo.grouped("company_id").values():
            cases[1:]._close("cancelled")
