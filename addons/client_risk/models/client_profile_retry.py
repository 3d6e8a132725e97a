from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

# After so many minutes they are tried again; then every night.
MINUTES = 10


class ClientProfileRetry(models.Model):
    """A client who could not be judged: tried again soon, then every night.

    Empty unless something is wrong. A client may stand here twice, when he bought twice
    at the same time: a constraint would make one salesperson wait for the other.
    """

    _name = "client.profile.retry"
    _description = "Client Who Could Not Be Judged"
    _order = "create_date desc, id desc"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Client",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    error = fields.Char(
        string="Kind of Error",
        readonly=True,
        help="Where it happened is in the log of the server.",
    )

    def action_judge(self):
        """Judge these clients again."""
        self.env["client.risk.policy"].check_access("write")  # a manager's affair
        self.check_access("read")
        profiles_sudo = self.env["client.profile"].sudo()  # nobody's to write by hand
        for company, waiting in self.grouped("company_id").items():
            ids = sorted(waiting.partner_id.ids)
            profiles_sudo._judge_but_culprits(company, ids, None)
        return True

    # === BUSINESS ===

    @api.model
    def _add(self, company, partner_ids, error):
        """Remember clients who could not be judged."""
        known = set(self._fetch_ids(company, partner_ids))
        self.create(
            [
                {
                    "partner_id": id_,
                    "company_id": company.id,
                    "error": type(error).__name__,
                }
                for id_ in partner_ids
                if id_ not in known
            ]
        )

    @api.model
    def _forget(self, company, partner_ids=None):
        """Strike off clients who have been judged; all of the company by default."""
        self.search(self._get_domain(company, partner_ids)).unlink()

    @api.model
    def _fetch_ids(self, company, partner_ids=None):
        """:return: ids of the clients of a company who wait, in order"""
        found = self._read_group(self._get_domain(company, partner_ids), ["partner_id"])
        return sorted(partner.id for (partner,) in found)

    @api.model
    def _get_domain(self, company, partner_ids):
        domain = Domain("company_id", "=", company.id)
        if partner_ids is not None:
            domain &= Domain("partner_id", "in", partner_ids)
        return domain

    @api.model
    def _wake_up(self):
        """Come back soon for them."""
        cron = self.env.ref("client_risk.ir_cron_client_profile", False)
        if cron:
            cron._trigger(at=fields.Datetime.now() + timedelta(minutes=MINUTES))
