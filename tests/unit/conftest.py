"""Let ``from client_base.tools import contact`` work without Odoo.

Each addon gets an empty module with a path in place of its package, so that importing
its ``tools`` does not import its models.
"""

import sys
from pathlib import Path
from types import ModuleType

ADDONS = Path(__file__).resolve().parents[2] / "addons"

for manifest in ADDONS.glob("*/__manifest__.py"):
    folder = manifest.parent
    stand_in = ModuleType(folder.name)
    stand_in.__path__ = [str(folder)]
    sys.modules.setdefault(folder.name, stand_in)
