from odoo import fields, models
from odoo.tools import SQL


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
