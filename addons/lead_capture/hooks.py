from odoo.addons.client_base.hooks import forget_columns

# What our groups give their people in the sales application.
IMPLIED = {
    "client_base.group_client_user": "sales_team.group_sale_salesman",
    "client_base.group_client_manager": "sales_team.group_sale_manager",
}


def uninstall_hook(env):
    """Take away what Odoo leaves behind and what would break without our columns."""
    own = [
        name
        for name, model in env.registry.items()
        if model._original_module == "lead_capture"
    ]
    env["ir.filters"].search([("model_id", "in", own)]).unlink()
    forget_addresses(env)
    for group, implied in IMPLIED.items():
        env.ref(group).implied_ids -= env.ref(implied)
    env.cr.execute("DROP SEQUENCE IF EXISTS lead_request_number_seq")
    forget_columns(env, "lead_capture")


def forget_addresses(env):
    """Take away the addresses of channels: nobody would know what they are for."""
    channels = env["lead.channel"].with_context(active_test=False).search([])
    aliases = channels.alias_id
    channels.write({"alias_id": False})  # else they are held fast
    aliases.unlink()
