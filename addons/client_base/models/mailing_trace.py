from odoo import fields, models

from ..tools import contact


class MailingTrace(models.Model):
    _inherit = "mailing.trace"

    message_id = fields.Char(index="btree_not_null")

    # the history of a client asks for its mailings
    _document_idx = models.Index("(res_id, model)")

    def set_replied(self, domain=None):
        traces = super().set_replied(domain=domain)
        self.env["res.partner"]._note_evidence(
            (trace.res_id, trace.reply_datetime)
            for trace in traces
            if trace.model == "res.partner"
        )
        return traces

    def set_bounced(self, domain=None, bounce_message=False):
        traces = super().set_bounced(domain=domain, bounce_message=bounce_message)
        addresses = {contact.normalize_email(trace.email or "") for trace in traces}
        self.env["client.contact.point"]._mark_by_value(
            "email", addresses - {""}, "failed", "bounce"
        )
        return traces
