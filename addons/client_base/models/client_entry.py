from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ..tools import names
from ..tools.duplicates.cards import Card
from ..tools.duplicates.scan import CERTAIN, PROBABLE
from .card_rules import ACCEPT, MAX_REFUSED
from .prefetch import CLIENT_FIELDS

WARN, BLOCK = "warn", "block"
DUPLICATE_POLICIES = [
    (WARN, "Show the likely cards"),
    (BLOCK, "Do not save a second card"),
]
# What is typed that tells one client from another, beside the contact points.
TYPED = (
    "birthdate",
    "city",
    "email",
    "is_company",
    "legal_form",
    "name",
    "parent_id",
    "phone",
    "street",
    "street2",
    "vat",
    "zip",
)
# What speaks for one person beside a name and surname that many may have.
PERSONAL = {"address", "birthdate", "email", "patronymic", "phone", "place", "tax_id"}
# Bits from which on a field says something.
TELLING = 0.5
MOST_SHOWN = 5


class ClientEntry(models.AbstractModel):
    """Tells whoever types a client in of the cards that are likely the same.

    What a type says about a second card of a client who certainly has one holds for
    people and scripts that create cards by themselves. Files, requests and the
    accounting system go by ladders of their own.
    """

    _name = "client.entry"
    _description = "Typing a Client In"

    entry_alike = fields.Json(
        string="Likely Existing Cards",
        compute="_compute_entry_alike",
        groups="client_base.group_client_user",
    )
    entry_is_blocked = fields.Boolean(
        string="Certainly Known",
        compute="_compute_entry_alike",
        groups="client_base.group_client_user",
    )
    second_card_reason = fields.Char(
        string="Save a second card because",
        copy=False,
        prefetch=CLIENT_FIELDS,
        groups="client_base.group_client_manager",
        help="Lets a second card of a client be created whose type allows none.",
    )

    @api.depends(
        *TYPED,
        "client_type_id",
        "company_id",
        "contact_point_ids.kind",
        "contact_point_ids.value",
        "country_id",
        "type",
    )
    @api.depends_context("uid", "lang", "allowed_company_ids")
    def _compute_entry_alike(self):
        for card in self:
            pairs = card._find_alike_at_entry() if card._is_being_typed() else {}
            is_certain = any(score >= CERTAIN for score, _evidence in pairs.values())
            card.entry_alike = card._describe_alike(pairs) if pairs else False
            card.entry_is_blocked = (
                is_certain
                and not card._origin
                and not card.parent_id
                and card._is_second_refused()
            )

    # === WHO IS ALIKE ===

    def _is_being_typed(self):
        """Tell whether this is a form in which a client is new or becomes another one.

        A card that is only looked at costs nothing.
        """
        if self.id or (self.parent_id and self.type not in (False, "contact")):
            return False
        former = self._origin
        if not former:
            return bool(self.name or self.phone or self.email or self.vat)
        return former.partner_share and (
            any(self[name] != former[name] for name in TYPED if name != "parent_id")
            or self.parent_id._origin != former.parent_id
            or self._get_typed_points() != former._get_typed_points()
        )

    def _get_typed_points(self):
        """:return: sorted list of (kind, value) of the phones and e-mails"""
        points = self.contact_point_ids
        return sorted((point.kind or "", point.value or "") for point in points)

    def _find_alike_at_entry(self):
        """:return: id of a card -> (score in bits, evidence), best first"""
        company = self.company_id._origin or self.env.company
        country_code = self._get_contact_country() or "UA"
        card = self._make_entry_card()
        pairs = self.env["client.duplicate.lookup"]._find_alike(
            card, company, country_code
        )
        scores = {
            pair.right if pair.left == card.id else pair.left: pair
            for pair in pairs
            if pair.score >= PROBABLE and self._is_more_than_a_name(pair)
        }
        different = self._get_different_ids(scores)
        # sudo: cards that he may not read are counted
        others_sudo = self.browse(scores).sudo()
        parent = self.parent_id._origin
        return {
            other.id: (scores[other.id].score, scores[other.id].evidence)
            for other in others_sudo
            if other.id not in different and (not parent or other.parent_id == parent)
        }

    def _is_more_than_a_name(self, pair):
        """Tell whether more than name and surname of a person speaks for one client."""
        if self.is_company or names.is_company_name(self.name or ""):
            return True
        return any(
            one.field in PERSONAL and one.same >= TELLING for one in pair.evidence
        )

    def _make_entry_card(self):
        """:return: ``tools.duplicates.cards.Card`` of what the card says now"""
        points = [("phone", self.phone or ""), ("email", self.email or "")]
        points += self._get_typed_points()
        return Card(
            id=self._origin.id or 0,
            name=" ".join(filter(None, (self.name, self.legal_form))),
            is_company=self.is_company,
            phones=tuple(value for kind, value in points if kind == "phone"),
            emails=tuple(value for kind, value in points if kind == "email"),
            tax_id=self.vat or "",
            street=" ".join(filter(None, (self.street, self.street2))),
            city=self.city or "",
            zip=self.zip or "",
            birthdate=fields.Date.to_string(self.birthdate) or "",
            parent_id=self.parent_id._origin.id or 0,
        )

    def _get_different_ids(self, other_ids):
        """:return: ids of cards of which somebody said that they are other clients"""
        card_id = self._origin.id
        if not card_id or not other_ids:
            return set()
        ids = [card_id, *other_ids]
        pairs_sudo = self.env["client.duplicate"].sudo()  # decided for everybody
        pairs_sudo = pairs_sudo.search(
            Domain("state", "=", "different")
            & Domain("left_id", "in", ids)
            & Domain("right_id", "in", ids)
        )
        of_this = pairs_sudo.filtered(
            lambda pair: card_id in (pair.left_id.id, pair.right_id.id)
        )
        return set((of_this.left_id | of_this.right_id).ids) - {card_id}

    # === SHOWING ===

    def _describe_alike(self, pairs):
        """Tell of the cards that the user may read, and count the others.

        :param pairs: as ``_find_alike_at_entry`` gives them
        :return: dict of ``cards`` (list of dicts of id, name, place, reason, score in
            %, is_certain) and ``others`` (a sentence or "")
        """
        cards = self.browse(pairs)
        readable = cards._filtered_access("read")
        shown = readable[:MOST_SHOWN]
        return {
            "cards": [card._describe_alike_card(*pairs[card.id]) for card in shown],
            "others": self._describe_others(readable - shown, cards - readable),
        }

    def _describe_alike_card(self, score, evidence):
        reasons = self.env["client.duplicate.reason"]
        return {
            "id": self.id,
            "name": self.display_name or "",
            "place": ", ".join(filter(None, (self.city, self.phone or self.email))),
            "reason": reasons._explain_plainly(evidence),
            "score": min(round(100 / (1 + 2**-score)), 99),
            "is_certain": score >= CERTAIN,
        }

    def _describe_others(self, rest, hidden):
        sentences = []
        if rest:
            sentences.append(self.env._("Not shown: %(count)d.", count=len(rest)))
        if hidden:
            sentences.append(
                self.env._(
                    "Cards like this one that you may not see: %(count)d. Ask "
                    "%(person)s.",
                    count=len(hidden),
                    person=hidden[0]._get_whom_to_ask(),
                )
            )
        return " ".join(sentences)

    def _get_whom_to_ask(self):
        """:return: name of who knows a card that the user may not read"""
        card_sudo = self.sudo()
        company = card_sudo.company_id or self.env.company
        for user_sudo in (card_sudo.user_id, company.sudo().client_head_id):
            user = user_sudo.with_env(self.env)
            if user and user._filtered_access("read"):
                return user.name
        return self.env._("the head of the clients")

    # === REFUSING ===

    @api.model_create_multi
    def create(self, vals_list):
        cards = super().create(vals_list)
        # what the system makes, and what comes by files and other systems, goes in
        if not self.env.su and self.env.context.get("card_entry") is not ACCEPT:
            cards._refuse_known()
        return cards

    def _is_second_refused(self):
        """Tell whether the type lets nobody create a second card of a client."""
        policies = self.env["client.type"]._get_duplicate_policies()
        card_type = self.client_type_id._origin
        if card_type:
            return policies.get(card_type.id) == BLOCK
        company = self.company_id._origin or self.env.company
        return company.sudo().client_duplicate_policy == BLOCK

    def _refuse_known(self):
        """Refuse cards just created of clients who certainly have one.

        :raise ValidationError: names the card that is there, if the user may read it
        """
        asked_sudo = (
            self.sudo()
            ._filter_governed()
            .filtered(lambda card: card._is_second_refused())
        )
        refused = asked_sudo._find_certain()
        excused = asked_sudo.filtered(
            lambda card: (card.second_card_reason or "").strip()
        )
        for card_sudo in excused:
            if refused.pop(card_sudo.id, None):
                card_sudo._message_log(
                    body=self.env._(
                        "A second card on purpose: %(reason)s",
                        reason=card_sudo.second_card_reason,
                    )
                )
        if refused:
            raise ValidationError(self._get_known_text(refused))

    def _find_certain(self):
        """:return: id of the card -> id of the card that it certainly is once more"""
        found = {}
        by_place = self.grouped(
            lambda card: (
                card.company_id or self.env.company,
                card._get_contact_country() or "UA",
            )
        )
        for (company, country_code), cards in by_place.items():
            alike = self.env["client.duplicate.lookup"]._find_alike_of_many(
                [card._make_entry_card() for card in cards], company, country_code
            )
            for card_id, pairs in alike.items():
                if pairs and pairs[0].score >= CERTAIN:
                    best = pairs[0]
                    found[card_id] = best.right if best.left == card_id else best.left
        return found

    def _get_known_text(self, refused):
        """:param refused: as ``_find_certain`` gives it"""
        lines = []
        for card_id, other_id in list(refused.items())[:MAX_REFUSED]:
            name = self.browse(card_id).sudo().name or self.env._("New client")
            other = self.browse(other_id)
            if other._filtered_access("read"):
                place = (other.display_name, other.city, other.phone or other.email)
                lines.append(
                    self.env._(
                        "%(client)s is a client already: %(card)s. Open that card "
                        "instead; the head of the clients may save a second one.",
                        client=name,
                        card=", ".join(filter(None, place)),
                    )
                )
            else:
                lines.append(
                    self.env._(
                        "%(client)s is a client already, on a card that you may not "
                        "see. Ask %(person)s.",
                        client=name,
                        person=other._get_whom_to_ask(),
                    )
                )
        return "\n".join(lines)
