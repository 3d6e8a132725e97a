"""Tells the scheduler that there is work: at once, and once for many requests."""

import threading
import time

# A connection for each word is dear; so long the words of one process are gathered.
PAUSE_SECONDS = 0.5


class CronNotice:
    """What waits is in the database already: a word that gets lost costs a minute."""

    def __init__(self):
        self._lock = threading.Lock()
        self._told_at = {}
        self._waiting = set()

    def tell(self, cron):
        """Wake the scheduler of the database of ``cron`` now, or in a moment.

        :param cron: ``ir.cron``, after the commit of what waits
        """
        database = cron.env.cr.dbname
        with self._lock:
            if database in self._waiting:
                return
            now = time.monotonic()
            pause = self._told_at.get(database, -PAUSE_SECONDS) + PAUSE_SECONDS - now
            if pause <= 0:
                self._told_at[database] = now
            else:
                self._waiting.add(database)
        if pause <= 0:
            cron._notifydb()
        else:
            timer = threading.Timer(pause, self._tell_late, (database, cron))
            timer.daemon = True  # a process that ends does not wait for it
            timer.start()

    def _tell_late(self, database, cron):
        with self._lock:
            self._waiting.discard(database)
            self._told_at[database] = time.monotonic()
        cron._notifydb()


cron_notice = CronNotice()
