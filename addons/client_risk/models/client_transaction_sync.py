import json
from itertools import chain

from odoo import api, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import transactions as told

MAX_ROWS = 1000
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


class ClientTransactionSync(models.AbstractModel):
    """The door through which an accounting system tells its documents."""

    _name = "client.transaction.sync"
    _description = "Door for Transactions"

    @api.model
    def upsert(self, source, rows):
        """Take over documents; safe to repeat, in any order, from several scripts.

        What was told by a newer version stays. Two scripts at once: the later one is
        run again by Odoo on what the first has written.

        :param source: the name the accounting system gives itself
        :param rows: at most 1,000 dicts of key, partner_key, date, kind (order,
            shipment, invoice, payment, return), amount and, if you like, currency,
            number, version, cancelled, due_date, total (with tax), lines (dicts of
            product_key, product, category, quantity, amount)
        :return: for each row, in order, a dict of key, status (created, updated,
            unchanged, stale, gone, error), id (0 of an error), error_code and message
        """
        self.check_access("create")
        self.check_access("write")
        source = self._check_batch(source, rows)
        answers, partners = self._take_over(source, rows)
        self.env["client.profile"]._judge_clients(partners, self.env.company)
        return answers

    @api.model
    def _take_over(self, source, rows):
        """Store documents, and judge nobody.

        :return: the answers of ``upsert``, and the clients of whom news was told
        """
        parsed, errors = self._parse_rows(rows)
        context = self._make_context(source, parsed.values())
        errors |= self._take_out_unknown(parsed, context)
        known, ids = self._fetch_known(source, [item.key for item in parsed.values()])
        statuses, to_store = told.settle(known, list(parsed.values()))
        ids |= self._store(source, to_store, ids, context)
        told_of = {context["partners"][item.partner_key] for item in to_store.values()}
        found = dict(zip(parsed, statuses, strict=True))
        answers = [
            self._make_error(row, errors[number])
            if number in errors
            else self._make_answer(parsed[number].key, found[number], ids)
            for number, row in enumerate(rows)
        ]
        return answers, self.env["res.partner"].browse(sorted(told_of))

    def _make_answer(self, key, status, ids):
        return {
            "key": key,
            "status": status,
            "id": ids[key],
            "error_code": "",
            "message": "",
        }

    def _make_error(self, row, error):
        return {
            "key": told.key_of(row),
            "status": "error",
            "id": 0,
            "error_code": error.code,
            "message": self._get_error_message(error),
        }

    def _get_error_message(self, error):
        """:return: a sentence that says what the script's author has to mend"""
        values = {"field": error.field, "value": error.value}
        messages = {
            "malformed": self.env._("“%(field)s” is not what it should be.", **values),
            "missing": self.env._("“%(field)s” is missing.", **values),
            "too_long": self.env._("“%(field)s” is too long.", **values),
            "bad_date": self.env._(
                "“%(value)s” is no date: write 2026-12-31.", **values
            ),
            "bad_kind": self.env._(
                "“%(value)s” is none of order, shipment, invoice, payment, return.",
                **values,
            ),
            "bad_amount": self.env._(
                "“%(value)s” in “%(field)s” is no number.", **values
            ),
            "bad_version": self.env._(
                "The version “%(value)s” is neither a number nor a time.", **values
            ),
            "bad_lines": self.env._("“lines” is no list of at most 1,000 lines."),
            "unknown_currency": self.env._(
                "There is no currency “%(value)s” here.", **values
            ),
            "unknown_partner": self.env._(
                "No client has the key “%(value)s”: send the client first.", **values
            ),
        }
        return messages[error.code]

    # === READING ===

    def _check_batch(self, source, rows):
        """:return: the source in its clean form"""
        if not isinstance(source, str) or not told.clean_text(source):
            raise UserError(self.env._("Say which system speaks: source is empty."))
        if not isinstance(rows, list | tuple):
            raise UserError(self.env._("Rows must be a list."))
        if len(rows) > MAX_ROWS:
            raise UserError(
                self.env._(
                    "Send at most %(most)s rows at once; these are %(count)s.",
                    most=MAX_ROWS,
                    count=len(rows),
                )
            )
        return told.clean_text(source)[: told.MAX_TEXT]

    def _parse_rows(self, rows):
        """:return: transactions and errors, both by the number of the row"""
        parsed, errors = {}, {}
        for number, row in enumerate(rows):
            try:
                parsed[number] = told.parse(row)
            except told.RowError as error:
                errors[number] = error
        return parsed, errors

    def _take_out_unknown(self, parsed, context):
        """:return: errors of the rows that refer to what is not here, by number"""
        errors = {}
        for number, item in parsed.items():
            error = self._find_unknown(item, context)
            if error:
                errors[number] = error
        for number in errors:
            del parsed[number]
        return errors

    def _find_unknown(self, item, context):
        if item.currency and item.currency not in context["currencies"]:
            return told.RowError("unknown_currency", "currency", item.currency)
        if item.partner_key not in context["partners"]:
            return told.RowError("unknown_partner", "partner_key", item.partner_key)
        return None

    def _make_context(self, source, items):
        """Look up at once what all rows refer to.

        :return: ids of ``partners`` by key and of ``currencies`` by name
        """
        codes = {item.currency for item in items if item.currency}
        Currency = self.env["res.currency"].with_context(active_test=False)
        return {
            "partners": self._fetch_partners(
                source, {item.partner_key for item in items}
            ),
            "currencies": {
                currency.name: currency
                for currency in Currency.search([("name", "in", list(codes))])
            },
            "rates": {},
        }

    def _fetch_partners(self, source, keys):
        """:return: ids of the clients by their key in the accounting system

        A client of this company goes before a shared one. Whose key was lost with his
        card in a merge is known by the documents told before.
        """
        company = self.env.company
        # sudo: a script may not read cards, and learns only whether a key is known
        Partner = self.env["res.partner"].sudo().with_context(active_test=False)
        clients = Partner.search_fetch(
            Domain("sync_source", "=", source)
            & Domain("sync_key", "in", list(keys))
            & Domain("company_id", "in", [False, company.id]),
            ["sync_key", "company_id"],
        )
        ordered = clients.sorted(lambda one: bool(one.company_id))
        found = {client.sync_key: client.id for client in ordered}
        return self._fetch_former_partners(source, keys - set(found)) | found

    def _fetch_former_partners(self, source, keys):
        """:return: ids of the clients by the keys of their earlier documents"""
        if not keys:
            return {}
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT partner_key, MAX(partner_id)
                      FROM client_transaction
                     WHERE source = %(source)s
                       AND company_id = %(company)s
                       AND partner_key = ANY(%(keys)s)
                  GROUP BY partner_key
                    HAVING COUNT(DISTINCT partner_id) = 1
                    """,
                    source=source,
                    company=self.env.company.id,
                    keys=list(keys),
                )
            )
        )

    def _fetch_known(self, source, keys):
        """:return: ``told.Known`` and id of what is stored, both by key"""
        self.env["client.transaction"].flush_model()
        lines = self.env.execute_query(
            SQL(
                """
                SELECT key, id, version::text, digest, active IS NOT TRUE
                  FROM client_transaction
                 WHERE company_id = %(company)s
                   AND source = %(source)s
                   AND key = ANY(%(keys)s)
                """,
                company=self.env.company.id,
                source=source,
                keys=list(keys),
            )
        )
        known = {
            key: told.Known(version and told.Decimal(version), digest or "", gone)
            for key, _id, version, digest, gone in lines
        }
        return known, {key: id_ for key, id_, *_rest in lines}

    # === WRITING ===

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
        if not lines:
            return
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
