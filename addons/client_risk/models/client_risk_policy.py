from odoo import api, fields, models
from odoo.tools import SQL


class ClientRiskPolicy(models.Model):
    """The thresholds by which the clients of a company, or of one group, are judged.

    The first that fits a client counts; who fits none is judged by what was measured
    on several companies.
    """

    _name = "client.risk.policy"
    _description = "Thresholds of Risk"
    _inherit = ["client.risk.thresholds"]
    _order = "sequence, id"

    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        comodel_name="res.company",
        index=True,
        default=lambda self: self.env.company,
        help="Empty: all companies.",
    )
    group_id = fields.Many2one(
        comodel_name="client.group",
        string="Only for the Group",
        index="btree_not_null",
        ondelete="cascade",
        help="Empty: all clients of the company.",
    )

    def action_try(self):
        """Try other thresholds on the company's own history before saving them.

        :return: the form of a trial
        """
        self.ensure_one()
        self.check_access("write")
        trial = self.env["client.risk.trial"].create(
            {
                "policy_id": self.id,
                "company_id": (self.company_id or self.env.company).id,
                **self._get_thresholds(),
            }
        )
        return trial.action_try()

    @api.model
    def _get_of_company(self, company):
        """:return: the policies that may count there, the first first"""
        return self.search(
            [("company_id", "in", [False, company.id])], order="sequence, id"
        )

    @api.model
    def _select_choice(self, policies):
        """:return: SQL of the place (from 1) of a ``partner``'s policy, 0 for none"""
        cases = [
            SQL(
                "WHEN %s THEN %s",
                SQL(
                    """EXISTS (
                        SELECT 1
                          FROM client_group_res_partner_rel
                         WHERE partner_id = partner.id
                           AND group_id = %s
                    )""",
                    policy.group_id.id,
                )
                if policy.group_id
                else SQL("TRUE"),
                place,
            )
            for place, policy in enumerate(policies, 1)
        ]
        return SQL("CASE %s ELSE 0 END", SQL(" ").join(cases)) if cases else SQL("0")
