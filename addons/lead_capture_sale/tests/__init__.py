from . import test_lead_order
