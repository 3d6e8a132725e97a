from odoo import fields, models

# Messages that people write to one another; notes of the server are none.
TALK = ("comment", "email", "email_outgoing", "messenger")


class LeadRequestFile(models.AbstractModel):
    """A request that came in with a file knows its row, and can be taken back."""

    _name = "lead.request.file"
    _description = "Requests from Files"

    import_row_ids = fields.One2many(
        comodel_name="client.import.row",
        inverse_name="request_id",
        string="Rows of Files",
        groups="client_base.group_client_user",
    )

    def _withdraw(self, text):
        """Reject requests, and lose the leads that only they made.

        What joined another lead and what somebody works on stays as it is. The key is
        given free, so that the same file can bring the request in again.

        :return: the requests that were taken back
        """
        held = self.try_lock_for_update()
        waiting = held.filtered(lambda one: one.state in ("new", "failed", "rejected"))
        made = held.filtered(lambda one: one.state == "processed")
        leads = made.lead_id._filter_untouched(self)
        taken = waiting | made.filtered(lambda one: one.lead_id in leads)
        for request in taken:
            request.write(
                {
                    "state": "rejected",
                    "reason_code": "by_hand",
                    "reason_data": {"text": text},
                    "next_try_at": False,
                    "event_key": f"{request.event_key[:150]}#{request.number}",
                    "history": request._prepare_history("rejected", text=text),
                }
            )
        leads.action_set_lost()
        return taken
