from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import AccessError


class DigestDigest(models.Model):
    _inherit = "digest.digest"

    kpi_client_risk = fields.Boolean(string="Clients at Risk")
    kpi_client_risk_value = fields.Integer(compute="_compute_kpi_client_risk_value")
    kpi_client_missed = fields.Boolean(string="Clients Who Missed the Date")
    kpi_client_missed_value = fields.Integer(compute="_compute_kpi_client_missed_value")
    kpi_client_won = fields.Boolean(string="Clients Won Back")
    kpi_client_won_value = fields.Integer(compute="_compute_kpi_client_won_value")
    kpi_client_new = fields.Boolean(string="New Clients")
    kpi_client_new_value = fields.Integer(compute="_compute_kpi_client_new_value")
    kpi_client_repeat = fields.Boolean(string="Repeat Buyers, %")
    kpi_client_repeat_value = fields.Float(compute="_compute_kpi_client_repeat_value")
    kpi_client_stake = fields.Boolean(string="Money at Stake Now")
    kpi_client_stake_value = fields.Monetary(compute="_compute_kpi_client_stake_value")

    def _compute_kpi_client_risk_value(self):
        """Count who was at risk at the end of the time, as the nights have seen it."""
        _first, last = self._get_client_days()
        domain = [
            ("sector", "=", "risk"),
            ("date_from", "<=", last),
            "|",
            ("date_to", "=", False),
            ("date_to", ">", last),
        ]
        # sudo: stretches are the manager's to read, how many there are is no secret
        self._count_clients(self.env["client.stay"].sudo(), "risk", domain)

    def _compute_kpi_client_missed_value(self):
        domain = [
            *self._get_client_period("date"),
            ("to_status", "=", "missed_date"),
            ("from_status", "!=", False),
        ]
        self._count_clients(self.env["client.profile.move"], "missed", domain)

    def _compute_kpi_client_won_value(self):
        domain = [*self._get_client_period("won_on"), ("state", "=", "won")]
        self._count_clients(self.env["client.reactivation"], "won", domain)

    def _compute_kpi_client_new_value(self):
        domain = self._get_client_period("first_date")
        self._count_clients(self.env["client.profile"], "new", domain)

    def _compute_kpi_client_repeat_value(self):
        """Of who bought last within the time, how many not for the first time."""
        domain = self._get_client_period("last_date")
        Profile = self.env["client.profile"]
        self._count_clients(Profile, "repeat", domain)
        bought = {digest: digest.kpi_client_repeat_value for digest in self}
        self._count_clients(Profile, "repeat", [*domain, ("purchase_count", ">", 1)])
        for digest in self:
            share = digest.kpi_client_repeat_value / (bought[digest] or 1)
            digest.kpi_client_repeat_value = round(100 * share, 2)

    def _compute_kpi_client_stake_value(self):
        domain = [("sector", "=", "risk")]
        self._count_clients(
            self.env["client.profile"], "stake", domain, "money_at_stake:sum"
        )

    def _count_clients(self, model, name, domain, measure="partner_id:count_distinct"):
        """Set a number of each digest by its company.

        :raise AccessError: for who does not work with clients; the line is left out
        """
        if not self.env.user.has_group("client_base.group_client_user"):
            raise AccessError(self.env._("Only who works with clients sees this."))
        companies = self._get_kpi_compute_parameters()[-1]
        here = [("company_id", "in", companies.ids)]
        found = dict(model._read_group([*here, *domain], ["company_id"], [measure]))
        by_id = {company.id: number for company, number in found.items()}
        for digest in self:
            company = digest.company_id or self.env.company
            digest[f"kpi_client_{name}_value"] = by_id.get(company.id, 0)

    def _get_client_period(self, name):
        """:return: a domain on a day, after the first and until the last one"""
        first, last = self._get_client_days()
        return [(name, ">", first), (name, "<=", last)]

    def _get_client_days(self):
        """:return: the day before the time of the digest, and its last day"""
        start, end, _companies = self._get_kpi_compute_parameters()
        last = fields.Date.to_date(end) if end else fields.Date.today()
        first = fields.Date.to_date(start) if start else last - timedelta(days=1)
        return first, last

    def _compute_kpis_actions(self, company, user):
        """Lead from each number to its list."""
        result = super()._compute_kpis_actions(company, user)
        menu = self.env.ref("client_base.client_base_menu").id
        actions = {
            "kpi_client_risk": "client_profile_action",
            "kpi_client_missed": "client_profile_action_missed",
            "kpi_client_won": "client_reactivation_action",
            "kpi_client_new": "client_flow_action",
            "kpi_client_repeat": "client_sales_action",
            "kpi_client_stake": "client_profile_action_missed",
        }
        result.update(
            (name, f"client_risk.{action}?menu_id={menu}")
            for name, action in actions.items()
        )
        return result
