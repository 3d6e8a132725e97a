from odoo import models


class MergePartnerAutomatic(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        """Keep one of what would be there twice: core fails, or deletes them all."""
        cards = src_partners | dst_partner
        self._drop_double_proposals(
            "lead.candidate", cards, dst_partner, lambda one: one.lead_id
        )
        self._drop_double_proposals(
            "lead.difference",
            cards,
            dst_partner,
            lambda one: (one.lead_id, one.field, one.proposed),
        )
        self.env.flush_all()
        return super()._update_foreign_keys(src_partners, dst_partner)

    def _drop_double_proposals(self, name, cards, survivor, key):
        """Of what a lead is asked of several of the cards one stays: what was decided.

        :param key: function of a record; records with the same one would collide
        """
        # sudo: whoever may merge cards, nothing of any company may be lost
        proposals_sudo = self.env[name].sudo()
        found_sudo = proposals_sudo.search([("partner_id", "in", cards.ids)])
        for same in found_sudo.grouped(key).values():
            ranked = same.sorted(
                lambda one: (one.state == "open", one.partner_id != survivor, one.id)
            )
            ranked[1:].unlink()
