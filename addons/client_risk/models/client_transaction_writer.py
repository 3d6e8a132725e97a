import json
from itertools import chain

from odoo import models
from odoo.exceptions import ConcurrencyError
from odoo.tools import SQL

# Column and type of what one row of the table is made of, in the order of the JSON.
COLUMNS = {
    "key": "varchar",
    "partner_key": "varchar",
    "partner_id": "int4",
    "date": "date",
    "kind": "varchar",
    "number": "varchar",
    "amount": "numeric",
    "currency_id": "int4",
    "company_amount": "numeric",
    "due_date": "date",
    "total": "numeric",
    "company_total": "numeric",
    "is_cancelled": "bool",
    "version": "numeric",
    "digest": "varchar",
}
LINE_COLUMNS = {
    "transaction_id": "int4",
    "sequence": "int4",
    "product_key": "varchar",
    "product": "varchar",
    "category": "varchar",
    "quantity": "numeric",
    "amount": "numeric",
    "company_amount": "numeric",
    "partner_id": "int4",
    "date": "date",
}


class ClientTransactionWriter(models.AbstractModel):
    """Writes the documents of a batch and their lines, one statement for each table."""

    _name = "client.transaction.writer"
    _description = "Writing of Transactions"

    def _store(self, source, items, ids, context):
        """Write the documents in the order of their keys.

        The same order for everybody, so that two scripts do not wait for each other.

        :param items: what is to be stored, by key
        :param ids: of the documents that are stored already, by key
        :return: ids of the new ones by key
        """
        if not items:
            return {}
        lines = [self._prepare(items[key], context) for key in sorted(items)]
        created = self._insert(source, [one for one in lines if one["key"] not in ids])
        self._update(
            [{**one, "id": ids[one["key"]]} for one in lines if one["key"] in ids]
        )
        self._replace_lines(items, ids | created, context)
        self._forget_cached()
        return created

    def _prepare(self, item, context):
        """:return: the columns of a document as JSON takes them"""
        currency = self._get_currency(item, context)
        rate = self._get_rate(currency, item.date, context)
        return {
            "key": item.key,
            "partner_key": item.partner_key,
            "partner_id": context["partners"][item.partner_key],
            "date": item.date.isoformat(),
            "kind": item.kind,
            "number": item.number or None,
            "amount": currency.round(float(item.amount)),
            "currency_id": currency.id,
            "company_amount": self._convert(item, item.amount, rate),
            **self._prepare_payment(item, currency, rate),
            "is_cancelled": item.cancelled,
            "version": None if item.version is None else str(item.version),
            "digest": item.digest,
        }

    def _prepare_payment(self, item, currency, rate):
        """:return: the columns that say what is to be paid, and by when"""
        return {
            "due_date": item.due_date and item.due_date.isoformat(),
            "total": currency.round(float(item.total)),
            "company_total": self._convert(item, item.total, rate),
        }

    def _get_currency(self, item, context):
        return context["currencies"].get(item.currency) or self.env.company.currency_id

    def _get_rate(self, currency, date, context):
        """Ask Odoo for each rate once a batch."""
        company = self.env.company
        if currency == company.currency_id:
            return 1.0
        rates = context["rates"]
        if (currency, date) not in rates:
            rates[currency, date] = self.env["res.currency"]._get_conversion_rate(
                currency, company.currency_id, company, date
            )
        return rates[currency, date]

    def _convert(self, item, amount, rate):
        """:return: an amount in company currency; what came back is below zero"""
        value = self.env.company.currency_id.round(float(amount) * rate)
        return -abs(value) if item.kind == "return" else value

    def _insert(self, source, lines):
        """:return: ids by key

        A key that another transaction has stored since this one began raises a
        serialization failure here, and Odoo runs the request again.
        """
        if not lines:
            return {}
        columns = SQL(", ").join(map(SQL.identifier, COLUMNS))
        created = self.env.execute_query(
            SQL(
                """
                INSERT INTO client_transaction (
                            %(columns)s, company_id, source, active,
                            create_uid, create_date, write_uid, write_date
                          )
                   SELECT %(columns)s, %(company)s, %(source)s, TRUE,
                          %(user)s, %(now)s, %(user)s, %(now)s
                     FROM %(rows)s
              ON CONFLICT (company_id, source, key) DO NOTHING
                RETURNING key, id
                """,
                columns=columns,
                company=self.env.company.id,
                source=source,
                user=self.env.uid,
                now=self.env.cr.now(),
                rows=self._as_table(lines, COLUMNS),
            )
        )
        if len(created) < len(lines):
            raise ConcurrencyError("Another script has stored the same documents.")
        return dict(created)

    def _update(self, lines):
        if not lines:
            return
        assignments = [
            SQL("%s = fresh.%s", SQL.identifier(name), SQL.identifier(name))
            for name in COLUMNS
        ]
        self.env.cr.execute(
            SQL(
                """
                UPDATE client_transaction document
                   SET %(assignments)s, write_uid = %(user)s, write_date = %(now)s
                  FROM %(rows)s
                 WHERE document.id = fresh.id
                """,
                assignments=SQL(", ").join(assignments),
                user=self.env.uid,
                now=self.env.cr.now(),
                rows=self._as_table(lines, {"id": "int4", **COLUMNS}),
            )
        )

    def _replace_lines(self, items, ids, context):
        """Write the lines of documents anew."""
        self.env["client.transaction.line"].flush_model()
        self.env.cr.execute(
            SQL(
                "DELETE FROM client_transaction_line WHERE transaction_id = ANY(%s)",
                [ids[key] for key in sorted(items)],
            )
        )
        lines = list(
            chain.from_iterable(
                self._prepare_lines(items[key], ids[key], context)
                for key in sorted(items)
            )
        )
        if lines:
            self._insert_lines(lines)

    def _insert_lines(self, lines):
        """:param lines: values by the names of ``LINE_COLUMNS``"""
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO client_transaction_line (
                            %(columns)s, company_id,
                            create_uid, create_date, write_uid, write_date
                          )
                   SELECT %(columns)s, %(company)s,
                          %(user)s, %(now)s, %(user)s, %(now)s
                     FROM %(rows)s
                """,
                columns=SQL(", ").join(map(SQL.identifier, LINE_COLUMNS)),
                company=self.env.company.id,
                user=self.env.uid,
                now=self.env.cr.now(),
                rows=self._as_table(lines, LINE_COLUMNS),
            )
        )

    def _prepare_lines(self, item, id_, context):
        currency = self._get_currency(item, context)
        rate = self._get_rate(currency, item.date, context)
        for sequence, line in enumerate(item.lines):
            yield {
                "transaction_id": id_,
                "sequence": sequence,
                "product_key": line.product_key or None,
                "product": line.product or None,
                "category": line.category or None,
                "quantity": str(line.quantity),
                "amount": currency.round(float(line.amount)),
                "company_amount": self._convert(item, line.amount, rate),
                "partner_id": context["partners"][item.partner_key],
                "date": item.date.isoformat(),
            }

    def _as_table(self, lines, columns):
        """:return: the lines as a table ``fresh`` that a statement reads from"""
        definition = [
            SQL("%s %s", SQL.identifier(name), SQL.identifier(kind))
            for name, kind in columns.items()
        ]
        return SQL(
            "jsonb_to_recordset(%s::jsonb) AS fresh(%s)",
            json.dumps(lines, ensure_ascii=False),
            SQL(", ").join(definition),
        )

    def _forget_cached(self):
        self.env["client.transaction"].invalidate_model()
        self.env["client.transaction.line"].invalidate_model()
        self.env["res.partner"].invalidate_model(
            ["client_transaction_ids", "client_transaction_count"]
        )
