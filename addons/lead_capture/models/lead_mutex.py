from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

# Longer than any transaction: whoever waits for an older row has given up.
KEPT = timedelta(days=1)
GC_BATCH = 10_000


class LeadMutex(models.Model):
    """One row for each phone, e-mail or team that only one process may work on.

    A snapshot is older than our code: whoever searches before he creates makes a
    duplicate. Who takes the row second waits for the first and is then refused, to be
    run again on a snapshot that has what the first one made.
    """

    _name = "lead.mutex"
    _description = "Lock of a Sender"
    _log_access = False

    key = fields.Char(required=True, readonly=True)
    taken_at = fields.Datetime(readonly=True)

    _key_uniq = models.Constraint("UNIQUE (key)", "There is such a lock already.")

    def _take(self, keys):
        """Hold the rows of ``keys`` until the transaction ends.

        In sorted order, so that two processes never wait for each other.

        :param keys: any iterable of texts
        :raises psycopg2.errors.SerializationFailure: when somebody else had one of them
            since this transaction began: it is to be run again
        """
        wanted = sorted(set(keys))
        if not wanted:
            return
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO lead_mutex (key, taken_at)
                     SELECT key, now() AT TIME ZONE 'UTC'
                       FROM unnest(%s) AS wanted(key)
                ON CONFLICT (key) DO UPDATE
                        SET taken_at = EXCLUDED.taken_at
                """,
                wanted,
            )
        )

    @api.autovacuum
    def _gc_locks(self):
        """Forget the phones and e-mails that nobody holds any more.

        :return: how many rows went, whether there may be more
        """
        self.env.cr.execute(
            SQL(
                """
                DELETE FROM lead_mutex
                 WHERE id IN (
                           SELECT id
                             FROM lead_mutex
                            WHERE taken_at < %s
                         ORDER BY id
                            LIMIT %s
                       FOR UPDATE SKIP LOCKED
                       )
                """,
                fields.Datetime.now() - KEPT,
                GC_BATCH,
            )
        )
        count = self.env.cr.rowcount
        return count, count == GC_BATCH
