from odoo import api, fields, models
from odoo.tools.misc import babel_locale_parse, posix_to_ldml
from odoo.tools.translate import LazyTranslate

from ..tools import document

_lt = LazyTranslate(__name__)

# What a template calls a value -> the field it comes from.
CLIENT_FIELDS = {
    "name": "name",
    "legal_form": "legal_form",
    "tax_id": "vat",
    "address": "letter_address",
    "street": "street",
    "street2": "street2",
    "city": "city",
    "zip": "zip",
    "state": "state_id",
    "country": "country_id",
    "phone": "phone",
    "email": "email",
    "website": "website",
    "type": "client_type_id",
    "company_size": "company_size",
    "deal_potential": "deal_potential",
    "source": "source_id",
    "birthday": "birthdate",
    "contract_end": "contract_end_date",
}
PERSON_FIELDS = {
    "name": "name",
    "function": "function",
    "phone": "phone",
    "email": "email",
}
COMPANY_FIELDS = {
    "name": "name",
    "tax_id": "vat",
    "registry": "company_registry",
    "address": "letter_address",
    "street": "street",
    "city": "city",
    "zip": "zip",
    "country": "country_id",
    "phone": "phone",
    "email": "email",
    "website": "website",
}
GROUPS = {
    "client": _lt("Client"),
    "own": _lt("Fields of the type"),
    "contacts[]": _lt("Contact persons, in a loop"),
    "decision_maker": _lt("The one who decides"),
    "manager": _lt("Manager"),
    "company": _lt("Our company"),
    "document": _lt("Document"),
}
# Values that come from no single field.
OTHER_FIELDS = {
    "client.phones": _lt("All phones"),
    "client.emails": _lt("All e-mails"),
    "contacts[].decides": _lt("Decides (yes or no)"),
    "company.bank_account": _lt("Bank account"),
    "company.bank": _lt("Bank"),
    "document.name": _lt("Name of the template"),
    "document.date": _lt("Today"),
}
MAX_CONTACTS = 200


