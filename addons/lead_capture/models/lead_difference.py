from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.client_base.tools import names
from odoo.addons.client_base.tools.name_likeness import similarity

# On a card a name with a typo, an initial or a word left out is the same name.
SAME_NAME = 0.85
# What a request says -> where it stands on the card.
CARD_FIELDS = {
    "phone": "phone",
    "email": "email",
    "name": "name",
    "company": "company_name",
    "function": "function",
    "website": "website",
    "tax_id": "vat",
}


class LeadDifference(models.Model):
    """Something that a client wrote unlike what his card says, for a person to judge.

    What comes from outside never changes a card by itself: anybody can write anybody's
    name and e-mail into a form.
    """

    _name = "lead.difference"
    _inherit = ["lead.decision"]
    _description = "Difference between Request and Card"
    _order = "id desc"
    _rec_name = "field"

    lead_id = fields.Many2one(
        comodel_name="crm.lead",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    request_id = fields.Many2one(
        comodel_name="lead.request",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
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
    field = fields.Selection(
        selection=[
            ("phone", "Phone"),
            ("email", "E-mail"),
            ("name", "Name"),
            ("company", "Firm"),
            ("function", "Job"),
            ("website", "Website"),
            ("tax_id", "Tax ID"),
        ],
        string="What",
        required=True,
        readonly=True,
    )
    current = fields.Char(string="On the Card", readonly=True)
    proposed = fields.Char(string="As Written", required=True, readonly=True)
    state = fields.Selection(
        selection=[
            ("open", "To Decide"),
            ("accepted", "Accepted"),
            ("declined", "Declined"),
        ],
        required=True,
        default="open",
        readonly=True,
        index=True,
    )
    decided_by_id = fields.Many2one(comodel_name="res.users", readonly=True)
    decided_at = fields.Datetime(readonly=True)

    _once_uniq = models.UniqueIndex(
        "(lead_id, partner_id, field, proposed)",
        "This difference is known already.",
    )

    def action_accept(self):
        """Write what the client wrote to his card, with the rights of the user.

        The phone or e-mail that stood there stays on the card as a further one.

        :return: True
        """
        for difference in self._get_open():
            card = difference.partner_id.sudo(False)
            card.write({CARD_FIELDS[difference.field]: difference.proposed})
        return self._decide("accepted")

    def action_decline(self):
        """Leave the card as it is.

        :return: True
        """
        self._get_open().partner_id.sudo(False).check_access("write")
        return self._decide("declined")

    def _decide(self, state):
        self.sudo().filtered(lambda one: one.state == "open").write(  # as above
            {
                "state": state,
                "decided_by_id": self.env.uid,
                "decided_at": fields.Datetime.now(),
            }
        )
        return True

    # === FINDING ===

    @api.model
    def _note(self, items):
        """Take down what requests say unlike the cards; twice is once.

        :param items: list of (``crm.lead``, ``lead.request``, ``intake.Sender``,
            ``res.partner``)
        """
        known = self._fetch_known_contacts([partner for *_rest, partner in items])
        rows = []
        for lead, request, sender, partner in items:
            client_id = partner.commercial_partner_id.id
            for name, current, proposed in self._compare(
                request, sender, partner, known.get(client_id, set())
            ):
                rows.append(
                    (
                        lead.id,
                        request.id or None,
                        partner.id,
                        lead.company_id.id or request.company_id.id,
                        name,
                        current or None,
                        proposed,
                    )
                )
        self._store(rows)

    @api.model
    def _store(self, rows):
        if not rows:
            return
        columns = list(zip(*rows, strict=True))
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO lead_difference (lead_id, request_id, partner_id,
                            company_id, field, current, proposed, state,
                            create_uid, create_date, write_uid, write_date)
                SELECT told.*, 'open', %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM unnest(%(leads)s::int[], %(requests)s::int[],
                              %(partners)s::int[], %(companies)s::int[],
                              %(fields)s::varchar[], %(currents)s::varchar[],
                              %(proposed)s::varchar[]) AS told
                ON CONFLICT DO NOTHING
                """,
                uid=self.env.uid,
                now=fields.Datetime.now(),
                leads=list(columns[0]),
                requests=list(columns[1]),
                partners=list(columns[2]),
                companies=list(columns[3]),
                fields=list(columns[4]),
                currents=list(columns[5]),
                proposed=list(columns[6]),
            )
        )
        self.env["crm.lead"].invalidate_model(["difference_ids"])

    @api.model
    def _fetch_known_contacts(self, partners):
        """:return: client id -> phones and e-mails of it and its people"""
        clients = {partner.commercial_partner_id.id for partner in partners}
        rows = self.env.execute_query(
            SQL(
                """
                SELECT client_id, array_agg(normalized)
                  FROM client_contact_point
                 WHERE client_id = ANY(%s)
                   AND normalized IS NOT NULL
              GROUP BY client_id
                """,
                list(clients),
            )
        )
        return {client_id: set(values) for client_id, values in rows}

    @api.model
    def _compare(self, request, sender, partner, known):
        """:return: list of (what, as on the card, as written)"""
        partner = partner.sudo()  # only what the sender himself wrote is shown
        found = []
        if sender.phones and sender.phones[0] not in known:
            found.append(("phone", partner.phone, sender.phone))
        if sender.emails and sender.emails[0] not in known:
            found.append(("email", partner.email, sender.email))
        if not partner.is_company and self._is_other_name(
            sender.contact_name, partner.name, request.kind
        ):
            found.append(("name", partner.name, sender.contact_name))
        if not partner.is_company and not partner.parent_id and sender.company:
            if names.name_key(sender.company) != names.name_key(
                partner.company_name or ""
            ):
                found.append(("company", partner.company_name, sender.company))
        if sender.tax_id and not partner.commercial_partner_id.vat:
            if partner == partner.commercial_partner_id:
                found.append(("tax_id", partner.vat, sender.tax_id))
        return found

    @api.model
    def _is_other_name(self, told, present, kind):
        """A given name alone, or what somebody is called in a messenger, is no news."""
        told_name, present_name = (
            names.parse_name(told),
            names.parse_name(present or ""),
        )
        if kind in ("call", "chat") or len(told_name.tokens) < 2:
            return False
        return similarity(told_name, present_name) < SAME_NAME
