from odoo import models

# What a provider says of a number that will not take the next message either.
DEAD_NUMBER = ("sms_number_format", "sms_invalid_destination")


class SmsTracker(models.Model):
    _inherit = "sms.tracker"

    def _action_update_from_provider_error(self, provider_error):
        answer = super()._action_update_from_provider_error(provider_error)
        status, failure_type, _reason = answer
        if status == "bounce" or failure_type in DEAD_NUMBER:
            self._mark_numbers_failed()
        return answer

    def _action_update_from_sms_state(
        self, sms_state, failure_type=False, failure_reason=False
    ):
        answer = super()._action_update_from_sms_state(
            sms_state, failure_type=failure_type, failure_reason=failure_reason
        )
        if sms_state == "error" and failure_type in DEAD_NUMBER:
            self._mark_numbers_failed()
        return answer

    def _mark_numbers_failed(self):
        """Tell every card that has one of these numbers; a report knows no user."""
        notifications = self.mail_notification_id
        numbers = {
            *self.mailing_trace_id.mapped("sms_number"),
            *notifications.mapped("sms_number"),
        }
        self.env["client.contact.point"]._mark_by_value(
            "phone", numbers - {False, ""}, "failed", "bounce"
        )