class ClientDocumentValues(models.AbstractModel):
    """Gives document templates plain values: texts, dates, numbers, lists of them.

    Nothing is read with more rights than the user has; what he may not read is empty.
    """

    _name = "client.document.values"
    _description = "Values for Documents"

    @api.model
    def _get_labels(self, types):
        """:return: path -> label of each value a template may name, in order"""
        labels = {
            **self._get_field_labels("client", CLIENT_FIELDS),
            **self._get_own_labels(types),
            **self._get_field_labels("contacts[]", PERSON_FIELDS),
            **self._get_field_labels("decision_maker", PERSON_FIELDS),
            **self._get_field_labels("manager", PERSON_FIELDS),
            **self._get_field_labels("company", COMPANY_FIELDS),
        }
        labels.update((path, str(label)) for path, label in self._get_other_labels())
        order = list(GROUPS)
        return dict(
            sorted(labels.items(), key=lambda item: order.index(_get_group(item[0])))
        )

    def _get_other_labels(self):
        return [(path, self.env._(label)) for path, label in OTHER_FIELDS.items()]

    def _get_field_labels(self, group, names):
        described = self.env["res.partner"].fields_get(names.values(), ["string"])
        return {
            f"{group}.{key}": described[name]["string"]
            for key, name in names.items()
            if name in described
        }

    def _get_own_labels(self, types):
        """:param types: ``client.type``, all that the user sees when empty"""
        types = types or self.env["client.type"].search([("active", "=", True)])
        return {
            f"own.{name}": one["string"]
            for type_ in types
            for one in type_.properties_definition or []
            if (name := _get_own_name(one))
        }

    @api.model
    def _get_style(self, lang):
        """:return: ``document.Style`` of a language code of Odoo"""
        env = self.with_context(lang=lang).env
        known = self.env["res.lang"]._get_data(code=lang or "en_US")
        return document.Style(
            locale=(lang or "en_US").partition("@")[0],
            date_format=posix_to_ldml(known.date_format, babel_locale_parse(lang))
            if known
            else "long",
            yes=env._("yes"),
            no=env._("no"),
        )

    @api.model
    def _collect(self, partners, template):
        """Read what a document may say of the clients, a batch at a time.

        :param partners: clients; their language is the one of the texts
        :return: ``{id: values}``
        """
        own_by_id = self._collect_own(partners)
        company = self._collect_company()
        today = fields.Date.context_today(self)
        return {
            partner.id: {
                "client": self._collect_client(partner),
                "own": own_by_id.get(partner.id, {}),
                **self._collect_people(partner),
                "manager": self._collect_manager(partner),
                "company": company,
                "document": {"name": template.name, "date": today},
            }
            for partner in partners
        }

    def _collect_client(self, partner):
        points = partner.contact_point_ids.filtered(lambda one: one.state != "failed")
        by_kind = points.grouped("kind")
        none = points.browse()
        return self._read_fields(partner, CLIENT_FIELDS) | {
            "phones": ", ".join(by_kind.get("phone", none).mapped("value")),
            "emails": ", ".join(by_kind.get("email", none).mapped("value")),
        }

    def _collect_own(self, partners):
        """:return: ``{id: values of the fields of the type}``, by names to type"""
        return {
            line["id"]: {
                name: _get_property_value(one)
                for one in line["client_properties"]
                if (name := _get_own_name(one))
            }
            for line in partners.read(["client_properties"])
        }

    def _collect_people(self, partner):
        people = partner.child_ids.filtered(lambda one: one.type == "contact")
        deciding = people.filtered("is_decision_maker")[:1]
        return {
            "contacts": [
                self._read_fields(person, PERSON_FIELDS)
                | {"decides": person.is_decision_maker}
                for person in people[:MAX_CONTACTS]
            ],
            "decision_maker": self._read_fields(deciding, PERSON_FIELDS),
        }

    def _collect_manager(self, partner):
        users = partner.user_id._filtered_access("read")
        return self._read_fields(
            users.partner_id._filtered_access("read"), PERSON_FIELDS
        )

    def _collect_company(self):
        partner = self.env.company.partner_id._filtered_access("read")
        account = partner.bank_ids._filtered_access("read")[:1]
        return self._read_fields(partner, COMPANY_FIELDS) | {
            "bank_account": account.acc_number or "",
            "bank": account.bank_id.name or "",
        }

    def _read_fields(self, record, names):
        """:return: plain values of one record or none, by the names of templates"""
        return {
            key: self._get_plain(record, record._fields[name])
            for key, name in names.items()
        }

    def _get_plain(self, record, field):
        if not record or not record._has_field_access(field, "read"):
            return ""
        value = record[field.name]
        if field.type == "many2one":
            return value._filtered_access("read").display_name or ""
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, "")
        return value or ""


def _get_group(path):
    return path.rpartition(".")[0]


def _get_own_name(one):
    """:param one: dict of a property; a separator and the like have no value"""
    if one.get("type") == "separator":
        return ""
    return document.identifier(one.get("string") or "")


def _get_property_value(one):
    """:return: what a reader sees of a property: text, number, date, yes or no"""
    value, kind = one.get("value"), one.get("type")
    if kind == "selection":
        return dict(one.get("selection") or []).get(value, "")
    if kind == "tags":
        names = {tag[0]: tag[1] for tag in one.get("tags") or []}
        return ", ".join(names[tag] for tag in value or [] if tag in names)
    if kind == "many2one":
        return (value[1] or "") if value else ""
    if kind == "many2many":
        return ", ".join(name for _id, name in value or [] if name)
    if kind == "date":
        return fields.Date.to_date(value) or ""
    if kind == "datetime":
        return fields.Datetime.to_datetime(value) or ""
    if kind == "boolean":
        return bool(value)
    if kind in ("integer", "float", "monetary"):
        return value if value is not None and value is not False else ""
    return value if isinstance(value, str) else ""
