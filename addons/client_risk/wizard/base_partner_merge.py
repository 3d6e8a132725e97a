from odoo import models


class MergePartnerAutomatic(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        """Make one profile of several: core deletes all that collide.

        The history of changes stays, so does what the client told; then the purchases
        of all cards are judged as those of one client.
        """
        profiles_sudo = self._join_profiles(src_partners, dst_partner)
        result = super()._update_foreign_keys(src_partners, dst_partner)
        self.env.invalidate_all()
        profiles_sudo._judge_again()
        return result

    def _join_profiles(self, src_partners, dst_partner):
        """:return: the profiles that are kept, one for each company"""
        # sudo: whoever may merge cards, nothing of any company may be lost
        found_sudo = (
            self.env["client.profile"]
            .sudo()
            .with_context(active_test=False)
            .search([("partner_id", "in", (src_partners | dst_partner).ids)])
        )
        kept_sudo = found_sudo.browse()
        for profiles in found_sudo.grouped("company_id").values():
            own = profiles.filtered(lambda one: one.partner_id == dst_partner)
            kept = own or profiles[:1]
            others = profiles - kept
            told = [one.told_date for one in profiles if one.told_date]
            self._hand_history_over(others, kept)
            others.unlink()
            if told:
                kept.told_date = max(told)
            kept_sudo += kept
        self.env.flush_all()
        return kept_sudo

    def _hand_history_over(self, others, kept):
        """Let one profile have what happened to others, which end then."""
        others.move_ids.profile_id = kept
