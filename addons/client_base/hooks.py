from odoo.tools import split_every

from .models.contact_point_owner import PRIMARY_FIELDS

INSTALL_BATCH = 1000


def post_init_hook(env):
    """Take the phones and e-mails that the database already holds over as points."""
    Partner = env["res.partner"].with_context(active_test=False)
    found = Partner.search(["|", ("phone", "!=", False), ("email", "!=", False)])
    for batch in split_every(INSTALL_BATCH, found.ids, Partner.browse):
        batch._pull_primary_contacts(PRIMARY_FIELDS)
        env.flush_all()
        env.invalidate_all()


def uninstall_hook(env):
    """Take away what Odoo itself leaves behind: saved searches on our models."""
    env["ir.filters"].search([("model_id", "=like", "client.%")]).unlink()
