from odoo import api, fields, models

from .client_reactivation import OPEN_STATES
from .client_suggestion import WEIGHT

# What is worked out of a card's purchases, and what is under way because of it: it
# stays with the merged card, and begins anew by the purchases of all.
WORKED_OUT = {
    "client_profile",
    "client_profile_move",
    "client_profile_retry",
    "client_promise",
    "client_removal",
    "client_risk_task",
    "client_stay",
}
# What a person said of a suggestion. A refusal on one card is one on both.
ANSWER = (
    "state",
    "answered_on",
    "answered_by_id",
    "remind_on",
    "refused_until",
    "refuse_reason",
    "refuse_note",
    "document_model",
    "document_id",
)
# What changes before rows come over; taking the merge back gives it back.
SETTLED = {
    "client_reactivation": ("closed_by_id", "closed_on", "next_on", "state"),
    "client_suggestion": ANSWER,
}


class ClientMerge(models.Model):
    """Judges the card that stays by the purchases of all, at once.

    What people said and did comes over: cases of winning back, answers to suggestions,
    decisions to keep a client, the day he told.
    """

    _inherit = "client.merge"

    told_dates = fields.Json(
        readonly=True,
        groups=fields.NO_ACCESS,
        help="Profile -> the day that the client had told on a merged card.",
    )

    @api.model
    def _get_own_tables(self):
        return super()._get_own_tables() | WORKED_OUT

    @api.model
    def _get_worked_out(self):
        found = {
            table: (links, said) for table, links, said in super()._get_worked_out()
        }
        for table, columns in SETTLED.items():
            links, said = found.get(table, (("partner_id",), ()))
            found[table] = links, tuple(sorted({*said, *columns}))
        return tuple((table, *found[table]) for table in sorted(found))

    @api.model
    def _move(self, sources, target):
        self._settle_cases(sources | target)
        self._settle_suggestions(sources | target)
        return super()._move(sources, target)

    def _run(self, choices):
        result = super()._run(choices)
        self._judge_cards()
        self._take_told_date()
        return result

    def _undo(self):
        result = super()._undo()
        self._forget_told_date()
        self._judge_cards()
        return result

    # === ONE CLIENT HAS ONE OF A KIND ===

    @api.model
    def _settle_cases(self, cards):
        """Go on with one case of a company, and with none if the client buys elsewhere.

        Nothing is deleted: the night takes back the tasks of cases that are dropped.

        :return: the cases that are dropped
        """
        # sudo: of all companies, whoever merges
        cases_sudo = self.env["client.reactivation"].sudo()
        open_sudo = cases_sudo.search(
            [("partner_id", "in", cards.ids), ("is_open", "=", True)],
            order="attempt_count desc, id",
        )
        bought = self._fetch_last_purchases(cards)
        dropped_sudo = cases_sudo
        for company, cases in open_sudo.grouped("company_id").items():
            kept, last = cases[:1], bought.get(company)
            if last and kept.bought_on and last > kept.bought_on:
                kept = kept.browse()  # what looked silent was one card of two
            dropped_sudo += cases - kept
        dropped_sudo._end("cancelled")
        return dropped_sudo

    @api.model
    def _fetch_last_purchases(self, cards):
        """:return: company -> day of the last purchase by any of the cards"""
        profiles_sudo = self.env["client.profile"].sudo()  # of all companies
        groups = profiles_sudo.with_context(active_test=False)._read_group(
            [("partner_id", "in", cards.ids)], ["company_id"], ["last_date:max"]
        )
        return dict(groups)

    @api.model
    def _settle_suggestions(self, cards):
        """Let what a person answered hold for the same suggestion on every card."""
        # sudo: of all companies, whoever merges
        found_sudo = self.env["client.suggestion"].sudo()
        found_sudo = found_sudo.search(
            [("partner_id", "in", cards.ids), ("state", "!=", "bought")]
        )
        items = found_sudo.grouped(lambda one: (one.company_id, one.item_id))
        for same in items.values():
            best = min(same, key=lambda one: (WEIGHT[one.state], one.id))
            others = same.filtered(lambda one, best=best: one.state != best.state)
            if others and best.state not in ("open", "gone"):
                answer = {name: best[name] for name in ANSWER}
                others.write(best._convert_to_write(answer))

    @api.model
    def _forget_dead(self, table, rows):
        result = super()._forget_dead(table, rows)
        if table == "client_reactivation":
            self._leave_newer_cases(rows)
        return result

    @api.model
    def _leave_newer_cases(self, rows):
        """Leave a case as it is when a newer one of its client is open by now.

        :param rows: id as text -> column -> raw value that is to be written
        """
        cases_sudo = self.env["client.reactivation"].sudo()  # of all companies
        again = cases_sudo.browse(
            [int(id_) for id_, row in rows.items() if row.get("state") in OPEN_STATES]
        )
        newer = cases_sudo.search(
            [
                ("partner_id", "in", again.partner_id.ids),
                ("is_open", "=", True),
                ("id", "not in", again.ids),
            ]
        )
        busy = {(one.partner_id, one.company_id) for one in newer}
        for case in again:
            if (case.partner_id, case.company_id) in busy:
                rows[str(case.id)] = {}

    # === JUDGING ===

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
        taken = {}
        for profiles in self._get_profiles().grouped("company_id").values():
            own = profiles.filtered(lambda one: one.partner_id == self.survivor_id)
            told = max(filter(None, profiles.mapped("told_date")), default=False)
            if own and told and not own.told_date:
                own.told_date = told
                taken[own.id] = told.isoformat()
        self.told_dates = taken

    def _forget_told_date(self):
        """Take back a day that stands on the card because of the merge alone."""
        told = {
            int(id_): fields.Date.to_date(day)
            for id_, day in (self.told_dates or {}).items()
        }
        profiles = self._get_profiles().filtered(
            lambda one: one.id in told and one.told_date == told[one.id]
        )
        promises = profiles.promise_ids.filtered(
            lambda one: one.state == "open" and one.date == told[one.profile_id.id]
        )
        promises.unlink()  # nobody told it of this card
        profiles.told_date = False
