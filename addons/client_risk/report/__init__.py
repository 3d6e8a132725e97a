from . import client_purchase_source
from . import client_purchase
from . import client_flow
from . import client_purchase_lines
from . import client_load
from . import client_leaving
from . import client_sales
from . import client_cohort
