from odoo import api, fields, models
from odoo.fields import Command


class ClientGroup(models.Model):
    """A group of clients, filled by hand."""

    _name = "client.group"
    _description = "Client Group"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    color = fields.Integer()
    company_id = fields.Many2one(
        comodel_name="res.company",
        index=True,
        help="Empty: every company uses this group.",
    )
    description = fields.Text()
    review_interval = fields.Integer(
        string="Review Every (days)",
        help="How often the cards of this group are looked through. 0: as often as "
        "their type says.",
    )
    member_ids = fields.One2many(
        comodel_name="client.group.member",
        inverse_name="group_id",
        string="Stays",
        help="Everybody who is or was in the group.",
    )
    partner_ids = fields.Many2many(
        comodel_name="res.partner",
        relation="client_group_res_partner_rel",
        column1="group_id",
        column2="partner_id",
        string="Clients",
        readonly=True,
        help="Who is in the group now.",
    )
    client_count = fields.Integer(compute="_compute_client_count")

    _review_interval_not_negative = models.Constraint(
        "CHECK (review_interval >= 0)",
        "The review interval cannot be negative.",
    )

    @api.depends("partner_ids")
    def _compute_client_count(self):
        counts = dict(
            self.env["client.group.member"]._read_group(
                [("group_id", "in", self.ids), ("date_to", "=", False)],
                ["group_id"],
                ["__count"],
            )
        )
        for group in self:
            group.client_count = counts.get(group, 0)

    def action_open_clients(self):
        """Open the clients that are in the group now."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_base.res_partner_action"
        )
        action["name"] = self.name
        action["domain"] = [("client_group_ids", "in", self.ids)]
        action["context"] = {"default_client_group_ids": [Command.link(self.id)]}
        return action

    def action_open_export(self):
        """Open the export of the clients in the group."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_base.client_export_action"
        )
        action["context"] = {"default_group_id": self.id}
        return action

    def _enter(self, partners, origin="hand"):
        """Let the ones of ``partners`` in who are not in the group yet."""
        Member = self.env["client.group.member"]
        inside = {
            (group.id, partner.id)
            for group, partner in Member._read_group(
                [
                    ("group_id", "in", self.ids),
                    ("partner_id", "in", partners.ids),
                    ("date_to", "=", False),
                ],
                ["group_id", "partner_id"],
            )
        }
        return Member.create(
            [
                {"group_id": group.id, "partner_id": partner.id, "origin": origin}
                for group in self
                for partner in partners
                if (group.id, partner.id) not in inside
            ]
        )

    def _leave(self, partners):
        """End the open stays of ``partners``; the history stays."""
        self.env["client.group.member"].search(
            [
                ("group_id", "in", self.ids),
                ("partner_id", "in", partners.ids),
                ("date_to", "=", False),
            ]
        ).date_to = fields.Date.context_today(self)
