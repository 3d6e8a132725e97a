def uninstall_hook(env):
    """Disarm conditions on orders, which nobody can read any more."""
    stages = env["crm.stage"]
    stages.search([("auto_domain", "like", "order_ids")]).write(
        {"is_automatic": False, "auto_domain": "[]"}
    )
    stages.search([("criteria_domain", "like", "order_ids")]).criteria_domain = "[]"
