from odoo import models
from odoo.fields import Domain

from ..tools import intake

# They say how somebody came, and nothing of what he wants.
NO_CONTENT = {"lang", "source", "medium", "campaign", "page", "event_key"}


class LeadRequestRefusal(models.AbstractModel):
    """Tells requests that become no lead, and why; each can be taken up again."""

    _name = "lead.request.refusal"
    _description = "Refusal of Requests"

    def _refuse(self, senders):
        """:return: request -> result of those that become no lead"""
        judged = {one: said for one, said in senders.items() if not one.is_taken_up}
        stopped = self._fetch_stopped(judged.values())
        colleagues = self._fetch_colleagues(judged.values())
        blacklisted = self._fetch_blacklisted(judged.values())
        results = {}
        for request, sender in judged.items():
            code, culprit = (
                request._find_flaw(sender)
                or self._find_listed(sender, stopped, "stopped")
                or self._find_listed(sender, colleagues, "colleague")
                or self._find_listed(sender, blacklisted, "blacklisted")
                or ("", "")
            )
            if code:
                results[request] = self._make_refusal(code, {"value": culprit})
        return results

    def _make_refusal(self, code, data):
        return {
            "state": "rejected",
            "reason_code": code,
            "reason_data": data,
            "lead_id": None,
            "partner_id": None,
        }

    def _find_flaw(self, sender):
        """:return: code and detail of what is wrong with the request itself"""
        values = self.values or {}
        if values.get("robot"):
            return ("robot", "")
        content = {name for name, value in values.items() if value} - NO_CONTENT
        if not content and sender.is_nobody:
            return ("empty", "")
        return ("test", "") if intake.is_test(sender) else None

    def _find_listed(self, sender, listed, code):
        """:return: code and the first phone, e-mail or domain that is listed"""
        domains = [
            domain
            for email in sender.emails
            for domain in intake.enclosing_domains(intake.domain_of(email))
        ]
        found = next((one for one in (*sender.contacts, *domains) if one in listed), "")
        return (code, found) if found else None

    def _fetch_stopped(self, senders):
        """:return: phones, e-mails and domains on the list of the company"""
        contacts = {one for sender in senders for one in sender.contacts}
        domains = {
            domain
            for sender in senders
            for email in sender.emails
            for domain in intake.enclosing_domains(intake.domain_of(email))
        }
        found = self.env["lead.stop"].search(
            Domain("normalized", "in", list(contacts | domains))
            & Domain("company_id", "in", [False, self.company_id.id])
        )
        return set(found.mapped("normalized"))

    def _fetch_colleagues(self, senders):
        """:return: e-mails and phones of people who work here"""
        emails = [one for sender in senders for one in sender.emails]
        phones = [one for sender in senders for one in sender.phones]
        # sudo: only whether somebody has it
        users_sudo = self.env["res.users"].sudo()
        cards = users_sudo.search(
            Domain("share", "=", False)
            & (
                Domain("partner_id.email_normalized", "in", emails)
                | Domain("partner_id.phone_sanitized", "in", phones)
            )
        ).partner_id
        return {*cards.mapped("email_normalized"), *cards.mapped("phone_sanitized")} - {
            False
        }

    def _fetch_blacklisted(self, senders):
        """Who wants no mailings may well want to buy: asked only where told to.

        :return: e-mails and phones on the lists of core
        """
        if not self.company_id.sudo().lead_reject_blacklisted:
            return set()
        emails = [one for sender in senders for one in sender.emails]
        phones = [one for sender in senders for one in sender.phones]
        lists_sudo = self.sudo().env
        mails = lists_sudo["mail.blacklist"].search([("email", "in", emails)])
        numbers = lists_sudo["phone.blacklist"].search([("number", "in", phones)])
        return {*mails.mapped("email"), *numbers.mapped("number")}
