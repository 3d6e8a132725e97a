import datetime as dt
import io
import json

import numpy as np

from odoo import api, models
from odoo.tools import SQL

from ..tools import columns
from ..tools.suggestions import REFUSAL_DAYS
from .client_risk_history import EPOCH

# Up to so many suggestions reach the database as JSON, more through COPY.
JSON_ROWS = 2000
COLUMNS = {
    "partner_id": columns.INT,
    "item_id": columns.INT,
    "kind": columns.INT,
    "because_id": columns.INT,
    "line_count": columns.INT,
    "last_day": columns.INT,
    "confidence": columns.FLOAT,
    "amount": columns.FLOAT,
    "expected_sum": columns.FLOAT,
    "period_days": columns.FLOAT,
}
KINDS = ("repeat", "lost", "pair", "segment")


class ClientSuggestionWriter(models.AbstractModel):
    """Writes suggestions: columns go in, a few statements store what has changed.

    What a person answered stays: refused, offered and put off rows are not touched
    before their time.
    """

    _name = "client.suggestion.writer"
    _description = "Writing of Suggestions"

    @api.model
    def _to_columns(self, rows):
        """:return: {name: np.ndarray} of rows in order of ``COLUMNS``"""
        values = list(zip(*rows, strict=True)) or [()] * len(COLUMNS)
        return {
            name: np.array(column, np.float64 if kind == columns.FLOAT else np.int64)
            for (name, kind), column in zip(COLUMNS.items(), values, strict=True)
        }

    @api.model
    def _store(self, company, today, fresh):
        """Write what is suggested now; what is not any more is gone."""
        table = self._stage(fresh)
        self._update_known(company, today, table)
        self._insert_fresh(company, today, table)
        self._let_go(company, table)
        self.env["client.suggestion"].invalidate_model()

    @api.model
    def _stage(self, fresh):
        """:return: SQL of a table ``fresh`` of the columns"""
        definition = SQL(", ").join(
            SQL("%s %s", SQL.identifier(name), SQL.identifier(kind))
            for name, kind in COLUMNS.items()
        )
        if len(fresh["partner_id"]) <= JSON_ROWS:
            values = zip(*(one.tolist() for one in fresh.values()), strict=True)
            return SQL(
                "jsonb_to_recordset(%s::jsonb) AS fresh(%s)",
                json.dumps([dict(zip(COLUMNS, row, strict=True)) for row in values]),
                definition,
            )
        self.env.cr.execute("DROP TABLE IF EXISTS client_suggestion_fresh")
        self.env.cr.execute(
            SQL(
                "CREATE TEMP TABLE client_suggestion_fresh (%s) ON COMMIT DROP",
                definition,
            )
        )
        self.env.cr.copy_expert(
            "COPY client_suggestion_fresh FROM STDIN (FORMAT BINARY)",
            io.BytesIO(columns.write(fresh)),
        )
        self.env.cr.execute("ANALYZE client_suggestion_fresh")
        return SQL("client_suggestion_fresh AS fresh")

    @api.model
    def _get_stored_columns(self):
        """:return: SQL of each measured column of a suggestion, by name"""
        return {
            "kind": SQL("(%s)[fresh.kind + 1]", SQL("%s::varchar[]", list(KINDS))),
            "because_id": SQL("NULLIF(fresh.because_id, 0)"),
            "line_count": SQL("fresh.line_count"),
            "last_date": SQL("%s::date + (NULLIF(fresh.last_day, 0) - 1)", EPOCH),
            "confidence": SQL("fresh.confidence"),
            "amount": SQL("ROUND(fresh.amount::numeric, 2)"),
            "expected_sum": SQL("ROUND(fresh.expected_sum::numeric, 2)"),
            "period_days": SQL("fresh.period_days"),
        }

    @api.model
    def _update_known(self, company, today, table):
        """Bring known rows up to date; what was gone opens again."""
        values = self._get_stored_columns()
        names = [SQL.identifier(name) for name in values]
        self.env.cr.execute(
            SQL(
                """
                UPDATE client_suggestion known
                   SET (%(names)s) = ROW(%(values)s),
                       suggested_on = CASE
                           WHEN known.state IN ('gone', 'refused') THEN %(today)s
                           ELSE known.suggested_on
                       END,
                       state = CASE
                           WHEN known.state IN ('gone', 'refused') THEN 'open'
                           ELSE known.state
                       END,
                       refused_until = NULL,
                       write_date = %(now)s
                  FROM %(table)s
                 WHERE known.company_id = %(company)s
                   AND known.partner_id = fresh.partner_id
                   AND known.item_id = fresh.item_id
                   AND known.state <> 'bought'
                   AND (
                       known.state IN ('gone', 'refused')
                    OR (%(known)s) IS DISTINCT FROM (%(values)s)
                   )
                """,
                names=SQL(", ").join(names),
                values=SQL(", ").join(values.values()),
                known=SQL(", ").join(SQL("known.%s", name) for name in names),
                company=company.id,
                today=today,
                now=self.env.cr.now(),
                table=table,
            )
        )

    @api.model
    def _insert_fresh(self, company, today, table):
        values = self._get_stored_columns()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO client_suggestion (
                            partner_id, company_id, item_id, %(names)s,
                            state, suggested_on, success,
                            create_uid, create_date, write_uid, write_date
                          )
                   SELECT fresh.partner_id, %(company)s, fresh.item_id, %(values)s,
                          'open', %(today)s, 0,
                          %(user)s, %(now)s, %(user)s, %(now)s
                     FROM %(table)s
                    WHERE NOT EXISTS (
                              SELECT 1
                                FROM client_suggestion known
                               WHERE known.partner_id = fresh.partner_id
                                 AND known.company_id = %(company)s
                                 AND known.item_id = fresh.item_id
                                 AND known.state <> 'bought'
                          )
                 ORDER BY fresh.partner_id, fresh.item_id
                """,
                names=SQL(", ").join(map(SQL.identifier, values)),
                values=SQL(", ").join(values.values()),
                company=company.id,
                today=today,
                user=self.env.uid,
                now=self.env.cr.now(),
                table=table,
            )
        )

    @api.model
    def _let_go(self, company, table):
        """Close what the numbers no longer say, unless a person asked for it."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE client_suggestion known
                   SET state = 'gone', write_date = %(now)s
                 WHERE known.company_id = %(company)s
                   AND known.state = 'open'
                   AND known.remind_on IS NULL
                   AND NOT EXISTS (
                           SELECT 1
                             FROM %(table)s
                            WHERE fresh.partner_id = known.partner_id
                              AND fresh.item_id = known.item_id
                       )
                """,
                company=company.id,
                now=self.env.cr.now(),
                table=table,
            )
        )

    @api.model
    def _store_bought(self, ids, days, amounts):
        """Close suggestions as bought.

        :param days: ordinals, one for each of ``ids``
        """
        if not len(ids):
            return
        self.env.cr.execute(
            SQL(
                """
                UPDATE client_suggestion known
                   SET state = 'bought',
                       success = 1,
                       bought_on = %(epoch)s::date + (bought.day - 1),
                       bought_amount = ROUND(bought.amount::numeric, 2),
                       refused_until = NULL,
                       write_date = %(now)s
                  FROM UNNEST(%(ids)s::int4[], %(days)s::int4[], %(amounts)s::float8[])
                       AS bought(id, day, amount)
                 WHERE known.id = bought.id
                """,
                epoch=EPOCH,
                now=self.env.cr.now(),
                ids=ids.tolist(),
                days=days.tolist(),
                amounts=amounts.tolist(),
            )
        )
        self.env["client.suggestion"].invalidate_model()

    # === WHAT TIME DOES ===

    @api.model
    def _wake(self, company, today):
        """Open what was put off until today, and what was offered in vain."""
        own = [("company_id", "=", company.id)]
        later = self.env["client.suggestion"].search(
            [*own, ("state", "=", "later"), ("remind_on", "<=", today)]
        )
        later.write({"state": "open"})
        ended = self.env["client.suggestion"].search(
            [*own, ("state", "=", "refused"), ("refused_until", "<=", today)]
        )
        ended.write({"state": "gone", "refused_until": False})
        quoted = self.env["client.suggestion"].search([*own, ("state", "=", "quoted")])
        oldest = today - dt.timedelta(days=REFUSAL_DAYS)
        dead = quoted.filtered(lambda one: one.answered_on < oldest)
        for model, offered in (quoted - dead).grouped("document_model").items():
            alive = self._get_alive(model, offered.mapped("document_id"))
            dead += offered.filtered(
                lambda one, alive=alive: one.document_id not in alive
            )
        dead.write({"state": "gone", "document_model": False, "document_id": False})
        self.env.flush_all()

    @api.model
    def _note_quoted(self, company, today):
        """Note what people have put into open quotations by themselves."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE client_suggestion known
                   SET state = 'quoted',
                       answered_on = %(today)s,
                       answered_by_id = quoted.user_id,
                       document_model = 'sale.order',
                       document_id = quoted.order_id,
                       write_date = %(now)s
                  FROM (%(quoted)s) AS quoted
                 WHERE known.company_id = %(company)s
                   AND known.partner_id = quoted.partner_id
                   AND known.item_id = quoted.item_id
                   AND known.state IN ('open', 'later')
                """,
                quoted=self._select_quoted(company),
                company=company.id,
                today=today,
                now=self.env.cr.now(),
            )
        )
        self.env["client.suggestion"].invalidate_model()

    @api.model
    def _select_quoted(self, company):
        """:return: partner_id, item_id, order_id, user_id of open quotations"""
        return SQL(
            """
            SELECT DISTINCT ON (contact.commercial_partner_id, item.id)
                   contact.commercial_partner_id AS partner_id,
                   item.id AS item_id,
                   sold.id AS order_id,
                   sold.user_id
              FROM sale_order sold
              JOIN res_partner contact ON contact.id = sold.partner_id
              JOIN sale_order_line line ON line.order_id = sold.id
              JOIN product_product product ON product.id = line.product_id
              JOIN product_template template
                ON template.id = product.product_tmpl_id
              JOIN client_item item
                ON item.company_id = sold.company_id
               AND (
                   (item.kind = 'product' AND item.product_id = product.id)
                OR (item.kind = 'category' AND item.categ_id = template.categ_id)
               )
             WHERE sold.company_id = %s AND sold.state IN ('draft', 'sent')
          ORDER BY contact.commercial_partner_id, item.id, sold.id DESC
            """,
            company.id,
        )

    @api.model
    def _get_alive(self, model, ids):
        """:return: set of the ids of documents that may still become a purchase"""
        if model not in self.env:
            return set()
        domain = [("id", "in", ids)]
        if model == "sale.order":
            domain.append(("state", "!=", "cancel"))
        return set(self.env[model].search(domain).ids)
