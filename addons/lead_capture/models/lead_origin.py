from odoo import api, fields, models
from odoo.exceptions import UserError

GROUPS = "client_base.group_client_user"


class LeadOrigin(models.AbstractModel):
    """Knows the requests that made a lead, and what they say unlike the card."""

    _name = "lead.origin"
    _description = "Lead that Came In"

    channel_id = fields.Many2one(
        comodel_name="lead.channel",
        string="Came In By",
        index="btree_not_null",
        readonly=True,
        copy=False,
        groups=GROUPS,
    )
    request_ids = fields.One2many(
        comodel_name="lead.request",
        inverse_name="lead_id",
        string="Requests",
        readonly=True,
        groups=GROUPS,
    )
    request_count = fields.Integer(compute="_compute_request_count", groups=GROUPS)
    difference_ids = fields.One2many(
        comodel_name="lead.difference",
        inverse_name="lead_id",
        string="Differences from the Card",
        readonly=True,
        groups=GROUPS,
    )
    candidate_ids = fields.One2many(
        comodel_name="lead.candidate",
        inverse_name="lead_id",
        string="May Be One of These",
        readonly=True,
        groups=GROUPS,
    )
    has_open_difference = fields.Boolean(compute="_compute_open", groups=GROUPS)
    has_open_candidate = fields.Boolean(compute="_compute_open", groups=GROUPS)
    hidden_candidate_count = fields.Integer(compute="_compute_open", groups=GROUPS)

    @api.depends("request_ids")
    def _compute_request_count(self):
        counts = dict(
            self.env["lead.request"]._read_group(
                [("lead_id", "in", self.ids)], ["lead_id"], ["__count"]
            )
        )
        for lead in self:
            lead.request_count = counts.get(lead._origin, 0)

    @api.depends("difference_ids.state", "candidate_ids.state")
    def _compute_open(self):
        # sudo: whom the reader may not see are counted, not named
        candidates_sudo = self.env["lead.candidate"].sudo()
        domain = [("lead_id", "in", self.ids), ("state", "=", "open")]
        counts = dict(candidates_sudo._read_group(domain, ["lead_id"], ["__count"]))
        for lead in self:
            differences = lead.difference_ids.filtered(lambda one: one.state == "open")
            seen = lead.candidate_ids.filtered(lambda one: one.state == "open")
            count = counts.get(lead._origin, 0)
            lead.has_open_difference = bool(differences)
            lead.has_open_candidate = bool(count)
            lead.hidden_candidate_count = max(count - len(seen), 0)

    # === ACCOUNT FOR REQUESTS ===

    def _has_field_access(self, field, operation):
        """Whoever makes leads of requests fills in what the addon adds to them.

        He is no user of the client base, whom alone the others are shown to.
        """
        if super()._has_field_access(field, operation):
            return True
        return field._module == "lead_capture" and self._is_intake()

    @api.model
    def _is_intake(self):
        """:return: whether it is the account for requests that works here"""
        return self.env.uid == self._get_intake_id()

    @api.model
    def _get_intake_id(self):
        """Read it without a query: it is asked for each lead that is touched."""
        return self.env["ir.model.data"]._xmlid_to_res_id("lead_capture.user_intake")

    def _inverse_phone(self):
        """What comes from outside is never written to a card."""
        return None if self._is_intake() else super()._inverse_phone()

    def _inverse_email_from(self):
        """As with the phone."""
        return None if self._is_intake() else super()._inverse_email_from()

    # === ACTIONS ===

    def action_open_requests(self):
        """Open the requests that made this lead or joined it."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "lead_capture.lead_request_action"
        )
        return {**action, "domain": [("lead_id", "=", self.id)], "context": {}}

    def action_make_client(self):
        """Say that it is none of the cards proposed: a new one is made.

        :return: True
        """
        self.ensure_one()
        self.check_access("write")
        if self.partner_id:
            raise UserError(self.env._("The lead has a client already."))
        self._handle_partner_assignment(create_missing=True)
        self._link_requests(self.partner_id)
        # sudo: nobody writes candidates by hand
        candidates_sudo = self.sudo().candidate_ids
        candidates_sudo.filtered(lambda one: one.state == "open").state = "dropped"
        return True

    # === BUSINESS METHODS ===

    def _set_client(self, card):
        """Put the lead on a card; what was written unlike it becomes differences."""
        self.ensure_one()
        requests_sudo = self.sudo().request_ids  # whoever may write the lead
        items = [
            (self, request, request._read_sender(), card)
            for request in requests_sudo
            if request.state in ("processed", "joined")
        ]
        self.partner_id = card
        self.env["lead.difference"]._note(items)
        self._link_requests(card)

    def _link_requests(self, card):
        requests_sudo = self.sudo().request_ids  # as above
        requests_sudo.write({"partner_id": card.id})

    def _follow_arrival(self, requests):
        """Do what is due when requests have become leads or joined them.

        Runs once for a batch, in the transaction that makes the leads, as the account
        that takes requests. ``self`` are the leads, new or joined; other parts of the
        addon add theirs: who gets it, by when, what is answered.

        :param requests: the ``lead.request`` records, state "processed" or "joined"
        """
