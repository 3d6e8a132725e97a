import re

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
    """Take away what Odoo leaves behind and what would break without our columns."""
    env["ir.filters"].search([("model_id", "=like", "client.%")]).unlink()
    env.cr.execute("DROP TABLE IF EXISTS client_duplicate_key")
    forget_columns(env, "client_base")


def forget_columns(env, module):
    """Disarm what people made of the columns that an addon gave to others' models.

    :param str module: technical name of the addon that is about to go
    """
    names = _get_column_names(env, module, "res.partner")
    for model, searches in env["ir.filters"].search([]).grouped("model_id").items():
        used = _get_pattern(_get_column_names(env, module, model), names)
        searches.filtered(
            lambda one, used=used: used.search(f"{one.domain} {one.context} {one.sort}")
        ).unlink()
    used = _get_pattern(names, names)
    _disarm_mailings(env, used)
    _put_letters_away(env, used)


def _get_column_names(env, module, model):
    """:return: the columns of a model that are there because of an addon alone"""
    fields_ = env[model]._fields.items() if model in env else ()
    return [name for name, field in fields_ if field._modules == (module,)]


def _get_pattern(own, of_partners):
    """:return: pattern that finds own columns, and those of partners behind a dot"""
    words = [*own, *(f"(?<=[.]){name}" for name in of_partners)]
    return re.compile(rf"\b(?:{'|'.join(words)})\b") if words else re.compile("(?!)")


def _disarm_mailings(env, names):
    """A mailing whose recipients nobody can look up any more goes to nobody."""
    partners = [("mailing_model_id.model", "=", "res.partner")]
    env["mailing.filter"].search(partners).filtered(
        lambda one: names.search(one.mailing_domain or "")
    ).unlink()
    env["mailing.mailing"].with_context(active_test=False).search(partners).filtered(
        lambda one: names.search(one.mailing_domain or "")
    ).mailing_domain = repr([("id", "=", False)])


def _put_letters_away(env, names):
    """Copies that people made of our letters ask for columns that are gone."""
    templates = env["mail.template"].search([("model", "=", "res.partner")])
    templates.filtered(
        lambda one: any(
            names.search(text)
            for text in re.findall(r"object\.[\w.]+", f"{one.subject} {one.body_html}")
        )
    ).active = False
