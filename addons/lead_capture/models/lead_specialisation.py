from ast import literal_eval

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Domain

from odoo.addons.client_base.models.client_group_rule_reader import (
    MAX_RULE_LENGTH,
    RULE_ERRORS,
)

from ..tools import dispatch

# Besides the conditions; what is left empty asks for nothing.
SPECIAL_FIELDS = (
    "lead_words",
    "lead_lang_ids",
    "lead_country_ids",
    "lead_state_ids",
    "lead_cities",
)


class LeadSpecialisation(models.AbstractModel):
    """Which requests somebody, or a rule, is for; what is left empty asks for nothing.

    All that is filled in must be true of a request. Conditions are data, never code.
    """

    _name = "lead.specialisation"
    _description = "Specialisation"
    _is_strict_language = False

    lead_domain = fields.Char(
        string="Requests that",
        groups="client_base.group_client_user",
        help="Conditions on the request. Dates are written like 'today -30d'.",
    )
    lead_words = fields.Char(
        string="Products",
        groups="client_base.group_client_user",
        help="Words of products or categories, separated by commas. One of them stands "
        "in the subject or the text of the request; the beginning of a word is enough.",
    )
    lead_lang_ids = fields.Many2many(
        comodel_name="res.lang",
        string="Languages",
        context={"active_test": False},
        groups="client_base.group_client_user",
        help="Only requests in these languages. A request that names no language is "
        "for everybody.",
    )
    lead_country_ids = fields.Many2many(
        comodel_name="res.country",
        string="Countries",
        groups="client_base.group_client_user",
    )
    lead_state_ids = fields.Many2many(
        comodel_name="res.country.state",
        string="States",
        groups="client_base.group_client_user",
    )
    lead_cities = fields.Char(
        string="Cities or Regions",
        groups="client_base.group_client_user",
        help="As people write them, separated by commas; the beginning of a name is "
        "enough.",
    )

    @api.constrains("lead_domain")
    def _check_lead_domain(self):
        for record in self:
            try:
                domain = record._read_lead_domain()
                leads = self.env["crm.lead"]
                domain.validate(leads)
                self.env["client.group.rule.reader"]._check_readable(leads, domain)
                # to the database as well: what it refuses is refused now
                with self.env.cr.savepoint(flush=False):
                    leads.sudo().search(domain, limit=1)
            except RULE_ERRORS as error:
                raise ValidationError(
                    self.env._("The conditions cannot be read: %(why)s", why=error)
                ) from error

    def _read_lead_domain(self):
        """:return: the conditions as a ``Domain``
        :raise UserError: they are no list of conditions
        """
        text = self.lead_domain or "[]"
        if len(text) > MAX_RULE_LENGTH:
            raise UserError(self.env._("It is too long."))
        try:
            value = literal_eval(text)
        except (SyntaxError, ValueError, TypeError, MemoryError, RecursionError):
            value = None
        if not isinstance(value, list):
            raise UserError(self.env._("It is no list of conditions."))
        return Domain(value)

    def _get_fitting_ids(self, facts):
        """Find the leads that one record is for.

        :param facts: id of a lead -> ``LeadFacts``
        :rtype: set[int]
        """
        fitting = {id_ for id_, lead in facts.items() if self._fits(lead)}
        if fitting and (self.lead_domain or "[]").strip() != "[]":
            domain = Domain("id", "in", list(fitting)) & self._read_lead_domain()
            # sudo: whoever made the rule decides whose a request becomes
            fitting = set(self.env["crm.lead"].sudo().search(domain).ids)
        return fitting

    def _fits(self, lead):
        """:param lead: ``LeadFacts``"""
        return (
            self._speaks(lead)
            and (not self.lead_country_ids or lead.country in self.lead_country_ids.ids)
            and (not self.lead_state_ids or lead.state in self.lead_state_ids.ids)
            and (
                not self.lead_cities or dispatch.mentions(lead.place, self.lead_cities)
            )
            and (not self.lead_words or dispatch.mentions(lead.text, self.lead_words))
        )

    def _speaks(self, lead):
        """Say whether the language of a request is no obstacle.

        A person can be asked in a language nobody named; a rule for a language is for
        those who named it.
        """
        if not self.lead_lang_ids:
            return True
        if not lead.lang:
            return not self._is_strict_language
        return lead.lang in self.lead_lang_ids.ids

    def _has_specialisation(self):
        """Say whether somebody is for some requests only."""
        return (self.lead_domain or "[]").strip() != "[]" or any(
            self[name] for name in SPECIAL_FIELDS
        )
