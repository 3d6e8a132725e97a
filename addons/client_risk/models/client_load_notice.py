from markupsafe import Markup

from odoo import api, fields, models

LEVELS = [
    ("free", "Room for More"),
    ("info", "Well Loaded"),
    ("warning", "Nearly Full"),
    ("over", "Over the Norm"),
]
RANKS = {code: rank for rank, (code, _label) in enumerate(LEVELS)}
# A level is left only this far below its number: one client more or less is no news.
FALL = 0.95


class ClientLoadNotice(models.Model):
    """What the head was told last of the load of a manager: each level once.

    Falls quietly, so that a level that is reached again is told again.
    """

    _name = "client.load.notice"
    _description = "Notice of the Load of a Manager"
    _rec_name = "user_id"

    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Manager",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, ondelete="cascade"
    )
    level = fields.Selection(selection=LEVELS, required=True, readonly=True)
    client_count = fields.Integer(string="Clients in Work", readonly=True)

    _user_uniq = models.Constraint(
        "UNIQUE (user_id, company_id)", "A manager has one load in a company."
    )

    @api.model
    def _tell(self, company):
        """Tell heads of the managers whose load has reached another level."""
        loads = self.env["client.load"].sudo().search([("company_id", "=", company.id)])
        known = {
            notice.user_id: notice
            for notice in self.search([("company_id", "=", company.id)])
        }
        risen = loads.browse()
        fresh = []
        for load in loads.filtered("manager_id.active"):
            notice = known.get(load.manager_id)
            before = notice.level if notice else "free"
            level = self._get_level(load, before)
            if RANKS[level] > RANKS[before]:
                risen += load
            values = {"level": level, "client_count": load.client_count}
            if notice and level != before:
                notice.write(values)
            elif not notice and level != "free":
                owner = {"user_id": load.manager_id.id, "company_id": company.id}
                fresh.append({**values, **owner})
        self.create(fresh)
        self._send(company, risen)

    @api.model
    def _get_level(self, load, before):
        """:return: the level now; one is left only when it is left clearly"""
        if RANKS[load.level] >= RANKS[before]:
            return load.level
        company = load.company_id
        numbers = {
            "info": company.client_load_info,
            "warning": company.client_load_warning,
            "over": company.client_load_norm,
        }
        stays = load.client_count >= FALL * numbers[before]
        return before if stays else load.level

    @api.model
    def _send(self, company, loads):
        """Send each head one message, however many managers it is about."""
        by_head = {}
        for load in loads:
            for head in self._get_heads(load.manager_id, company):
                by_head[head] = by_head.get(head, loads.browse()) + load
        for head, his in by_head.items():
            own = self.with_context(lang=head.lang or self.env.lang)
            own.env["mail.thread"].message_notify(
                partner_ids=head.partner_id.ids,
                subject=own.env._("Load of managers"),
                body=own._get_body(his.with_env(own.env)),
            )

    @api.model
    def _get_heads(self, manager, company):
        """:return: who is told: the manager's head, else whoever heads client work"""
        head = manager.sudo().client_head_id
        if head:
            return head._get_acting_users()[head] or head
        group = self.env.ref("client_base.group_client_manager")
        heads = group.sudo().all_user_ids.filtered(
            lambda user: user.active and company in user.company_ids
        )
        return heads - manager

    @api.model
    def _get_body(self, loads):
        item = Markup("<li>%s</li>")
        lines = [
            item
            % self.env._(
                "%(name)s has %(count)s clients in work, the norm is %(norm)s: "
                "%(level)s.",
                name=load.manager_id.name,
                count=load.client_count,
                norm=load.norm,
                level=self._get_level_name(load.level),
            )
            for load in loads
        ]
        link = Markup('<p><a href="/odoo/client-load">%s</a></p>')
        return Markup("<ul>%s</ul>%s") % (
            Markup().join(lines),
            link % self.env._("Open the load of managers"),
        )

    @api.model
    def _get_level_name(self, level):
        return dict(self._fields["level"]._description_selection(self.env))[level]
