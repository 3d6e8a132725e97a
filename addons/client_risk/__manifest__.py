{
    "name": "Client Risk",
    "summary": "What clients buy, told by the accounting system",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "Client Base Team",
    "license": "LGPL-3",
    "depends": ["client_base", "sale"],
    "external_dependencies": {"python": ["numpy"]},
    "data": [
        "security/ir.model.access.csv",
        "security/client_risk_security.xml",
        "views/client_transaction_views.xml",
        "views/res_partner_views.xml",
        "views/client_risk_menus.xml",
    ],
    "demo": ["demo/client_transaction_demo.xml"],
    "uninstall_hook": "uninstall_hook",
}
