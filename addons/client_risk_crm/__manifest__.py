{
    "name": "Client Risk: CRM",
    "summary": "Sector and status of the client on leads and opportunities",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "Client Base Team",
    "license": "LGPL-3",
    "depends": ["client_risk", "crm"],
    "data": ["views/crm_lead_views.xml"],
    "auto_install": True,
}
