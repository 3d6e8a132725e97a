from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..tools import card_rules

# What decides how complete a card is; the rest only shows.
COUNTED = {"type_id", "field_id", "requirement", "weight"}


class ClientTypeField(models.Model):
    """What is asked of one field of the card, for a type or for every client.

    A rule of a type outranks the one for every client. Hidden, required and counted by
    ``client.card.rules``; shown in the standard form by ``client.card.form``.
    """

    _name = "client.type.field"
    _description = "Rule of a Client Type"
    _order = "type_id, sequence, id"
    _rec_name = "field_id"

    type_id = fields.Many2one(
        comodel_name="client.type",
        string="Client Type",
        index=True,
        ondelete="cascade",
        help="Empty: for every client. The rule of a type outranks it.",
    )
    company_id = fields.Many2one(related="type_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    field_id = fields.Many2one(
        comodel_name="ir.model.fields",
        required=True,
        ondelete="cascade",
        domain=lambda self: self._get_field_domain(),
    )
    field_name = fields.Char(
        related="field_id.name",
        string="Technical Name",
        store=True,
    )
    requirement = fields.Selection(
        selection=[
            (card_rules.REQUIRED, "Required"),
            (card_rules.RECOMMENDED, "Recommended"),
            (card_rules.HIDDEN, "Hidden"),
        ],
        required=True,
        default=card_rules.RECOMMENDED,
    )
    instruction = fields.Text(
        translate=True,
        help="Stands beneath the field, for whoever fills it in.",
    )
    weight = fields.Integer(
        required=True,
        default=1,
        help="How much the field counts in the percentage of the card.",
    )

    _field_uniq = models.UniqueIndex(
        "(COALESCE(type_id, 0), field_id)",
        "There is a rule for this field already.",
    )
    _weight_positive = models.Constraint(
        "CHECK (weight >= 1)",
        "The weight must be at least 1.",
    )

    @api.constrains("field_id", "requirement")
    def _check_field(self):
        partner = self.env["res.partner"]
        governable = partner._get_governable_fields()
        for rule in self:
            field_sudo = rule.field_id.sudo()  # every user may read the rules
            if field_sudo.model != "res.partner" or field_sudo.name not in governable:
                raise ValidationError(
                    self.env._(
                        "%(field)s cannot have a rule: it is not filled in on a card.",
                        field=field_sudo.field_description,
                    )
                )
            is_flag = partner._fields[field_sudo.name].type == "boolean"
            if is_flag and rule.requirement != card_rules.HIDDEN:
                raise ValidationError(
                    self.env._(
                        "%(field)s is either yes or no, so it is never empty. It can"
                        " only be hidden.",
                        field=field_sudo.field_description,
                    )
                )

    # === CRUD METHODS ===

    @api.model_create_multi
    def create(self, vals_list):
        rules = super().create(vals_list)
        rules.type_id._recount_after_change({rule.type_id.id for rule in rules})
        return rules

    def write(self, vals):
        counted = COUNTED & vals.keys()
        type_ids = {rule.type_id.id for rule in self} if counted else set()
        result = super().write(vals)
        if counted:
            type_ids |= {rule.type_id.id for rule in self}
        self.type_id._recount_after_change(type_ids)
        return result

    def unlink(self):
        types = self.type_id
        type_ids = {rule.type_id.id for rule in self}
        result = super().unlink()
        types._recount_after_change(type_ids)
        return result

    # === BUSINESS METHODS ===

    @api.model
    def _get_field_domain(self):
        """:return: domain of the fields a rule can be about"""
        names = sorted(self.env["res.partner"]._get_governable_fields())
        return Domain("model", "=", "res.partner") & Domain("name", "in", names)

    @api.model
    @tools.ormcache()
    def _get_rulebooks(self):
        """:return: id of the type, or False -> ``card_rules.Rulebook``"""
        rules = self._get_rules_by_type()
        common = rules.get(False, ())
        policies = self.env["client.type"].sudo()._get_policies()
        return {
            type_id: card_rules.make_rulebook(policy, common, rules.get(type_id, ()))
            for type_id, policy in policies.items()
        }

    @api.model
    @tools.ormcache("self.env.lang")
    def _get_instructions(self):
        """:return: id of the type, or False -> name of a field -> text to be shown"""
        common = {}
        own = {}
        for rule in self._search_all():
            texts = own.setdefault(rule.type_id.id, {}) if rule.type_id else common
            shown = rule.requirement != card_rules.HIDDEN
            texts[rule.field_name] = (shown and rule.instruction) or ""
        type_ids = self.env["client.type"].sudo()._get_policies()
        return {
            type_id: {
                name: text
                for name, text in (common | own.get(type_id, {})).items()
                if text
            }
            for type_id in type_ids
        }

    def _get_rules_by_type(self):
        """:return: id of the type, or False -> list of ``card_rules.Rule``"""
        found = {}
        governable = self.env["res.partner"]._get_governable_fields()
        for rule in self._search_all():
            if rule.field_name in governable:
                found.setdefault(rule.type_id.id, []).append(
                    card_rules.Rule(rule.field_name, rule.requirement, rule.weight)
                )
        return found

    @api.model
    def _search_all(self):
        """Read the rules of all companies: a card follows its type everywhere."""
        return self.sudo().search(Domain.TRUE)
