from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .client_profile import SECTORS, STATUSES

PROFILE_FIELDS = {"client_sector": "sector", "client_status": "status"}


class ProfileOwner(models.AbstractModel):
    """Shows sector and status of a client in the company one works in.

    They are columns of the profile: a client list filters and groups by them without
    a copy in the card that would have to be one for each company.
    """

    _name = "client.profile.owner"
    _description = "Owner of a Client Profile"

    client_profile_ids = fields.One2many(
        comodel_name="client.profile",
        inverse_name="partner_id",
        string="Profiles",
        groups="client_base.group_client_user",
    )
    client_sector = fields.Selection(
        selection=SECTORS,
        string="Sector",
        compute="_compute_client_sector",
        search="_search_client_sector",
        groups="client_base.group_client_user",
    )
    client_status = fields.Selection(
        selection=STATUSES,
        string="Status of the Client",
        compute="_compute_client_sector",
        search="_search_client_status",
        groups="client_base.group_client_user",
    )
    client_told_date = fields.Date(
        string="Told Date",
        compute="_compute_client_sector",
        groups="client_base.group_client_user",
        help="When the client says he will buy next.",
    )

    @api.depends("client_profile_ids.status", "client_profile_ids.told_date")
    @api.depends_context("company")
    def _compute_client_sector(self):
        """Read the profiles of this company, once for all that the card shows."""
        profiles = self.env["client.profile"].search_fetch(
            [
                ("partner_id", "in", self.commercial_partner_id.ids),
                ("company_id", "=", self.env.company.id),
            ],
            ["partner_id", "sector", "status", "told_date"],
        )
        by_client = profiles.grouped("partner_id")
        for partner in self:
            profile = by_client.get(partner.commercial_partner_id, profiles.browse())
            partner.client_sector = profile.sector
            partner.client_status = profile.status
            partner.client_told_date = profile.told_date

    @api.model
    def _search_client_sector(self, operator, value):
        return self._search_profile("sector", operator, value)

    @api.model
    def _search_client_status(self, operator, value):
        return self._search_profile("status", operator, value)

    @api.model
    def _search_profile(self, name, operator, value):
        if operator != "in":
            return NotImplemented
        here = Domain("company_id", "=", self.env.company.id)
        named = Domain(name, "in", [one for one in value if one])
        path = "commercial_partner_id.client_profile_ids"
        found = Domain(path, "any", here & named)
        if False in value:
            found |= Domain(path, "not any", here)
        return found

    def write(self, vals):
        """Put the profiles away with the card, and bring them back with it."""
        result = super().write(vals)
        if "active" in vals:
            # sudo: whoever may archive a card
            profiles_sudo = self.env["client.profile"].sudo()
            profiles_sudo.with_context(active_test=False).search(
                [("partner_id", "in", self.ids)]
            ).active = vals["active"]
        return result

    def _field_to_sql(self, alias, field_expr, query=None):
        """Read sector and status from the profile, so that lists group by them."""
        if field_expr not in PROFILE_FIELDS or query is None:
            return super()._field_to_sql(alias, field_expr, query)
        self._check_field_access(self._fields[field_expr], "read")
        profile = query.make_alias(alias, "client_profile")
        query.add_join(
            "LEFT JOIN",
            profile,
            "client_profile",
            SQL(
                "%s = %s AND %s = %s AND %s",
                SQL.identifier(profile, "partner_id"),
                SQL.identifier(alias, "commercial_partner_id"),
                SQL.identifier(profile, "company_id"),
                self.env.company.id,
                SQL.identifier(profile, "active"),
            ),
        )
        return SQL.identifier(profile, PROFILE_FIELDS[field_expr])
