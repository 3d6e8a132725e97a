from odoo import api, models
from odoo.fields import Domain

HOURS_TYPE = "lead_capture.mail_activity_hours"


class LeadEscalationAlarm(models.AbstractModel):
    """Says aloud when deadlines are counted without working hours.

    A calendar that has hours when it is chosen may lose them later, line by line.
    """

    _name = "lead.escalation.alarm"
    _description = "Alarm about Working Hours"

    @api.model
    def _alarm_missing_hours(self):
        """Give one task for each policy that counts without hours now."""
        rounds = self.env["lead.response"].search(
            Domain("state", "=", "open") & Domain("is_wall_time", "=", True)
        )
        policies = rounds.policy_id
        kind = self.env.ref(HOURS_TYPE)
        there = self.env["mail.activity"].search(
            Domain("activity_type_id", "=", kind.id)
            & Domain("res_model", "=", "lead.sla.policy")
        )
        there.filtered(lambda one: one.res_id not in policies.ids).unlink()
        for policy in policies.filtered(
            lambda one: one.id not in there.mapped("res_id")
        ):
            own = rounds.filtered(lambda one, policy=policy: one.policy_id == policy)
            policy._give_hours_task(kind, own.team_id)
