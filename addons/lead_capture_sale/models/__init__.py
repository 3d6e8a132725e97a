from . import lead_ready_pipeline
from . import sale_order
