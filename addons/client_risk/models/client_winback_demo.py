import datetime as dt

import numpy as np

from odoo import api, models

# A gap so much longer than the client's own rhythm was a silence worth a case.
SILENCE = 1.8
LEAST_GAP = 55
LATELY = 150
WON, SELF, LOST, LATER, REMOVED = 7, 3, 6, 3, 5
REASONS = ("price", "competitor", "assortment", "service", "closed", "no_need")


class ClientWinbackDemo(models.AbstractModel):
    """Gives the demo company cases that were won and lost, and clients off sales.

    Called by the demo data alone; made of the purchases that the demo company has.
    """

    _name = "client.winback.demo"
    _description = "Demo of Winning Back"

    @api.model
    def _load(self):
        """Make past cases and removals, and let the process open today's."""
        company = self.env.company
        cases = self.env["client.reactivation"].with_context(
            mail_activity_quick_update=True, mail_auto_subscribe_no_notify=True
        )
        if cases.search_count([("company_id", "=", company.id)], limit=1):
            return
        today = self.env["client.profile"]._get_today(company)
        self._load_returned(company, today)
        self._load_lost(company, today)
        self._load_removed(company, today)
        cases._run(company)

    @api.model
    def _load_returned(self, company, today):
        """Clients who fell silent and bought again: with an attempt before, or not."""
        rows = []
        for place, (profile, gap, bought) in enumerate(self._find_gaps(company, today)):
            rows.append(
                {
                    **self._prepare_case(profile, bought - dt.timedelta(days=14)),
                    "bought_on": bought - dt.timedelta(days=gap),
                    "silent_days": gap - 14,
                }
            )
            if place < WON:
                attempt = bought - dt.timedelta(days=11)
                rows[-1] |= {
                    "step_id": self._get_step(),
                    "attempt_count": 1,
                    "first_attempt_on": attempt,
                    "last_attempt_on": attempt,
                }
        cases = self.env["client.reactivation"].create(rows)
        cases._note_purchases(company, today, cases.partner_id.ids)
        for case in cases.filtered("won_on"):
            case.closed_on = case.won_on

    @api.model
    def _find_gaps(self, company, today):
        """:return: profile, days of silence and the purchase that ended it, of some"""
        bought = self.env["client.risk.history"]._fetch_bought(company, today, [False])
        client, day = bought.events.client, bought.events.day
        gaps = np.diff(day)
        ended = (np.diff(client) == 0) & (gaps >= LEAST_GAP)
        ended &= day[1:] > today.toordinal() - LATELY
        ended &= day[1:] <= today.toordinal() - 15
        profiles = self.env["client.profile"].search([("company_id", "=", company.id)])
        by_client = {one.partner_id.id: one for one in profiles}
        found = {}
        for row in np.flatnonzero(ended):
            profile = by_client.get(int(bought.partner_ids[client[row]]))
            gap = int(gaps[row])
            if profile and gap > SILENCE * profile.period_days and profile.manager_id:
                found[profile] = gap, dt.date.fromordinal(int(day[row + 1]))
        chosen = list(found.items())[: WON + SELF]
        return [(profile, *told) for profile, told in chosen]

    @api.model
    def _load_lost(self, company, today):
        """Clients who said no, or not now."""
        silent = self.env["client.profile"].search(
            [
                ("company_id", "=", company.id),
                ("status", "in", ("lost", "one_time", "unproven")),
                ("is_drop_proposed", "=", False),
                ("manager_id", "!=", False),
            ],
            order="winning_value desc, id",
        )
        # Of those in the middle: the most worth are won back today.
        chosen = silent[len(silent) // 3 :][: LOST + LATER]
        rows = []
        for place, profile in enumerate(chosen):
            opened = today - dt.timedelta(days=90 - 7 * place)
            rows.append(
                {
                    **self._prepare_case(profile, opened),
                    "step_id": self._get_step(),
                    "attempt_count": 1 + place % 3,
                    "first_attempt_on": opened + dt.timedelta(days=1),
                    "last_attempt_on": opened + dt.timedelta(days=15),
                    "closed_on": opened + dt.timedelta(days=16),
                    **(
                        {"state": "lost", "reason_id": self._get_reason(place)}
                        if place < LOST
                        else {
                            "state": "later",
                            "later_on": today + dt.timedelta(days=30 + place),
                        }
                    ),
                }
            )
        self.env["client.reactivation"].create(rows)

    @api.model
    def _load_removed(self, company, today):
        """Clients whom the head took off active sales."""
        # Those who are proposed stay: somebody is to decide about them.
        chosen = self.env["client.profile"].search(
            [
                ("company_id", "=", company.id),
                ("status", "in", ("lost", "one_time")),
                ("is_drop_proposed", "=", False),
            ],
            order="winning_value, id",
            limit=REMOVED,
        )
        self.env["client.removal"].create(
            [
                {
                    "partner_id": profile.partner_id.id,
                    "company_id": company.id,
                    "user_id": self.env.ref("base.user_admin").id,
                    "date": today - dt.timedelta(days=12 * place),
                    "bought_on": profile.last_date,
                    "reason_id": self._get_reason(place + 2),
                    "review_date": today + dt.timedelta(days=60 * (place + 1)),
                }
                for place, profile in enumerate(chosen)
            ]
        )
        self.env["client.profile"]._judge_clients(chosen.partner_id, company)

    @api.model
    def _prepare_case(self, profile, opened):
        return {
            "partner_id": profile.partner_id.id,
            "company_id": profile.company_id.id,
            "user_id": profile.manager_id.id,
            "origin": "night",
            "opened_on": opened,
            "bought_on": profile.last_date,
            "silent_days": (opened - profile.last_date).days,
            "winning_value": profile.winning_value,
        }

    @api.model
    def _get_step(self):
        return self.env.ref("client_risk.client_reactivation_step_call").id

    @api.model
    def _get_reason(self, place):
        name = REASONS[place % len(REASONS)]
        return self.env.ref(f"client_risk.client_leaving_reason_{name}").id
