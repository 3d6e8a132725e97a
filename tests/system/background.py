"""What runs behind the screens of a server: begin it, wait for it."""

import time
import xmlrpc.client
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from clients import XmlRpc

REFUSED = 2  # the fault of a UserError
CRON_IS_BUSY = "currently being executed"


def wait_until(condition: Callable[[], bool], what: str, *, timeout: float) -> None:
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, f"{what}: it did not happen"
        time.sleep(0.05)


def begin_cron(
    rpc: XmlRpc, model: str, is_running: Callable[[], bool] = lambda: False
) -> None:
    """Let the cron worker begin the scheduled action of a model.

    Odoo refuses to touch an action that runs, and one whose worker was killed as long
    as the database holds the lock of its last statement.

    :param is_running: says that the action was begun by a worker who came anew
    """
    crons = rpc.call("ir.cron", "search", [("model_id.model", "=", model)])

    def is_begun() -> bool:
        moment = datetime.now(UTC) - timedelta(seconds=5)
        values = {"nextcall": moment.strftime("%Y-%m-%d %H:%M:%S")}
        try:
            rpc.call("ir.cron", "write", crons, values)
        except xmlrpc.client.Fault as fault:
            if fault.faultCode != REFUSED or CRON_IS_BUSY not in fault.faultString:
                raise
            return is_running()
        return True

    wait_until(is_begun, "the scheduled action was begun", timeout=60)


def wait_until_held_up(cursor: Any) -> None:
    """Wait until what goes on waits for what the cursor has locked."""

    def is_waiting() -> bool:
        cursor.execute(
            "SELECT COUNT(*) FROM pg_locks"
            " WHERE PG_BACKEND_PID() = ANY(PG_BLOCKING_PIDS(pid))"
        )
        [count] = cursor.fetchone()
        return bool(count)

    wait_until(is_waiting, "somebody came to the lock", timeout=120)


def finish_cron(rpc: XmlRpc, model: str, *, timeout: float = 120) -> None:
    """Let the scheduled actions of a model run once more, to their end."""
    begin_cron(rpc, model)

    def is_over() -> bool:
        domain = [("model_id.model", "=", model)]
        found = rpc.call("ir.cron", "search_read", domain, ["nextcall"])
        now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S")
        return all(cron["nextcall"] > now for cron in found)

    wait_until(
        is_over, f"the scheduled actions of {model} came to an end", timeout=timeout
    )
