from . import client_transaction_sync
from . import client_transaction
from . import client_transaction_line
from . import res_partner
