from odoo import api, fields, models

from .client_group_entry import LATER


class GroupOwner(models.AbstractModel):
    """Lets a client be in groups, and keeps the history of it."""

    _name = "client.group.owner"
    _description = "Member of Client Groups"

    client_group_member_ids = fields.One2many(
        comodel_name="client.group.member",
        inverse_name="partner_id",
        groups="client_base.group_client_user",
    )
    client_group_ids = fields.Many2many(
        comodel_name="client.group",
        relation="client_group_res_partner_rel",
        column1="partner_id",
        column2="group_id",
        string="Client Groups",
        compute="_compute_client_group_ids",
        inverse="_inverse_client_group_ids",
        store=True,
        copy=False,
        groups="client_base.group_client_user",
    )

    @api.depends("client_group_member_ids.date_to", "client_group_member_ids.group_id")
    def _compute_client_group_ids(self):
        for partner in self:
            stays = partner.client_group_member_ids
            if stays:
                stays = stays.filtered(lambda stay: not stay.date_to)
            partner.client_group_ids = stays.group_id

    def _inverse_client_group_ids(self):
        entering, leaving = {}, {}
        for partner in self:
            wanted = partner.client_group_ids
            present = partner.client_group_member_ids.filtered(
                lambda stay: not stay.date_to
            ).group_id
            for group in wanted - present:
                entering[group] = entering.get(group, self.browse()) + partner
            for group in present - wanted:
                leaving[group] = leaving.get(group, self.browse()) + partner
        for group, partners in entering.items():
            group._enter(partners)
        for group, partners in leaving.items():
            group._leave(partners)
        # entering a group of a set ended the stay in another one
        self._compute_client_group_ids()

    # === CRUD METHODS ===

    @api.model_create_multi
    def create(self, vals_list):
        # somebody who follows a card before Odoo lets its author follow it is an error
        owners = self.with_context(group_entry=LATER)
        cards = super(GroupOwner, owners).create(vals_list)
        return cards.with_env(self.env)

    # === ACTION METHODS ===

    def action_open_mailing(self):
        """Begin a mailing to these clients."""
        self.check_access("read")
        return self._prepare_mailing_action([("id", "in", self.ids)])

    def action_open_pivot(self):
        """Open these clients in a table of numbers."""
        self.env["client.group"].check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_base.res_partner_action"
        )
        views = sorted(action["views"], key=lambda view: view[1] != "pivot")
        action.update(
            views=views,
            view_mode=",".join(kind for _id, kind in views),
            domain=[("id", "in", self.ids)],
            context={},
        )
        return action

    @api.model
    def _prepare_mailing_action(self, domain, subject=False):
        """:param domain: who gets it, looked up when the mailing is sent"""
        self.env["mailing.mailing"].check_access("create")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Mailing"),
            "res_model": "mailing.mailing",
            "views": [(False, "form")],
            "context": {
                "default_mailing_model_id": self.env["ir.model"]._get_id("res.partner"),
                "default_mailing_domain": repr(domain),
                "default_subject": subject,
            },
        }
