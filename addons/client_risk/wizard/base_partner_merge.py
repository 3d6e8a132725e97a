from odoo import models

from ..models.client_suggestion import WEIGHT


class MergePartnerAutomatic(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        """Make one of several of what a client has once: core deletes all that collide.

        The history of changes stays, so does what the client told; then the purchases
        of all cards are judged as those of one client.
        """
        self._join_suggestions(src_partners | dst_partner)
        self._end_double_removals(src_partners)
        self._end_double_cases(src_partners | dst_partner)
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
        """Let one profile have what happened to others, which end then.

        One client has one task of a kind, and promises one date.
        """
        others.move_ids.profile_id = kept
        profiles = others | kept
        self._end_double_tasks(profiles, kept)
        self._withdraw_double_promises(profiles)
        profiles.task_ids.write({"profile_id": kept.id})
        profiles.promise_ids.write({"profile_id": kept.id})
        kept.env["client.promise"]._recount(kept.ids)

    def _end_double_tasks(self, profiles, kept):
        """Of several open tasks of a kind one stays: a given one, or the survivor's."""
        open_tasks = profiles.task_ids.filtered(
            lambda one: one.state in ("waiting", "given")
        )
        for tasks in open_tasks.grouped("kind").values():
            ranked = tasks.sorted(
                lambda one: (one.state != "given", one.profile_id != kept, one.id)
            )
            ranked[1:]._drop("merged")

    def _withdraw_double_promises(self, profiles):
        """Of several dates that are to come the latest counts."""
        promised = profiles.promise_ids.filtered(lambda one: one.state == "open")
        ranked = promised.sorted(lambda one: (one.date, one.id), reverse=True)
        ranked[1:].write({"state": "withdrawn"})

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

    def _end_double_removals(self, src_partners):
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

    def _end_double_cases(self, partners):
        """Go on with one case of winning back a client in a company."""
        self.env["client.merge"]._settle_cases(partners)._drop_tasks()
        self.env.flush_all()
