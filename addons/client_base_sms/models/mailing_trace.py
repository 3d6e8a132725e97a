from odoo import api, models


class MailingTrace(models.Model):
    _inherit = "mailing.trace"

    @api.model_create_multi
    def create(self, vals_list):
        traces = super().create(vals_list)
        traces.filtered(
            lambda trace: (
                trace.failure_type == "sms_number_format"
                and trace.model == "res.partner"
                and trace.sms_number
            )
        )._mark_impossible_numbers()
        return traces

    def _mark_impossible_numbers(self):
        """What is no number has no normal form: it is found as it was written."""
        if not self:
            return
        points_sudo = self.env["client.contact.point"].sudo()  # the sender sees traces
        written = {(trace.res_id, trace.sms_number) for trace in self}
        found_sudo = points_sudo.search(
            [
                ("kind", "=", "phone"),
                ("partner_id", "in", self.mapped("res_id")),
                ("value", "in", self.mapped("sms_number")),
            ]
        ).filtered(lambda point: (point.partner_id.id, point.value) in written)
        found_sudo.write(points_sudo._prepare_state_values("failed", "bounce"))
