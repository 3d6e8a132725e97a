from . import test_lead_door
from . import test_lead_request
from . import test_security
from . import test_lead_sla
from . import test_lead_response
from . import test_lead_escalation
