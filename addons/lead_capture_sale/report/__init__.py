from . import lead_outcome
