from odoo import models

from odoo.addons.client_base.tools import contact, names

from ..tools import intake

# Who calls or chats is called by a nick: no name to hold against the one on the card.
NICK_KINDS = ("call", "chat")


class LeadRequestReader(models.AbstractModel):
    """Reads what a request says, from the values that its channel makes of it."""

    _name = "lead.request.reader"
    _description = "Reader of Requests"

    def _read_values(self):
        """Read the payloads that have not been read yet, through their channels."""
        for channel, requests in self.grouped("channel_id").items():
            for request in requests:
                if request.values is None or request.values is False:
                    payload = request.payload
                    request.values = channel._read_payload(
                        payload if isinstance(payload, dict) else {}
                    )

    def _read_sender(self):
        """:rtype: intake.Sender"""
        values = self.values if isinstance(self.values, dict) else {}
        country = self.company_id.country_id.code or ""
        phone = intake.as_text(values, "phone", intake.MAX_NAME)
        email = intake.as_text(values, "email", intake.MAX_NAME)
        phones, _rest = contact.split_phones(phone, country)
        emails, _rest = contact.split_emails(email)
        person = intake.as_text(values, "contact_name", intake.MAX_NAME)
        company = intake.as_text(values, "company", intake.MAX_NAME)
        tax_id = intake.as_text(values, "tax_id", intake.MAX_NAME)
        return intake.Sender(
            contact_name=person,
            company=company,
            phones=tuple(one.normalized for one in phones),
            emails=tuple(one.normalized for one in emails),
            phone=phones[0].value if phones else phone,
            email=emails[0].value if emails else email,
            tax_id=contact.tax_id_key(tax_id),
            city=intake.as_text(values, "city", intake.MAX_NAME),
            text=intake.as_text(values, "description"),
            names=self._get_names_to_compare(person, company),
        )

    def _get_names_to_compare(self, person, company):
        """:return: the names that can speak for or against a card

        A given name alone says too little to speak against the one who has the phone.
        """
        if self.kind in NICK_KINDS:
            return ()
        told = [company] if company else []
        if person and len(names.parse_name(person).tokens) > 1:
            told.append(person)
        return tuple(told)
