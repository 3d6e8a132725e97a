import functools
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
    of_partners = _get_column_names(env, module, "res.partner")

    @functools.cache
    def get_pattern(model):
        return _get_pattern(_get_column_names(env, module, model), of_partners)

    env["ir.filters"].search([]).filtered(
        lambda one: get_pattern(one.model_id).search(
            f"{one.domain} {one.context} {one.sort}"
        )
    ).unlink()
    _disarm_mailings(env, get_pattern)
    _put_letters_away(env, get_pattern)


def _get_column_names(env, module, model):
    """:return: the columns of a model that are there because of an addon alone"""
    fields_ = env[model]._fields.items() if model in env else ()
    return [name for name, field in fields_ if field._modules == (module,)]


def _get_pattern(own, of_partners):
    """:return: pattern that finds own columns, and those of partners behind a dot"""
    words = [*own, *(f"(?<=[.]){name}" for name in of_partners)]
    return re.compile(rf"\b(?:{'|'.join(words)})\b") if words else re.compile("(?!)")


def _disarm_mailings(env, get_pattern):
    """A mailing whose recipients nobody can look up any more goes to nobody."""

    def is_ours(one):
        pattern = get_pattern(one.mailing_model_id.model)
        return pattern.search(one.mailing_domain or "")

    env["mailing.filter"].search([]).filtered(is_ours).unlink()
    mailings = env["mailing.mailing"].with_context(active_test=False).search([])
    mailings.filtered(is_ours).mailing_domain = repr([("id", "=", False)])


def _put_letters_away(env, get_pattern):
    """Copies that people made of our letters ask for columns that are gone."""
    env["mail.template"].search([("model", "!=", False)]).filtered(
        lambda one: any(
            get_pattern(one.model).search(text)
            for text in re.findall(r"object\.[\w.]+", f"{one.subject} {one.body_html}")
        )
    ).active = False
