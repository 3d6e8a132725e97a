from odoo import api, fields, models
from odoo.tools import SQL

from .client_risk_thresholds import MOST_DAYS

RECALL_DAYS = 14


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
    recall_days = fields.Integer(
        string="Call Again after (Days)",
        default=RECALL_DAYS,
        help="A client who is still at risk so many days after the call is called "
        "again. 0: only when it gets worse.",
    )
    reactivation_days = fields.Integer(
        string="Silent after (Days)",
        help="Who is silent longer is to be won back. 0: the period of the average "
        "client of the segment, as measured.",
    )

    _recall_days_positive = models.Constraint(
        "CHECK (recall_days >= 0)", "Nobody is called again before he was called."
    )
    _reactivation_days_positive = models.Constraint(
        "CHECK (reactivation_days BETWEEN 0 AND 3650)",
        "“Silent after” must be between 0 and 3650 days.",
    )

    @api.constrains("recall_days")
    def _check_recall_days(self):
        self.env["client.risk.thresholds"]._check_between(
            self, {"recall_days": (0, MOST_DAYS)}
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

    @api.model
    def _get_default_recall_days(self):
        """:return: the days for clients whom no policy fits"""
        return RECALL_DAYS

    @api.model
    def _select_silence(self, company):
        """:return: SQL of the days after which a ``partner`` counts as silent"""
        policies = self.sudo()._get_of_company(company)  # the same for whoever asks
        chosen = [0, *policies.mapped("reactivation_days")]
        periods = self.env["client.risk.period"]._get_of_company(company)
        usual = periods.pop(False)
        return SQL(
            """
            COALESCE(
                NULLIF((%(chosen)s)[%(policy)s + 1], 0),
                (%(days)s)[ARRAY_POSITION(%(types)s, partner.client_type_id)],
                %(usual)s::float8
            )
            """,
            chosen=SQL("%s::int4[]", chosen),
            policy=self._select_choice(policies),
            days=SQL("%s::float8[]", list(periods.values())),
            types=SQL("%s::int4[]", list(periods)),
            usual=usual,
        )
