from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.client_base.tools import matching

from ..tools import calls

# What the exchange told is written by the intake alone: a sentinel that no caller
# from outside can put into a context.
TOLD = object()
MINUTE = timedelta(minutes=1)


class LeadCallIntake(models.AbstractModel):
    """Makes calls of what exchanges told, and finds out who is on both sides."""

    _name = "lead.call.intake"
    _description = "Intake of Calls"

    @api.model
    def _hear(self, readings):
        """Add events to their calls, in whatever order they come.

        :param readings: request -> ``call_payload.Reading``; requests of one company
        :return: request -> ``lead.call``
        """
        self.env["lead.mutex"]._take(
            f"call:{request.channel_id.id}:{reading.call_id}"
            for request, reading in readings.items()
        )
        heard = {}
        for request, reading in readings.items():
            key = request.channel_id.id, reading.call_id
            heard.setdefault(key, []).append(reading.event)
        known = self._find_known(heard)
        former = {call: call._get_snapshot() for call in known.values()}
        made = self._add_events(heard, known)
        changed = self.browse([call.id for call in made.values()])
        changed._note_closed()
        changed._identify()
        changed._follow_events(former)
        return {
            request: made[request.channel_id.id, reading.call_id]
            for request, reading in readings.items()
        }

    @api.model
    def _find_known(self, keys):
        """:return: (channel id, call id) -> ``lead.call``"""
        found = self.search(
            [
                ("channel_id", "in", [channel_id for channel_id, _key in keys]),
                ("call_key", "in", [key for _channel_id, key in keys]),
            ]
        )
        by_key = {(call.channel_id.id, call.call_key): call for call in found}
        return {key: call for key, call in by_key.items() if key in keys}

    @api.model
    def _add_events(self, heard, known):
        """:return: (channel id, call id) -> ``lead.call``, made or changed"""
        fresh = []
        for key, events in heard.items():
            call = known.get(key)
            facts = calls.add_events(call.facts if call else {}, events)
            if call is None:
                fresh.append((key, facts))
            elif facts != call.facts:
                call._tell(self._prepare_call(key[0], facts))
        created = self.create(
            [
                {
                    **self._prepare_call(channel_id, facts),
                    "channel_id": channel_id,
                    "call_key": call_key,
                    "company_id": self.env["lead.channel"]
                    .browse(channel_id)
                    .company_id.id,
                }
                for (channel_id, call_key), facts in fresh
            ]
        )
        return known | {
            key: call for (key, _facts), call in zip(fresh, created, strict=True)
        }

    @api.model
    def _prepare_call(self, channel_id, facts):
        """:return: values of the columns that the facts make"""
        call = calls.describe(facts)
        channel = self.env["lead.channel"].browse(channel_id)
        return {
            "facts": facts,
            "direction": call.direction,
            "state": call.state,
            "started_at": call.started,
            "answered_at": call.answered,
            "ended_at": call.ended,
            "wait_seconds": call.wait,
            "talk_seconds": call.talk,
            "from_number": call.from_number,
            "to_number": call.to_number,
            "client_number": call.client_number,
            "extension": call.extension,
            "recording_url": call.url,
            "local_hour": channel._get_call_hour(call.started),
        }

    def _note_closed(self):
        """Mark the calls that came when nobody is there to take them."""
        missed = self.filtered(lambda call: call.is_missed)
        for channel, of_channel in missed.grouped("channel_id").items():
            team, company = channel.team_id, channel.company_id
            calendar = team._get_lead_calendar(company)
            since = min(of_channel.mapped("started_at"))
            hours = calendar._get_lead_times(since).get(calendar)
            for call in of_channel:
                begin = call.started_at
                is_closed = bool(hours) and not hours.count(begin, begin + MINUTE)
                if is_closed != call.is_out_of_hours:
                    call._tell({"is_out_of_hours": is_closed})

    def _tell(self, values):
        """Write what the exchange told, or what was found out of it."""
        return self.with_context(lead_call=TOLD).write(values)

    def _get_snapshot(self):
        """:return: what the call was before: state and whether there was a talk"""
        return self.state, self.talk_seconds > 0, bool(self.ended_at)

    # === WHO IT IS ===

    def _identify(self):
        """Find the colleague at the extension and the client with the number."""
        for company, of_company in self.grouped("company_id").items():
            users = self.env["lead.extension"]._get_users(
                company, of_company.filtered("extension").mapped("extension")
            )
            for call in of_company:
                user = users.get(call.extension)
                if user and user != call.user_id:
                    call._tell({"user_id": user.id})
            nameless = of_company.filtered(
                lambda call: call.client_number and not call.contact_id
            )
            cards = self._find_contacts(nameless.mapped("client_number"), company)
            for call in nameless:
                if call.client_number in cards:
                    call._tell({"contact_id": cards[call.client_number]})

    @api.model
    def _find_contacts(self, numbers, company):
        """Find whose the numbers are, when that is certain.

        :return: number -> id of the person, or of the client
        :rtype: dict[str, int]
        """
        numbers = list(dict.fromkeys(numbers))
        if not numbers:
            return {}
        keys = [matching.ClientKey(id=0, name="", phones=(one,)) for one in numbers]
        # sudo: who calls does not depend on what the account may read
        index = (
            self.env["client.identity"]
            .sudo()
            ._make_index(keys, company, with_names=False)
        )
        matches = {
            number: index.identify(key)
            for number, key in zip(numbers, keys, strict=True)
        }
        found = {
            number: match.client_id
            for number, match in matches.items()
            if match.kind == "certain"
        }
        return found | self._fetch_people(found)

    @api.model
    def _fetch_people(self, clients):
        """:return: number -> id of the one person of the client who has it"""
        self.env["client.contact.point"].flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT point.normalized, MIN(point.partner_id)
                  FROM client_contact_point AS point
                  JOIN res_partner AS person
                    ON person.id = point.partner_id
                   AND person.active
                 WHERE point.kind = 'phone'
                   AND point.normalized = ANY(%(numbers)s)
                   AND point.client_id = ANY(%(clients)s)
                   AND point.partner_id != point.client_id
              GROUP BY point.normalized
                HAVING COUNT(DISTINCT point.partner_id) = 1
                """,
                numbers=list(clients),
                clients=list(clients.values()),
            )
        )
        return dict(rows)

    # === CALLS THAT NEVER END ===

    @api.model
    def _cron_close_silent(self):
        """End calls of which the exchange told the beginning and nothing more."""
        silent = self.search(self._get_silent_domain(), limit=1000)
        for channel, of_channel in silent.grouped("channel_id").items():
            for call in of_channel:
                event = {
                    "call_id": call.call_key,
                    "event": "missed",
                    "at": f"{call.started_at.isoformat()}Z",
                }
                channel._store_request(event, f"{call.call_key}:silent", kind="call")

    @api.model
    def _get_silent_domain(self):
        since = fields.Datetime.subtract(fields.Datetime.now(), hours=2)
        return [("state", "=", "ringing"), ("started_at", "<", since)]
