from odoo import api, fields, models
from odoo.exceptions import ValidationError

from odoo.addons.client_base.tools import contact


class LeadStop(models.Model):
    """A sender whose requests become no leads: a phone, an e-mail, a whole domain."""

    _name = "lead.stop"
    _description = "Stopped Sender"
    _order = "kind, value"
    _rec_name = "value"

    kind = fields.Selection(
        selection=[("email", "E-mail"), ("domain", "Domain"), ("phone", "Phone")],
        required=True,
        default="email",
    )
    value = fields.Char(required=True, help="For example spam@example.com.")
    normalized = fields.Char(
        string="Normal Form",
        compute="_compute_normalized",
        store=True,
        index="btree_not_null",
        help="What senders are compared with.",
    )
    note = fields.Char(string="Why")
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        index=True,
        default=lambda self: self.env.company,
        help="Empty: for every company.",
    )

    _value_uniq = models.UniqueIndex(
        "(normalized, COALESCE(company_id, 0)) WHERE active AND normalized IS NOT NULL",
        "This sender is stopped already.",
    )

    @api.depends("kind", "value", "company_id.country_id")
    def _compute_normalized(self):
        for stop in self:
            company = stop.company_id or self.env.company
            value = (stop.value or "").strip()
            if stop.kind == "domain":
                stop.normalized = value.rpartition("@")[2].lower() or False
            else:
                country = company.country_id.code or ""
                stop.normalized = contact.normalize(stop.kind, value, country) or False

    @api.constrains("kind", "value")
    def _check_value(self):
        for stop in self:
            if not stop.normalized:
                raise ValidationError(
                    self.env._("This cannot be read: %(value)s", value=stop.value)
                )
