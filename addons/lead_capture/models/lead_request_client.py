from collections import Counter
from dataclasses import dataclass, field, replace

from odoo import models
from odoo.tools import SQL

from odoo.addons.client_base.tools import contact, matching, names

OTHER_NAME = "contact_other_name"


@dataclass(slots=True)
class Found:
    """Whom a request means: a card, those it may be, or nobody that is known."""

    partner_id: int = 0
    code: str = "unknown"
    candidate_ids: list[int] = field(default_factory=list)
    scores: dict[int, float] = field(default_factory=dict)


class LeadRequestClient(models.AbstractModel):
    """Finds the card of a sender, or makes one; an existing card is never changed."""

    _name = "lead.request.client"
    _description = "Clients of Requests"

    def _find_clients(self, senders):
        """Tell whom each request means.

        :param senders: request of ``self`` -> ``intake.Sender``
        :rtype: dict[lead.request, Found]
        """
        keys = {
            request: [
                self._make_client_key(sender, name) for name in sender.names or ("",)
            ]
            for request, sender in senders.items()
            if sender.keys
        }
        # sudo: who it is does not depend on what the account may read
        index = (
            self.sudo()
            .env["client.identity"]
            ._make_index(
                [key for own in keys.values() for key in own],
                self.company_id,
                with_names=False,
            )
        )
        holders = self._fetch_holders(senders.values())
        people = self._make_people_index(holders)
        matches = {
            request: self._match(own, index, people)
            or self._match_person(senders[request], own[0], index, holders)
            for request, own in keys.items()
        }
        survivors = self._fetch_survivors(matches.values())
        return {
            request: self._judge(
                matches.get(request), senders[request], holders, survivors
            )
            for request in senders
        }

    def _make_client_key(self, sender, name):
        return matching.ClientKey(
            id=0,
            name=name,
            tax_id=sender.tax_id,
            phones=sender.phones,
            emails=sender.emails,
            city=sender.city,
        )

    def _match(self, keys, index, people):
        """Return the first certain match of any of the names told, or None."""
        matches = [index.identify(key) for key in keys]
        for match in matches:
            if match.kind == "certain":
                return match
        if any(match.reason == OTHER_NAME for match in matches):
            for key in keys:  # the number of a person who works for a client
                match = people.identify(key)
                if match.kind == "certain":
                    return match
        return None

    def _match_person(self, sender, key, index, holders):
        """A firm's name does not speak against the person who has the phone alone."""
        held = {one[2:] for own in sender.contacts for one in holders.get(own, ())}
        is_one_person = len(held) == 1 and not any(is_firm for *_rest, is_firm in held)
        if is_one_person and sender.names == (sender.company,):
            return index.identify(replace(key, name=""))
        return index.identify(key)

    def _judge(self, match, sender, holders, survivors):
        """:rtype: Found"""
        if match is None:
            return Found()
        if match.kind == "certain":
            person_id = self._pick_person(match.client_id, sender, holders)
            return Found(person_id, "known")
        ids = [candidate.client_id for candidate in match.candidates]
        final_ids = list(dict.fromkeys(survivors.get(id_, id_) for id_ in ids))
        is_merged = match.reason == "merged" or final_ids != ids[:1]
        if match.reason in ("archived", "merged") and len(final_ids) == 1 and is_merged:
            return Found(final_ids[0], "merged")
        if final_ids:
            scores = {one.client_id: one.score for one in match.candidates}
            return Found(0, match.reason, final_ids, scores)
        return Found()

    def _pick_person(self, client_id, sender, holders):
        """:return: id of who of the client has the phone or e-mail, or the client's"""
        held = Counter(
            partner_id
            for contact in sender.contacts
            for partner_id, _name, owner_id, _is_firm in holders.get(contact, ())
            if client_id in (owner_id, partner_id)
        )
        ranked = sorted(held, key=lambda id_: (-held[id_], id_ == client_id, id_))
        return ranked[0] if ranked else client_id

    def _fetch_holders(self, senders):
        """Find who has one of the phones and e-mails.

        :return: phone or e-mail -> list of (card id, name of the card, client id,
            whether the client is a firm)
        """
        contacts = {contact for sender in senders for contact in sender.contacts}
        self.env["client.contact.point"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT point.normalized, point.partner_id, partner.name,
                       point.client_id, client.is_company
                  FROM client_contact_point AS point
                  JOIN res_partner AS partner
                    ON partner.id = point.partner_id
                  JOIN res_partner AS client
                    ON client.id = point.client_id
                 WHERE point.kind IN ('phone', 'email')
                   AND point.normalized = ANY(%(contacts)s)
                   AND partner.active
                   AND COALESCE(partner.company_id, %(company)s) = %(company)s
              ORDER BY point.id
                """,
                contacts=list(contacts),
                company=self.company_id.id,
            )
        )
        holders = {}
        for held, *holder in rows:
            holders.setdefault(held, []).append(tuple(holder))
        return holders

    def _make_people_index(self, holders):
        """:return: ``matching.ClientIndex`` of the people who work for clients"""
        people = {}
        for held, found in holders.items():
            for partner_id, name, client_id, _is_firm in found:
                if partner_id != client_id:
                    people.setdefault((partner_id, name), []).append(held)
        return matching.ClientIndex(
            matching.ClientKey(
                id=partner_id,
                name=name or "",
                phones=tuple(one for one in contacts if "@" not in one),
                emails=tuple(one for one in contacts if "@" in one),
            )
            for (partner_id, name), contacts in people.items()
        )

    def _fetch_survivors(self, matches):
        """:return: id of a merged card -> id of the card that stays"""
        ids = [one.client_id for match in matches for one in match.candidates]
        rows = self.env.execute_query(
            SQL(
                """
                WITH RECURSIVE chain AS (
                    SELECT id, merged_into_id AS last_id
                      FROM res_partner
                     WHERE id = ANY(%s)
                       AND merged_into_id IS NOT NULL
                       AND NOT active
                     UNION
                    SELECT chain.id, partner.merged_into_id
                      FROM chain
                      JOIN res_partner AS partner
                        ON partner.id = chain.last_id
                     WHERE partner.merged_into_id IS NOT NULL
                       AND NOT partner.active
                )
                SELECT chain.id, chain.last_id
                  FROM chain
                  JOIN res_partner AS partner
                    ON partner.id = chain.last_id
                 WHERE partner.active
                """,
                ids,
            )
        )
        return dict(rows)

    # === NEW CARDS ===

    def _make_cards(self, senders):
        """Make a card for each sender: of a firm and who wrote for it, or of a person.

        :param senders: request -> ``intake.Sender`` of nobody that is known
        :return: request -> ``res.partner``
        """
        # sudo: a fixed set of columns, some of which are hidden from whoever has no
        # business with clients; nothing is written to a card that exists
        Card = self.sudo().env["client.card.writer"]._get_cards()
        firms = {
            request: sender
            for request, sender in senders.items()
            if sender.company and sender.contact_name
        }
        values = [request._prepare_firm(sender) for request, sender in firms.items()]
        parents = dict(zip(firms, Card.create(values), strict=True))
        cards = Card.create(
            [
                request._prepare_card(sender, parents.get(request, Card))
                for request, sender in senders.items()
            ]
        )
        made = dict(zip(senders, cards, strict=True))
        points = [
            point
            for request, card in made.items()
            for point in self._prepare_points(card, senders[request])
        ]
        Card.env["client.contact.point"].create(points)
        partners = self.env["res.partner"]
        return {request: partners.browse(card.id) for request, card in made.items()}

    def _prepare_firm(self, sender):
        return {
            **self._prepare_new_card(sender),
            "name": sender.company,
            "is_company": True,
            "vat": sender.tax_id or False,
        }

    def _prepare_card(self, sender, parent):
        name = sender.who
        is_firm = not sender.contact_name and bool(sender.company)
        return {
            **self._prepare_new_card(sender),
            "name": name,
            "is_company": not parent and (is_firm or names.is_company_name(name)),
            "parent_id": parent.id,
            "phone": sender.phone or False,
            "email": sender.email or False,
            "vat": False if parent else sender.tax_id or False,
        }

    def _prepare_new_card(self, sender):
        return {
            "lang": self._get_lang(),
            "city": sender.city or False,
            "source_id": self.channel_id.source_id.id,
            "user_id": False,
        }

    def _get_lang(self):
        """:return: code of an installed language: as told, else of the channel"""
        told = str((self.values or {}).get("lang") or "").replace("-", "_")
        installed = [code for code, _name in self.env["res.lang"].get_installed()]
        for code in (told, told[:2]):
            for one in installed:
                if code and one.lower().startswith(code.lower()):
                    return one
        return self.channel_id.lang or self.company_id.partner_id.lang or False

    def _prepare_points(self, card, sender):
        known = {
            "partner_id": card.id,
            "client_id": card.commercial_partner_id.id,
            "company_id": card.company_id.id,
        }
        told = {
            "phone": sender.phones or filter(None, [sender.phone]),
            "email": sender.emails or filter(None, [sender.email]),
        }
        return [
            {
                **known,
                "kind": kind,
                "value": contact.format_phone(value) if kind == "phone" else value,
                "normalized": value if value in sender.contacts else False,
                "sequence": 10 + position,
            }
            for kind, values in told.items()
            for position, value in enumerate(values)
        ]
