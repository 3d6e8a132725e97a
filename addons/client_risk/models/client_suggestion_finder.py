import datetime as dt

import numpy as np

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import columns
from ..tools import goods as tools
from ..tools.suggestions import (
    LOOK_BACK_DAYS,
    find_pairs,
    suggest,
    suggest_by_segment,
)
from .client_risk_history import EPOCH
from .client_suggestion_writer import KINDS

# Whom to offer nothing: who is gone is won back, who is removed is left alone.
SILENT_STATUSES = ("lost", "removed")
MIN_CHANCE = 0.05
# Shorter names of items are found in every offer.
MIN_NAME = 3


class ClientSuggestionFinder(models.AbstractModel):
    """Finds what to offer to whom: all clients of a company in one pass a night."""

    _name = "client.suggestion.finder"
    _description = "Finding of Suggestions"
    _inherit = ["client.suggestion.writer"]

    @api.model
    def _cron_suggest(self):
        """Find suggestions of every company that has none of today.

        A company is one transaction: after a crash it is done as a whole again.
        """
        companies = self.env["res.company"].search(Domain.TRUE)
        waiting = companies.filtered(self._is_waiting)
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(waiting))
        for company in waiting:
            self.env["client.profile"]._go_on(self._suggest_company, company)
            if not progress(1):
                break

    @api.model
    def _is_waiting(self, company):
        done = company.client_suggested_on
        return not done or done < self.env["client.profile"]._get_today(company)

    @api.model
    def _suggest_company(self, company):
        """Bring the suggestions of a company up to date, and say that it is done."""
        today = self.env["client.profile"]._get_today(company)
        self.env.flush_all()
        goods = self._fetch_goods(company, today)
        amounts = tools.typical_amounts(goods)
        Item = self.env["client.item"]
        Item._store_facts(company, tools.item_facts(goods), amounts)
        self._close_bought(company, goods)
        self._wake(company, today)
        self._note_quoted(company, today)
        offered = Item._fetch_offered(company, today)
        self._store(company, today, self._find(company, today, goods, offered))
        company.client_suggested_on = today

    # === READING ===

    @api.model
    def _fetch_goods(self, company, today):
        """Fetch what clients bought in two years, by item, returns taken off.

        The lines lie in a temporary table meanwhile: first it is learnt what stands on
        them, then each becomes a number.

        :rtype: tools.goods.Goods
        """
        since = today - dt.timedelta(days=LOOK_BACK_DAYS)
        lines = self.env["client.purchase.lines"]._select_lines(company, since, today)
        self.env.cr.execute("DROP TABLE IF EXISTS client_goods")
        self.env.cr.execute(
            SQL("CREATE TEMP TABLE client_goods ON COMMIT DROP AS %s", lines)
        )
        self.env.cr.execute("ANALYZE client_goods")
        Item = self.env["client.item"]
        ids = Item._register_wares(company, Item._fetch_wares())
        self.env.flush_all()
        found = self.env["client.risk.history"]._fetch_columns(
            self._select_goods(ids),
            [columns.INT, columns.INT, columns.INT, columns.FLOAT],
        )
        self.env.cr.execute("DROP TABLE client_goods")
        return tools.net_goods(*found)

    @api.model
    def _select_goods(self, ids):
        """:param ids: {ware: id of the item}"""
        wares = list(ids)
        return SQL(
            """
            SELECT partner_id, ware.item_id, day - %(epoch)s + 1, amount
              FROM client_goods
              JOIN UNNEST(
                       %(products)s::int4[], %(keys)s::text[], %(names)s::text[],
                       %(categories)s::text[], %(items)s::int4[]
                   ) AS ware(product_id, product_key, product, category, item_id)
             USING (product_id, product_key, product, category)
            """,
            epoch=EPOCH,
            products=[ware.product for ware in wares],
            keys=[ware.product_key for ware in wares],
            names=[ware.name for ware in wares],
            categories=[ware.category for ware in wares],
            items=[ids[ware] for ware in wares],
        )

    @api.model
    def _fetch_buyers(self, company):
        """:return: {client: Buyer}, {client: his type of client or 0}"""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT profile.partner_id,
                       profile.period_days::float8,
                       profile.buy_chance::float8,
                       COALESCE(partner.client_type_id, 0)
                  FROM client_profile profile
                  JOIN res_partner partner ON partner.id = profile.partner_id
                 WHERE profile.company_id = %s
                   AND profile.active
                   AND profile.buy_chance >= %s
                   AND profile.status <> ALL(%s)
                """,
                company.id,
                MIN_CHANCE,
                list(SILENT_STATUSES),
            )
        )
        buyers = {id_: tools.Buyer(period, chance) for id_, period, chance, _ in rows}
        return buyers, {id_: type_ for id_, _period, _chance, type_ in rows}

    @api.model
    def _fetch_left_out(self, company):
        """:return: set of (client, item) that need not or must not be suggested"""
        selects = self._get_left_out_selects(company)
        return set(self.env.execute_query(SQL(" UNION ").join(selects)))

    @api.model
    def _get_left_out_selects(self, company):
        """:return: SELECTs of client and item: answered, quoted, or offered now"""
        return [
            SQL(
                """
                SELECT partner_id, item_id
                  FROM client_suggestion
                 WHERE company_id = %s AND state IN ('quoted', 'refused')
                """,
                company.id,
            ),
            SQL(
                "SELECT partner_id, item_id FROM (%s) AS quoted",
                self._select_quoted(company),
            ),
            SQL(
                """
                SELECT contact.commercial_partner_id, item.id
                  FROM client_offer offer
                  JOIN res_partner contact ON contact.id = offer.partner_id
                  JOIN client_item item
                    ON LENGTH(item.name) >= %s
                   AND POSITION(LOWER(item.name) IN LOWER(offer.name)) > 0
                 WHERE item.company_id = %s
                   AND offer.company_id = %s
                   AND offer.outcome = 'open'
                """,
                MIN_NAME,
                company.id,
                company.id,
            ),
        ]

    # === FINDING ===

    @api.model
    def _find(self, company, today, goods, offered):
        """:return: columns of what is suggested, by name of the column"""
        buyers, segment = self._fetch_buyers(company)
        left_out = self._fetch_left_out(company)
        owned = tools.owned_items(goods)
        chances = {id_: one.chance for id_, one in buyers.items() if id_ in owned}
        pairs = find_pairs(owned)
        if pairs:
            kind, made = "pair", suggest(owned, pairs, offered, chances, left_out)
        else:
            segment = {id_: segment.get(id_, 0) for id_ in owned}
            made = suggest_by_segment(owned, segment, offered, chances, left_out)
            kind = "segment"
        _types, month = self.env["client.risk.month"]._unpack(company, today)
        own = tools.own_lines(
            goods, buyers, month.ruler, today.toordinal(), offered, left_out
        )
        rows = [self._to_row(one, kind, offered) for one in made]
        return self._to_columns(rows + [self._to_own_row(one) for one in own])

    @api.model
    def _to_row(self, one, kind, offered):
        """:return: the values of a suggestion, in order of ``COLUMNS``"""
        because = one.because or 0
        numbers = one.confidence, offered[one.item], one.expected
        code = KINDS.index(kind)
        return (one.client, one.item, code, because, 0, 0, *numbers, 0.0)

    @api.model
    def _to_own_row(self, line):
        one = line.suggestion
        code = KINDS.index("lost" if line.is_lost else "repeat")
        numbers = one.confidence, line.amount, one.expected, line.period
        return (one.client, one.item, code, 0, line.count, line.last, *numbers)

    @api.model
    def _close_bought(self, company, goods):
        """Close what was suggested and is bought now."""
        found = self.env["client.risk.history"]._fetch_columns(
            SQL(
                """
                SELECT id, partner_id, item_id, suggested_on - %s + 1
                  FROM client_suggestion
                 WHERE company_id = %s AND state <> ALL(ARRAY['bought', 'gone'])
                """,
                EPOCH,
                company.id,
            ),
            [columns.INT] * 4,
        )
        row = tools.bought_since(goods, *found[1:])
        bought = np.flatnonzero(row >= 0)
        self._store_bought(
            found[0][bought], goods.day[row[bought]], goods.amount[row[bought]]
        )
