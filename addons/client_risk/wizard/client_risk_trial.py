from odoo import api, fields, models
from odoo.exceptions import UserError

from ..models.client_risk_replay_source import MONTHS
from ..models.client_risk_thresholds import BOUNDS
from ..tools import replay


class ClientRiskTrial(models.TransientModel):
    """What other thresholds would have said of the company's own last year.

    Both are judged side by side: as it is now, and as it would be. The clients whom the
    policy does not concern keep theirs. Nothing changes before it is applied.
    """

    _name = "client.risk.trial"
    _description = "Thresholds Tried on the Own History"
    _inherit = ["client.risk.thresholds"]

    policy_id = fields.Many2one(
        comodel_name="client.risk.policy",
        required=True,
        readonly=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True
    )
    group_id = fields.Many2one(related="policy_id.group_id")
    month_count = fields.Integer(string="Month Ends", readonly=True)
    client_count = fields.Integer(
        string="Clients Judged by These Thresholds",
        readonly=True,
        help="Of those who have bought, without the clients of a policy before it.",
    )
    tried = fields.Json(readonly=True)
    is_changed = fields.Boolean(compute="_compute_is_changed")
    is_stale = fields.Boolean(
        compute="_compute_is_changed", help="Moved since they were tried."
    )
    now_named_count = fields.Integer(readonly=True)
    then_named_count = fields.Integer(readonly=True)
    now_precision = fields.Float(readonly=True)
    then_precision = fields.Float(readonly=True)
    now_recall = fields.Float(readonly=True)
    then_recall = fields.Float(readonly=True)
    now_alerts_per_week = fields.Float(digits=(10, 1), readonly=True)
    then_alerts_per_week = fields.Float(digits=(10, 1), readonly=True)
    now_warning_days = fields.Float(digits=(10, 0), readonly=True)
    then_warning_days = fields.Float(digits=(10, 0), readonly=True)

    @api.depends("policy_id", "tried", *BOUNDS)
    def _compute_is_changed(self):
        for trial in self:
            own = trial._get_thresholds()
            trial.is_changed = own != trial.policy_id._get_thresholds()
            trial.is_stale = own != trial.tried

    # === ACTIONS ===

    def action_try(self):
        """Judge the history by these thresholds, beside those of now.

        :return: the form again
        """
        self.ensure_one()
        self.policy_id.check_access("write")
        self._try_on_history()
        return self._open()

    def action_apply(self):
        """Write the thresholds into the policy; the next night judges by them.

        :return: the policy
        """
        self.ensure_one()
        self.policy_id.write(self._get_thresholds())
        return {"type": "ir.actions.act_window_close"}

    def _open(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Try on Our History"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
            "context": {"dialog_size": "extra-large"},
        }

    # === BUSINESS ===

    def _try_on_history(self):
        """Play the last year by both over one pass of measuring."""
        source = self.env["client.risk.replay"]
        Policy = self.env["client.risk.policy"]
        now = Policy.sudo()._get_of_company(self.company_id)  # also those of all
        then = (now | self.policy_id.sudo()).sorted(lambda one: (one.sequence, one.id))
        known = source._fetch_known(
            self.company_id, MONTHS, replay.HORIZON_DAYS, [now, then]
        )
        if known.problem:
            raise UserError(source._explain_known(known))
        moved = [
            (self if one == self.policy_id else one)._to_thresholds() for one in then
        ]
        before, after = replay.run_all(
            known.past,
            known.managers,
            [
                known.choose(0, [one._to_thresholds() for one in now]),
                known.choose(1, moved),
            ],
        )
        place = list(then).index(self.policy_id.sudo()) + 1
        self.write(
            {
                **self._prepare_found_values("now", before),
                **self._prepare_found_values("then", after),
                "client_count": int((known.places[1] == place).sum()),
                "month_count": len(known.past.days),
                "tried": self._get_thresholds(),
            }
        )

    @api.model
    def _prepare_found_values(self, prefix, found):
        return {
            f"{prefix}_named_count": found.risk.named,
            f"{prefix}_precision": found.risk.precision or 0.0,
            f"{prefix}_recall": found.risk.recall or 0.0,
            f"{prefix}_warning_days": found.risk.warning_days or 0.0,
            f"{prefix}_alerts_per_week": found.alerts_per_week,
        }
