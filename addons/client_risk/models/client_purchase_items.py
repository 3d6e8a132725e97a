import datetime as dt

from odoo import api, fields, models
from odoo.tools import SQL, format_date

from ..tools import card_items
from ..tools.classify import OWN_RHYTHM_COUNT
from ..tools.suggestions import LOOK_BACK_DAYS

LEVELS = {"products": card_items.by_product, "categories": card_items.by_category}


class ClientPurchaseItems(models.AbstractModel):
    """Tells on the card which products and categories a client buys.

    Of the documents that count as purchases, whoever keeps them: by amount within two
    years, with the day of the last purchase and whether it was left off.
    """

    _name = "client.purchase.items"
    _description = "Products on the Card"

    @api.model
    def _prepare_items(self, client):
        """:return: dict of products and categories, each a list of lines"""
        bought = self._fetch_bought_items(client)
        if not bought:
            return False
        company, today = self.env.company, fields.Date.context_today(self)
        profile = self.env["client.profile"].search(self._get_here(client), limit=1)
        # sudo: the calendar of the company, measured for the month
        _types, month = self.env["client.risk.month"].sudo()._unpack(company, today)
        period = (
            profile.period_days if profile.purchase_count >= OWN_RHYTHM_COUNT else 0.0
        )
        measure = (month.ruler, period, today.toordinal())
        return {
            name: self._describe_items(card_items.list_items(bought, level, *measure))
            for name, level in LEVELS.items()
        }

    @api.model
    def _fetch_bought_items(self, client):
        """:rtype: list[card_items.Bought]"""
        today = fields.Date.context_today(self)
        since = today - dt.timedelta(days=LOOK_BACK_DAYS)
        lines = self.env["client.purchase.lines"]._select_lines(
            self.env.company, since, today
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT product_id,
                       COALESCE(NULLIF(product, ''), product_key),
                       category,
                       day,
                       SUM(amount)
                  FROM (%s) AS line
                 WHERE partner_id = %s
              GROUP BY 1, 2, 3, 4
                """,
                lines,
                client.id,
            )
        )
        names = self._get_product_names({row[0] for row in rows} - {0})
        return [
            card_items.Bought(*names.get(id_, (name, category)), day.toordinal(), sum_)
            for id_, name, category, day, sum_ in rows
        ]

    @api.model
    def _get_product_names(self, product_ids):
        """:return: name and category of Odoo's products, by id"""
        # sudo: what stands on the documents of the client, whoever may sell
        products_sudo = self.env["product.product"].sudo().browse(sorted(product_ids))
        return {
            product.id: (product.name, product.categ_id.name or "")
            for product in products_sudo.exists()
        }

    @api.model
    def _describe_items(self, items):
        return [
            {
                "name": item.name,
                "detail": item.detail,
                "amount": self._to_text(item.amount),
                "share": round(100 * item.share),
                "count": item.count,
                "last": format_date(self.env, dt.date.fromordinal(item.last)),
                "is_left_off": item.is_left_off,
            }
            for item in items
        ]
