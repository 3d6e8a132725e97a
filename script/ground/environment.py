"""The settings that Odoo, psql and psycopg2 find in their environment."""

import configparser
import os

from . import paths

# odoo.conf's option, and the variable by which PostgreSQL's own clients know it.
PG_VARIABLES = {
    "db_host": "PGHOST",
    "db_port": "PGPORT",
    "db_user": "PGUSER",
    "db_password": "PGPASSWORD",
    "db_sslmode": "PGSSLMODE",
}


def read_config() -> dict[str, str]:
    """Return the options of odoo.conf that have a value."""
    parser = configparser.RawConfigParser()
    parser.read(os.environ.get("ODOO_RC", paths.CONFIG))
    if not parser.has_section("options"):
        return {}
    return {
        name: value
        for name, value in parser.items("options")
        if value and value != "False"
    }


def names_a_server() -> bool:
    """Tell whether the user has a PostgreSQL of their own in mind."""
    return bool(os.environ.get("PGHOST") or read_config().get("db_host"))


def external_variables() -> dict[str, str]:
    """Return PG* for the user's own server: the environment wins over odoo.conf."""
    config = read_config()
    return {
        variable: os.environ.get(variable) or config[option]
        for option, variable in PG_VARIABLES.items()
        if os.environ.get(variable) or option in config
    }


def odoo_variables() -> dict[str, str]:
    """Return what makes Odoo find this project from any working directory."""
    return {
        "ODOO_RC": os.environ.get("ODOO_RC", str(paths.CONFIG)),
        "ODOO_ADDONS_PATH": os.environ.get("ODOO_ADDONS_PATH", str(paths.ADDONS)),
        "ODOO_DATA_DIR": os.environ.get("ODOO_DATA_DIR", str(paths.DATA)),
        "VIRTUAL_ENV": str(paths.VENV),
        # A job that has more to do goes on at once, not at the next minute.
        "ODOO_NOTIFY_CRON_CHANGES": os.environ.get("ODOO_NOTIFY_CRON_CHANGES", "1"),
    }


def complete(pg_variables: dict[str, str]) -> dict[str, str]:
    """Return the whole environment for a command, given the PG* variables."""
    environ = {**os.environ, **odoo_variables(), **pg_variables}
    environ["PATH"] = os.pathsep.join([str(paths.VENV / "bin"), environ["PATH"]])
    # Compiled Python files halve the time of the next start.
    environ.pop("PYTHONDONTWRITEBYTECODE", None)
    return environ
