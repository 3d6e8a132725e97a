from odoo import models


class SmsComposer(models.TransientModel):
    _inherit = "sms.composer"

    def _prepare_mass_log_values(self, records, sms_records_values):
        """Log copies of a mailing as notes: the mailing itself is in the history."""
        values = super()._prepare_mass_log_values(records, sms_records_values)
        if self.mailing_id:
            values["message_type"] = "notification"
        return values
