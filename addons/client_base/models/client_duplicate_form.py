import hashlib
import json
import logging

from odoo import SUPERUSER_ID, api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, split_every

from ..tools.duplicates.cards import VERSION, Card, NormalCard, Normalizer
from ..tools.duplicates.keys import stored_keys
from .concurrency import CONCURRENCY_ERRORS

_logger = logging.getLogger(__name__)

TOUCHED = "client_base.duplicates.touched"
# Cards of one transaction that are prepared before its commit; more are prepared by
# the scheduled action right after it.
AT_ONCE = 100
BATCH = 2000
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
    _rec_name = "partner_id"
    _log_access = False

    partner_id = fields.Many2one(
        comodel_name="res.partner", required=True, ondelete="cascade"
    )
    # Begins with the version of our reading of cards.
    stamp = fields.Char(required=True, help="What the card said when this was made.")
    mark = fields.Char(required=True, help="The same for cards that compare alike.")
    data = fields.Json(required=True)

    _partner_uniq = models.Constraint("UNIQUE (partner_id)", "A card has one form.")

    def init(self):
        """Make the table of keys; the primary key answers who has one."""
        self.env.cr.execute(
            """
            CREATE TABLE IF NOT EXISTS client_duplicate_key (
                key int8 NOT NULL,
                partner_id int4 NOT NULL REFERENCES res_partner ON DELETE CASCADE,
                PRIMARY KEY (key, partner_id)
            );
            CREATE INDEX IF NOT EXISTS client_duplicate_key_partner_idx
                      ON client_duplicate_key (partner_id)
            """
        )

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
        stale = self._find_stale()
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(stale))
        for ids in split_every(BATCH, stale, list):
            self._refresh(ids)
            if not progress(len(ids)):
                break

    @api.model
    def _refresh(self, partner_ids):
        """Make the forms of these cards again where they are not what the cards say."""
        for ids in split_every(BATCH, partner_ids, list):
            cards = {
                row[0]: row for row in self.env.execute_query(self._select_cards(ids))
            }
            gone = [id_ for id_ in ids if id_ not in cards]
            known = self._fetch_stamps(cards)
            stale = [
                id_ for id_, row in cards.items() if known.get(id_, ("",))[0] != row[-1]
            ]
            self._drop([*gone, *stale])
            self._insert([cards[id_] for id_ in stale])
            self._keep_decisions(
                {
                    id_: known[id_][1]
                    for id_ in stale
                    if id_ in known and self._is_same(known[id_][0], cards[id_][-1])
                }
            )
        self.env["client.duplicate"].invalidate_model()

    @api.model
    def _fetch_stamps(self, partner_ids):
        """:return: id of a card -> (stamp, mark) of its stored form"""
        rows = self.env.execute_query(
            SQL(
                "SELECT partner_id, stamp, mark FROM client_duplicate_form"
                " WHERE partner_id = ANY(%s)",
                list(partner_ids),
            )
        )
        return {id_: (stamp, mark) for id_, stamp, mark in rows}

    @api.model
    def _is_same(self, stamp, other):
        """:return: whether a card says the same, whatever we read out of it by now"""
        return stamp.partition(":")[2] == other.partition(":")[2]

    @api.model
    def _keep_decisions(self, former):
        """Let decisions hold on of cards that we have only learnt to read otherwise.

        :param former: id of a card -> the mark of the form that it had
        """
        if not former:
            return
        for side in ("left", "right"):
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE client_duplicate pair
                       SET %(mark)s = form.mark
                      FROM UNNEST(%(ids)s::int[], %(marks)s::text[])
                           AS former (partner_id, mark)
                      JOIN client_duplicate_form form
                        ON form.partner_id = former.partner_id
                     WHERE pair.%(card)s = former.partner_id
                       AND pair.%(mark)s = former.mark
                       AND pair.state = 'different'
                    """,
                    mark=SQL.identifier(f"{side}_mark"),
                    card=SQL.identifier(f"{side}_id"),
                    ids=list(former),
                    marks=list(former.values()),
                )
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
    def _select_cards(self, partner_ids=None):
        """:return: SQL of what cards say, their id first and their stamp last"""
        # sudo: one client is one client, whoever may read both cards
        Partner = self.env["res.partner"].sudo().with_context(active_test=True)
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
            cards=Partner._search(domain).subselect(),
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

    @api.model
    def _load(self, partner_ids=None, company=None):
        """Load stored forms.

        :param company: only of cards that this company and everybody knows; whoever
            may not read a card is told that there is one, and no more
        :return: list of ``tools.duplicates.cards.NormalCard``, by id
        """
        conditions = [SQL("TRUE")]
        if partner_ids is not None:
            conditions.append(SQL("form.partner_id = ANY(%s)", list(partner_ids)))
        if company is not None:
            self.env["res.partner"].flush_model(["company_id"])
            conditions.append(
                SQL(
                    "EXISTS (SELECT FROM res_partner card"
                    " WHERE card.id = form.partner_id"
                    " AND COALESCE(card.company_id, %(company)s) = %(company)s)",
                    company=company.id,
                )
            )
        rows = self.env.execute_query(
            SQL(
                "SELECT data FROM client_duplicate_form form WHERE %s"
                " ORDER BY partner_id",
                SQL(" AND ").join(conditions),
            )
        )
        return [NormalCard.from_json(data) for (data,) in rows]

    # === WRITING ===

    @api.model
    def _drop(self, partner_ids):
        for table in ("client_duplicate_form", "client_duplicate_key"):
            self.env.cr.execute(
                SQL(
                    "DELETE FROM %s WHERE partner_id = ANY(%s)",
                    SQL.identifier(table),
                    partner_ids,
                )
            )

    @api.model
    def _insert(self, rows):
        normalizers = {}
        forms = []
        own = self.env.company.country_id.code or "UA"
        for *said, country, _stamp in rows:
            country = country or own
            normalizer = normalizers.setdefault(country, Normalizer(country))
            forms.append(normalizer.normalize(self._to_card(*said)))
        self.env.cr.execute_values(
            "INSERT INTO client_duplicate_form (partner_id, stamp, mark, data)"
            " VALUES %s",
            [
                (form.id, row[-1], self._mark(form), json.dumps(form.to_json()))
                for form, row in zip(forms, rows, strict=True)
            ],
            page_size=BATCH,
        )
        held = stored_keys(forms)
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO client_duplicate_key (key, partner_id)
                     SELECT * FROM UNNEST(%s::int8[], %s::int4[])
                """,
                [key for key, _partner_id in held],
                [partner_id for _key, partner_id in held],
            )
        )

    @api.model
    def _to_card(
        self, id_, name, company, phones, emails, tax, street, city, zip_, born, parent
    ):
        return Card(
            id=id_,
            name=name,
            is_company=company,
            phones=tuple(phones or ()),
            emails=tuple(emails or ()),
            tax_id=tax,
            street=street,
            city=city,
            zip=zip_,
            birthdate=born,
            parent_id=parent,
        )

    @api.model
    def _mark(self, form):
        """:return: a short sum of all that is compared"""
        content = json.dumps(form.content, ensure_ascii=True)
        return hashlib.blake2b(content.encode(), digest_size=8).hexdigest()
