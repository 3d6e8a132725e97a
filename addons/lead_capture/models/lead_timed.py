from odoo import models


class LeadTimed(models.AbstractModel):
    """Is answered in time, in working hours, or somebody hears of it."""

    _name = "lead.timed"
    _description = "Lead with Deadlines"

    def _note_answer(self, user, moment):
        """Take down that a person answered the client; the first answer counts.

        :param user: ``res.users``, the colleague who answered
        :param moment: naive UTC
        """
