from . import lead_capture
