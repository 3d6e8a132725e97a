from contextlib import contextmanager

from odoo import api, models
from odoo.tools import SQL

from ..tools import card_rules

STORED = ("completeness", "missing_fields", "entry_problem")
PENDING = "client_base.types_to_recount"


class _Collector(set):
    """Types whose cards are counted anew at the end of the change under way."""


class CardRecount(models.AbstractModel):
    """Counts all cards of a type anew with one statement, when its rules change."""

    _name = "client.card.recount"
    _description = "Counting of Cards"

    @contextmanager
    def _recount_once(self):
        """Let everything that changes inside be counted together.

        :return: this recordset, to make the change with
        """
        if isinstance(self.env.context.get("card_recount"), _Collector):
            yield self
            return
        collector = _Collector()
        yield self.with_context(card_recount=collector)
        if collector:
            self._recount_cards(collector)

    def _recount_after_change(self, type_ids):
        """Forget the rules that were known, and count the cards of ``type_ids``.

        :param type_ids: ids of types; False means that a rule of every client changed
        """
        self.env.flush_all()
        self.env.registry.clear_cache()
        collector = self.env.context.get("card_recount")
        if isinstance(collector, _Collector):
            collector.update(type_ids)
        elif type_ids:
            self._recount_cards(type_ids)

    @api.model
    def _recount_cards(self, type_ids):
        if self.pool.ready:
            self._recount(type_ids)
            return
        # While addons are installed a rule a statement would take too long.
        precommit = self.env.cr.precommit
        pending = precommit.data.setdefault(PENDING, set())
        if not pending:
            precommit.add(self._recount_pending)
        pending.update(type_ids)

    @api.model
    def _recount_pending(self):
        self._recount(self.env.cr.precommit.data.pop(PENDING, set()))

    @api.model
    def _recount(self, type_ids):
        """Count the cards anew, as ``_compute_completeness`` would."""
        books = self.env["client.type.field"]._get_rulebooks()
        # sudo: the figures are true for everybody, whoever changed the rule
        Card = self.env["res.partner"].sudo().with_context(active_test=False)
        Card.flush_model()
        for type_id in books if False in type_ids else type_ids:
            if type_id in books:
                self.env.execute_query(self._get_recount_query(Card, type_id, books))
        Card.invalidate_model([*STORED, "missing_labels"])

    @api.autovacuum
    def _recount_all(self):
        """Mend what was written by old rules while the new ones were being saved."""
        self._recount({False})

    @api.model
    def _get_recount_query(self, Card, type_id, books):
        book = books[type_id]
        wanted = book.wanted
        query = Card._search(
            Card._get_client_domain() & Card._get_type_domain(type_id),
            bypass_access=True,
        )
        counted = query.select(
            SQL.identifier(Card._table, "id"),
            self._get_sum(Card, wanted, type_id),
            self._get_names(Card, wanted, type_id),
        )
        total = sum(rule.weight for rule in wanted)
        required = [] if book.policy == card_rules.COUNT else sorted(book.required)
        return SQL(
            """
            WITH counted (id, got, missing) AS (%(counted)s),
                 new (id, completeness, missing_fields, entry_problem) AS (
                    SELECT id,
                           CASE WHEN got = %(total)s THEN 100
                                ELSE LEAST(99, (200 * got + %(total)s) / %(twice)s)
                            END,
                           NULLIF(ARRAY_TO_STRING(missing, ','), ''),
                           missing && %(required)s::text[]
                      FROM counted
                 )
            UPDATE res_partner card
               SET completeness = new.completeness,
                   missing_fields = new.missing_fields,
                   entry_problem = new.entry_problem
              FROM new
             WHERE card.id = new.id
               AND (card.completeness, card.missing_fields, card.entry_problem)
                   IS DISTINCT FROM
                   (new.completeness, new.missing_fields, new.entry_problem)
            """,
            counted=counted,
            total=total,
            twice=max(2 * total, 1),
            required=required,
        )

    @api.model
    def _get_sum(self, Card, wanted, type_id):
        terms = [
            SQL(
                "CASE WHEN %s THEN %s ELSE 0 END",
                Card._get_filled_sql(rule.name, type_id),
                rule.weight,
            )
            for rule in wanted
        ]
        return SQL(" + ").join(terms) if terms else SQL("0")

    @api.model
    def _get_names(self, Card, wanted, type_id):
        terms = [
            SQL(
                "CASE WHEN %s THEN NULL ELSE %s END",
                Card._get_filled_sql(rule.name, type_id),
                rule.name,
            )
            for rule in wanted
        ]
        names = SQL(", ").join(terms)
        return SQL("ARRAY_REMOVE(ARRAY[%s]::text[], NULL)", names)
