from . import base_partner_merge
from . import client_decision
from . import client_risk_task_done
from . import client_risk_trial
from . import client_suggestion_answer
from . import client_told_date
from . import client_reactivation_close
