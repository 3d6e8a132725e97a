from odoo import api, fields, models


class ClientProfileSuggestion(models.AbstractModel):
    """Shows in the profile what to offer to the client."""

    _name = "client.profile.suggestion"
    _description = "Suggestions in a Profile"

    suggestion_ids = fields.One2many(
        comodel_name="client.suggestion",
        string="What to Offer",
        compute="_compute_suggestion_ids",
    )

    @api.depends("partner_id", "company_id")
    def _compute_suggestion_ids(self):
        found = self.env["client.suggestion"].search(
            [
                ("partner_id", "in", self.partner_id.ids),
                ("company_id", "in", self.company_id.ids),
                ("state", "in", ("open", "quoted")),
            ]
        )
        known = found.grouped(lambda one: (one.partner_id, one.company_id))
        for profile in self:
            key = profile.partner_id, profile.company_id
            profile.suggestion_ids = known.get(key, found.browse())
