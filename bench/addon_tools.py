"""Import this before an addon's ``tools``: a stand-in for each addon's package.

So that ``from client_risk.tools import rhythm`` imports no model and needs no Odoo.
"""

import sys
from types import ModuleType

from ground import paths

for manifest in paths.ADDONS.glob("*/__manifest__.py"):
    stand_in = ModuleType(manifest.parent.name)
    stand_in.__path__ = [str(manifest.parent)]
    sys.modules.setdefault(manifest.parent.name, stand_in)
