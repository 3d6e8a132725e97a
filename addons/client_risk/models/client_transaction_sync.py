from odoo import api, models
from odoo.tools import SQL

from ..tools import transactions as told


class ClientTransactionSync(models.AbstractModel):
    """The door through which an accounting system tells its documents."""

    _name = "client.transaction.sync"
    _description = "Door for Transactions"
    _inherit = ["client.transaction.writer", "client.sync.door"]

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
    def _take_over(self, source, rows, partners=None):
        """Store documents, and judge nobody.

        :param partners: ids of clients by their keys, where the caller knows them
        :return: the answers of ``upsert``, and the clients of whom news was told
        """
        parsed, errors = self._parse_rows(rows, told.parse)
        context = self._make_context(source, parsed.values())
        context["partners"] |= partners or {}
        errors |= self._take_out_unknown(parsed, context)
        known, ids = self._fetch_known(source, [item.key for item in parsed.values()])
        statuses, to_store = told.settle(known, list(parsed.values()))
        ids |= self._store(source, to_store, ids, context)
        told_of = {context["partners"][item.partner_key] for item in to_store.values()}
        found = dict(zip(parsed, statuses, strict=True))
        answers = [
            self._make_error(row, errors[number])
            if number in errors
            else self._make_answer(
                parsed[number].key, found[number], ids[parsed[number].key]
            )
            for number, row in enumerate(rows)
        ]
        return answers, self.env["res.partner"].browse(sorted(told_of))

    def _get_error_messages(self, **values):
        return super()._get_error_messages(**values) | {
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
            "bad_lines": self.env._("“lines” is no list of at most 1,000 lines."),
            "unknown_currency": self.env._(
                "There is no currency “%(value)s” here.", **values
            ),
            "unknown_partner": self.env._(
                "No client has the key “%(value)s”: send the client first.", **values
            ),
        }

    # === READING ===

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

        Clients are known as ``client_upsert`` knows them: by any of their keys, and by
        those of cards that were merged into theirs. Whose key was lost with his card
        in a merge is known by the documents told before.
        """
        known = self.env["client.upsert"]._fetch_known(source, keys)
        found = {key: card_id for key, (_known, card_id, _told) in known.items()}
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
