import logging

import numpy as np

from odoo import SUPERUSER_ID, api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, split_every

from ..tools.duplicates.cards import VERSION
from ..tools.duplicates.changes import KEY, Stored, prepare_change
from .concurrency import CONCURRENCY_ERRORS, meanwhile

_logger = logging.getLogger(__name__)

TOUCHED = "client_base.duplicates.touched"
# Cards of one transaction that are prepared before its commit; more are prepared by
# the scheduled action right after it.
AT_ONCE = 100
BATCH = 50_000
# Cards of a batch that are prepared while the ones before them are written.
PART = 10_000
# What a card is compared by; the phones and e-mails are its contact points.
CARD_FIELDS = frozenset(
    {
        "active",
        "birthdate",
        "city",
        "country_id",
        "is_company",
        "legal_form",
        "name",
        "parent_id",
        "street",
        "street2",
        "type",
        "vat",
        "zip",
    }
)


class ClientDuplicateForm(models.Model):
    """The form in which a card is compared with others, kept beside the card.

    Made before the commit of whoever writes the card, so that the next person who types
    a client in is told of it. What slipped by (SQL, many cards at once) is found by its
    stamp and made again before each scan.
    """

    _name = "client.duplicate.form"
    _description = "Card as It Is Compared"
    _inherit = ["client.duplicate.index", "client.duplicate.loader"]
    _rec_name = "partner_id"
    _log_access = False

    partner_id = fields.Many2one(
        comodel_name="res.partner", required=True, ondelete="cascade"
    )
    # Begins with the version of our reading of cards.
    stamp = fields.Char(required=True, help="What the card said when this was made.")
    mark = fields.Char(required=True, help="The same for cards that compare alike.")
    content = fields.Text(help="The form as one line; empty until it is made anew.")
    held_keys = fields.Binary(attachment=False, help="What the index has of the card.")

    _partner_uniq = models.Constraint("UNIQUE (partner_id)", "A card has one form.")

    def init(self):
        """Let forms that were kept in another way be made anew."""
        result = super().init()
        self.env.cr.execute(
            """
            ALTER TABLE client_duplicate_form DROP COLUMN IF EXISTS data;
            UPDATE client_duplicate_form
               SET content = '',
                   held_keys = '',
                   stamp = REGEXP_REPLACE(stamp, '^[^:]*', '')
             WHERE content IS NULL
            """
        )
        if self.env.cr.rowcount:
            self.env.cr.execute("TRUNCATE client_duplicate_key")
        return result

    # === KEEPING UP ===

    @api.model
    def _touch(self, partner_ids):
        """Note whose cards were written; their forms follow before the commit."""
        precommit = self.env.cr.precommit
        if TOUCHED not in precommit.data:
            precommit.data[TOUCHED] = set()
            nobody = self.env(user=SUPERUSER_ID, context={}, su=True)
            precommit.add(nobody["client.duplicate.form"]._follow_touched)
        precommit.data[TOUCHED].update(partner_ids)

    @api.model
    def _follow_touched(self):
        """Make the forms of the cards that this transaction wrote.

        Nobody is kept from writing a card by it: what fails is left to the scan.
        """
        partner_ids = self.env.cr.precommit.data.pop(TOUCHED, set())
        if len(partner_ids) > AT_ONCE:
            cron = self.env.ref("client_base.ir_cron_client_duplicate_form", False)
            if cron:
                cron._trigger()
            return
        if not partner_ids:
            return
        self.env.flush_all()
        try:
            with self.env.cr.savepoint(flush=False):
                self._refresh(sorted(partner_ids))
        except CONCURRENCY_ERRORS:
            raise
        except Exception:
            _logger.exception("%d cards are not prepared", len(partner_ids))

    @api.model
    def _find_stale(self):
        """Find the cards whose form is missing or older than they are.

        :return: ids of partners; those with a form that are no cards any more, too
        """
        self.env.flush_all()
        if not self.sudo().search_count([], limit=1):
            partners = self._get_partners()
            return partners.search(self._get_card_domain(), order="id").ids
        rows = self.env.execute_query(
            SQL(
                """
                SELECT COALESCE(card.id, form.partner_id)
                  FROM (%s) AS card
             FULL JOIN client_duplicate_form form ON form.partner_id = card.id
                 WHERE form.stamp IS DISTINCT FROM card.stamp
              ORDER BY 1
                """,
                self._select_cards(),
            )
        )
        return [partner_id for (partner_id,) in rows]

    @api.model
    def _cron_refresh(self):
        """Prepare what slipped by, a committed batch at a time."""
        self._sweep_keys()
        stale = self._find_stale()
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(stale))
        normalizers = {}
        for ids in split_every(BATCH, stale, list):
            self._refresh(ids, normalizers)
            if not progress(len(ids)):
                break

    @api.model
    def _refresh(self, partner_ids, normalizers=None):
        """Make the forms of these cards again where they are not what the cards say.

        :param normalizers: code of a country -> ``Normalizer``, filled; many batches
            are faster with those that know the words of the ones before
        :return: id of each card whose form was made -> (its stamp, its form)
        """
        normalizers = {} if normalizers is None else normalizers
        first, *others = [*split_every(PART, partner_ids, list)] or [[]]
        country = self.env.company.country_id.code or "UA"
        made, change = {}, None
        said = self._read_stale(first)
        for ids in [*others, None]:
            with meanwhile(self._write_and_read, change, ids) as answer:
                change, forms = prepare_change(*said, normalizers, country)
            made |= {form.id: (change.stamps[form.id], form) for form in forms}
            said = answer.result()
        self._write(change)
        self.env["client.duplicate"].invalidate_model()
        return made

    @api.model
    def _write_and_read(self, change, partner_ids):
        """Write a ``changes.Change``, and read the cards that are next; either may be
        missing.
        """
        if change:
            self._write(change)
        return self._read_stale(partner_ids) if partner_ids else None

    @api.model
    def _read_stale(self, partner_ids):
        """:return: rows of ``_select_cards`` whose form is not what they say, and the
        ``Stored`` forms that go, by card
        """
        rows = self.env.execute_query(self._select_cards(partner_ids))
        stored = self._fetch_stored(partner_ids)
        stale = [row for row in rows if stored.get(row[0], (None,))[0] != row[-1]]
        current = {row[0] for row in rows} - {row[0] for row in stale}
        return stale, {id_: one for id_, one in stored.items() if id_ not in current}

    @api.model
    def _write(self, change):
        former_keys = {id_: one.keys for id_, one in change.former.items()}
        self._drop(change.former)
        self._write_forms(change.rows)
        self._exchange_keys(former_keys, change.keys)
        self._keep_decisions(change.former, change.stamps)

    @api.model
    def _fetch_stored(self, partner_ids):
        """:return: id of a card that has a form -> ``Stored``"""
        rows = self.env.execute_query(
            SQL(
                "SELECT partner_id, stamp, mark, held_keys FROM client_duplicate_form"
                " WHERE partner_id = ANY(%s)",
                list(partner_ids),
            )
        )
        return {
            id_: Stored(stamp, mark, np.frombuffer(keys, KEY))
            for id_, stamp, mark, keys in rows
        }

    @api.model
    def _keep_decisions(self, former, stamps):
        """Let decisions hold on of cards that we have only learnt to read otherwise.

        :param former: id of a card -> ``Stored`` form that it had
        :param stamps: id of a card -> the stamp that it has
        """
        self.env["client.duplicate"]._follow_marks(
            {
                id_: one.mark
                for id_, one in former.items()
                if id_ in stamps
                and one.stamp.partition(":")[2] == stamps[id_].partition(":")[2]
            }
        )

    # === READING ===

    @api.model
    def _get_card_domain(self):
        """Which partners are compared: clients and their people, no addresses."""
        return (
            Domain("partner_share", "=", True)
            & Domain("id", "not in", self.env["res.company"]._get_own_card_ids())
            & (
                Domain("type", "in", [False, "contact"])
                | Domain("parent_id", "=", False)
            )
        )

    @api.model
    def _get_partners(self):
        # sudo: one client is one client, whoever may read both cards
        return self.env["res.partner"].sudo().with_context(active_test=True)

    @api.model
    def _select_cards(self, partner_ids=None):
        """:return: SQL of what cards say, their id first and their stamp last"""
        domain = self._get_card_domain()
        if partner_ids is not None:
            domain &= Domain("id", "in", list(partner_ids))
        points = SQL()
        if partner_ids is not None:
            points = SQL("AND partner_id = ANY(%s)", list(partner_ids))
        return SQL(
            """
            SELECT said.*, %(version)s || MD5(said::text) AS stamp
              FROM (
                    SELECT partner.id,
                           CONCAT_WS(' ', partner.name, partner.legal_form) AS name,
                           COALESCE(partner.is_company, FALSE) AS is_company,
                           point.phones,
                           point.emails,
                           COALESCE(partner.vat, '') AS tax_id,
                           CONCAT_WS(' ', partner.street, partner.street2) AS street,
                           COALESCE(partner.city, '') AS city,
                           COALESCE(partner.zip, '') AS zip,
                           COALESCE(partner.birthdate::text, '') AS birthdate,
                           COALESCE(partner.parent_id, 0) AS parent_id,
                           COALESCE(country.code, '') AS country
                      FROM res_partner partner
                 LEFT JOIN res_country country ON country.id = partner.country_id
                 LEFT JOIN (%(points)s) AS point ON point.partner_id = partner.id
                     WHERE partner.id IN %(cards)s
                   ) AS said
            """,
            version=f"{VERSION}:",
            points=self._select_points(points),
            cards=self._get_partners()._search(domain).subselect(),
        )

    @api.model
    def _select_points(self, condition):
        return SQL(
            """
            SELECT partner_id,
                   ARRAY_AGG(COALESCE(normalized, value) ORDER BY id)
                       FILTER (WHERE kind = 'phone') AS phones,
                   ARRAY_AGG(COALESCE(normalized, value) ORDER BY id)
                       FILTER (WHERE kind = 'email') AS emails
              FROM client_contact_point
             WHERE kind IN ('phone', 'email') %s
          GROUP BY partner_id
            """,
            condition,
        )

    # === WRITING ===

    @api.model
    def _drop(self, partner_ids):
        """Delete forms; what is left of their keys is harmless (see the index)."""
        if partner_ids:
            self.env.cr.execute(
                SQL(
                    "DELETE FROM client_duplicate_form WHERE partner_id = ANY(%s)",
                    list(partner_ids),
                )
            )

    @api.model
    def _forget(self, partner_ids):
        """Delete the forms and keys of cards that are about to go, for good."""
        self.env.cr.precommit.data.get(TOUCHED, set()).difference_update(partner_ids)
        stored = self._fetch_stored(partner_ids)
        self._drop(stored)
        self._exchange_keys({id_: one.keys for id_, one in stored.items()}, {})

    @api.model
    def _write_forms(self, rows):
        """:param rows: as ``changes.to_copy_row`` makes them"""
        if rows:
            self._copy(
                "COPY client_duplicate_form"
                " (partner_id, stamp, mark, content, held_keys)"
                " FROM STDIN (FORMAT binary)",
                b"".join(rows),
            )
