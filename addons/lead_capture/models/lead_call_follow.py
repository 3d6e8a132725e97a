from datetime import timedelta

from odoo import fields, models
from odoo.fields import Domain

from ..tools.calls import is_public

# A call that is over so long ago wants no task any more: an exchange that sends its
# old journal would bury everybody.
TASK_DAYS = 7


class LeadCallFollow(models.AbstractModel):
    """What follows of a call: a lead, a task to call back, and the end of both."""

    _name = "lead.call.follow"
    _description = "Consequences of Calls"

    # === WHAT WAS HEARD ===

    def _follow_events(self, former):
        """Do what is due since the last events.

        :param former: ``lead.call`` -> what it was before; none for a new one
        """
        talked = self.filtered(
            lambda call: (
                call.state == "answered"
                and call.talk_seconds > 0
                and not former.get(call, ("", False, False))[1]
            )
        )
        talked._link_leads()
        talked._confirm_numbers()
        talked._end_missed()
        talked._note_answers()
        self._show_calls(former)

    def _confirm_numbers(self):
        """Whoever answered, or called and was answered, has a number that works."""
        numbers = {call.client_number for call in self if call.client_number}
        if numbers:
            self.env["client.contact.point"]._mark_by_value(
                "phone", sorted(numbers), "confirmed", "call"
            )

    def _link_leads(self):
        """Put calls to the newest open lead of the client or of the number."""
        alone = self.filtered(lambda call: not call.lead_id and call.client_number)
        leads = alone._find_open_leads()
        for call in alone:
            lead = leads.get(call.contact_id.commercial_partner_id.id) or leads.get(
                call.client_number
            )
            if lead:
                call._tell({"lead_id": lead.id})

    def _find_open_leads(self):
        """:return: client id or number -> its newest open ``crm.lead``"""
        clients = self.contact_id.commercial_partner_id
        leads_sudo = self.env["crm.lead"].sudo()  # of whomever they are
        domain = Domain("company_id", "in", [False, *self.company_id.ids]) & Domain(
            "won_status", "=", "pending"
        )
        whose = Domain("partner_id", "child_of", clients.ids) | Domain(
            "phone_sanitized",
            "in",
            [one for one in self.mapped("client_number") if one],
        )
        found = {}
        for lead in leads_sudo.search(domain & whose, order="id"):
            found[lead.partner_id.commercial_partner_id.id] = lead
            found[lead.phone_sanitized] = lead
        return {key: lead.sudo(False) for key, lead in found.items() if key}

    def _end_missed(self):
        """Whoever was talked with needs no call back any more."""
        numbers = [one for one in self.mapped("client_number") if one]
        clients = self.contact_id.commercial_partner_id
        missed = self.search(
            Domain("is_missed", "=", True)
            & Domain("called_back_at", "=", False)
            & Domain("company_id", "in", self.company_id.ids)
            & (
                Domain("client_number", "in", numbers)
                | Domain("partner_id", "in", clients.ids)
            )
        )
        for call in missed:
            talks = self.filtered(lambda one, missed=call: one._ends(missed))
            if talks:
                call._tell({"called_back_at": min(talks.mapped("started_at"))})
        missed.filtered("called_back_at").lead_id._end_call_backs()
        self.lead_id._end_call_backs()

    def _ends(self, missed):
        """:return: whether this talk came after a missed call of the same client"""
        return self.started_at >= missed.started_at and (
            self.client_number == missed.client_number
            or bool(self.partner_id and self.partner_id == missed.partner_id)
        )

    def _note_answers(self):
        """A talk is an answer, whoever of the two called."""
        for call in self.filtered(lambda one: one.lead_id and one.user_id):
            call.lead_id._note_answer(call.user_id, call.answered_at or call._get_end())

    # === LEADS OF CALLS ===

    def _get_wanting_lead(self):
        """:return: the calls that are to become a lead, or to join one, and have not

        Colleagues who call from their own telephones are no clients.
        """
        wanting = self.filtered(
            lambda call: (
                call.direction == "in"
                and is_public(call.client_number or "")
                and not call.lead_request_id
                and (
                    (call.is_missed and not call.called_back_at)
                    or (
                        call.state == "answered"
                        and not call.contact_id
                        and not call.lead_id
                        and call.channel_id.is_answered_lead
                    )
                )
            )
        )
        if not wanting:
            return wanting
        colleagues = self.env["res.users"].sudo()  # everybody's numbers
        own = colleagues.search(
            [
                ("share", "=", False),
                ("phone_sanitized", "in", wanting.mapped("client_number")),
            ]
        )
        numbers = set(own.mapped("phone_sanitized"))
        return wanting.filtered(lambda call: call.client_number not in numbers)

    def _follow_requests(self, requests):
        """Show calls at the leads they made or joined; ask for a call back.

        :param requests: ``lead.request`` records that have a lead
        """
        for request in requests:
            call = request.call_id
            if call.state == "answered" and call.user_id and request.lead_id:
                # the client was answered before we knew that he had asked
                answered = max(call._get_end(), request.received_at)
                request.lead_id._note_answer(call.user_id, answered)
            if call and request.lead_id and call.lead_id != request.lead_id:
                call._tell({"lead_id": request.lead_id.id})
            if call and not call.contact_id and request.partner_id:
                call._tell({"contact_id": request.partner_id.id})
        since = fields.Datetime.now() - timedelta(days=TASK_DAYS)
        waiting = self.filtered(
            lambda call: (
                call.is_missed and not call.called_back_at and call.started_at > since
            )
        )
        waiting.lead_id._ask_call_back()
