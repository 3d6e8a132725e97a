from datetime import timedelta

from odoo import fields

from .common import LeadCommon

CALLER = "+380670001122"
OURS = "+380440001122"


class CallCommon(LeadCommon):
    """A telephone exchange, and a salesperson at its extension 101."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.exchange = cls._create_channel("call", user_id=cls.client_manager.id)
        cls.extension = cls.env["lead.extension"].create(
            {
                "number": "101",
                "user_id": cls.client_user.id,
                "company_id": cls.env.company.id,
            }
        )
        cls.count = 0
        cls.begin = fields.Datetime.now() - timedelta(minutes=10)

    def _hear(self, event, call="c1", seconds=0, channel=None, **values):
        """Tell of an event, have it worked on, and return the call.

        :param seconds: after the beginning, which was ten minutes ago
        """
        channel = channel or self.exchange
        payload = {
            "call_id": call,
            "event": event,
            "at": f"{(self.begin + timedelta(seconds=seconds)).isoformat()}Z",
            "from": CALLER,
            "to": OURS,
            **values,
        }
        type(self).count += 1
        channel._store_request(payload, f"{call}:{event}:{self.count}")
        self._work()
        return self._get_call(call)

    def _hear_missed(self, call="c1", **values):
        self._hear("start", call, **values)
        return self._hear("missed", call, 25, **values)

    def _hear_talk(self, call="c1", begin=0, **values):
        values = {"extension": "101", **values}
        self._hear("start", call, begin, **values)
        self._hear("answer", call, begin + 10, **values)
        return self._hear("end", call, begin + 70, **values)

    def _work(self):
        own = [("company_id", "=", self.env.company.id)]
        requests = self.env["lead.request"].search(own)
        requests.filtered(lambda one: one.state == "new")._process()
        failed = requests.filtered(lambda one: one.state == "failed")
        self.assertEqual(failed.mapped("error"), [])

    def _get_call(self, call="c1"):
        return self.env["lead.call"].search([("call_key", "=", call)])

    def _get_tasks(self, lead):
        kind = self.env.ref("lead_capture.mail_activity_type_call_back")
        return self.env["mail.activity"].search(
            [
                ("res_model", "=", "crm.lead"),
                ("res_id", "in", lead.ids),
                ("activity_type_id", "=", kind.id),
            ]
        )
