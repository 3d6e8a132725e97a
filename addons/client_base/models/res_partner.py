from odoo import api, fields, models
from odoo.fields import Domain

from ..tools import contact
from .prefetch import CLIENT_FIELDS


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = [
        # before core: they see what all the others have made of a card or its form
        "client.card.rules",
        "client.entry",
        "client.card.form",
        "client.family.sync",
        "res.partner",
        "client.contact.owner",
        "client.card.review",
        "client.card.letters",
        "client.group.owner",
        "client.handover.owner",
        "client.reminder.owner",
        "client.bulk.edit.owner",
        "client.interaction.owner",
        "client.person.owner",
        "client.property.keeper",
        "client.duplicate.owner",
        "client.upsert.owner",
        "client.issue.owner",
        "client.issue.cause",
    ]
    _issue_clients = ("commercial_partner_id",)

    phone_sanitized = fields.Char(index="btree_not_null")
    email_normalized = fields.Char(index="btree_not_null")

    is_client = fields.Boolean(
        string="Client",
        compute="_compute_is_client",
        search="_search_is_client",
        groups="client_base.group_client_user",
        help="A company or a person of its own: no address, no contact of a company, "
        "no colleague and not our own company.",
    )
    # Spares each write to a card a search for the company whose address it may be.
    own_company_ids = fields.One2many(
        comodel_name="res.company",
        inverse_name="partner_id",
        string="Our Companies",
        groups="base.group_user",
    )
    legal_form = fields.Char(
        prefetch=CLIENT_FIELDS,
        groups="client_base.group_client_user",
        help="For example LLC or sole trader. The name stays without it, so that "
        "lists sort by the name.",
    )
    tax_id_key = fields.Char(
        string="Tax ID to Compare",
        compute="_compute_tax_id_key",
        store=True,
        index="btree_not_null",
        prefetch=CLIENT_FIELDS,
        groups="client_base.group_client_user",
    )
    birthdate = fields.Date(
        prefetch=CLIENT_FIELDS, groups="client_base.group_client_user"
    )
    contract_end_date = fields.Date(
        string="Contract Ends",
        prefetch=CLIENT_FIELDS,
        groups="client_base.group_client_user",
    )
    source_id = fields.Many2one(
        comodel_name="utm.source",
        index="btree_not_null",
        prefetch=CLIENT_FIELDS,
        groups="client_base.group_client_user",
        help="Where the client came from.",
    )
    company_size = fields.Selection(
        selection=[
            ("micro", "1-9 people"),
            ("small", "10-49 people"),
            ("medium", "50-249 people"),
            ("large", "250 people and more"),
        ],
        prefetch=CLIENT_FIELDS,
        groups="client_base.group_client_user",
    )
    deal_potential = fields.Selection(
        selection=[("low", "Low"), ("medium", "Medium"), ("high", "High")],
        prefetch=CLIENT_FIELDS,
        groups="client_base.group_client_user",
        help="How much this client could buy.",
    )
    preferred_channel = fields.Selection(
        selection=[
            ("phone", "Phone"),
            ("email", "E-mail"),
            ("telegram", "Telegram"),
            ("viber", "Viber"),
            ("whatsapp", "WhatsApp"),
            ("meeting", "Meeting"),
        ],
        prefetch=CLIENT_FIELDS,
        groups="client_base.group_client_user",
    )
    is_decision_maker = fields.Boolean(
        string="Decision Maker",
        prefetch=CLIENT_FIELDS,
        groups="client_base.group_client_user",
    )
    interest_level = fields.Selection(
        selection=[("cold", "Cold"), ("warm", "Warm"), ("hot", "Hot")],
        prefetch=CLIENT_FIELDS,
        groups="client_base.group_client_user",
    )
    work_notes = fields.Text(
        string="How to Work with the Client",
        prefetch=CLIENT_FIELDS,
        groups="client_base.group_client_user",
        help="Preferences and habits that whoever calls should know.",
    )
    sync_source = fields.Char(
        string="Accounting System",
        copy=False,
        prefetch=CLIENT_FIELDS,
        groups="client_base.group_client_user",
        help="The system or file in which this client has the key beside.",
    )
    sync_key = fields.Char(
        string="Key There",
        copy=False,
        prefetch=CLIENT_FIELDS,
        groups="client_base.group_client_user",
        help="The code of this client in the accounting system.",
    )

    client_change_ids = fields.One2many(
        comodel_name="client.change",
        inverse_name="partner_id",
        groups="client_base.group_client_user",
    )
    client_import_row_ids = fields.One2many(
        comodel_name="client.import.row",
        inverse_name="partner_id",
        string="Rows of Files",
        groups="client_base.group_client_manager",
    )
    client_change_count = fields.Integer(
        compute="_compute_client_change_count",
        groups="client_base.group_client_user",
    )

    _sync_key_uniq = models.UniqueIndex(
        "(COALESCE(sync_source, ''), sync_key, COALESCE(company_id, 0))"
        " WHERE sync_key IS NOT NULL",
        "Another client has this key of the accounting system already.",
    )
    _sync_key_idx = models.Index("(sync_key) WHERE sync_key IS NOT NULL")

    # === COMPUTE AND SEARCH METHODS ===

    @api.depends("parent_id", "partner_share")
    def _compute_is_client(self):
        clients = self.filtered_domain(self._get_client_domain())
        for partner in self:
            partner.is_client = partner in clients

    @api.model
    def _search_is_client(self, operator, value):
        if operator != "in":
            return NotImplemented
        # the columns of the domain are everybody's, the answer is not
        self._check_field_access(self._fields["is_client"], "read")
        domain = self._get_client_domain()
        if True in value:
            return Domain.TRUE if False in value else domain
        return ~domain

    @api.depends("vat")
    def _compute_tax_id_key(self):
        for partner in self:
            partner.tax_id_key = contact.tax_id_key(partner.vat or "") or False

    @api.depends("client_change_ids")
    def _compute_client_change_count(self):
        counts = dict(
            self.env["client.change"]._read_group(
                [("partner_id", "in", self.ids)], ["partner_id"], ["__count"]
            )
        )
        for partner in self:
            partner.client_change_count = counts.get(partner, 0)

    # === CRUD METHODS ===

    def copy_data(self, default=None):
        """Leave out what the user may not read: not everybody works with clients."""
        default = default or {}
        hidden = [
            name
            for name, field in self._fields.items()
            if name not in default and not self._has_field_access(field, "read")
        ]
        vals_list = super().copy_data({**dict.fromkeys(hidden), **default})
        for vals in filter(None, vals_list):
            for name in hidden:
                vals.pop(name, None)
        return vals_list

    # === BOUNCES ===

    def _message_receive_bounce(self, email, partner):
        result = super()._message_receive_bounce(email, partner)
        self.env["client.contact.point"]._mark_by_value(
            "email", [contact.normalize_email(email or "")], "failed", "bounce"
        )
        return result

    # === ACTION METHODS ===

    def action_open_export(self):
        """Open the export of these clients."""
        self.env["client.export"].check_access("create")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_base.client_export_action"
        )
        action["context"] = {"default_partner_ids": self.ids}
        return action

    def action_choose_for_row(self):
        """Say that the row of a file that stands in the context is this client."""
        self.ensure_one()
        self.env["client.import.row"].check_access("write")
        row_id = int(self.env.context.get("client_import_row_id") or 0)
        row = self.env["client.import.row"].browse(row_id).exists()
        if row:
            row.action_is_client(self.id)
        return True

    def action_open_changes(self):
        """Open what files changed on this card."""
        self.ensure_one()
        self.env["client.change"].check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_base.client_change_action"
        )
        action["domain"] = [("partner_id", "=", self.id)]
        return action

    # === BUSINESS METHODS ===

    @api.model
    def _get_client_domain(self):
        """Which partners are clients."""
        return Domain(
            [
                ("parent_id", "=", False),
                ("partner_share", "=", True),
                ("id", "not in", self.env["res.company"]._get_own_card_ids()),
            ]
        )
