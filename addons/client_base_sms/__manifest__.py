{
    "name": "Client Base: SMS",
    "summary": "SMS to clients and groups; numbers that do not work are marked",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "Client Base Team",
    "license": "LGPL-3",
    "depends": ["client_base", "mass_mailing_sms"],
    "data": [
        "views/client_group_views.xml",
        "views/res_partner_views.xml",
    ],
    "auto_install": True,
}
