from odoo import api, fields, models

from .client_duplicate_form import CARD_FIELDS
from .prefetch import CLIENT_FIELDS


class DuplicateOwner(models.AbstractModel):
    """Lets the form in which a card is compared follow the card."""

    _name = "client.duplicate.owner"
    _description = "Owner of a Form to Compare"

    merged_into_id = fields.Many2one(
        comodel_name="res.partner",
        string="Merged into",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        prefetch=CLIENT_FIELDS,
        groups="client_base.group_client_user",
        help="The card of this client that stays.",
    )

    @api.depends_context("client_card_number")
    def _compute_display_name(self):
        """Tell cards of one name apart by their numbers, where that is asked for."""
        result = super()._compute_display_name()
        if self.env.context.get("client_card_number"):
            for partner in self:
                partner.display_name = f"{partner.display_name} #{partner.id}"
        return result

    @api.model
    def _has_field_access(self, field, operation):
        """Only a merge says which card stays: keys and requests follow what it says."""
        if operation == "write" and field.name == "merged_into_id" and not self.env.su:
            return False
        return super()._has_field_access(field, operation)

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        self.env["client.duplicate.form"]._touch(partners.ids)
        return partners

    def write(self, vals):
        result = super().write(vals)
        if CARD_FIELDS & vals.keys():
            self.env["client.duplicate.form"]._touch(self.ids)
        return result
