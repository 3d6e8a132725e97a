from . import lead_give
from . import lead_stage_override
