"""Let ``from client_base.tools import contact`` work without Odoo.

Each addon gets an empty module with a path in place of its package, so that importing
its ``tools`` does not import its models. What one addon's tools take from another's
comes by the name that Odoo gives it, and is the very same module.
"""

import importlib
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

from hypothesis import HealthCheck, settings

# Another job runs beside these tests: one that is held up for a moment is not slow.
# What must end in time measures its own processor time.
settings.register_profile(
    "beside", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("beside")

ADDONS = Path(__file__).resolve().parents[2] / "addons"
LONG = "odoo.addons."


class ShortNames(MetaPathFinder, Loader):
    """Finds ``odoo.addons.client_base.tools`` as ``client_base.tools``."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        if not fullname.startswith(LONG):
            return None
        return ModuleSpec(fullname, self)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return importlib.import_module(spec.name.removeprefix(LONG))

    def exec_module(self, module: ModuleType) -> None:
        """Do nothing: it was run under its short name."""


for name in ("odoo", "odoo.addons"):
    package = ModuleType(name)
    package.__path__ = []
    sys.modules.setdefault(name, package)
sys.meta_path.insert(0, ShortNames())

for manifest in ADDONS.glob("*/__manifest__.py"):
    folder = manifest.parent
    stand_in = ModuleType(folder.name)
    stand_in.__path__ = [str(folder)]
    sys.modules.setdefault(folder.name, stand_in)
