from . import client_group
from . import client_interaction_source
from . import mailing_trace
from . import res_partner
from . import sms_tracker
