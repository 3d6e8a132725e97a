import io

import numpy as np
from psycopg2.errors import UniqueViolation

from odoo import api, models
from odoo.exceptions import ConcurrencyError
from odoo.tools import SQL

from ..tools.duplicates.keys import key_cap

# What PostgreSQL's binary COPY reads: signature, no flags, no extension; rows of so
# many values, each after its length, here of keys; the end.
COPY_HEAD = b"PGCOPY\n\xff\r\n\0" + bytes(8)
COPY_ROW = np.dtype(
    [
        ("fields", ">i2"),
        ("key_size", ">i4"),
        ("key", ">i8"),
        ("card_size", ">i4"),
        ("card", ">i4"),
    ]
)
COPY_END = b"\xff\xff"
# Bytes that are handed over at once: for each time a thread waits for the others.
COPY_SIZE = 1 << 24


class ClientDuplicateIndex(models.AbstractModel):
    """The table of who has which key: what cards worth comparing are found by.

    The keys of a card are kept beside its form, too, so that only those that changed
    are written. There is no foreign key: to check two million rows by it would take
    longer than to write them. Keys of a card that is gone are harmless, for it has no
    form any more either, and are swept out before each scan.
    """

    _name = "client.duplicate.index"
    _description = "Keys That Cards Are Found by"

    def init(self):
        """Make the table of keys; the primary key answers who has one."""
        self.env.cr.execute(
            """
            CREATE TABLE IF NOT EXISTS client_duplicate_key (
                key int8 NOT NULL,
                partner_id int4 NOT NULL,
                PRIMARY KEY (key, partner_id)
            );
            ALTER TABLE client_duplicate_key
                  DROP CONSTRAINT IF EXISTS client_duplicate_key_partner_id_fkey;
            DROP INDEX IF EXISTS client_duplicate_key_partner_idx
            """
        )

    @api.model
    def _exchange_keys(self, former, current):
        """Bring the table in line with what cards are found by now.

        :param former: id of a card -> array of the 64-bit keys it had
        :param current: the same of the keys it has
        """
        nothing = np.zeros(0, np.int64)
        gone, new = [], []
        for card_id in former.keys() | current.keys():
            had, has = former.get(card_id, nothing), current.get(card_id, nothing)
            if len(had):
                gone.append((card_id, np.setdiff1d(had, has)))
                has = np.setdiff1d(has, had)
            new.append((card_id, has))
        self._delete_keys(*self._to_arrays(gone))
        self._insert_keys(*self._to_arrays(new))

    @api.model
    def _to_arrays(self, keys_of):
        """:return: keys and the card of each, in the order of the index"""
        if not keys_of:
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        keys = np.concatenate([keys for _card_id, keys in keys_of])
        cards = np.repeat(
            [card_id for card_id, _keys in keys_of],
            [len(keys) for _card_id, keys in keys_of],
        )
        order = np.lexsort((cards, keys))
        return keys[order], cards[order]

    @api.model
    def _delete_keys(self, keys, cards):
        if len(keys):
            self.env.cr.execute(
                SQL(
                    """
                    DELETE FROM client_duplicate_key held
                          USING UNNEST(%s::int8[], %s::int4[]) AS gone(key, card)
                          WHERE held.key = gone.key AND held.partner_id = gone.card
                    """,
                    keys.tolist(),
                    cards.tolist(),
                )
            )

    @api.model
    def _insert_keys(self, keys, cards):
        """Write as PostgreSQL's binary COPY reads: there are millions of them."""
        if not len(keys):
            return
        rows = np.zeros(len(keys), COPY_ROW)
        rows["fields"] = 2
        rows["key_size"], rows["key"] = 8, keys
        rows["card_size"], rows["card"] = 4, cards
        self._copy(
            "COPY client_duplicate_key (key, partner_id) FROM STDIN (FORMAT binary)",
            rows.tobytes(),
        )

    @api.model
    def _copy(self, statement, rows):
        """Write rows in the fastest way that there is.

        :param bytes rows: as PostgreSQL's binary COPY reads them
        :raise ConcurrencyError: somebody else wrote the same meanwhile
        """
        try:
            self.env.cr.copy_expert(
                statement, io.BytesIO(COPY_HEAD + rows + COPY_END), COPY_SIZE
            )
        except UniqueViolation as error:
            raise ConcurrencyError(str(error)) from error

    @api.model
    def _sweep_keys(self):
        """Delete the keys of cards that have no form any more."""
        self.env.cr.execute(
            """
            DELETE FROM client_duplicate_key held
                  WHERE NOT EXISTS (
                            SELECT 1
                              FROM client_duplicate_form form
                             WHERE form.partner_id = held.partner_id
                        )
            """
        )

    @api.model
    def _fetch_holders(self, keys):
        """:return: key -> ids of the cards that have it, up to one more than its cap"""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT asked.key, held.partner_id
                  FROM UNNEST(%s::int8[], %s::int4[]) AS asked(key, cap)
    CROSS JOIN LATERAL (
                        SELECT partner_id
                          FROM client_duplicate_key
                         WHERE key = asked.key
                         LIMIT asked.cap + 1
                       ) AS held
                """,
                keys,
                [key_cap(key) for key in keys],
            )
        )
        holders = {}
        for key, partner_id in rows:
            holders.setdefault(key, []).append(partner_id)
        return holders
