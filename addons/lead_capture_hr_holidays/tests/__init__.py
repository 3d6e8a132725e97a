from . import test_lead_leave
