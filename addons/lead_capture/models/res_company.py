from odoo import api, fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    lead_join_days = fields.Integer(
        string="Join Requests for (days)",
        default=30,
        groups="base.group_user",
        help="A request joins the open lead of the same client when that is younger.",
    )
    lead_keep_days = fields.Integer(
        string="Keep What Requests Said for (days)",
        groups="base.group_user",
        help="Then it is deleted; number, client and lead stay. 0: kept for ever.",
    )
    lead_reject_blacklisted = fields.Boolean(
        string="Reject the Black-Listed",
        groups="base.group_user",
        help="Also reject requests of people who want no mailings.",
    )

    _lead_days_positive = models.Constraint(
        "CHECK (lead_join_days >= 0 AND lead_keep_days >= 0)",
        "A number of days cannot be negative.",
    )
    lead_auto_reply_hours = fields.Integer(
        string="Auto-reply Once in (hours)",
        default=24,
        required=True,
        groups="base.group_user",
        help="Whoever writes again within this time gets no second auto-reply, by "
        "whatever channel he writes.",
    )

    _lead_auto_reply_hours_positive = models.Constraint(
        "CHECK (lead_auto_reply_hours > 0)",
        "An auto-reply to every letter would answer other machines for ever: enter at "
        "least one hour.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        companies._let_requests_in()
        return companies

    def _let_requests_in(self):
        """The account that takes requests works for every company."""
        intake = self.env.ref("lead_capture.user_intake", raise_if_not_found=False)
        if intake:
            # sudo: whoever makes a company need not be allowed to change accounts
            intake.sudo().company_ids |= self
