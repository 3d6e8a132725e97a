{
    "name": "Lead Capture: Time Off",
    "summary": "Whoever is on leave gets no requests, and has them covered",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "Client Base Team",
    "license": "LGPL-3",
    "depends": ["lead_capture", "hr_holidays"],
    "auto_install": True,
}
