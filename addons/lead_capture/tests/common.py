from odoo.addons.client_base.tests.common import ClientCommon


class LeadCommon(ClientCommon):
    """A sales team of its own and a channel of every kind that a test asks for."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.intake_user = cls.env.ref("lead_capture.user_intake")
        cls.team = cls.env["crm.team"].create(
            {"name": "Sales of the Tests", "company_id": cls.env.company.id}
        )
        cls.channel = cls._create_channel()

    @classmethod
    def _create_channel(cls, kind="form", **values):
        count = cls.env["lead.channel"].search_count([])
        return cls.env["lead.channel"].create(
            {
                "name": f"Channel {count}",
                "code": f"channel_{count}",
                "kind": kind,
                "team_id": cls.team.id,
                **values,
            }
        )

    @classmethod
    def _store(cls, *payloads, channel=None, **values):
        """:return: ``lead.request`` records that wait"""
        channel = channel or cls.channel
        count = cls.env["lead.request"].search_count([])
        return cls.env["lead.request"].create(
            [
                {
                    "channel_id": channel.id,
                    "company_id": channel.company_id.id,
                    "event_key": f"event {count + position}",
                    "payload": payload,
                    "values": payload,
                    **values,
                }
                for position, payload in enumerate(payloads)
            ]
        )

    @classmethod
    def _process(cls, *payloads, **values):
        """:return: ``lead.request`` records that were worked on, as one batch"""
        requests = cls._store(*payloads, **values)
        requests._process()
        return requests
