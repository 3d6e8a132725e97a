from odoo import fields, models

from ..tools.call_payload import CallPayloadError


class LeadRequestCall(models.AbstractModel):
    """Tells of a call; only a call that was missed, or is new to us, becomes a lead."""

    _name = "lead.request.call"
    _description = "Request that Tells of a Call"

    call_id = fields.Many2one(
        comodel_name="lead.call", index="btree_not_null", readonly=True
    )

    def _read_values(self):
        """Hear of calls before anything else is made of what tells of them."""
        told = self.filtered(
            lambda one: one.channel_id.kind == "call" and not one.call_id
        )
        told._hear_calls()
        return super()._read_values()

    def _hear_calls(self):
        """Add the events to their calls, and choose those that become leads."""
        readings = self._read_calls()
        for request, call in self.env["lead.call"]._hear(readings).items():
            request.call_id = call
        wanting = self.call_id._get_wanting_lead()
        for request in self.sorted("id", reverse=True):
            call = request.call_id
            request.kind = "call"
            if call in wanting:
                call._tell({"lead_request_id": request.id})
                wanting -= call
                request.values = request._prepare_call_values()
            else:
                request.values = {"phone": call.client_number or ""}

    def _read_calls(self):
        """:return: request -> ``call_payload.Reading`` of those that can be read"""
        readings = {}
        for channel, requests in self.grouped("channel_id").items():
            reader = channel._get_call_reader()
            for request in requests:
                try:
                    readings[request] = reader.parse(
                        request.payload or {}, request.received_at
                    )
                except CallPayloadError:
                    continue  # it was read at the door: the map is another one since
        return readings

    def _prepare_call_values(self):
        """:return: what a lead is made of"""
        call = self.call_id
        number = call.client_number
        if call.is_missed:
            title = self.env._("Missed call: %(number)s", number=number)
            text = self.env._("Waited %(seconds)s seconds.", seconds=call.wait_seconds)
            if call.is_out_of_hours:
                text = f"{text} {self.env._('It was out of working hours.')}"
        else:
            title = self.env._("Call: %(number)s", number=number)
            text = self.env._("Talked %(seconds)s seconds.", seconds=call.talk_seconds)
        return {"name": title, "phone": number, "description": text}

    def _refuse(self, senders):
        """Mere events of a call join the call; what tells of no call is refused."""
        results = super()._refuse(senders)
        for request in senders:
            if request in results or request.channel_id.kind != "call":
                continue
            call = request.call_id
            if not call:
                results[request] = request._make_call_result("rejected", "no_call")
            elif call.lead_request_id != request:
                results[request] = request._make_call_result("joined", "call_event")
        return results

    def _make_call_result(self, state, code):
        return {
            "state": state,
            "lead_id": None,
            "partner_id": self.call_id.partner_id.id or None,
            "reason_code": code,
            "reason_data": {"call": self.call_id.id},
        }

    def _prepare_lead(self, sender, found):
        """Whoever answered has the lead already."""
        values = super()._prepare_lead(sender, found)
        call = self.call_id
        if call.state == "answered" and call.user_id:
            values["user_id"] = call.user_id.id
        return values
