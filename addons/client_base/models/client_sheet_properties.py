import ast
from collections import defaultdict

from odoo import api, models
from odoo.fields import Domain

from ..tools import cell_numbers, cells, property_columns, sheet

# Kinds of columns by the type of the property; what is missing has no column.
NUMBER_KINDS = {
    "integer": cell_numbers.IntegerKind,
    "float": cell_numbers.FloatKind,
    "monetary": cell_numbers.FloatKind,
}
PLAIN_KINDS = {
    "char": cells.Kind,
    "text": cells.NoteKind,
    "date": cells.DateKind,
    **NUMBER_KINDS,
}
RECORD_TYPES = ("many2one", "many2many")
OPTION_TYPES = ("selection", "tags")
FILE_TYPES = {*PLAIN_KINDS, *RECORD_TYPES, *OPTION_TYPES, "boolean", "datetime"}


class ClientSheetProperties(models.AbstractModel):
    """The extra fields of the types of clients as columns of files.

    Every field of a type is a column of its own, known by the code ``prop.TYPE.NAME``.
    """

    _name = "client.sheet.properties"
    _description = "Columns of the Fields of a Type"
    # More records are not read just because one of them may stand in a cell.
    _many_records = 2000

    # === COLUMNS ===

    @api.model
    def _get_all_property_columns(self):
        """:return: list of ``PropertyColumn``, whatever the company and the type"""
        kinds_sudo = (  # no two of them have one header, seen or not
            self.env["client.type"].sudo().with_context(active_test=False)
        )
        domain = Domain("properties_definition", "!=", False)
        return [
            property_columns.PropertyColumn(
                kind.id, kind.name or "", definition, kind.company_id.id or 0
            )
            for kind in kinds_sudo.search(domain, order="id")
            for definition in kind.properties_definition
            if definition["type"] in FILE_TYPES
        ]

    @api.model
    def _get_property_columns(self):
        """:return: code -> ``PropertyColumn``, of the types that the user meets"""
        return self._select_columns(self._get_all_property_columns())

    def _select_columns(self, columns):
        company_ids = {0, *self.env.companies.ids}
        return {
            column.code: column
            for column in columns
            if column.company_id in company_ids
        }

    @api.model
    def _get_property_labels(self):
        """:return: code -> header in the reader's language"""
        columns = self._get_all_property_columns()
        if not columns:
            return {}
        taken = {
            property_columns.label_key(label)
            for lang, _name in self.env["res.lang"].get_installed()
            for label in self.with_context(lang=lang)._get_card_labels().values()
        }
        labels = property_columns.name_columns(columns, taken)
        return {code: labels[code] for code in self._select_columns(columns)}

    @api.model
    def _get_property_labels_of_all_languages(self):
        """:return: header in any language, with the type or without it -> code"""
        found = []
        for lang, _name in self.env["res.lang"].get_installed():
            reader = self.with_context(lang=lang)
            columns = reader._get_property_columns()
            if not columns:
                return {}
            found += [
                reader._get_property_labels(),
                {code: column.full_label for code, column in columns.items()},
            ]
        return property_columns.join_languages(found)

    # === KINDS ===

    @api.model
    def _get_property_kinds(self, codes=None):
        """:return: code -> ``cells.Kind`` of the columns in ``codes``, or of all"""
        if codes is not None and not any(map(property_columns.read_code, codes)):
            return {}
        return {
            code: self._make_property_kind(column.definition)
            for code, column in self._get_property_columns().items()
            if codes is None or code in codes
        }

    def _make_property_kind(self, definition):
        kind = definition["type"]
        if kind in PLAIN_KINDS:
            return PLAIN_KINDS[kind]()
        if kind == "boolean":
            return cells.BooleanKind(self.env._("Yes"), self.env._("No"))
        if kind == "datetime":
            return cell_numbers.MomentKind(self.env.user.tz or "UTC")
        is_list = kind in ("tags", "many2many")
        names = (
            self._get_option_names(definition[kind])
            if kind in OPTION_TYPES
            else self._get_property_record_names(definition)
        )
        return cells.TagsKind(*names) if is_list else cells.ChoiceKind(*names)

    def _get_option_names(self, options):
        """:param options: lists of the key, the label and maybe a colour"""
        keys_by_name = defaultdict(set)
        for key, label, *_color in options:
            keys_by_name[cells.squeeze(sheet.clean_text(label)).lower()].add(key)
        spellings = {key.lower(): key for key, *_rest in options}
        spellings |= {
            name: keys.pop() if len(keys) == 1 else None
            for name, keys in keys_by_name.items()
        }
        return {key: label for key, label, *_color in options}, spellings

    def _get_property_record_names(self, definition):
        """:return: as ``_get_record_names``; nothing yet when there are too many"""
        records = self._get_property_records(definition)
        if records is None or len(records) > self._many_records:
            return {}, {}
        labels = {record.id: record.display_name for record in records}
        return labels, self._spell_property_records(records)

    def _get_property_records(self, definition, domain=Domain.TRUE):
        """:return: one more than ``_many_records`` at most; None without a model"""
        if not definition.get("comodel"):
            return None  # its addon was uninstalled
        Comodel = self.env[definition["comodel"]]
        if not Comodel.has_access("read"):
            return None
        if definition.get("domain"):
            domain &= Domain(ast.literal_eval(definition["domain"]))
        return Comodel.search(domain, limit=self._many_records + 1)

    def _spell_property_records(self, records):
        names = [records._rec_name] if records._rec_name in records._fields else []
        # what is shown is meant before what it is called for short
        return self._spell_records(records, names) | self._spell_records(
            records, ["display_name"]
        )

    @api.model
    def _learn_names(self, kinds, texts):
        """Look for records by the names in a file, where there are too many of them.

        :param texts: code -> set of texts
        """
        columns = self._get_property_columns() if texts else {}
        for code in kinds.keys() & texts.keys() & columns.keys():
            definition = columns[code].definition
            if definition["type"] not in RECORD_TYPES:
                continue
            names = {cells.squeeze(text) for text in texts[code]}
            if definition["type"] == "many2many":
                parts = [cells.TAG_SEPARATOR.split(name)[::2] for name in names]
                names |= {part.strip() for found in parts for part in found}
            unknown = [name for name in names if kinds[code].parse(name).rest]
            if not unknown:
                continue
            domain = Domain("display_name", "in", unknown)
            records = self._get_property_records(definition, domain)
            if records:
                labels = {record.id: record.display_name for record in records}
                kinds[code].learn(labels, self._spell_property_records(records))

    def _learn_ids(self, kind, definition, ids):
        """Know the names of records that stand on cards; some are nobody's to see."""
        unknown = [id_ for id_ in ids if not kind.knows(id_)]
        if not unknown or not definition.get("comodel"):
            return
        records = self.env[definition["comodel"]].browse(unknown).exists()
        seen = records._filtered_access("read")
        labels = {record.id: record.display_name for record in seen}
        hidden = dict.fromkeys((records - seen).ids, self.env._("No access"))
        kind.learn(labels | hidden, {})

    # === FROM THE CARD ===

    @api.model
    def _read_properties(self, partners, kinds):
        """Read what ``kinds`` names from cards whose type has it.

        :return: partner id -> code -> ``cells.Cell``
        """
        columns_by_type = defaultdict(list)
        for code, column in self._get_property_columns().items():
            if code in kinds:
                columns_by_type[column.type_id].append(column)
        result = {}
        for kind, cards in partners.grouped("client_type_id").items():
            columns = columns_by_type.get(kind.id, ())
            if columns:
                result |= self._read_properties_of_type(cards, columns, kinds)
        return result

    def _read_properties_of_type(self, partners, columns, kinds):
        raw = {card.id: card.client_properties._values for card in partners}
        for column in columns:
            if column.definition["type"] in RECORD_TYPES:
                ids = {
                    id_
                    for values in raw.values()
                    for id_ in self._as_list(values.get(column.name))
                }
                self._learn_ids(kinds[column.code], column.definition, ids)
        return {
            id_: {
                column.code: kinds[column.code].show(
                    self._clean_raw(
                        column.definition["type"],
                        kinds[column.code],
                        values.get(column.name),
                    )
                )
                for column in columns
            }
            for id_, values in raw.items()
        }

    def _as_list(self, raw):
        return raw if isinstance(raw, list) else [raw] if raw else []

    def _clean_raw(self, kind_name, kind, raw):
        """Leave out what is no value any more: an option or a record was deleted."""
        if kind_name in ("tags", "many2many"):
            return [item for item in self._as_list(raw) if kind.knows(item)]
        if kind_name in ("selection", "many2one"):
            return raw if kind.knows(raw) else None
        is_number = isinstance(raw, int | float) and not isinstance(raw, bool)
        if kind_name in NUMBER_KINDS:
            return raw if is_number else None
        if kind_name == "boolean":
            return bool(raw)
        return raw if isinstance(raw, str) else None

    @api.model
    def _get_property_defaults(self):
        """:return: code -> plain value that a new card starts with"""
        return {
            code: column.definition.get("default")
            for code, column in self._get_property_columns().items()
        }

    # === TO THE CARD ===

    @api.model
    def _split_properties(self, values):
        """Take the extra fields out of cells that are to be written.

        :param values: code -> ``cells.Cell``
        :return: ID of a type, as text -> name -> plain value
        """
        by_type = {}
        for code, cell in values.items():
            found = property_columns.read_code(code)
            if found:
                type_id, name = found
                raw = False if cell.raw is None else cell.raw
                by_type.setdefault(str(type_id), {})[name] = raw
        return by_type
