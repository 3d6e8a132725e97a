from odoo import api, fields, models
from odoo.exceptions import ValidationError


class LeadTimedTeam(models.AbstractModel):
    """Works in hours of its own: deadlines of its requests are counted in them."""

    _name = "lead.timed.team"
    _description = "Team with Working Hours"

    client_calendar_id = fields.Many2one(
        comodel_name="resource.calendar",
        string="Working Hours",
        domain="[('company_id', 'in', [company_id, False])]",
        index="btree_not_null",
        ondelete="restrict",
        groups="client_base.group_client_user",
        help="In these hours deadlines of requests are counted. Empty: in the working "
        "hours of the company.",
    )

    @api.constrains("client_calendar_id")
    def _check_client_calendar(self):
        """Refuse hours that are none: no deadline could ever be missed in them."""
        calendars = self.sudo().client_calendar_id  # names no more than was chosen
        for calendar in calendars:
            if not calendar._has_lead_hours():
                raise ValidationError(
                    self.env._(
                        "“%(calendar)s” has no working hours: deadlines cannot be "
                        "counted in it. Enter its hours or choose another one.",
                        calendar=calendar.name,
                    )
                )

    def write(self, vals):
        result = super().write(vals)
        if "client_calendar_id" in vals:
            self.env["lead.sla.policy"]._review_soon()
        return result

    def _get_lead_calendar(self, company=None):
        """:return: the ``resource.calendar`` that deadlines of a team are counted in

        :param company: of the lead, for a team that works for every company
        """
        own = self.sudo().client_calendar_id  # readable by whoever may have a lead
        place = self.sudo().company_id or company or self.env.company
        return own or place.sudo().resource_calendar_id
