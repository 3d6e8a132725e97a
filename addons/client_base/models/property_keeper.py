import copy

from odoo import fields, models


class KeptProperties(fields.Properties):
    """Properties whose values come back when the record returns to a definition."""

    def _compute(self, records):
        result = super()._compute(records)
        for record in records.sudo():
            former = record._get_former_properties()
            names = {
                item["name"] for item in self._get_properties_definition(record) or ()
            }
            back = {name: former[name] for name in former if name in names}
            if back:
                record[self.name] = {**record[self.name]._values, **back}
        return result


class PropertyKeeper(models.AbstractModel):
    """Gives a client the extra fields of its type, and loses no value of them.

    What a client was said to have as a shop is kept while it is a warehouse, and comes
    back when it is a shop again.
    """

    _name = "client.property.keeper"
    _description = "Keeper of the Fields of a Type"

    client_type_id = fields.Many2one(
        comodel_name="client.type",
        index="btree_not_null",
        # the properties ask for it whoever creates a contact
        groups="base.group_user",
    )
    client_properties = KeptProperties(
        definition="client_type_id.properties_definition",
        string="Fields of the Type",
        groups="client_base.group_client_user",
    )
    # ID of a type the client had -> name of a property -> value; never its present one.
    client_properties_kept = fields.Json(
        string="Fields of Former Types",
        copy=False,
        prefetch=False,
        groups=fields.NO_ACCESS,
    )

    # === CRUD METHODS ===

    def write(self, vals):
        for cards, part in self._iterate_writes(vals):
            super(PropertyKeeper, cards).write(part)
        return True

    def _iterate_writes(self, vals):
        """Yield cards and what is written to them, each after the one before is."""
        if "client_type_id" in vals:
            yield from self._iterate_type(vals)
        elif vals.get("client_properties"):
            yield from self._iterate_properties(vals)
        else:
            yield self, vals

    def _iterate_type(self, vals):
        """Keep what the former type asked for; the values of the new one come back."""
        type_id = vals["client_type_id"] or False
        moved_sudo = self.sudo().filtered(  # keeping asks for no right of its own
            lambda card: card.client_type_id.id != type_id
        )
        kept = moved_sudo._get_properties_by_type()
        yield self, {name: vals[name] for name in vals if name != "client_properties"}
        yield from moved_sudo._iterate_kept(kept)
        if "client_properties" not in vals:
            return
        stayed, value = self - moved_sudo, vals["client_properties"]
        yield stayed, {"client_properties": copy.deepcopy(value)}
        moved = self - stayed
        if isinstance(value, list) and len(moved) == 1:
            yield moved, {"client_properties": value}  # everything there is in a form
        else:
            yield from moved._iterate_added(value)

    def _iterate_properties(self, vals):
        """Give each of several cards what its type asks for.

        Core refuses cards of several types. A list that has no value for a property
        leaves it as it is, on each of the cards.
        """
        value = vals["client_properties"]
        is_whole = not isinstance(value, list) or any(
            item.get("definition_changed") or item.get("definition_deleted")
            for item in value
        )
        if is_whole and len(self.sudo().client_type_id) <= 1:
            yield self, vals
            return
        others = {name: vals[name] for name in vals if name != "client_properties"}
        if others:
            yield self, others
        yield from self._iterate_added(value)

    def _iterate_added(self, value):
        """Yield those of the properties in ``value`` that the type of each card has."""
        field = self._fields["client_properties"]
        said = field.convert_to_cache(copy.deepcopy(value), self) or {}
        for kind_sudo, cards in self.sudo().grouped("client_type_id").items():
            names = {item["name"] for item in kind_sudo.properties_definition}
            own = {name: said[name] for name in said if name in names}
            for card in (self & cards) if own else ():
                present = card.client_properties._values
                yield card, {"client_properties": {**present, **own}}

    # === BUSINESS METHODS ===

    def _get_former_properties(self):
        """:return: dict of what stood under the present type before the client left"""
        self.ensure_one()
        kind = self.client_type_id._origin
        before = self._origin
        if not self.id and before and before.client_type_id == kind:
            return before.client_properties._values
        return (self.client_properties_kept or {}).get(str(kind.id), {})

    def _get_properties_by_type(self):
        """:return: id of a card -> ID of the type, as text -> name -> value

        Only the present type, and only what was filled in.
        """
        found = {}
        typed = self.filtered("client_type_id")
        if not any(kind.properties_definition for kind in typed.client_type_id):
            return found
        for card in typed:
            values = {
                name: value
                for name, value in card.client_properties._values.items()
                if value is not None
            }
            if any(value is not False for value in values.values()):
                found[card.id] = {str(card.client_type_id.id): values}
        return found

    def _iterate_kept(self, kept):
        """Put values away, and take those of the present type from what was kept.

        :param kept: as ``_get_properties_by_type`` gave them before the type changed
        """
        kinds = self.client_type_id
        if not kept and not any(kind.properties_definition for kind in kinds):
            return
        for card in self:
            before = card.client_properties_kept or {}
            after = {**before, **kept.get(card.id, {})}
            if str(card.client_type_id.id) in after:
                card.client_properties  # noqa: B018 (they come back before they go)
                del after[str(card.client_type_id.id)]
            if after != before:
                yield card, {"client_properties_kept": after or False}

    def _join_properties(self):
        """Put the values of several cards together; the first that has one says it.

        :return: ID of a type, as text -> name -> value
        """
        joined = {}
        present = self._get_properties_by_type()
        for card in self:
            own = present.get(card.id, {})
            for type_id, values in (own | (card.client_properties_kept or {})).items():
                known = joined.setdefault(type_id, {})
                for name, value in values.items():
                    if known.get(name) in (None, "", []):
                        known[name] = value
        return joined

    def _put_properties(self, by_type):
        """Write values under the types they belong to, beside what is there.

        :param by_type: ID of a type, as text -> name -> value; those of the present
            type go onto the card, the others to what is kept
        """
        self.ensure_one()
        card_sudo = self.sudo()  # what is kept is nobody's to write
        others = dict(by_type)
        own = others.pop(str(card_sudo.client_type_id.id), None)
        if own:
            present = card_sudo.client_properties._values
            card_sudo.write({"client_properties": {**present, **own}})
        kept = card_sudo.client_properties_kept or {}
        added = {
            type_id: {**kept.get(type_id, {}), **values}
            for type_id, values in others.items()
        }
        if added:
            card_sudo.write({"client_properties_kept": {**kept, **added}})
