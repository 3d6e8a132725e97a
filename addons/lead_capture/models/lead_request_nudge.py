from odoo import api, fields, models
from odoo.fields import Domain

ANSWER_TYPE = "lead_capture.mail_activity_type_answer_again"


class LeadRequestNudge(models.AbstractModel):
    """Reminds the owner of a lead that its client has written again."""

    _name = "lead.request.nudge"
    _description = "Nudge to Answer Again"

    @api.model
    def _nudge_owners(self, leads):
        """Give each owner one activity; never a second while one is open."""
        owned = leads.filtered("user_id")
        if not owned:
            return
        # sudo: an activity is the rule's, whoever works on the request
        activities_sudo = self.env["mail.activity"].sudo()
        type_ = self.env.ref(ANSWER_TYPE).sudo()
        present = activities_sudo.search(
            Domain("res_model", "=", "crm.lead")
            & Domain("res_id", "in", owned.ids)
            & Domain("activity_type_id", "=", type_.id)
        )
        owned = owned.filtered(lambda lead: lead.id not in present.mapped("res_id"))
        acting = owned.user_id.sudo()._get_acting_users()
        model_id = self.env["ir.model"]._get_id("crm.lead")
        activities_sudo.with_context(mail_activity_quick_update=True).create(
            [
                {
                    "res_model_id": model_id,
                    "res_id": lead.id,
                    "activity_type_id": type_.id,
                    "user_id": (acting.get(lead.user_id) or lead.user_id).id,
                    "date_deadline": fields.Date.context_today(
                        lead.with_context(tz=lead.user_id.tz)
                    ),
                    "summary": self.env._("The client has written again"),
                }
                for lead in owned
            ]
        )
