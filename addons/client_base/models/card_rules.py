from contextlib import contextmanager

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import card_rules
from .prefetch import CLIENT_FIELDS

# Context values that no caller from outside can send. With ACCEPT a file or a sync
# writes: whatever is missing is listed, nothing is refused.
ACCEPT = object()

MAX_REFUSED = 20  # cards named in one message

GOVERNED_KINDS = {
    "char",
    "text",
    "html",
    "selection",
    "many2one",
    "boolean",
    "integer",
    "float",
    "monetary",
    "date",
    "datetime",
    "binary",
}
# Of the relations to many, only what people fill in on a card.
GOVERNED_RELATIONS = {
    "category_id",
    "client_group_ids",
    "contact_point_ids",
    "child_ids",
    "bank_ids",
}
# No content of a card: what it is, or what the system keeps on it.
UNGOVERNED = {
    "active",
    "additional_info",
    "calendar_last_notif_ack",
    "color",
    "company_id",
    "company_name",
    "contact_address_complete",
    "customer_rank",
    "date_localization",
    "email_normalized",
    "employee",
    "is_company",
    "parent_id",
    "partner_share",
    "phone_sanitized",
    "reviewed_on",
    "second_card_reason",
    "signup_token",
    "signup_type",
    "supplier_rank",
    "type",
    "user_ids",
}
TEXT_KINDS = {"char", "text"}


class _OpenEntry(dict):
    """Cards that are being written: id -> what they lacked before.

    Writing one card can write others, and a phone passes through its contact points:
    only the outermost write can tell how the cards stand in the end.

    Equal to nothing but itself: Odoo takes an environment whose context is equal for
    the same one, and a caller from outside can send an empty dict.
    """

    def __eq__(self, other):
        return self is other

    __hash__ = object.__hash__


