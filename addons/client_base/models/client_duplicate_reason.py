from odoo import api, fields, models
from odoo.tools.translate import LazyTranslate

from ..tools.duplicates.scan import PROPOSED

_lt = LazyTranslate(__name__)

FIELD_NAMES = {
    "name": _lt("Name"),
    "given": _lt("Given name"),
    "patronymic": _lt("Patronymic"),
    "phone": _lt("Phone"),
    "email": _lt("E-mail"),
    "tax_id": _lt("Tax ID"),
    "address": _lt("Address"),
    "place": _lt("Town"),
    "birthdate": _lt("Birthdate"),
    "legal_form": _lt("Legal form"),
    "branch": _lt("Branch"),
    "number": _lt("Number in the name"),
    "gender": _lt("Man or woman"),
    "kind": _lt("Firm or person"),
    "family": _lt("Tie"),
}
# What is said of a field at a level; of all fields where none is named.
LEVEL_NAMES = {
    "same": _lt("the same"),
    "different": _lt("differs"),
    "slip": _lt("one slip apart"),
    "two_slips": _lt("two slips apart"),
    "misspelt": _lt("the same but for spelling"),
    "part": _lt("one is part of the other"),
    "part_misspelt": _lt("one is part of the other, spelt differently"),
    "one_word": _lt("the same word"),
    "one_of_several": _lt("one word of the other"),
    "initials": _lt("surname and initials agree"),
    "only_given": _lt("only the given name agrees"),
    "both_have_more": _lt("partly the same"),
    "firms_have_more": _lt("partly the same"),
    "nothing": _lt("quite different"),
    "firms_nothing": _lt("quite different"),
    "weak": _lt("hardly alike"),
    "almost": _lt("almost the same"),
    "same_mailbox": _lt("the same mailbox at another provider"),
    "same_firm": _lt("of the same firm"),
    "same_flat": _lt("the same to the flat"),
    "same_house": _lt("the same house"),
    "other_flat": _lt("another flat of the house"),
    "same_street": _lt("the same street"),
    "other_house": _lt("another house of the street"),
    "same_zip": _lt("the same postal code"),
    "same_city": _lt("the same town"),
    "one_is_part": _lt("one is a branch of the other"),
    "two_parts": _lt("two branches"),
    "own_city": _lt("named after its town"),
    "none": _lt("neither is a branch"),
    "firm_and_entrepreneur": _lt("a firm and an entrepreneur"),
    "parent_and_child": _lt("one belongs to the other"),
}
RELATIONS = [
    ("family", "A Card and One It Belongs to"),
    ("branch", "Branches of One Firm"),
    ("household", "One Household"),
    ("colleague", "Colleagues"),
    ("person", "A Firm and Its Person"),
    ("brand", "Firms of One Brand"),
]
RELATION_SENTENCES = {
    "family": _lt("One card belongs to the other."),
    "branch": _lt("Look like branches of one firm."),
    "household": _lt("Look like one household."),
    "colleague": _lt("Look like colleagues."),
    "person": _lt("Look like a firm and a person of it."),
    "brand": _lt("Look like two firms of one brand."),
}
# Bits from which on a field is worth a word, and how many words there are.
TELLING = 0.5
MOST_WORDS = 4
POINT_KINDS = {"phones": "phone", "emails": "email"}
# What stands side by side: the evidence beside a row is that of these fields.
ROWS = (
    ("name", ("name", "given", "patronymic", "gender", "number", "branch", "family")),
    ("legal_form", ("legal_form", "kind")),
    ("vat", ("tax_id",)),
    ("phones", ("phone",)),
    ("emails", ("email",)),
    ("address", ("address", "place")),
    ("birthdate", ("birthdate",)),
    ("parent_id", ()),
    ("client_type_id", ()),
    ("user_id", ()),
    ("create_date", ()),
)


def weigh(same, related):
    """Return the bits that a person is told: for one client against chance.

    What is silent about chance, as a given name is, may still tell relatives apart.
    """
    return same if abs(same) >= TELLING else min(same - related, 0)


