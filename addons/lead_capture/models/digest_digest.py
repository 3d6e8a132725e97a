from odoo import fields, models
from odoo.exceptions import AccessError


class DigestDigest(models.Model):
    _inherit = "digest.digest"

    kpi_lead_in_time = fields.Boolean(string="Requests Answered in Time, %")
    kpi_lead_in_time_value = fields.Float(compute="_compute_kpi_lead_in_time_value")

    def _compute_kpi_lead_in_time_value(self):
        """Of the requests of the time whose answer is known, how many were in time.

        :raise AccessError: for who does not work with clients; the line is left out
        """
        if not self.env.user.has_group("client_base.group_client_user"):
            raise AccessError(self.env._("Only who works with clients sees this."))
        start, end, companies = self._get_kpi_compute_parameters()
        found = self.env["lead.response"]._read_group(
            [
                ("company_id", "in", [*companies.ids, False]),
                ("asked_at", ">=", start),
                ("asked_at", "<", end),
                ("verdict", "!=", False),
            ],
            ["company_id"],
            ["in_time_share:avg"],
        )
        shares = {company.id: share for company, share in found}
        for digest in self:
            company = digest.company_id or self.env.company
            share = shares.get(company.id, shares.get(False, 0))
            digest.kpi_lead_in_time_value = round(100 * (share or 0), 2)

    def _compute_kpis_actions(self, company, user):
        """Lead from the number to its report."""
        result = super()._compute_kpis_actions(company, user)
        menu = self.env.ref("client_base.client_base_menu").id
        action = f"lead_capture.lead_response_action?menu_id={menu}"
        result["kpi_lead_in_time"] = action
        return result