class CardRules(models.AbstractModel):
    """Knows what a card should say, and what of it is still missing.

    What is asked stands in ``client.type.field``; contacts of a client, colleagues and
    our own companies are asked nothing.
    """

    _name = "client.card.rules"
    _description = "Rules of the Card"

    completeness = fields.Integer(
        string="Complete, %",
        compute="_compute_completeness",
        store=True,
        aggregator="avg",
        prefetch=CLIENT_FIELDS,
        groups="client_base.group_client_user",
    )
    missing_fields = fields.Char(
        compute="_compute_completeness",
        store=True,
        prefetch=CLIENT_FIELDS,
        groups="client_base.group_client_user",
        help="Technical names of the fields to be filled in, with commas; required "
        "ones come first.",
    )
    missing_labels = fields.Char(
        string="Still Missing",
        compute="_compute_missing_labels",
        groups="client_base.group_client_user",
    )
    entry_problem = fields.Boolean(
        string="Required Field Is Empty",
        compute="_compute_completeness",
        store=True,
        prefetch=CLIENT_FIELDS,
        groups="client_base.group_client_user",
        help="A field that the rules of the type require is empty.",
    )

    # Of every field a rule can be about: which ones count is read from the rules, so
    # that a new rule needs no new registry.
    @api.depends(
        lambda self: (
            *sorted(self._get_governable_fields()),
            "client_type_id",
            "parent_id",
            "partner_share",
            "own_company_ids",
        )
    )
    def _compute_completeness(self):
        books = self.env["client.type.field"]._get_rulebooks()
        governed = self._filter_governed()
        nothing_asked = card_rules.Rulebook()
        for partner in self:
            type_id = partner.client_type_id.id if partner in governed else None
            verdict = partner._judge(books.get(type_id, nothing_asked))
            partner.completeness = verdict.completeness
            partner.missing_fields = ",".join(verdict.missing) or False
            partner.entry_problem = verdict.is_problem

    @api.depends("missing_fields")
    @api.depends_context("lang")
    def _compute_missing_labels(self):
        names = {name for partner in self for name in partner._get_missing()}
        labels = self._get_field_labels(names)
        for partner in self:
            partner.missing_labels = ", ".join(
                labels[name] for name in partner._get_missing() if name in labels
            )

    # === CRUD METHODS ===

    @api.model_create_multi
    def create(self, vals_list):
        with self._open_entry() as owners:
            cards = super(CardRules, owners).create(vals_list)
            cards._note_entry({})
        return cards.with_env(self.env)

    def write(self, vals):
        with self._open_entry() as cards:
            return super(CardRules, cards).write(vals)

    def _update_address(self, vals):
        # core writes the address of another card with this, past ``write``
        with self._open_entry() as cards:
            return super(CardRules, cards)._update_address(vals)

    @api.model
    def load(self, fields, data):
        """A file is never stopped by half-empty cards: they are listed."""
        accepting = self.with_context(card_entry=ACCEPT)
        return super(CardRules, accepting).load(fields, data)

    # === REFUSING ===

    @contextmanager
    def _open_entry(self):
        """Refuse in the end what leaves required fields of cards empty.

        :return: this recordset, to be written with
        """
        present = self.env.context.get("card_entry")
        if present is ACCEPT or not self._is_anything_blocked():
            yield self
        elif isinstance(present, _OpenEntry):
            self._note_entry(self._get_entry_gaps())
            yield self
        else:
            cards = self.with_context(card_entry=_OpenEntry())
            cards._note_entry(self._get_entry_gaps())
            yield cards
            cards._close_entry()

    def _note_entry(self, gaps):
        """Note how these cards stood, unless that was noted before.

        :param gaps: as ``_get_entry_gaps`` gives it
        """
        entry = self.env.context.get("card_entry")
        if isinstance(entry, _OpenEntry):
            for card_id in self.ids:
                entry.setdefault(card_id, gaps.get(card_id))

    @api.model
    def _is_anything_blocked(self):
        books = self.env["client.type.field"]._get_rulebooks().values()
        return any(book.is_blocking for book in books)

    def _get_entry_gaps(self):
        """Tell what cards lack that may not lack it.

        :return: id of the card -> (id of the type, names of empty required fields)
        """
        books = self.env["client.type.field"]._get_rulebooks()
        strict_ids = {type_id for type_id in books if books[type_id].is_blocking}
        cards_sudo = self.sudo()  # rules hold whoever writes, may he see them or not
        strict_sudo = cards_sudo.filtered(
            lambda card: card.client_type_id.id in strict_ids
        )._filter_governed()
        return {
            card.id: (
                card.client_type_id.id,
                books[card.client_type_id.id].required.intersection(
                    card._get_missing()
                ),
            )
            for card in strict_sudo
        }

    @api.model
    def _close_entry(self):
        """Refuse what leaves a required field of a card empty that was not so before.

        :raise ValidationError: names each client and what it lacks
        """
        entry, refused = self.env.context["card_entry"], {}
        cards = self.browse(entry).exists()
        for card_id, (type_id, gaps) in cards._get_entry_gaps().items():
            former_type_id, former_gaps = entry[card_id] or (None, frozenset())
            if type_id != former_type_id:
                former_gaps = frozenset()
            if gaps - former_gaps:
                refused[card_id] = gaps
        if refused:
            raise ValidationError(self._get_refusal_text(refused))

    @api.model
    def _get_refusal_text(self, refused):
        """:param refused: id of the card -> names of the empty fields"""
        labels = self._get_field_labels(set().union(*refused.values()))
        lines = []
        for card_id, gaps in list(refused.items())[:MAX_REFUSED]:
            card_sudo = self.browse(card_id).sudo()  # he just wrote this very card
            lines.append(
                self.env._(
                    "%(client)s (%(type)s): please fill in %(fields)s.",
                    client=card_sudo.name or self.env._("New client"),
                    type=card_sudo.client_type_id.name,
                    fields=", ".join(labels.get(name, name) for name in sorted(gaps)),
                )
            )
        return "\n".join(lines)

    # === WHAT THE RULES ARE ABOUT ===

    @api.model
    def _get_governable_fields(self):
        """Tell which fields a rule can be about.

        A form can hold them, and the database can tell whether they are filled in.

        :return: their names
        """
        return {
            name for name, field in self._fields.items() if self._is_governable(field)
        }

    @api.model
    def _is_governable(self, field):
        if field.name in UNGOVERNED or field.name.startswith("message_"):
            return False
        if not field.store or field.readonly:
            return False
        if field.company_dependent or getattr(field, "translate", False):
            return False
        if field.type in ("one2many", "many2many"):
            return field.name in GOVERNED_RELATIONS or field.manual
        return field.type in GOVERNED_KINDS or field.name == "client_properties"

    def _filter_governed(self):
        """:return: the cards that rules are about: clients"""
        cards_sudo = self.sudo()  # whether it is a client does not depend on who asks
        return cards_sudo.filtered_domain(self._get_client_domain()).with_env(self.env)

    @api.model
    def _get_type_domain(self, type_id):
        """:param type_id: False stands for cards without a type"""
        return Domain("client_type_id", "=", type_id)

    def _get_missing(self):
        """:rtype: list[str]"""
        self.ensure_one()
        return self.missing_fields.split(",") if self.missing_fields else []

    @api.model
    def _get_field_labels(self, names):
        """:return: name -> label in the language of the user"""
        # sudo: what is asked of a card is no secret, even of a field not shown to him
        found = self.sudo().fields_get(sorted(names), ["string"]) if names else {}
        return {name: description["string"] for name, description in found.items()}

    # === WHAT IS FILLED IN ===

    def _judge(self, book):
        filled = {rule.name for rule in book.wanted if self._is_filled(rule.name)}
        return card_rules.judge(book, filled)

    def _is_filled(self, name):
        """Tell whether the field has content. ``_get_filled_sql`` says the same."""
        self.ensure_one()
        field, value = self._fields[name], self[name]
        if field.type in TEXT_KINDS:
            return card_rules.is_text_filled(value)
        if field.type == "html":
            return card_rules.is_html_filled(value)
        if field.type in ("one2many", "many2many"):
            return bool(self.with_context(active_test=False)[name])
        if field.type == "properties":
            stored = field.convert_to_column(value, self)
            values = stored and field.convert_to_cache(stored, self)
            names = self._get_own_field_names(self.client_type_id)
            return card_rules.are_properties_filled(values or {}, names)
        return bool(value)

    @api.model
    def _get_filled_sql(self, name, type_id):
        """:return: condition on a row of ``res_partner``; NULL means empty too"""
        field = self._fields[name]
        column = SQL.identifier(self._table, name)
        blanks = card_rules.BLANKS
        if field.type in TEXT_KINDS:
            return SQL("BTRIM(%s, %s) <> ''", column, blanks)
        if field.type == "html":
            return SQL(
                "(BTRIM(REGEXP_REPLACE(%(html)s, %(empty)s, '', 'g'), %(blanks)s) <> ''"
                " OR %(html)s ~ %(shown)s)",
                html=column,
                empty=card_rules.HTML_EMPTY,
                blanks=blanks,
                shown=card_rules.HTML_SHOWN,
            )
        if field.type == "properties":
            return self._get_properties_filled_sql(column, type_id)
        empty = 0 if field.type in ("integer", "float", "monetary") else False
        query = self.sudo()._search(
            Domain(name, "!=", empty), active_test=False, bypass_access=True
        )
        return SQL("(%s)", query.where_clause or SQL("TRUE"))

    @api.model
    def _get_properties_filled_sql(self, column, type_id):
        client_type = self.env["client.type"].sudo().browse(type_id or [])
        terms = [
            SQL(
                "COALESCE(%s -> %s, 'null') NOT IN"
                " ('null', 'false', '\"\"', '[]', '0', '0.0')",
                column,
                name,
            )
            for name in self._get_own_field_names(client_type)
        ]
        return SQL(" AND ").join(terms) if terms else SQL("TRUE")

    @api.model
    def _get_own_field_names(self, client_type):
        """:return: names of the own fields of a type that can be empty"""
        definition = client_type.sudo().properties_definition or ()
        return [
            own["name"]
            for own in definition
            if own.get("type") not in ("boolean", "separator")
        ]
