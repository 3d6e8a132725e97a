from odoo import models


class MailingTrace(models.Model):
    _inherit = "mailing.trace"

    def set_bounced(self, domain=None, bounce_message=False):
        traces = super().set_bounced(domain=domain, bounce_message=bounce_message)
        self.env["client.contact.point"]._mark_by_value(
            "email", traces.mapped("email"), "failed", "bounce"
        )
        return traces
