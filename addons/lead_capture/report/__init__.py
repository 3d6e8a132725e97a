from . import client_interaction_source
from . import lead_ledger
