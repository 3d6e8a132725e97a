from odoo import api, fields, models
from odoo.fields import Domain

# Why identity is not certain -> as a person reads it.
REASONS = {
    "tax_id_shared": "shared",
    "contact_shared": "shared",
    "contacts_disagree": "disagree",
    "contact_other_name": "other_name",
    "archived": "archived",
    "alike": "alike",
}
# Cards are merged into one another so often at most, or they go round in a circle.
MAX_MERGES = 20


class LeadCandidate(models.Model):
    """A card that the client of a lead may be: nobody guesses, a person says which."""

    _name = "lead.candidate"
    _inherit = ["lead.decision"]
    _description = "Client that a Lead may be of"
    _order = "score desc, id"
    _rec_name = "partner_id"

    lead_id = fields.Many2one(
        comodel_name="crm.lead",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Client",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, index=True
    )
    reason_code = fields.Selection(
        selection=[
            ("shared", "Several clients have this phone or e-mail"),
            ("disagree", "The phone is one client's, the e-mail another's"),
            ("other_name", "Has this phone or e-mail, and another name"),
            ("archived", "Has this phone or e-mail, and is archived"),
            ("other", "What is told speaks for this client and for others"),
            ("alike", "The cards are much alike"),
        ],
        string="Why",
        required=True,
        readonly=True,
    )
    score = fields.Float(string="Likeness", readonly=True, aggregator=None)
    state = fields.Selection(
        selection=[
            ("open", "To Decide"),
            ("chosen", "This One"),
            ("dropped", "Somebody Else"),
        ],
        required=True,
        default="open",
        readonly=True,
        index=True,
    )
    phone = fields.Char(related="partner_id.phone")
    email = fields.Char(related="partner_id.email")
    city = fields.Char(related="partner_id.city")
    manager_id = fields.Many2one(related="partner_id.user_id", string="Manager")

    _once_uniq = models.Constraint(
        "UNIQUE (lead_id, partner_id)", "This client is among them already."
    )

    def action_choose(self):
        """Say that this is the client: the lead gets the card.

        What was written unlike the card is noted on the lead as differences.

        :return: True
        """
        self.ensure_one()
        candidate_sudo = self._get_open()
        card = candidate_sudo._get_final_card().sudo(False)
        card.check_access("read")
        if not card.active:
            card.action_unarchive()
        former = self.lead_id.partner_id
        self.lead_id._set_client(card)
        self._retire_card(former, card)
        candidate_sudo.state = "chosen"
        others_sudo = self._get_others(candidate_sudo)
        others_sudo.state = "dropped"
        return True

    def _get_final_card(self):
        """:return: the card, or the one that it was merged into since"""
        card = self.partner_id
        for _step in range(MAX_MERGES):
            if card.active or not card.merged_into_id:
                break
            card = card.merged_into_id
        return card

    @api.model
    def _retire_card(self, former, card):
        """Archive a card that was made for this lead alone: it was the same client."""
        intake = self.env.ref("lead_capture.user_intake")
        former_sudo = former.sudo()  # made by a request, and used by nothing else
        if not former or former_sudo.create_uid != intake:
            return
        client_sudo = former_sudo.commercial_partner_id
        family_sudo = client_sudo | client_sudo.child_ids
        leads = former_sudo.env["crm.lead"].with_context(active_test=False)
        is_used = leads.search_count([("partner_id", "in", family_sudo.ids)], limit=1)
        if is_used or any(one.create_uid != intake for one in family_sudo):
            return
        family_sudo.write({"active": False, "merged_into_id": card.id})

    def action_drop(self):
        """Say that it is somebody else.

        :return: True
        """
        self._get_open().state = "dropped"
        return True

    @api.model
    def _note(self, items, company):
        """Take down who the clients of leads may be; twice is once.

        :param items: list of (``crm.lead``, ``lead_request_client.Found``)
        """
        rows = {
            (lead.id, partner_id): found
            for lead, found in items
            for partner_id in found.candidate_ids
        }
        leads = {lead.id for lead, _found in items}
        known = self.search([("lead_id", "in", list(leads))])
        present = {(one.lead_id.id, one.partner_id.id) for one in known}
        self.create(
            [
                {
                    "lead_id": lead_id,
                    "partner_id": partner_id,
                    "company_id": company.id,
                    "reason_code": REASONS.get(found.code, "other"),
                    "score": found.scores.get(partner_id, 0.0),
                }
                for (lead_id, partner_id), found in rows.items()
                if (lead_id, partner_id) not in present
            ]
        )

    @api.model
    def _note_alike(self, lead, scores, company):
        """Take down cards much like the new card of a lead.

        :param scores: id of a card -> probability that it is the same client
        """
        known = self.search([("lead_id", "=", lead.id)]).partner_id
        self.create(
            [
                {
                    "lead_id": lead.id,
                    "partner_id": partner_id,
                    "company_id": company.id,
                    "reason_code": "alike",
                    "score": score,
                }
                for partner_id, score in scores.items()
                if partner_id not in known.ids
            ]
        )

    @api.model
    def _get_others(self, candidate_sudo):
        return candidate_sudo.search(
            Domain("lead_id", "=", candidate_sudo.lead_id.id)
            & Domain("state", "=", "open")
            & Domain("id", "!=", candidate_sudo.id)
        )
