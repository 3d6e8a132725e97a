from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools.call_payload import is_extension


class LeadExtension(models.Model):
    """A number within the telephone exchange, and the colleague who sits at it."""

    _name = "lead.extension"
    _description = "Extension"
    _order = "number"
    _rec_name = "number"

    number = fields.Char(required=True, help="As the exchange tells it, e.g. 101.")
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Colleague",
        required=True,
        index=True,
        ondelete="cascade",
        domain="[('share', '=', False)]",
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )

    _number_uniq = models.Constraint(
        "UNIQUE (company_id, number)", "Somebody has this extension already."
    )

    @api.constrains("number")
    def _check_number(self):
        for extension in self:
            if not is_extension(extension.number):
                raise ValidationError(
                    self.env._(
                        "An extension has letters, digits, points and dashes only: "
                        "%(number)s",
                        number=extension.number,
                    )
                )

    @api.model
    def _get_users(self, company, numbers):
        """Find who sits at the extensions.

        :return: number -> ``res.users``
        :rtype: dict[str, res.users]
        """
        found = self.sudo().search(  # whoever hears of a call
            [("company_id", "=", company.id), ("number", "in", list(numbers))]
        )
        return {
            extension.number: extension.user_id.sudo(False)
            for extension in found
            if extension.user_id.active
        }


class LeadExtensionOwner(models.AbstractModel):
    """Is called at extensions."""

    _name = "lead.extension.owner"
    _description = "User with Extensions"

    client_extension_ids = fields.One2many(
        comodel_name="lead.extension",
        inverse_name="user_id",
        string="Extensions",
        groups="client_base.group_client_user",
        help="Numbers within the telephone exchange: a call at one of them is his.",
    )
