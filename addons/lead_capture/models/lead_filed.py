from odoo import models
from odoo.fields import Domain

from .lead_request_file import TALK


class LeadFiled(models.AbstractModel):
    """Comes from a file: who brought it in may keep it, and may take it back."""

    _name = "lead.filed"
    _description = "Lead from a File"

    def _follow_arrival(self, requests):
        """Leave with whoever brought in a file the new leads that he wants to keep."""
        result = super()._follow_arrival(requests)
        # sudo: the account for requests reads no files
        rows_sudo = self.env["client.import.row"].sudo()
        kept = rows_sudo.search(
            [
                ("request_id", "in", requests.ids),
                ("import_id.keeps_requests", "=", True),
                ("request_id.state", "=", "processed"),
            ]
        )
        for file, rows in kept.grouped("import_id").items():
            leads = rows.request_id.lead_id._filter_free_for(file.user_id)
            leads._give(file.user_id, "hand", "file")
        return result

    def _filter_free_for(self, user):
        """:return: leads of nobody, whose client is of nobody else"""
        return self.filtered(
            lambda lead: (
                not lead.user_id
                and not lead.partner_id.commercial_partner_id.user_id - user
            )
        )

    def _filter_untouched(self, requests):
        """:return: open leads that ``requests`` alone made, and nobody has worked on"""
        alone = self.filtered(
            lambda lead: (
                lead.active
                and lead.won_status == "pending"
                and not lead.request_ids - requests
                and not lead.taken_by_id
                and not lead.first_response_at
                and len(lead.stage_log_ids) <= 1
            )
        )
        messages = self.env["mail.message"]._read_group(
            Domain("model", "=", "crm.lead")
            & Domain("res_id", "in", alone.ids)
            & Domain("message_type", "in", TALK),
            ["res_id"],
        )
        activities = self.env["mail.activity"].with_context(active_test=False)
        done = activities._read_group(
            Domain("res_model", "=", "crm.lead")
            & Domain("res_id", "in", alone.ids)
            & Domain("active", "=", False),
            ["res_id"],
        )
        touched = {id_ for (id_,) in (*messages, *done)}
        return alone.filtered(lambda lead: lead.id not in touched)
