from odoo import api, models

# What is worked out of a card's purchases, and what is under way because of it: it
# stays with the merged card, and begins anew by the purchases of all.
WORKED_OUT = {
    "client_keeping",
    "client_profile",
    "client_profile_move",
    "client_profile_retry",
    "client_promise",
    "client_reactivation",
    "client_removal",
    "client_risk_task",
    "client_stay",
    "client_suggestion",
}


class ClientMerge(models.Model):
    """Judges the card that stays by the purchases of all, at once."""

    _inherit = "client.merge"

    @api.model
    def _get_own_tables(self):
        return super()._get_own_tables() | WORKED_OUT

    def _run(self, choices):
        result = super()._run(choices)
        self._judge_cards()
        self._take_told_date()
        return result

    def _undo(self):
        result = super()._undo()
        self._judge_cards()
        return result

    def _judge_cards(self):
        cards = (self.survivor_id | self.source_ids).filtered("active")
        companies = self._get_profiles().company_id
        self.env["client.profile"]._judge_clients(cards, companies)

    def _get_profiles(self):
        cards = self.survivor_id | self.source_ids
        # sudo: of all companies, whoever merges
        profiles_sudo = self.env["client.profile"].sudo()
        return profiles_sudo.with_context(active_test=False).search(
            [("partner_id", "in", cards.ids)]
        )

    def _take_told_date(self):
        """The day that the client told is known of him, whatever card it stands on."""
        for profiles in self._get_profiles().grouped("company_id").values():
            own = profiles.filtered(lambda one: one.partner_id == self.survivor_id)
            told = max(filter(None, profiles.mapped("told_date")), default=False)
            if own and told and not own.told_date:
                own.told_date = told
