from datetime import datetime

from odoo.fields import Command

from .common import LeadCommon


class TimeCommon(LeadCommon):
    """A team that works in Kyiv from 9 to 18 with a lunch, and one policy: an hour."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["lead.sla.policy"].search([]).active = False
        cls.calendar = cls._create_calendar([(9, 13), (14, 18)])
        cls.team.client_calendar_id = cls.calendar
        cls.policy = cls.env["lead.sla.policy"].create(
            {"name": "An Hour", "response_hours": 1, "warn_minutes": 15}
        )

    @classmethod
    def _create_calendar(cls, hours, days=range(5), tz="Europe/Kyiv"):
        """:param hours: begin and end of each shift, the same on each of ``days``"""
        return cls.env["resource.calendar"].create(
            {
                "name": "Hours of the Tests",
                "tz": tz,
                "attendance_ids": [
                    Command.clear(),
                    *(
                        Command.create(
                            {
                                "name": f"{day} {begin}",
                                "dayofweek": str(day),
                                "hour_from": begin,
                                "hour_to": end,
                                "day_period": "morning",
                            }
                        )
                        for day in days
                        for begin, end in hours
                    ),
                ],
            }
        )

    @classmethod
    def _create_lead(cls, **values):
        return cls.env["crm.lead"].create(
            {
                "name": "Wants a price",
                "type": "opportunity",
                "team_id": cls.team.id,
                "user_id": cls.client_user.id,
                **values,
            }
        )

    @classmethod
    def _create_request(cls, lead, received_at, **values):
        count = cls.env["lead.request"].search_count([])
        return cls.env["lead.request"].create(
            {
                "channel_id": cls.channel.id,
                "company_id": cls.channel.company_id.id,
                "event_key": f"event {count}",
                "received_at": received_at,
                "state": "processed",
                "lead_id": lead.id,
                **values,
            }
        )

    @staticmethod
    def _at(text):
        """:return: a moment in naive UTC; in the winter 10:00 is noon in Kyiv"""
        return datetime.fromisoformat(text)
