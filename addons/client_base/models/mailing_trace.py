from odoo import models

from ..tools import contact


class MailingTrace(models.Model):
    _inherit = "mailing.trace"

    def set_bounced(self, domain=None, bounce_message=False):
        traces = super().set_bounced(domain=domain, bounce_message=bounce_message)
        addresses = {contact.normalize_email(trace.email or "") for trace in traces}
        self.env["client.contact.point"]._mark_by_value(
            "email", addresses - {""}, "failed", "bounce"
        )
        return traces
