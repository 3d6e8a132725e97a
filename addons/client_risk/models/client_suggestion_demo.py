import datetime as dt

import numpy as np

from odoo import api, models

from ..tools import goods as tools
from ..tools.lines import MIN_GAPS
from .client_suggestion import REASONS

# What the demo company is shown to have suggested before: so many days back.
PAST_DAYS = 120
# Days between a suggestion and the purchase it led to, by turns.
WAITED = (4, 9, 15, 21, 33)
REFUSED_EACH, LATER_EACH, AGAIN_EACH, IN_VAIN_EACH = 23, 31, 3, 2


class ClientSuggestionDemo(models.AbstractModel):
    """Makes a past for the suggestions of the demo company.

    What clients bought lately for the first time was suggested to them before; some
    have refused what is suggested now, some have put it off.
    """

    _name = "client.suggestion.demo"
    _description = "Past Suggestions of the Demo Company"

    @api.model
    def _load(self):
        """Find suggestions, and make as if it had been done for months."""
        company = self.env.company
        Suggestion = self.env["client.suggestion"]
        Suggestion._suggest_company(company)
        own = [("company_id", "=", company.id)]
        if Suggestion.search([*own, ("state", "=", "bought")], limit=1):
            return
        today = self.env["client.profile"]._get_today(company)
        self._load_successes(company, today)
        self._age_open(company, today)

    @api.model
    def _load_successes(self, company, today):
        goods = self.env["client.suggestion"]._fetch_goods(company, today)
        _pairs, first, count = np.unique(
            goods.key(), return_index=True, return_counts=True
        )
        last = first + count - 1
        since = today.toordinal() - PAST_DAYS
        former = goods.client[goods.day <= since]
        new = (goods.day[first] > since) & np.isin(goods.client[first], former)
        again = (goods.day[last] > since) & (count > MIN_GAPS)
        amounts = tools.typical_amounts(goods)
        rows = [("pair", row) for row in first[new].tolist()]
        rows += [("repeat", row) for row in last[again].tolist()[::AGAIN_EACH]]
        live = {
            (one.partner_id.id, one.item_id.id)
            for one in self.env["client.suggestion"].search(
                [("company_id", "=", company.id)]
            )
        }
        owned = tools.owned_items(goods)
        self.env["client.suggestion"].create(
            [
                {
                    **self._prepare_past(company, goods.of([row]), place, amounts),
                    **self._prepare_end(goods.of([row]), kind, place, live, owned),
                }
                for place, (kind, row) in enumerate(rows)
            ]
        )

    @api.model
    def _prepare_past(self, company, bought, place, amounts):
        """:param bought: ``Goods`` of one row, before which it was suggested"""
        item, day = int(bought.item[0]), int(bought.day[0])
        waited = WAITED[place % len(WAITED)]
        return {
            "partner_id": int(bought.client[0]),
            "company_id": company.id,
            "item_id": item,
            "confidence": 0.3 + place % 4 / 10,
            "amount": amounts[item],
            "expected_sum": amounts[item] / 3,
            "suggested_on": dt.date.fromordinal(day - waited),
            "line_count": MIN_GAPS + 1,
            "period_days": 2 * waited,
            "last_date": dt.date.fromordinal(day - 2 * waited),
        }

    @api.model
    def _prepare_end(self, bought, kind, place, live, owned):
        """Say how it ended: most were bought, of what was due again not all."""
        client, item = int(bought.client[0]), int(bought.item[0])
        if (
            kind == "repeat"
            and place % IN_VAIN_EACH == 0
            and (client, item) not in live
        ):
            return {"kind": kind, "state": "gone", "success": 0}
        others = [one for one in owned[client] if one != item]
        return {
            "kind": kind,
            "because_id": kind == "pair" and others[0],
            "state": "bought",
            "success": 1,
            "bought_on": dt.date.fromordinal(int(bought.day[0])),
            "bought_amount": float(bought.amount[0]),
        }

    @api.model
    def _age_open(self, company, today):
        """Spread what is open over the months, and answer some of it."""
        found = self.env["client.suggestion"].search(
            [("company_id", "=", company.id), ("state", "=", "open")], order="id"
        )
        for place, suggestion in enumerate(found):
            days = 0 if suggestion.kind == "repeat" else place * 7 % PAST_DAYS
            suggestion.suggested_on = today - dt.timedelta(days=days)
        for place, suggestion in enumerate(found[::REFUSED_EACH]):
            suggestion._refuse(REASONS[place % len(REASONS)][0])
        later = found[::LATER_EACH].filtered(lambda one: one.state == "open")
        later._put_off(today + dt.timedelta(days=14))
