from . import base_partner_merge
from . import lead_give
from . import lead_stage_override
from . import lead_request_reject
from . import lead_chat_answer
from . import lead_answer
from . import lead_pipeline_take_line
from . import lead_pipeline_take
