from . import base_partner_merge
from . import base_partner_merge_removal
from . import client_decision
from . import client_risk_trial
from . import base_partner_merge_suggestion
from . import client_suggestion_answer
from . import base_partner_merge_task
from . import client_told_date
