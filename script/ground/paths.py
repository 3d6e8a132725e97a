"""Where things are in this project's folder."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ADDONS = ROOT / "addons"
CONFIG = ROOT / "odoo.conf"
DATA = ROOT / ".data"
LOGS = ROOT / ".logs"
POSTGRES = ROOT / ".postgres"
VENV = ROOT / ".venv"
