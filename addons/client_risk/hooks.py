from odoo.addons.client_base.hooks import forget_columns


def uninstall_hook(env):
    """Take away what Odoo leaves behind and what would break without our columns."""
    own = [
        name
        for name, model in env.registry.items()
        if model._original_module == "client_risk"
    ]
    env["ir.filters"].search([("model_id", "in", own)]).unlink()
    forget_columns(env, "client_risk")
