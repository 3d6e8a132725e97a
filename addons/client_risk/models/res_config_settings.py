from odoo import api, fields, models


class ResConfigSettings(models.TransientModel):
    _inherit = "res.config.settings"

    client_purchase_event = fields.Selection(
        related="company_id.client_purchase_event", readonly=False, required=True
    )
    client_removal_by_manager = fields.Boolean(
        related="company_id.client_removal_by_manager", readonly=False
    )
    client_risk_promise = fields.Boolean(
        related="company_id.client_risk_promise", readonly=False
    )
    client_risk_promise_days = fields.Integer(
        related="company_id.client_risk_promise_days", readonly=False
    )
    client_risk_debt = fields.Boolean(
        related="company_id.client_risk_debt", readonly=False
    )
    client_payment_source = fields.Selection(
        related="company_id.client_payment_source", readonly=False, required=True
    )
    client_payment_note = fields.Char(compute="_compute_client_payment_note")
    client_risk_debt_days = fields.Integer(
        related="company_id.client_risk_debt_days", readonly=False
    )
    client_risk_debt_amount = fields.Monetary(
        related="company_id.client_risk_debt_amount",
        readonly=False,
    )
    client_risk_claim = fields.Boolean(
        related="company_id.client_risk_claim", readonly=False
    )
    client_item_level = fields.Selection(
        related="company_id.client_item_level", readonly=False, required=True
    )
    client_ask_date = fields.Selection(
        related="company_id.client_ask_date", readonly=False, required=True
    )
    client_promise_days = fields.Integer(
        related="company_id.client_promise_days", readonly=False
    )
    client_load_norm = fields.Integer(
        related="company_id.client_load_norm", readonly=False
    )
    client_load_warning = fields.Integer(
        related="company_id.client_load_warning", readonly=False
    )
    client_load_info = fields.Integer(
        related="company_id.client_load_info", readonly=False
    )
    client_reactivation_on = fields.Boolean(
        related="company_id.client_reactivation_on", readonly=False
    )
    client_reactivation_weekly = fields.Integer(
        related="company_id.client_reactivation_weekly", readonly=False
    )
    client_reactivation_window = fields.Integer(
        related="company_id.client_reactivation_window", readonly=False
    )
    client_reactivation_months = fields.Integer(
        related="company_id.client_reactivation_months", readonly=False
    )
    client_reactivation_rest = fields.Integer(
        related="company_id.client_reactivation_rest", readonly=False
    )

    @api.depends("company_id", "client_payment_source")
    def _compute_client_payment_note(self):
        for settings in self:
            settings.client_payment_note = self.env["client.finance"]._describe_books(
                settings.company_id, settings.client_payment_source
            )
