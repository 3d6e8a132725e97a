import re
from collections import defaultdict

from odoo import api, models
from odoo.fields import Command, Domain
from odoo.tools import escape_psql, html2plaintext, plaintext2html
from odoo.tools.translate import LazyTranslate

from ..tools import cells, rows, sheet

_lt = LazyTranslate(__name__)

# The columns of files, in the order of an export: code -> (field of the card, kind).
CARD_FIELDS = {
    "legal_form": ("legal_form", "text"),
    "name": ("name", "name"),
    "tax_id": ("vat", "tax_id"),
    "phone": ("phone", "points"),
    "email": ("email", "points"),
    "telegram": ("telegram", "points"),
    "viber": ("viber", "points"),
    "whatsapp": ("whatsapp", "points"),
    "website": ("website", "website"),
    "country": ("country_id", "many2one"),
    "state": ("state_id", "many2one"),
    "zip": ("zip", "text"),
    "city": ("city", "text"),
    "street": ("street", "text"),
    "street2": ("street2", "text"),
    "client_type": ("client_type_id", "many2one"),
    "source": ("source_id", "new_many2one"),
    "user": ("user_id", "many2one"),
    "tags": ("category_id", "many2many"),
    "industry": ("industry_id", "new_many2one"),
    "function": ("function", "text"),
    "birthdate": ("birthdate", "date"),
    "contract_end_date": ("contract_end_date", "date"),
    "company_size": ("company_size", "selection"),
    "deal_potential": ("deal_potential", "selection"),
    "preferred_channel": ("preferred_channel", "selection"),
    "interest_level": ("interest_level", "selection"),
    "is_decision_maker": ("is_decision_maker", "boolean"),
    "company_registry": ("company_registry", "text"),
    "ref": ("ref", "text"),
    "work_notes": ("work_notes", "plain_note"),
    "comment": ("comment", "note"),
}
# The columns whose name is no field's, or whose field has too vague a name in Odoo.
OWN_LABELS = {
    "tax_id": _lt("Tax ID"),
    "website": _lt("Website"),
    "state": _lt("Region"),
    "user": _lt("Manager"),
    "function": _lt("Job position"),
    "ref": _lt("Internal number"),
    "address": _lt("Address in one cell"),
    "contact_name": _lt("Contact person"),
    "contact_function": _lt("Contact person: position"),
    "contact_phone": _lt("Contact person: phone"),
    "contact_email": _lt("Contact person: e-mail"),
    "client_id": _lt("Client ID (do not change)"),
    "version_mark": _lt("Version mark (do not change)"),
    "sync_key": _lt("Key in the accounting system"),
}
# A note of one line, for which no parser of HTML is needed.
PLAIN_NOTE = re.compile(r"<p>([^<>&\s]*(?: [^<>&\s]+)*)</p>")
SIMPLE_KINDS = {
    "text": cells.Kind,
    "name": cells.NameKind,
    "tax_id": cells.TaxIdKind,
    "website": cells.WebsiteKind,
    "date": cells.DateKind,
    "note": cells.NoteKind,
    "plain_note": cells.NoteKind,
}
# People write a country the way it is called at home.
COUNTRY_SPELLINGS = {
    "рф": "RU",
    "россия": "RU",
    "росія": "RU",
    "украина": "UA",
    "україна": "UA",
    "беларусь": "BY",
    "білорусь": "BY",
    "белоруссия": "BY",
    "казахстан": "KZ",
    "польша": "PL",
    "польща": "PL",
    "молдова": "MD",
    "usa": "US",
    "сша": "US",
    "uk": "GB",
}


