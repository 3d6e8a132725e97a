{
    "name": "Lead Capture: Quotations",
    "summary": "A quotation that is sent or confirmed moves its lead on",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "Client Base Team",
    "license": "LGPL-3",
    "depends": ["lead_capture", "sale_crm"],
    "data": ["data/lead_ready_data.xml", "report/lead_outcome_views.xml"],
    "auto_install": True,
    "uninstall_hook": "uninstall_hook",
}
