from email.message import EmailMessage

from .common import LeadCommon


class LetterCommon(LeadCommon):
    """The channel of requests@letters.example, and letters written to it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.alias_domain = cls.env["mail.alias.domain"].create(
            {"name": "letters.example", "company_ids": [(4, cls.env.company.id)]}
        )
        cls.env.company.alias_domain_id = cls.alias_domain
        cls.mailbox = cls._create_channel("email", alias_name="requests")
        cls.count = 0

    @classmethod
    def _make_letter(cls, text="20 pumps, please.", **headers):
        """:return: ``EmailMessage``; a header of ``None`` is left out"""
        cls.count += 1
        message = EmailMessage()
        for name, value in {
            "From": "Ann Example <ann@client.example>",
            "To": "requests@letters.example",
            "Subject": "Pumps",
            "Message-ID": f"<{cls.count}@client.example>",
            **headers,
        }.items():
            if value is not None:
                message[name.replace("_", "-")] = value
        message.set_content(text)
        return message

    def _receive(self, message=None, **headers):
        """Bring a letter as the mail server does.

        :return: what the gateway answers: the number of the request
        """
        message = message or self._make_letter(**headers)
        source = message if isinstance(message, bytes) else message.as_bytes()
        with self.enter_registry_test_mode():
            return self.env["mail.thread"].message_process(False, source)

    def _find(self, number):
        return self.env["lead.request"].search([("number", "=", number)])

    def _work(self, message=None, **headers):
        """:return: the request of a letter, worked on"""
        request = self._find(self._receive(message, **headers))
        request._process()
        return request
