import zlib

from lxml import etree

from odoo import api, fields, models

from ..tools import card_rules

# Whatever stands in one of these stands in a line with others.
LINE_TAGS = {"h1", "h2", "h3", "h4", "h5", "h6", "p", "span"}
NEVER_SHOWN = {"1", "True", "true"}


class CardForm(models.AbstractModel):
    """Shows the rules of a type in every form of a card, without a copy of the form.

    Which fields a form governs is the same for all cards, so that the form can be
    cached; what holds for the card on the screen, the card itself knows.
    """

    _name = "client.card.form"
    _description = "Form of the Card"

    # Everybody with the form on the screen needs these: it refers to them.
    card_hidden = fields.Json(
        string="Fields Not Asked For",
        compute="_compute_card_form",
        groups="base.group_user",
    )
    card_required = fields.Json(
        string="Fields to Be Filled In",
        compute="_compute_card_form",
        groups="base.group_user",
    )
    card_notes = fields.Json(
        string="Instructions",
        compute="_compute_card_form",
        groups="base.group_user",
    )

    @api.depends("client_type_id", "parent_id", "partner_share")
    @api.depends_context("lang")
    def _compute_card_form(self):
        rules = self.env["client.type.field"]
        books, notes = rules._get_rulebooks(), rules._get_instructions()
        governed = self._filter_governed()
        for partner in self:
            type_id = partner.client_type_id.id if partner in governed else None
            book = books.get(type_id) or card_rules.Rulebook()
            partner.card_hidden = sorted(book.hidden)
            partner.card_required = sorted(book.required) if book.is_blocking else []
            partner.card_notes = notes.get(type_id, {})

    def onchange(self, values, field_names, fields_spec):
        """Show the own fields of a type as soon as it is chosen.

        Core compares them only after the type has changed, and sees no difference as
        long as they are all empty.
        """
        result = super().onchange(values, field_names, fields_spec)
        if "client_type_id" in field_names and "client_properties" in fields_spec:
            result["value"]["client_properties"] = self._get_own_fields(values)
        return result

    def _get_own_fields(self, values):
        """:return: the own fields of the type in ``values``, as a form takes them"""
        chosen = {"client_type_id": values.get("client_type_id")}
        card = self.new(chosen, origin=self)
        field = self._fields["client_properties"]
        return field.convert_to_read(card.client_properties, card)

    # === VIEWS ===

    @api.model
    def _get_view_cache_key(self, view_id=None, view_type="form", **options):
        key = super()._get_view_cache_key(view_id, view_type, **options)
        return key + self._get_form_rules()

    @api.model
    def _get_view(self, view_id=None, view_type="form", **options):
        arch, view = super()._get_view(view_id, view_type, **options)
        # core asks for the address once more, to put it into the form
        if arch.tag == "form" and not self.env.context.get("no_address_format"):
            self._apply_rules_to_form(arch)
        return arch, view

    @api.model
    def _get_form_rules(self):
        """:return: names of fields that any type hides, requires, explains"""
        rules = self.env["client.type.field"]
        books = rules._get_rulebooks().values()
        hidden = frozenset().union(*(book.hidden for book in books))
        required = frozenset().union(
            *(book.required for book in books if book.is_blocking)
        )
        noted = frozenset().union(*rules._get_instructions().values())
        return hidden, required, noted

    @api.model
    def _get_form_rules_mark(self):
        """:return: a text that differs when the form governs other fields"""
        names = "|".join(",".join(sorted(part)) for part in self._get_form_rules())
        return f"{zlib.crc32(names.encode()):08x}"

    @api.model
    def _apply_rules_to_form(self, arch):
        hidden, required, noted = self._get_form_rules()
        nodes = self._get_own_nodes(arch, hidden | required | noted)
        for name, of_name in nodes.items():
            for node in of_name:
                if name in required:
                    self._require_node(node, name, is_only=len(of_name) == 1)
                if name in hidden:
                    self._hide_node(node, name)
        for node in reversed(list(arch.iter("field"))):
            name = node.get("name")
            if name in noted and node in nodes.get(name, ()):
                self._explain_node(node, name)
        for label in arch.iter("label"):
            name = label.get("for")
            if name in hidden and not self._is_embedded(label):
                self._join(label, "invisible", f"'{name}' in (card_hidden or [])")

    @api.model
    def _get_own_nodes(self, arch, names):
        """:return: name -> nodes of the field, those of embedded lists left out"""
        nodes = {}
        for node in arch.iter("field"):
            name = node.get("name")
            is_shown = node.get("invisible") not in NEVER_SHOWN
            if name in names and is_shown and not self._is_embedded(node):
                nodes.setdefault(name, []).append(node)
        return nodes

    @api.model
    def _is_embedded(self, node):
        return next(node.iterancestors("field"), None) is not None

    @api.model
    def _require_node(self, node, name, *, is_only):
        required = f"'{name}' in (card_required or [])"
        self._join(node, "required", required)
        # What has to be filled in has to be seen. Where a field stands twice, the form
        # shows one or the other.
        if is_only and node.get("invisible"):
            node.set("invisible", f"({node.get('invisible')}) and not ({required})")

    @api.model
    def _hide_node(self, node, name):
        parent = node.getparent()
        is_alone = parent.tag == "div" and self._count_shown(parent) == 1
        # together with the icon that stands beside it
        shown = parent if is_alone else node
        self._join(shown, "invisible", f"'{name}' in (card_hidden or [])")

    @api.model
    def _join(self, node, modifier, condition):
        present = node.get(modifier)
        node.set(modifier, f"({present}) or {condition}" if present else condition)

    @api.model
    def _explain_node(self, node, name):
        """Put the instruction beneath the field, and nothing when there is none."""
        line, conditions = node, []
        while True:
            if line.get("invisible"):
                conditions.append(f"({line.get('invisible')})")
            if not self._is_line(line.getparent()):
                break
            line = line.getparent()
        conditions.append(f"'{name}' not in (card_notes or {{}})")
        invisible = " or ".join(conditions)
        note = etree.Element(
            "widget", name="client_instruction", field=name, invisible=invisible
        )
        if self._count_shown(line) > 1:
            note.set("labelled", "1")
        line.addnext(note)
        if self._is_inner_group(line.getparent()):
            # the column of labels stays empty
            note.addprevious(etree.Element("span", invisible=invisible))

    @api.model
    def _count_shown(self, line):
        """:return: how many fields of this very card stand in the line"""
        return sum(
            field.get("invisible") not in NEVER_SHOWN and not self._is_embedded(field)
            for field in line.iter("field")
        )

    @api.model
    def _is_line(self, node):
        classes = set(node.get("class", "").split())
        if node.tag == "div":
            is_row = "d-flex" in classes and "flex-column" not in classes
            return is_row or "o_address_format" in classes
        return node.tag in LINE_TAGS

    @api.model
    def _is_inner_group(self, node):
        return node.tag == "group" and node.find("group") is None
