from . import client_interaction_source
from . import lead_ledger
from . import lead_measure
from . import lead_funnel
from . import lead_outcome
from . import lead_load
