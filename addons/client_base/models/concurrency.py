"""What everything that works in the background needs of transactions and threads."""

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

from psycopg2.errors import DeadlockDetected, LockNotAvailable, SerializationFailure

from odoo.exceptions import ConcurrencyError

# Never a fault of the record at hand: to be raised again, and tried again.
CONCURRENCY_ERRORS = (
    ConcurrencyError,
    SerializationFailure,
    DeadlockDetected,
    LockNotAvailable,
)
# So often something is tried within one run.
MAX_FAILURES = 5


def run_patiently(env, work):
    """Do the work again when somebody else wrote the same rows meanwhile.

    For scheduled actions, which Odoo runs once only: what the work has not committed is
    taken back before the next attempt.

    :param work: called without arguments
    :return: what the work returns
    :raises: one of ``CONCURRENCY_ERRORS`` after the last attempt
    """
    for _attempt in range(MAX_FAILURES):
        try:
            return work()
        except CONCURRENCY_ERRORS:
            env.cr.rollback()
            env.invalidate_all()
    return work()


@contextmanager
def meanwhile(work, *arguments):
    """Let the database work while the block computes: on a core of its own.

    The block must not use the cursor, and leaves when ``work`` has ended, too.

    :param work: called in another thread with ``arguments``, unless all are empty; what
        it raises the end of the block raises
    :return: future of what it answers
    """
    if not any(arguments):
        answer = Future()
        answer.set_result(None)
        yield answer
        return
    with ThreadPoolExecutor(max_workers=1) as executor:
        answer = executor.submit(work, *arguments)
        yield answer
    answer.result()
