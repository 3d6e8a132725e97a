from odoo import api, models
from odoo.fields import Command
from odoo.tools import plaintext2html

from ..tools import cells, names, rows
from .card_rules import ACCEPT
from .client_sheet import CARD_FIELDS
from .contact_point_owner import IN_STEP, PRIMARY_FIELDS

SOLE_TRADER = "fop"
# What a card without picture and parent would compute to be empty; saying so spares an
# eighth of the time of creating it.
EMPTY_FIELDS = ("image_1024", "image_512", "image_256", "image_128", "user_id")


class ClientCardWriter(models.AbstractModel):
    """Writes cells to cards in batches: values, contact points, people.

    The caller keeps a journal, so that nothing is tracked in the chatter as well.
    """

    _name = "client.card.writer"
    _description = "Writer of Client Cards"

    @api.model
    def _get_cards(self, partners=None):
        """:return: ``partners`` set up for writing columns and points together"""
        partners = self.env["res.partner"] if partners is None else partners
        return partners.with_context(
            contact_points=IN_STEP,
            card_entry=ACCEPT,
            tracking_disable=True,
            mail_create_nosubscribe=True,
        )

    # === NEW CARDS ===

    @api.model
    def _create_cards(self, items):
        """Create clients.

        :param items: list of (defaults for ``res.partner``, code -> ``cells.Cell``)
        :return: the new clients in the order of ``items``
        """
        Card = self._get_cards()
        common = dict.fromkeys(EMPTY_FIELDS, False) | Card.default_get(["user_id"])
        # what core's own import calls: looks at parents once a batch, not once a card
        created = Card._load_records_create(
            [common | self._prepare_card_values(*item) for item in items]
        )
        cards = Card.browse(created.ids)
        points, people = [], []
        for card, (_defaults, values) in zip(cards, items, strict=True):
            for kind in rows.POINT_CODES:
                if kind in values:
                    points += self._prepare_points(card, kind, values[kind].raw)
            if "contact" in values:
                people.append((card, values["contact"].raw))
        cards.env["client.contact.point"].create(points)
        self._write_people(people)
        return cards

    def _prepare_card_values(self, defaults, values):
        name = values["name"].text if "name" in values else ""
        result = {
            "name": name or rows.ParsedRow(values=dict(values)).name,
            "is_company": self._looks_like_company(name, values),
            **defaults,
            **self.env["client.sheet"]._prepare_values(values),
        }
        for kind, field in PRIMARY_FIELDS.items():
            if kind in values and values[kind].raw:
                result[field] = values[kind].raw[0][0]
        by_type = self.env["client.sheet"]._split_properties(values)
        own = by_type.get(str(result.get("client_type_id") or ""))
        return result | {"client_properties": own} if own else result

    def _looks_like_company(self, name, values):
        if "legal_form" in values:
            return names.legal_form_class(values["legal_form"].text) != SOLE_TRADER
        return "contact" in values or names.is_company_name(name)

    def _prepare_points(self, card, kind, raw):
        """:param raw: value, normal form, note; the journal adds a dict of the state"""
        # What the point computes next: then the same value is not written again.
        known = {
            "partner_id": card.id,
            "client_id": card.commercial_partner_id.id,
            "company_id": card.company_id.id,
        }
        return [
            {
                **known,
                "kind": kind,
                "value": value,
                "normalized": normal or False,
                "note": note or False,
                "sequence": 10 + position,
                **(state[0] if state else {}),
            }
            for position, (value, normal, note, *state) in enumerate(raw)
        ]

    # === KNOWN CARDS ===

    @api.model
    def _update_cards(self, items):
        """Change clients.

        :param items: list of (``res.partner``, code -> ``cells.Cell`` to stand there)
        """
        cards = self._get_cards(
            self.env["res.partner"].union(*(card for card, _values in items))
        )
        points = cards.contact_point_ids.grouped(
            lambda point: (point.partner_id.id, point.kind)
        )
        card_by_id = {card.id: card for card in cards}
        gone_ids, new_points, people = [], [], []
        for partner, values in items:
            card = card_by_id[partner.id]
            for kind in rows.POINT_CODES:
                if kind in values:
                    present = points.get((card.id, kind), ())
                    gone, new = self._replace_points(card, kind, values, present)
                    gone_ids += gone
                    new_points += new
            self._write_values(card, values)
            if "contact" in values:
                people.append((card, values["contact"].raw))
        Point = cards.env["client.contact.point"]
        Point.browse(gone_ids).unlink()
        Point.create(new_points)
        cards._push_primary_contacts(PRIMARY_FIELDS)
        self._write_people(people)

    def _write_values(self, card, values):
        written = self._prepare_changed_values(card, values)
        by_type = self.env["client.sheet"]._split_properties(values)
        type_id = written.get("client_type_id", card.client_type_id.id)
        own = by_type.pop(str(type_id), None)
        if own and type_id == card.client_type_id.id:
            own = {**card.client_properties._values, **own}
        if own:
            written["client_properties"] = own
        if written:
            card.write(written)
        if by_type:
            card._put_properties(by_type)  # an undo empties what a former type says

    def _prepare_changed_values(self, card, values):
        others = {code: cell for code, cell in values.items() if code != "comment"}
        result = self.env["client.sheet"]._prepare_values(others)
        if "comment" in values:
            result["comment"] = self._prepare_note(card, values["comment"].raw)
        for field in ("sync_key", "sync_source", "active"):
            if field in values:
                result[field] = values[field].raw
        return result

    def _prepare_note(self, card, raw):
        """Let lines that are added leave the others as they look.

        :param raw: text, or a dict with html as the journal keeps it
        """
        if isinstance(raw, dict):
            return raw["html"]
        text = raw or ""
        words = self.env["client.sheet"]._get_raw(card, (), *CARD_FIELDS["comment"])
        present = cells.NoteKind().show(words).text
        if present and text.startswith(f"{present}\n"):
            added = text.removeprefix(f"{present}\n")
            return card.comment + plaintext2html(added)
        return plaintext2html(text) if text else False

    def _replace_points(self, card, kind, values, present):
        """Let a cell be the points of a kind; what stays keeps its state.

        :return: ids of the points that go, values of those to be created
        """
        known = {point.normalized or point.value: point for point in present}
        wanted = {point[1] or point[0]: point for point in values[kind].raw or ()}
        gone = [
            point.id
            for point in present
            if point.normalized and point.normalized not in wanted
        ]
        new_values = []
        prepared = self._prepare_points(card, kind, wanted.values())
        for key, point_values in zip(wanted, prepared, strict=True):
            if key not in known:
                new_values.append(point_values)
            elif known[key].sequence != point_values["sequence"]:
                known[key].sequence = point_values["sequence"]
        return gone, new_values

    # === PEOPLE ===

    def _write_people(self, people):
        """Add people to clients, or what is new of people who are there.

        :param people: list of (client, dict as ``people.merge_people`` gives it)
        """
        new = [(card, person) for card, person in people if "id" not in person]
        created = self._get_cards().create(
            [self._prepare_person_values(card, person) for card, person in new]
        )
        points = [
            values
            for contact, (_card, person) in zip(created, new, strict=True)
            for kind in PRIMARY_FIELDS
            for values in self._prepare_points(contact, kind, person[kind])
        ]
        created.env["client.contact.point"].create(points)
        for _card, person in people:
            if "id" in person:
                self._add_to_person(
                    self.env["res.partner"].browse(person["id"]), person
                )

    def _prepare_person_values(self, card, person):
        values = {
            "parent_id": card.id,
            "type": "contact",
            "name": person["name"],
            "function": person["function"] or False,
        }
        for kind, field in PRIMARY_FIELDS.items():
            if person[kind]:
                values[field] = person[kind][0][0]
        return values

    def _add_to_person(self, contact, person):
        values = {"contact_point_ids": []}
        if person.get("function"):
            values["function"] = person["function"]
        for kind in PRIMARY_FIELDS:
            values["contact_point_ids"] += [
                Command.create({"kind": kind, "value": value, "note": note or False})
                for value, _normal, note in person[kind]
            ]
        contact.with_context(tracking_disable=True).write(values)
