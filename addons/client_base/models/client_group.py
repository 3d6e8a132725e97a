from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Command, Domain

COUNTED_DAYS = 30


class ClientGroup(models.Model):
    """A group of clients, filled by hand or by a rule."""

    _name = "client.group"
    _description = "Client Group"
    _inherit = [
        "client.group.by.rule",
        "client.group.recompute",
        "client.group.watch",
        "client.group.entry",
        "client.group.reach",
        "client.review.interval",
    ]
    _order = "sequence, name, id"
    _review_owner_field = "client_group_ids"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    color = fields.Integer()
    company_id = fields.Many2one(
        comodel_name="res.company",
        index=True,
        default=lambda self: self._default_company_id(),
        help="Empty: every company uses this group.",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Responsible",
        default=lambda self: self.env.user,
        domain=[("share", "=", False)],
        help="Gets the tasks of clients without a manager.",
    )
    set_id = fields.Many2one(
        comodel_name="client.group.set",
        string="Exclusive Set",
        index="btree_not_null",
        help="A client is in one group of a set at most. By rules, the first group of "
        "the list wins; whoever enters another one by hand leaves the former.",
    )
    description = fields.Text(translate=True)
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
        copy=False,
        help="Who is in the group now.",
    )
    client_count = fields.Integer(compute="_compute_client_count")
    entered_count = fields.Integer(
        string="Entered in 30 Days", compute="_compute_move_counts"
    )
    left_count = fields.Integer(
        string="Left in 30 Days", compute="_compute_move_counts"
    )

    _review_interval_not_negative = models.Constraint(
        "CHECK (review_interval >= 0)",
        "The review interval cannot be negative.",
    )

    # === COMPUTE METHODS ===

    @api.depends("partner_ids")
    def _compute_client_count(self):
        counts = self._count_stays(Domain("date_to", "=", False))
        for group in self:
            group.client_count = counts.get(group, 0)

    @api.depends("partner_ids")
    def _compute_move_counts(self):
        since = fields.Date.context_today(self) - timedelta(days=COUNTED_DAYS)
        entered = self._count_stays(Domain("date_from", ">=", since))
        left = self._count_stays(Domain("date_to", ">=", since))
        for group in self:
            group.entered_count = entered.get(group, 0)
            group.left_count = left.get(group, 0)

    def _count_stays(self, domain):
        """:rtype: dict[client.group, int]"""
        return dict(
            self.env["client.group.member"]._read_group(
                domain & Domain("group_id", "in", self.ids), ["group_id"], ["__count"]
            )
        )

    # === CRUD METHODS ===

    @api.model_create_multi
    def create(self, vals_list):
        bare = [
            {name: value for name, value in vals.items() if name != "partner_ids"}
            for vals in vals_list
        ]
        groups = super().create(bare)
        groups._forget_watched()
        for group, vals in zip(groups, vals_list, strict=True):
            group._set_clients(vals.get("partner_ids"))
        return groups

    def write(self, vals):
        if "rule" in vals and "is_rule_on" not in vals:
            changed = self.filtered(lambda group: group.rule != vals["rule"])
            # another rule is looked at before it throws anybody out
            super(ClientGroup, changed).write({"is_rule_on": False})
        if vals.get("set_id"):
            self._settle_set(vals["set_id"])
        vals = dict(vals)
        chosen = vals.pop("partner_ids", None)
        result = super().write(vals)
        if self._get_watch_fields() & vals.keys():
            self._forget_watched()
        self._set_clients(chosen)
        return result

    def unlink(self):
        result = super().unlink()
        self._forget_watched()
        return result

    # === ACTION METHODS ===

    def _prepare_clients_action(self, name=None, domain=None):
        """:return: the action that lists clients of this group, or ``domain``"""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_base.res_partner_action"
        )
        action["name"] = name or self.name
        action["domain"] = list(domain or [("client_group_ids", "in", self.ids)])
        action["context"] = {}
        return action

    def action_open_clients(self):
        """Open the clients that are in the group now."""
        action = self._prepare_clients_action()
        action["context"] = {"default_client_group_ids": [Command.link(self.id)]}
        return action

    def action_open_pivot(self):
        """Open the clients of the group in a table of numbers."""
        action = self._prepare_clients_action()
        views = sorted(action["views"], key=lambda view: view[1] != "pivot")
        action.update(views=views, view_mode=",".join(kind for _id, kind in views))
        return action

    def action_open_moves(self):
        """Open who entered and left, month by month."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_base.client_group_move_action"
        )
        action["domain"] = [("group_id", "=", self.id)]
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

    def action_open_mailing(self):
        """Begin a mailing to whoever is in the group when it is sent."""
        self.ensure_one()
        self.check_access("read")
        domain = [("client_group_ids", "in", self.ids)]
        return self.env["res.partner"]._prepare_mailing_action(domain, self.name)

    def action_open_handover(self):
        """Hand the clients of the group over to another manager."""
        self.ensure_one()
        self.check_access("read")
        return self.partner_ids.action_open_handover()

    # === BUSINESS METHODS ===

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

    def _set_clients(self, commands):
        """Let clients in and out by hand, each by a stay.

        :param commands: as for a many2many; or ids
        """
        for group in self if commands else ():
            present = group.partner_ids
            draft = group.new({"partner_ids": commands}, origin=group)
            wanted = draft.partner_ids._origin
            group._enter(wanted - present)
            group._leave(present - wanted)

    def _leave(self, partners):
        """End the open stays of ``partners``; the history stays."""
        self.env["client.group.member"].search(
            [
                ("group_id", "in", self.ids),
                ("partner_id", "in", partners.ids),
                ("date_to", "=", False),
            ]
        ).date_to = fields.Date.context_today(self)

    def _welcome(self, partner_ids):
        """Make room for clients who enter by hand: they leave the rest of the set.

        That they were excluded once is forgotten.
        """
        self.ensure_one()
        stays_sudo = self.env["client.group.member"].sudo()  # of other companies too
        excluded = Domain("group_id", "=", self.id) & Domain("is_excluded", "=", True)
        others = Domain("set_id", "=", self.sudo().set_id.id or 0) & Domain(
            [("group_id", "!=", self.id), ("date_to", "=", False)]
        )
        found = stays_sudo.search(
            Domain("partner_id", "in", partner_ids) & (excluded | others)
        )
        found.filtered("is_excluded").is_excluded = False
        found.filtered(lambda stay: stay.group_id != self)._end("set", group=self)
        stays_sudo.flush_model()  # the unique index looks at once

    def _settle_set(self, set_id):
        """Leave each client in one group of the set that these groups are put into.

        A stay by hand outranks one by rule, then the order of the groups counts.
        """
        in_set = self | self.search([("set_id", "=", set_id)])
        ranks = {group: rank for rank, group in enumerate(in_set.sorted())}
        stays_sudo = self.env["client.group.member"].sudo()  # of other companies too
        stays = stays_sudo.search(
            [("group_id", "in", in_set.ids), ("date_to", "=", False)]
        )
        best = {}
        for stay in stays.sorted(lambda s: (not s.is_pinned, ranks[s.group_id])):
            kept = best.setdefault(stay.partner_id, stay)
            if kept != stay:
                stay._end("set", group=kept.group_id)
        stays_sudo.flush_model()
