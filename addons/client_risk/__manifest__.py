{
    "name": "Client Risk",
    "summary": "Whom to call today and why, who is growing, who can buy more",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "Client Base Team",
    "license": "LGPL-3",
    "depends": ["client_base", "sale"],
    "external_dependencies": {"python": ["numpy"]},
}
