def uninstall_hook(env):
    """Take away what Odoo itself leaves behind: saved searches on our models."""
    own = ("client.purchase", "client.transaction", "client.transaction.line")
    env["ir.filters"].search([("model_id", "in", own)]).unlink()
