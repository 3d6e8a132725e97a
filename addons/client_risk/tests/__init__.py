from . import test_client_profile
from . import test_client_profile_worker
from . import test_client_purchase
from . import test_client_risk_history
from . import test_client_transaction
from . import test_client_removal
from . import test_security
