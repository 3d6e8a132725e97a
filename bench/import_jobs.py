"""What the benchmark measures: each job in a process of its own, with Odoo in it.

    python import_jobs.py JOB DATABASE FILE

The last line that a job prints is JSON: seconds, CPU seconds, peak memory, counts.
"""

import base64
import json
import resource
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from import_data import CORE_FIELDS, HEADER

import odoo
from odoo.modules.registry import Registry

# What the web client sends: 2,000 rows a call, tracking off.
CORE_STEP = 2_000
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Figures = dict[str, Any]


@contextmanager
def open_environment(database: str) -> Iterator[Any]:
    """Yield the environment of the administrator; commit at the end."""
    registry = Registry(database)
    with registry.cursor() as cursor:
        root = odoo.api.Environment(cursor, odoo.SUPERUSER_ID, {})
        user = root.ref("base.user_admin")
        yield root(user=user, context=user.context_get())


# === CORE ===


def core(env: Any, content: bytes) -> Figures:
    """Bring a file in with base_import, step by step, as the web client does."""
    wizard = env["base_import.import"].create(
        {
            "res_model": "res.partner",
            "file": content,
            "file_name": "clients.xlsx",
            "file_type": XLSX,
        }
    )
    env.cr.commit()
    wizard = wizard.with_context(tracking_disable=True)
    skip, count = 0, 0
    while True:
        result = wizard.execute_import(
            list(CORE_FIELDS), [name.lower() for name in HEADER], _core_options(skip)
        )
        if result["messages"]:
            raise ValueError(f"base_import: {result['messages'][:2]}")
        env.cr.commit()
        env.invalidate_all()  # each step of the web client is a request of its own
        count += len(result["ids"])
        skip = result["nextrow"]
        if not skip:
            return {"rows": count}


def _core_options(skip: int) -> dict[str, Any]:
    return {
        "import_skip_records": [],
        "import_set_empty_fields": [],
        "fallback_values": {},
        "name_create_enabled_fields": {},
        "has_headers": True,
        "advanced": True,
        "keep_matches": False,
        "limit": CORE_STEP,
        "skip": skip,
        "sheets": ["Clients"],
        "sheet": "Clients",
        "tracking_disable": True,
        "quoting": '"',
        "separator": "",
        "encoding": "",
        "date_format": "",
        "datetime_format": "",
        "float_thousand_separator": ",",
        "float_decimal_separator": ".",
    }


# === OURS ===


def ours(env: Any, content: bytes) -> Figures:
    """Bring a file in with client.import: read, judge, apply all of it."""
    started = time.perf_counter()
    file = _read(env, content)
    read_seconds = time.perf_counter() - started
    counts = _count(file)
    file.action_apply()
    env.cr.commit()
    cron = env.ref("client_base.ir_cron_client_import")
    # what the file leaves to the background, until the background has done it
    while file.state == "applying":
        cron.sudo().method_direct_trigger()
        env.cr.commit()
        env.invalidate_all()
    return {"rows": file.done_count, "read_seconds": read_seconds, **counts}


def read(env: Any, content: bytes) -> Figures:
    """Read and judge a file only."""
    return _count(_read(env, content))


def _read(env: Any, content: bytes) -> Any:
    file = env["client.import"].create(
        {
            "data": base64.b64encode(content),
            "filename": "clients.xlsx",
            "country_id": env.ref("base.ua").id,
        }
    )
    file.action_read()
    env.cr.commit()
    return file


def _count(file: Any) -> Figures:
    return {
        "judged": file.row_count,
        "create": file.create_count,
        "update": file.update_count,
        "unchanged": file.unchanged_count,
        "to_decide": file.ask_count,
        "rejected": file.rejected_count,
    }


JOBS: dict[str, Callable[[Any, bytes], Figures]] = {
    "core": core,
    "ours": ours,
    "read": read,
}


def main(job: str, database: str, path: str) -> None:
    odoo.tools.config.parse_config(
        ["-d", database, "--no-http", "--log-level=warn", "--max-cron-threads=0"],
        setup_logging=True,
    )
    content = Path(path).read_bytes()
    with open_environment(database) as env:
        started, cpu = time.perf_counter(), time.process_time()
        figures = JOBS[job](env, content)
        figures |= {
            "seconds": time.perf_counter() - started,
            "cpu": time.process_time() - cpu,
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }
    print(json.dumps(figures))


if __name__ == "__main__":
    main(*sys.argv[1:])
