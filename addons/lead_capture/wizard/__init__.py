from . import lead_give
