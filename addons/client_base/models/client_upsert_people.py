from dataclasses import replace

from odoo import models
from odoo.fields import Domain

from ..tools import people, rows


class ClientUpsertPeople(models.AbstractModel):
    """Writes the people of the clients that another system tells.

    People are added and completed; whom the other system no longer tells stays.
    """

    _name = "client.upsert.people"
    _description = "Door for People of Clients"

    def _store_people(self, source, works):
        """Write the people of all clients at once.

        :return: lines for ``client.sync.key._note``, of the people who have a key
        """
        told = [
            (work, person, self._read_person(person))
            for work in works
            for person in work.item.people
            if person.name or person.phones or person.emails
        ]
        if not told:
            return []
        cards_sudo = self.env["res.partner"].sudo()
        cards_sudo = cards_sudo.browse({work.partner_id for work, *_rest in told})
        known = self._fetch_people(source, told)
        self._rename(told, known)
        self._add_people(told, self._read_contacts(cards_sudo))
        return self._prepare_people_keys(told, known, cards_sudo)

    def _read_contacts(self, cards_sudo):
        """:return: id of a client -> ``cells.Cell`` of his people"""
        cards_sudo.invalidate_recordset(["child_ids"])
        found = self.env["client.sheet"].sudo()._read_cells(cards_sudo, {})
        return {card_id: values["contact"] for card_id, values in found.items()}

    def _add_people(self, told, contacts):
        """Add who is new, and what is new of the others."""
        cards_sudo = self.env["res.partner"].sudo()
        written = []
        for work, _person, cell in told:
            current = contacts[work.partner_id]
            merge = people.merge_people(current, self._without_login(current, cell))
            if merge.outcome != "take":
                continue
            written.append((cards_sudo.browse(work.partner_id), merge.cell.raw))
            contacts[work.partner_id] = people.add_person(current, merge)
        if written:
            self.env["client.card.writer"].sudo()._write_people(written)

    def _without_login(self, current, cell):
        """:return: the person as told, without e-mails for whoever logs in"""
        known = people.find_person(current, cell.raw)
        person_sudo = self.env["res.partner"].sudo().browse(known and known["id"])
        if not cell.raw["email"] or not self._has_account(person_sudo):
            return cell
        return replace(cell, raw={**cell.raw, "email": []})

    def _has_account(self, card_sudo):
        """Say whether somebody logs in with the card, or did."""
        return bool(card_sudo.with_context(active_test=False).user_ids)

    def _rename(self, told, known):
        """Take over the name and the position that belong to a key."""
        for work, person, cell in told:
            person_id = known.get((work.item.key, person.key)) if person.key else 0
            if not person_id:
                continue
            person_sudo = self.env["res.partner"].sudo().browse(person_id)
            values = {
                name: cell.raw[name]
                for name in ("name", "function")
                if cell.raw[name] and cell.raw[name] != person_sudo[name]
            }
            if values:
                person_sudo.write(values)

    def _read_person(self, person):
        """:rtype: cells.Cell"""
        texts = {
            "name": person.name,
            "function": person.function,
            "phone": ", ".join(person.phones),
            "email": ", ".join(person.emails),
        }
        return rows.parse_person(texts, self.env.company.country_id.code or "")

    def _fetch_people(self, source, told):
        """:return: (key of the client, key of the person) -> id of his card"""
        keys_sudo = self.env["client.sync.key"].sudo()
        found = keys_sudo.search(
            Domain("company_id", "=", self.env.company.id)
            & Domain("source", "=", source)
            & Domain("parent_key", "in", [work.item.key for work, *_rest in told])
        )
        return {(one.parent_key, one.key): one.partner_id.id for one in found}

    def _prepare_people_keys(self, told, known, cards_sudo):
        keyed = [one for one in told if one[1].key]
        if not keyed:
            return []
        contacts = self._read_contacts(cards_sudo)
        lines = {}  # of a key told twice for one client the last word counts
        for work, person, cell in keyed:
            found = people.find_person(contacts[work.partner_id], cell.raw)
            pair = work.item.key, person.key
            lines[pair] = {
                "key": person.key,
                "parent_key": work.item.key,
                "partner_id": known.get(pair) or found["id"],
                "version": None,
                "digest": "",
                "told": {"name": person.name, "function": person.function},
            }
        return list(lines.values())
