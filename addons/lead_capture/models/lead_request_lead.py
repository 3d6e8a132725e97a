from datetime import timedelta

from markupsafe import Markup

from odoo import fields, models
from odoo.tools import SQL, plaintext2html

from ..tools import intake

MAX_TITLE = 120
MAX_LINE = 2000
# Nothing is tracked while a lead is made: one note says how it came in.
QUIET = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
}
UTM = {
    "source": ("source_id", "utm.source"),
    "medium": ("medium_id", "utm.medium"),
    "campaign": ("campaign_id", "utm.campaign"),
}


class LeadRequestLead(models.AbstractModel):
    """Makes leads of requests, or joins them to the open lead of the same client."""

    _name = "lead.request.lead"
    _description = "Leads of Requests"

    def _work(self):
        """Do everything there is to do about requests of one company."""
        self._read_values()
        senders = {request: request._read_sender() for request in self}
        self.env["lead.mutex"]._take(
            key for sender in senders.values() for key in sender.keys
        )
        results = self._refuse(senders)
        left = {one: said for one, said in senders.items() if one not in results}
        while left:
            done = self._work_on_wave(left)
            results |= done
            left = {one: said for one, said in left.items() if one not in done}
        self._store_senders(senders)
        self._store_results(results)
        taken = self.filtered(lambda one: one.lead_id)
        joined = taken.filtered(lambda one: one.state == "joined")
        self._nudge_owners(joined.lead_id)
        taken.lead_id._follow_arrival(taken)

    def _work_on_wave(self, senders):
        """Work on requests of different people; those who may be the same one wait.

        :return: request -> result
        """
        batch = self.browse([request.id for request in senders])
        found = batch._find_clients(senders)
        leads = batch._find_open_leads(senders, found)
        results = {
            request: request._make_result("joined", lead, found[request])
            for request, lead in leads.items()
        }
        rest = [request for request in senders if request not in leads]
        clients = batch._fetch_clients([found[one].partner_id for one in rest])
        keys = [
            senders[one].keys | {clients.get(found[one].partner_id) or one}
            for one in rest
        ]
        chosen = [rest[position] for position in intake.first_of_each(keys)]
        unknown = {
            one: senders[one]
            for one in chosen
            if found[one].code == "unknown" and senders[one].is_reachable
        }
        for request, card in batch._make_cards(unknown).items():
            found[request].partner_id = card.id
            found[request].code = "new_card"
        made = batch._make_leads({one: (senders[one], found[one]) for one in chosen})
        batch._tell_arrivals(made, leads, senders)
        batch._propose({**made, **leads}, senders, found)
        return results | {
            request: request._make_result("processed", lead, found[request])
            for request, lead in made.items()
        }

    def _make_result(self, state, lead, found):
        return {
            "state": state,
            "lead_id": lead.id,
            "partner_id": found.partner_id or lead.partner_id.id or None,
            "reason_code": found.code,
            "reason_data": {"candidates": found.candidate_ids},
        }

    def _propose(self, leads, senders, found):
        """Note what is unlike the card, and whom it may be, for a person to judge."""
        partners = self.env["res.partner"]
        self.env["lead.difference"].sudo()._note(
            [
                (lead, request, senders[request], partner)
                for request, lead in leads.items()
                if (
                    partner := partners.browse(
                        found[request].partner_id or lead.partner_id.id or []
                    )
                )
                and found[request].code != "new_card"
            ]
        )
        self.env["lead.candidate"].sudo()._note(
            [
                (lead, found[request])
                for request, lead in leads.items()
                if found[request].candidate_ids and not lead.partner_id
            ],
            self.company_id,
        )

    # === OPEN LEADS ===

    def _find_open_leads(self, senders, found):
        """:return: request -> ``crm.lead`` that it is to be joined to"""
        rows = self._fetch_open_leads(senders, found)
        by_key = {}
        for lead_id, team_ids, *keys in rows:
            for key in filter(None, keys):
                by_key.setdefault(key, []).append((lead_id, team_ids))
        clients = self._fetch_clients([one.partner_id for one in found.values()])
        leads = {}
        for request, sender in senders.items():
            person_id = found[request].partner_id
            keys = (
                [f"person:{person_id}", f"client:{clients.get(person_id)}"]
                if person_id
                else sender.contacts
            )
            team_id = request.channel_id.team_id.id
            ids = (
                lead_id
                for key in keys
                for lead_id, team_ids in by_key.get(key, ())
                if not team_id or team_id in team_ids or None in team_ids
            )
            lead_id = next(ids, None)
            if lead_id:
                leads[request] = self.env["crm.lead"].browse(lead_id)
        return leads

    def _fetch_clients(self, partner_ids):
        """:return: id of a card -> id of the client it belongs to"""
        partners = self.env["res.partner"].browse({id_ for id_ in partner_ids if id_})
        return {one.id: one.commercial_partner_id.id for one in partners}

    def _fetch_open_leads(self, senders, found):
        """Of each client, and of nobody's card when the contacts are the same.

        A lead that was given to somebody of another team still came in for its own.

        :return: lead id, ids of its teams, what it is found by; the newest first
        """
        self.env["crm.lead"].flush_model()
        clients = self._fetch_clients([one.partner_id for one in found.values()])
        contacts = {
            contact
            for request, sender in senders.items()
            if not found[request].partner_id
            for contact in sender.contacts
        }
        return self.env.execute_query(
            SQL(
                """
                SELECT lead.id,
                       ARRAY[lead.team_id, COALESCE(channel.team_id, lead.team_id)],
                       person, client, key.phone, key.email
                  FROM (
                      SELECT lead.id AS lead_id,
                             'person:' || partner.id AS person,
                             'client:' || partner.commercial_partner_id AS client,
                             NULL AS phone,
                             NULL AS email
                        FROM crm_lead AS lead
                        JOIN res_partner AS partner
                          ON partner.id = lead.partner_id
                       WHERE partner.commercial_partner_id = ANY(%(clients)s)
                   UNION ALL
                      SELECT id, NULL, NULL, phone_sanitized, email_normalized
                        FROM crm_lead
                       WHERE partner_id IS NULL
                         AND (phone_sanitized = ANY(%(contacts)s)
                              OR email_normalized = ANY(%(contacts)s))
                       ) AS key
                  JOIN crm_lead AS lead
                    ON lead.id = key.lead_id
             LEFT JOIN lead_channel AS channel
                    ON channel.id = lead.channel_id
                 WHERE lead.active
                   AND lead.won_status = 'pending'
                   AND COALESCE(lead.company_id, %(company)s) = %(company)s
                   AND lead.create_date >= %(since)s
              ORDER BY lead.create_date DESC, lead.id DESC
                """,
                clients=list(set(clients.values())),
                contacts=list(contacts),
                company=self.company_id.id,
                since=fields.Datetime.now() - timedelta(days=self._get_join_days()),
            )
        )

    def _get_join_days(self):
        return self.company_id.sudo().lead_join_days

    # === NEW LEADS ===

    def _make_leads(self, items):
        """:param items: request -> (``intake.Sender``, ``Found``)

        :return: request -> ``crm.lead``
        """
        Lead = self.env["crm.lead"].with_context(**QUIET)
        stages = {
            team: Lead._stage_find(team_id=team.id, domain=[("fold", "=", False)])
            for team in {request.channel_id.team_id for request in items}
        }
        leads = Lead.create(
            [
                {
                    **request._prepare_lead(sender, found),
                    "stage_id": stages[request.channel_id.team_id].id,
                }
                for request, (sender, found) in items.items()
            ]
        )
        loud = self.env["crm.lead"].browse(leads.ids)
        return dict(zip(items, loud, strict=True))

    def _prepare_lead(self, sender, found):
        channel = self.channel_id
        partner = self.env["res.partner"].browse(found.partner_id or 0)
        values = {
            "name": self._get_title(sender),
            "type": self._get_lead_type(),
            "channel_id": channel.id,
            "user_id": False,  # who gets it is decided when it is there
            "team_id": channel.team_id.id,
            "company_id": self.company_id.id,
            "description": self._get_description(sender),
            "partner_id": partner.id,
            **self._prepare_utm(),
        }
        told = {
            "contact_name": sender.contact_name,
            "partner_name": sender.company,
            "function": intake.as_text(self.values or {}, "function", intake.MAX_NAME),
            "website": intake.as_text(self.values or {}, "website", MAX_LINE),
        }
        values |= {name: value for name, value in told.items() if value}
        if not partner:
            values["city"] = sender.city or False
            lang = self._get_lang()
            values["lang_id"] = lang and self.env["res.lang"]._get_data(code=lang).id
        return values | self._prepare_contacts(sender, partner)

    def _prepare_contacts(self, sender, partner):
        """A phone unlike the card's would be written to the card: it is left out."""
        told = {"phone": sender.phone, "email_from": sender.email}
        if not partner:
            return {name: value or False for name, value in told.items()}
        has = {"phone": partner.phone, "email_from": partner.email}
        return {name: value for name, value in told.items() if value and not has[name]}

    def _get_lead_type(self):
        uses_leads = self.env["res.groups"]._is_feature_enabled("crm.group_use_lead")
        team = self.channel_id.team_id
        return "lead" if uses_leads and (not team or team.use_leads) else "opportunity"

    def _get_title(self, sender):
        told = intake.as_text(self.values or {}, "name", MAX_TITLE)
        if told:
            return told
        product = intake.as_text(self.values or {}, "product", MAX_TITLE)
        parts = (product, sender.who or f"#{self.number}")
        return ": ".join(filter(None, parts))

    def _get_description(self, sender):
        """:return: what was written, as text: nothing in it is HTML"""
        labels = {
            "product": self.env._("Product"),
            "region": self.env._("Region"),
            "note": self.env._("Note"),
            "page": self.env._("Page"),
        }
        lines = [
            f"{label}: {value}"
            for name, label in labels.items()
            if (value := intake.as_text(self.values or {}, name, MAX_LINE))
        ]
        return plaintext2html("\n".join(filter(None, [sender.text, *lines])))

    def _prepare_utm(self):
        """The channel's own, unless the sender's address told where he comes from."""
        channel = self.channel_id
        values = {
            "source_id": channel.source_id.id,
            "medium_id": channel.medium_id.id,
            "campaign_id": channel.campaign_id.id,
        }
        mixin_sudo = self.env["utm.mixin"].sudo()  # a name, and nothing else
        for name, (field, model) in UTM.items():
            told = intake.as_text(self.values or {}, name, 64)
            if told:
                values[field] = mixin_sudo._find_or_create_record(model, told).id
        return values

    # === CHATTER ===

    def _tell_arrivals(self, made, joined, senders):
        """Say on each lead how it came in, or what its client wrote again."""
        bodies = {}
        for request, lead in [*made.items(), *joined.items()]:
            body = request._get_message(senders[request], request in joined)
            bodies[lead.id] = bodies.get(lead.id, Markup("")) + body
        leads = self.env["crm.lead"].browse(bodies)
        leads._message_log_batch(bodies=bodies)

    def _get_message(self, sender, is_again):
        values = {"number": self.number, "channel": self.channel_id.name}
        head = self.env._("Came in: %(channel)s, request %(number)s", **values)
        if is_again:
            head = self.env._("Wrote again: %(channel)s, request %(number)s", **values)
        text = plaintext2html(sender.text) if is_again and sender.text else Markup("")
        return Markup("<p>%s</p>%s") % (head, text)

    def _store_senders(self, senders):
        """Write who sent each request to the columns that are searched."""
        for request, sender in senders.items():
            request.write(
                {
                    "contact_name": sender.contact_name,
                    "company_name": sender.company,
                    "phone": sender.phone,
                    "email": sender.email,
                    "phone_normalized": next(iter(sender.phones), False),
                    "email_normalized": next(iter(sender.emails), False),
                }
            )
