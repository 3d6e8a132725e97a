from odoo import models
from odoo.exceptions import UserError


class LeadRequestAction(models.AbstractModel):
    """What a person may do with a request: try again, reject, take up again."""

    _name = "lead.request.action"
    _description = "Decisions on Requests"

    def _get_for_decision(self, states):
        """:return: the requests in one of ``states`` that the user may see, locked"""
        self.check_access("read")
        # sudo: nobody writes requests by hand, they say what happened
        taken_sudo = self.sudo().try_lock_for_update()
        fit_sudo = taken_sudo.filtered(lambda one: one.state in states)
        if not fit_sudo:
            raise UserError(self.env._("Somebody has decided on this already."))
        return fit_sudo

    def action_retry(self):
        """Have failed requests worked on now.

        :return: True
        """
        for request_sudo in self._get_for_decision(("failed",)):
            request_sudo.write(
                {
                    "state": "new",
                    "next_try_at": False,
                    "history": request_sudo._prepare_history("retried"),
                }
            )
        self._wake()
        return True

    def action_ask_reject(self):
        """Ask why these requests are none."""
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Reject"),
            "res_model": "lead.request.reject",
            "view_mode": "form",
            "target": "new",
            "context": {"default_request_ids": self.ids},
        }

    def _reject_by_hand(self, text):
        """Take requests out of the work; a lead that only they made is lost."""
        requests_sudo = self._get_for_decision(("new", "failed", "processed", "joined"))
        leads = requests_sudo.filtered(lambda one: one.state == "processed").lead_id
        for request_sudo in requests_sudo:
            request_sudo.write(
                {
                    "state": "rejected",
                    "reason_code": "by_hand",
                    "reason_data": {"text": text},
                    "next_try_at": False,
                    "history": request_sudo._prepare_history("rejected", text=text),
                }
            )
        useless = leads.filtered(
            lambda lead: (
                lead.active
                and lead.won_status == "pending"
                and all(one.state == "rejected" for one in lead.request_ids)
            )
        )
        useless.sudo(False).action_set_lost()

    def action_take_up(self):
        """Make a rejected request a lead after all.

        :return: True
        """
        for request_sudo in self._get_for_decision(("rejected",)):
            lead = request_sudo.lead_id.sudo(False)
            if lead and not lead.active:
                lead.action_unarchive()
            request_sudo.write(
                {
                    "state": "processed" if lead else "new",
                    "is_taken_up": True,
                    "history": request_sudo._prepare_history("taken_up"),
                }
            )
        self._wake()
        return True

    def action_open_lead(self):
        """Open the lead of a request."""
        self.ensure_one()
        self.check_access("read")
        return self.lead_id.get_formview_action() if self.lead_id else False

    def action_open_client(self):
        """Open the card of the client."""
        self.ensure_one()
        self.check_access("read")
        return self.partner_id.get_formview_action() if self.partner_id else False
