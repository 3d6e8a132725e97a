from . import base_partner_merge
from . import client_document
from . import client_bulk_edit
from . import client_export
from . import client_issue_ignore
from . import client_merge_wizard
