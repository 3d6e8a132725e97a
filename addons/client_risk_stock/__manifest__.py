{
    "name": "Client Risk: Deliveries",
    "summary": "What is delivered from Odoo's warehouse is a purchase",
    "version": "19.0.1.0.0",
    "category": "Sales/CRM",
    "author": "Client Base Team",
    "license": "LGPL-3",
    "depends": ["client_risk", "sale_stock"],
    "auto_install": True,
}
