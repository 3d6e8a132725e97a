from . import test_client_import
from . import test_client_import_values
from . import test_contact_point
from . import test_contact_point_state
from . import test_partner_merge
from . import test_res_partner
from . import test_security
from . import test_security_export
