from odoo import models

# What a person said goes before what was only found.
WEIGHT = {"refused": 0, "quoted": 1, "later": 2, "open": 3, "gone": 4}


class MergePartnerAutomatic(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        """Leave one suggestion of each item: core deletes all when any collide."""
        self._join_suggestions(src_partners | dst_partner)
        return super()._update_foreign_keys(src_partners, dst_partner)

    def _join_suggestions(self, partners):
        """Keep what a person answered, else what is worth most."""
        # sudo: whoever may merge cards, of all companies
        found_sudo = (
            self.env["client.suggestion"]
            .sudo()
            .search([("partner_id", "in", partners.ids), ("state", "!=", "bought")])
        )
        items = found_sudo.grouped(lambda one: (one.company_id, one.item_id))
        for same in items.values():
            same.sorted(lambda one: (WEIGHT[one.state], -one.expected_sum))[1:].unlink()
        self.env.flush_all()