class ClientSheet(models.AbstractModel):
    """How the card of a client stands in the columns of a file, both ways."""

    _name = "client.sheet"
    _description = "Columns of Client Files"
    _inherit = ["client.sheet.properties"]

    # === COLUMNS ===

    @api.model
    def _get_labels(self):
        """:return: code -> name of the column in the reader's language"""
        return self._get_card_labels() | self._get_property_labels()

    @api.model
    def _get_card_labels(self):
        """:return: as ``_get_labels``, of the columns that every client has"""
        described = self.env["res.partner"].fields_get(
            [field for field, _kind in CARD_FIELDS.values()], ["string"]
        )
        kinds = dict(
            self.env["client.contact.point"]
            ._fields["kind"]
            ._description_selection(self.env)
        )
        labels = {
            code: kinds.get(field) or described[field]["string"]
            for code, (field, _kind) in CARD_FIELDS.items()
        }
        own_labels = {code: self.env._(label) for code, label in OWN_LABELS.items()}
        return labels | own_labels

    @api.model
    def _get_change_labels(self):
        """:return: as ``_get_labels``, and what a file changes without a column"""
        labels = self._get_labels()
        described = self.env["res.partner"].fields_get(attributes=["string"])
        return labels | {
            "contact": labels["contact_name"],
            "active": self.env._("Archive"),
            "industry": described["industry_id"]["string"],
            "groups": described["client_group_ids"]["string"],
            "reviewed_on": described["reviewed_on"]["string"],
        }

    @api.model
    def _get_labels_of_all_languages(self):
        """:return: name of the column in any language of the database -> code"""
        return self._get_property_labels_of_all_languages() | {
            label: code
            for lang, _name in self.env["res.lang"].get_installed()
            for code, label in self.with_context(lang=lang)._get_card_labels().items()
        }

    # === KINDS ===

    @api.model
    def _get_kinds(self, country_code="", codes=None):
        """Prepare the columns of a whole file.

        :param codes: those that matter, all by default; other codes than those of the
            card may be there
        :return: code -> ``cells.Kind``
        """
        kinds = {
            code: self._make_kind(field, kind, country_code)
            for code, (field, kind) in CARD_FIELDS.items()
            if codes is None or code in codes
        }
        return kinds | self._get_property_kinds(codes)

    def _make_kind(self, field, kind, country_code):
        if kind in SIMPLE_KINDS:
            return SIMPLE_KINDS[kind]()
        if kind == "points":
            return cells.PointsKind(field, country_code)
        if kind == "boolean":
            return cells.BooleanKind(self.env._("Yes"), self.env._("No"))
        if kind == "selection":
            return cells.ChoiceKind(*self._get_selection_names(field))
        labels, spellings = self._get_record_names(field)
        if kind == "many2many":
            return cells.TagsKind(labels, spellings, can_create=True)
        return cells.ChoiceKind(labels, spellings, can_create=kind == "new_many2one")

    def _get_selection_names(self, field):
        description = self.env["res.partner"]._fields[field]._description_selection
        spellings = {key: key for key, _label in description(self.env)}
        for lang, _name in self.env["res.lang"].get_installed():
            for key, label in description(self.with_context(lang=lang).env):
                spellings[label.lower()] = key
        return dict(description(self.env)), spellings

    def _get_record_names(self, field):
        """:return: id -> name to show; name in lower case -> id, None if several's"""
        Comodel = self.env[self.env["res.partner"]._fields[field].comodel_name]
        # sudo: whoever sees a card sees the names on it, also of what is archived
        shown = Comodel.sudo().with_context(active_test=False).search(Domain.TRUE)
        labels = {record.id: record.display_name for record in shown}
        is_user = field == "user_id"
        chosen = Comodel.search([("share", "=", False)] if is_user else Domain.TRUE)
        spellings = self._spell_records(chosen, ["display_name"])
        more_names = [Comodel._rec_name, *(["login"] if is_user else [])]
        spellings = self._spell_records(chosen, more_names) | spellings
        if not is_user:  # nobody is given a client to look after once he has left
            spellings = (
                self._spell_records(shown - chosen, ["display_name"]) | spellings
            )
        if field == "country_id":
            spellings |= self._spell_countries(chosen)
        return labels, spellings

    def _spell_records(self, records, fnames):
        """:return: name in lower case, in any language -> id, None if several's"""
        ids_by_name = defaultdict(set)
        for lang, _name in self.env["res.lang"].get_installed():
            for record in records.with_context(lang=lang):
                for fname in fnames:
                    name = cells.squeeze(sheet.clean_text(record[fname] or ""))
                    ids_by_name[name.lower()].add(record.id)
        ids_by_name.pop("", None)
        return {
            name: ids.pop() if len(ids) == 1 else None
            for name, ids in ids_by_name.items()
        }

    def _spell_countries(self, countries):
        by_code = {country.code: country.id for country in countries if country.code}
        spellings = {code.lower(): id_ for code, id_ in by_code.items()}
        return spellings | {
            name: by_code[code]
            for name, code in COUNTRY_SPELLINGS.items()
            if code in by_code
        }

    # === FROM THE CARD ===

    @api.model
    def _read_cells(self, partners, kinds):
        """Read what ``kinds`` names, the people and the key from cards.

        :return: partner id -> code -> ``cells.Cell``
        """
        none = self.env["client.contact.point"]
        points = partners.contact_point_ids.sorted(  # they may have been reordered
            lambda point: (point.sequence, point.id)
        ).grouped("partner_id")
        people = partners.child_ids.filtered(lambda child: child.type == "contact")
        people_by_parent = people.grouped("parent_id")
        columns = [
            (code, kind, CARD_FIELDS[code])
            for code, kind in kinds.items()
            if code in CARD_FIELDS
        ]
        has_properties = len(columns) < len(kinds)
        properties = self._read_properties(partners, kinds) if has_properties else {}
        result = {}
        for partner in partners:
            own_points = points.get(partner, none)
            values = {
                code: kind.show(self._get_raw(partner, own_points, *column))
                for code, kind, column in columns
            }
            values |= properties.get(partner.id, {})
            values["contact"] = self._show_people(people_by_parent.get(partner, ()))
            values["sync_key"] = cells.Kind().show(partner.sync_key)
            result[partner.id] = values
        return result

    def _get_raw(self, partner, points, field, kind):
        if kind == "points":
            return [
                [point.value, point.normalized or "", point.note or ""]
                for point in points
                if point.kind == field
            ]
        value = partner[field]
        if kind == "note":
            plain = PLAIN_NOTE.fullmatch(value or "<p></p>")
            return plain[1].strip() if plain else html2plaintext(value).strip()
        if kind in ("many2one", "new_many2one"):
            return value.id
        if kind == "many2many":
            return value.ids
        return value

    def _show_people(self, people):
        raw = [
            {
                "id": person.id,
                "name": person.name or "",
                "function": person.function or "",
                "phone": person.contact_point_ids.filtered(
                    lambda point: point.kind == "phone"
                ).mapped("normalized"),
                "email": person.contact_point_ids.filtered(
                    lambda point: point.kind == "email"
                ).mapped("normalized"),
            }
            for person in people
        ]
        return cells.Cell(", ".join(person["name"] for person in raw), "", raw)

    @api.model
    def _make_mark(self, values, kinds):
        """:return: the version mark of a card, by which its export is known again"""
        return rows.make_mark(
            {code: values[code] for code in values if code != "sync_key"}, kinds
        )

    # === TO THE CARD ===

    @api.model
    def _prepare_values(self, values):
        """Turn cells into values for ``res.partner``; points and people are left out.

        :param values: code -> ``cells.Cell``
        """
        result = {}
        for code, cell in values.items():
            field, kind = CARD_FIELDS.get(code, (None, None))
            if field is None or kind == "points":
                continue
            result[field] = self._prepare_raw(field, kind, cell.raw)
        return result

    def _prepare_raw(self, field, kind, raw):
        if kind == "note":
            return plaintext2html(raw) if raw else False
        if kind == "new_many2one":
            return self._get_or_create(field, raw)
        if kind == "many2many":
            return [
                Command.set([self._get_or_create(field, item) for item in raw or ()])
            ]
        return raw or False

    def _get_or_create(self, field, raw):
        """:return: id of the record that ``raw`` means; a new name makes a record"""
        if not isinstance(raw, dict):
            return raw or False
        Comodel = self.env[self.env["res.partner"]._fields[field].comodel_name].sudo()
        # sudo: a manager may bring in a new source or tag without marketing rights
        found = Comodel.search([("name", "=ilike", escape_psql(raw["new"]))], limit=1)
        return (found or Comodel.create({"name": raw["new"]})).id
