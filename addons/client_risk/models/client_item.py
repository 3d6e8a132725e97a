import datetime as dt
import json

from odoo import api, fields, models
from odoo.tools import SQL

from ..tools.goods import OFFERED_DAYS
from ..tools.items import Catalogue, Ware, choose_level, make_items, plain
from .client_risk_history import EPOCH


class ClientItem(models.Model):
    """One item of the range as clients buy it: a category, or a product.

    Found by the night in what clients bought. A person may archive what is no longer
    sold: it is not suggested to anybody then.
    """

    _name = "client.item"
    _description = "Item That Clients Buy"
    _order = "client_count desc, name, id"
    _rec_names_search = ("name", "product_id", "categ_id")

    active = fields.Boolean(
        default=True, help="Archive what should not be suggested to anybody."
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, ondelete="cascade"
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    key = fields.Char(required=True, readonly=True)
    name = fields.Char(string="Told as", readonly=True)
    kind = fields.Selection(
        selection=[("category", "Category"), ("product", "Product")],
        required=True,
        readonly=True,
    )
    categ_id = fields.Many2one(
        comodel_name="product.category",
        string="Category",
        index="btree_not_null",
        readonly=True,
        ondelete="set null",
    )
    product_id = fields.Many2one(
        comodel_name="product.product",
        string="Product to Offer",
        index="btree_not_null",
        ondelete="set null",
        help="What comes into the quotation. Of a category: what is bought most.",
    )
    client_count = fields.Integer(
        string="Clients", readonly=True, help="Who bought it in the last two years."
    )
    last_date = fields.Date(string="Last Bought", readonly=True)
    usual_amount = fields.Monetary(
        readonly=True,
        aggregator="avg",
        help="What a typical client spends on it in one purchase.",
    )

    _key_uniq = models.Constraint(
        "UNIQUE (company_id, key)", "This item is there already."
    )

    @api.depends("name", "kind", "categ_id", "product_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for item in self:
            if item.kind == "category":
                known = item.categ_id.complete_name
            else:
                known = item.product_id.with_context(
                    display_default_code=False
                ).display_name
            item.display_name = known or item.name or item.key

    # === WHAT WARES ARE ===

    @api.model
    def _register_wares(self, company, wares):
        """Make the items that lines stand for.

        :param wares: list of ``tools.items.Ware``
        :return: {ware: id of the item}, what can be named
        """
        catalogue = self._fetch_catalogue(company, wares)
        level = company.client_item_level
        if level == "auto":
            level = choose_level(wares, catalogue)
        keys, made = make_items(wares, catalogue, level)
        known = self.with_context(active_test=False).search(
            [("company_id", "=", company.id)]
        )
        ids = {item.key: item.id for item in known}
        known._update_known(made)
        fresh = [item for key, item in made.items() if key not in ids]
        created = self.create([self._prepare_values(company, item) for item in fresh])
        ids |= {item.key: item.id for item in created}
        return {ware: ids[key] for ware, key in keys.items()}

    def _update_known(self, made):
        """Bring names up to date; a product that a person chose stays."""
        for item in self:
            found = made.get(item.key)
            if not found:
                continue
            if found.name and found.name != item.name:
                item.name = found.name
            if found.product and not item.product_id:
                item.product_id = found.product

    @api.model
    def _prepare_values(self, company, item):
        return {
            "company_id": company.id,
            "key": item.key,
            "name": item.name,
            "kind": "category" if item.is_category else "product",
            "categ_id": item.category or False,
            "product_id": item.product or False,
        }

    @api.model
    def _fetch_wares(self):
        """:return: list of ``Ware``, of the temporary table of lines"""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT product_id, product_key, product, category, COUNT(*)
                  FROM client_goods
              GROUP BY product_id, product_key, product, category
                """
            )
        )
        return [Ware(*row) for row in rows]

    @api.model
    def _fetch_catalogue(self, company, wares):
        """:rtype: tools.items.Catalogue"""
        products = self._fetch_products(company, wares)
        categories = self.env.execute_query(
            SQL("SELECT id, name, complete_name FROM product_category")
        )
        return Catalogue(
            category_of={id_: categ or 0 for id_, categ, _code, _sold in products},
            product_of_code=self._get_single(
                (plain(code), id_) for id_, _categ, code, _sold in products if code
            ),
            category_of_name=self._get_single(
                {(plain(one), id_) for id_, *names in categories for one in names}
            ),
            sold=frozenset(id_ for id_, _categ, _code, sold in products if sold),
        )

    @api.model
    def _fetch_products(self, company, wares):
        """:return: id, category, code and whether it is sold of what wares may be"""
        return self.env.execute_query(
            SQL(
                """
                SELECT product.id,
                       template.categ_id,
                       LOWER(product.default_code),
                       product.active AND template.active AND template.sale_ok
                  FROM product_product product
                  JOIN product_template template
                    ON template.id = product.product_tmpl_id
                 WHERE (template.company_id IS NULL OR template.company_id = %s)
                   AND (product.id = ANY(%s) OR LOWER(product.default_code) = ANY(%s))
                """,
                company.id,
                list({ware.product for ware in wares} - {0}),
                list({plain(ware.product_key) for ware in wares} - {""}),
            )
        )

    @api.model
    def _get_single(self, pairs):
        """:return: {name: id} of the names that stand for one record only"""
        found = {}
        for name, id_ in pairs:
            found[name] = None if name in found else id_
        return {name: id_ for name, id_ in found.items() if id_}

    # === WHAT IS KNOWN OF ITEMS ===

    @api.model
    def _store_facts(self, company, facts, amounts):
        """Write what was measured of each item, where it has changed.

        :param facts: {item: (clients, ordinal of the last day)}
        :param amounts: {item: typical amount}
        """
        rows = [
            {"id": id_, "clients": clients, "last": last, "amount": amounts[id_]}
            for id_, (clients, last) in facts.items()
        ]
        self.env.cr.execute(
            SQL(
                """
                UPDATE client_item item
                   SET client_count = COALESCE(fresh.clients, 0),
                       last_date = %(epoch)s::date + (fresh.last - 1),
                       usual_amount = COALESCE(fresh.amount, 0)
                  FROM client_item known
             LEFT JOIN jsonb_to_recordset(%(rows)s::jsonb)
                       AS fresh(id int4, clients int4, last int4, amount float8)
                    ON fresh.id = known.id
                 WHERE item.id = known.id
                   AND known.company_id = %(company)s
                   AND (item.client_count, item.last_date, item.usual_amount)
                       IS DISTINCT FROM (
                           COALESCE(fresh.clients, 0),
                           %(epoch)s::date + (fresh.last - 1),
                           COALESCE(fresh.amount, 0)
                       )
                """,
                rows=json.dumps(rows),
                company=company.id,
                epoch=EPOCH,
            )
        )
        self.invalidate_model(["client_count", "last_date", "usual_amount"])

    @api.model
    def _fetch_offered(self, company, today):
        """:return: {item: typical amount} of what is in the range"""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT item.id, item.usual_amount::float8
                  FROM client_item item
             LEFT JOIN product_product product ON product.id = item.product_id
             LEFT JOIN product_template template
                    ON template.id = product.product_tmpl_id
                 WHERE item.company_id = %s
                   AND item.active
                   AND item.usual_amount > 0
                   AND item.last_date > %s
                   AND (
                       item.kind = 'category'
                    OR product.id IS NULL
                    OR (product.active AND template.active AND template.sale_ok)
                   )
                """,
                company.id,
                today - dt.timedelta(days=OFFERED_DAYS),
            )
        )
        return dict(rows)
