from . import test_lead_door
from . import test_security