class ClientDuplicateReason(models.AbstractModel):
    """Says why two cards may be one client, in the reader's language."""

    _name = "client.duplicate.reason"
    _description = "Why Two Cards May Be One Client"

    reason = fields.Char(compute="_compute_reason")
    comparison = fields.Html(
        string="Side by Side", compute="_compute_comparison", sanitize=False
    )

    @api.depends("evidence", "relation", "bits")
    @api.depends_context("lang")
    def _compute_reason(self):
        for pair in self:
            pair.reason = pair._explain()

    def _explain(self):
        """:return: what tells most for or against, strongest first, in one line"""
        words = "; ".join(
            self._describe(name, level, bits)
            for name, level, bits in self._get_telling(self.evidence)
        )
        if self.relation and self.bits < PROPOSED:
            related = self.env._(RELATION_SENTENCES[self.relation])
            return f"{words}. {related}"
        return f"{words}."

    @api.model
    def _explain_plainly(self, evidence):
        """Say to whoever types a client in why a card may be the same.

        :param evidence: of (field, level, bits for the same, bits for related ones)
        :return: what tells most, strongest first, in one line without numbers
        """
        return "; ".join(
            self._describe_plainly(name, level)
            for name, level, _bits in self._get_telling(evidence)
        )

    @api.model
    def _get_telling(self, evidence):
        """:return: list of (field, level, bits) worth a word, strongest first"""
        told = [
            (name, level, weigh(same, related))
            for name, level, same, related in evidence or []
        ]
        strongest = sorted(told, key=lambda one: -abs(one[2]))[:MOST_WORDS]
        return [one for one in strongest if abs(one[2]) >= TELLING]

    @api.model
    def _describe_plainly(self, name, level):
        """:return: Phone: the same"""
        return self.env._(
            "%(field)s: %(level)s",
            field=self.env._(FIELD_NAMES[name]),
            level=self.env._(LEVEL_NAMES[level]),
        )

    def _describe(self, name, level, bits):
        """:return: Phone: the same +11"""
        return self.env._(
            "%(field)s: %(level)s %(bits)+d",
            field=self.env._(FIELD_NAMES[name]),
            level=self.env._(LEVEL_NAMES[level]),
            bits=round(bits),
        )

    def _compute_comparison(self):
        for pair in self:
            pair.comparison = self.env["ir.qweb"]._render(
                "client_base.client_duplicate_comparison",
                {"pair": pair, "rows": pair._get_rows()},
            )

    def _get_rows(self):
        """:return: list of dicts: label, left, right, words of evidence, differs"""
        evidence, is_same = {}, set()
        for name, level, same, related in self.evidence or []:
            if abs(weigh(same, related)) >= TELLING:
                evidence[name] = self._describe(name, level, weigh(same, related))
            if level == "same":
                is_same.add(name)
        rows = []
        for name, told_by in ROWS:
            left, right = (
                self._get_value(card, name) for card in (self.left_id, self.right_id)
            )
            if left or right:
                words = [evidence[one] for one in told_by if one in evidence]
                is_named = bool(told_by) and told_by[0] in evidence  # by its words
                is_told_same = left == right or bool(is_same & set(told_by[:1]))
                rows.append(
                    {
                        "label": "" if is_named else self._get_label(name),
                        "left": left,
                        "right": right,
                        "words": words,
                        "differs": left and right and not is_told_same,
                    }
                )
        return rows

    def _get_label(self, name):
        labels = {
            "phones": self.env._("Phones"),
            "emails": self.env._("E-mails"),
            "address": self.env._("Address"),
        }
        if name in labels:
            return labels[name]
        partner_fields = self.env["res.partner"].fields_get([name], ["string"])
        return partner_fields.get(name, {}).get("string", "")

    def _get_value(self, card, name):
        """:return: what a card says, as text"""
        if name in POINT_KINDS:
            kind = POINT_KINDS[name]
            points = card.contact_point_ids.filtered(lambda one: one.kind == kind)
            return "\n".join(points.mapped("value"))
        if name == "address":
            place = (card.zip, card.city, card.country_id.name)
            return ", ".join(filter(None, (card.street, card.street2, *place)))
        field = card._fields[name]
        value = card[name]
        if field.relational:
            return value.display_name or ""
        if not value:
            return ""
        if field.type in ("date", "datetime"):
            day = fields.Date.to_date(value)
            return self.env["ir.qweb.field.date"].value_to_html(day, {})
        return str(value)
