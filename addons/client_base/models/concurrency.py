"""What another attempt may mend, for everything that works in the background."""

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
