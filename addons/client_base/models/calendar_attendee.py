from odoo import fields, models


class CalendarAttendee(models.Model):
    _inherit = "calendar.attendee"

    # the history of a client asks for its meetings
    partner_id = fields.Many2one(index=True)
