from . import client_risk_history
from . import client_transaction_sync
from . import client_transaction
from . import client_transaction_line
from . import res_company
from . import res_config_settings
from . import res_partner
