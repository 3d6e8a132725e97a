def uninstall_hook(env):
    """Take away what Odoo itself leaves behind: saved searches on our models."""
    own = (
        "client.keeping",
        "client.leaving.reason",
        "client.claim",
        "client.flow",
        "client.item",
        "client.profile",
        "client.profile.move",
        "client.profile.retry",
        "client.promise",
        "client.purchase",
        "client.reactivation",
        "client.reactivation.step",
        "client.removal",
        "client.risk.period",
        "client.risk.month",
        "client.risk.policy",
        "client.risk.replay",
        "client.risk.replay.line",
        "client.stay",
        "client.suggestion",
        "client.risk.task",
        "client.transaction",
        "client.transaction.line",
    )
    env["ir.filters"].search([("model_id", "in", own)]).unlink()
