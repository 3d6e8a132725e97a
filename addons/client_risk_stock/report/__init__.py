from . import client_purchase_source
from . import client_purchase
from . import client_purchase_lines
