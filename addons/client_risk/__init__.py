from . import models
from . import report
from .hooks import uninstall_hook
from . import wizard
