from odoo import api, models
from odoo.tools import SQL

# Documents of a client beside its card, each with ``partner_id`` and a chatter; the
# ones whose addon is not installed are left out.
DOCUMENTS = ("client.offer", "crm.lead", "sale.order")

# Messages that somebody wrote; whatever Odoo tells of itself is no touch.
WRITTEN = ("email", "comment", "email_outgoing", "sms")


class ClientInteractionSource(models.AbstractModel):
    """Tells where the touches of clients are found: one SELECT for each source.

    A source sees only what the user may read: clients come from ``_select_persons``
    and documents from ``_select_documents``, which apply the record rules. A superuser
    sees all. Each source is a plain join that starts at a person, so that the history
    of one client is read by indexes.

    Columns of a source, none may be missing: ``id`` (of the row it is made of, unique
    in the source), ``date`` (timestamp, UTC), ``partner_id`` (the client),
    ``contact_id`` (the person, when it is another partner), ``kind``, ``channel``,
    ``direction``, ``user_id``, ``company_id``, ``subject``, ``res_model``, ``res_id``
    (what to open), ``is_touch`` (somebody turned to somebody, unlike a mailing to
    all), ``is_answered`` (known to be answered, without a look at what came later).
    """

    _name = "client.interaction.source"
    _inherit = ["client.interaction.mailing"]
    _description = "Sources of Interactions"

    @api.model
    def _get_sources(self):
        """Name the SELECT of each source; other addons add theirs at the end.

        :rtype: dict[str, SQL]
        """
        sources = {
            "meeting": self._select_meetings(),
            "mailing": self._select_mailings(),
            "mailing_reply": self._select_mailing_replies(),
            "offer": self._select_offers(),
        }
        for model in ["res.partner", *self._get_document_models()]:
            sources[f"message:{model}"] = self._select_messages(model)
            sources[f"activity:{model}"] = self._select_activities(model)
        return sources

    # === CLIENTS AND DOCUMENTS ===

    @api.model
    def _get_document_models(self):
        """:return: names of the installed models whose records belong to clients"""
        return [
            name
            for name in DOCUMENTS
            if name in self.env and self._is_client_document(self.env[name])
        ]

    @api.model
    def _is_client_document(self, model):
        partner = model._fields.get("partner_id")
        return bool(
            partner
            and partner.store
            and partner.comodel_name == "res.partner"
            and "company_id" in model._fields
            and (self.env.su or model.has_access("read"))
        )

    @api.model
    def _select_persons(self):
        """Select clients and their people; neither colleagues nor our own companies.

        :return: all columns of their partners
        """
        query = self.env["res.partner"].with_context(active_test=False)._search([])
        query.add_where(
            SQL(
                """res_partner.partner_share
                   AND res_partner.commercial_partner_id
                       NOT IN (SELECT partner_id FROM res_company)"""
            )
        )
        return query.select(SQL("res_partner.*"))

    @api.model
    def _select_documents(self, name):
        """:return: res_id, partner_id and company_id of the records of a model"""
        if name == "res.partner":
            return SQL(
                "SELECT person.id AS res_id, person.id AS partner_id, person.company_id"
            )
        model = self.env[name].with_context(active_test=False)
        query = model._search([])
        return query.select(
            SQL("%s AS res_id", SQL.identifier(model._table, "id")),
            model._field_to_sql(model._table, "partner_id", query),
            model._field_to_sql(model._table, "company_id", query),
        )

    # === SOURCES ===

    @api.model
    def _select_messages(self, model):
        """What people wrote: the client, its people, or one of us."""
        return SQL(
            """
            SELECT message.id,
                   message.date,
                   person.commercial_partner_id AS partner_id,
                   NULLIF(
                       CASE WHEN author.commercial_partner_id
                                 = person.commercial_partner_id
                            THEN author.id ELSE person.id END,
                       person.commercial_partner_id
                   ) AS contact_id,
                   CASE message.message_type
                        WHEN 'sms' THEN 'sms' ELSE 'message' END AS kind,
                   CASE message.message_type
                        WHEN 'sms' THEN 'sms' ELSE 'email' END AS channel,
                   CASE WHEN %(from_client)s THEN 'in' ELSE 'out' END AS direction,
                   (
                       SELECT MIN(writer.id)
                         FROM res_users AS writer
                        WHERE writer.partner_id = message.author_id
                          AND NOT writer.share
                   ) AS user_id,
                   COALESCE(document.company_id, person.company_id) AS company_id,
                   message.subject,
                   message.model AS res_model,
                   message.res_id,
                   TRUE AS is_touch,
                   FALSE AS is_answered
              FROM (%(persons)s) AS person
              JOIN LATERAL (%(documents)s) AS document
                ON document.partner_id = person.id
              JOIN mail_message AS message
                ON message.model = %(model)s
               AND message.res_id = document.res_id
         LEFT JOIN res_partner AS author
                ON author.id = message.author_id
             WHERE message.message_type IN %(written)s
               AND message.mail_activity_type_id IS NULL
               AND (message.message_type = 'sms' OR %(is_public)s)
               AND (%(from_client)s OR %(from_us)s)
               AND (
                       message.message_type != 'email_outgoing'
                    OR NOT EXISTS (
                           SELECT FROM mailing_trace AS trace
                            WHERE trace.message_id = message.message_id
                       )
                   )
            """,
            persons=self._select_persons(),
            documents=self._select_documents(model),
            model=model,
            from_client=self._get_from_client_condition(),
            from_us=self._get_from_us_condition(),
            is_public=self._get_public_condition(),
            written=WRITTEN,
        )

    @api.model
    def _get_from_us_condition(self):
        return SQL(
            """message.author_id IN (
                   SELECT partner_id FROM res_users WHERE NOT share
               )"""
        )

    @api.model
    def _get_from_client_condition(self):
        """Who wrote is of the client, or wrote from an address of it."""
        return SQL(
            """(
                author.commercial_partner_id IS NOT DISTINCT FROM
                    person.commercial_partner_id
                OR %s IS NOT TRUE AND EXISTS (
                    SELECT FROM client_contact_point AS point
                     WHERE point.client_id = person.commercial_partner_id
                       AND point.kind = 'email'
                       AND point.normalized = LOWER(TRIM(COALESCE(
                               SUBSTRING(message.email_from FROM '<([^<>]+)>'),
                               message.email_from
                           )))
                )
            )""",
            self._get_from_us_condition(),
        )

    @api.model
    def _get_public_condition(self):
        """Notes among ourselves are not said to the client."""
        return SQL(
            """message.is_internal IS NOT TRUE
               AND COALESCE(message.subtype_id, 0) NOT IN (
                   SELECT id FROM mail_message_subtype WHERE internal
               )"""
        )

    @api.model
    def _select_activities(self, model):
        """What was done: calls, meetings without an entry in the calendar, the rest.

        Done by whoever ticked it off, unless the system did.
        """
        return SQL(
            """
            SELECT activity.id,
                   %(moment)s AS date,
                   person.commercial_partner_id AS partner_id,
                   NULLIF(person.id, person.commercial_partner_id) AS contact_id,
                   CASE type.category
                        WHEN 'phonecall' THEN 'call'
                        WHEN 'meeting' THEN 'meeting'
                        ELSE 'activity' END AS kind,
                   CASE type.category
                        WHEN 'phonecall' THEN 'phone'
                        WHEN 'meeting' THEN 'meeting'
                        ELSE 'other' END AS channel,
                   CASE type.category
                        WHEN 'phonecall' THEN 'out' ELSE 'none' END AS direction,
                   COALESCE(
                       NULLIF(activity.write_uid, %(root)s), activity.user_id
                   ) AS user_id,
                   COALESCE(document.company_id, person.company_id) AS company_id,
                   activity.summary AS subject,
                   activity.res_model,
                   activity.res_id,
                   TRUE AS is_touch,
                   FALSE AS is_answered
              FROM (%(persons)s) AS person
              JOIN LATERAL (%(documents)s) AS document
                ON document.partner_id = person.id
              JOIN mail_activity AS activity
                ON activity.res_model = %(model)s
               AND activity.res_id = document.res_id
         LEFT JOIN mail_activity_type AS type
                ON type.id = activity.activity_type_id
             WHERE activity.active IS NOT TRUE
               AND activity.date_done IS NOT NULL
               AND (
                       activity.calendar_event_id IS NULL
                    OR NOT EXISTS (
                           SELECT FROM calendar_attendee AS attendee
                             JOIN res_partner AS guest
                               ON guest.id = attendee.partner_id
                            WHERE attendee.event_id = activity.calendar_event_id
                              AND guest.commercial_partner_id
                                  = person.commercial_partner_id
                       )
                   )
            """,
            moment=self._get_moment(
                SQL("activity.date_done"), SQL("activity.write_date")
            ),
            root=api.SUPERUSER_ID,
            persons=self._select_persons(),
            documents=self._select_documents(model),
            model=model,
        )

    @api.model
    def _get_moment(self, day, noted):
        """Give a day a time: noon, or when it was noted, whichever comes first.

        Noon of UTC is the same day from New York to Auckland. A day that was still
        far ahead when it was noted keeps its noon.
        """
        return SQL(
            """CASE WHEN %(noted)s IS NULL OR %(day)s > %(noted)s::date + 1
                    THEN %(day)s + TIME '12:00'
                    ELSE LEAST(%(day)s + TIME '12:00', %(noted)s) END""",
            day=day,
            noted=noted,
        )

    @api.model
    def _select_meetings(self):
        """Meetings of the calendar, one row for each client that takes part."""
        return SQL(
            """
            SELECT MIN(attendee.id) AS id,
                   CASE WHEN event.allday
                        THEN event.start_date + TIME '12:00'
                        ELSE event.start END AS date,
                   person.commercial_partner_id AS partner_id,
                   MIN(NULLIF(person.id, person.commercial_partner_id)) AS contact_id,
                   'meeting' AS kind,
                   'meeting' AS channel,
                   'none' AS direction,
                   event.user_id,
                   MIN(person.company_id) AS company_id,
                   event.name AS subject,
                   'calendar.event' AS res_model,
                   event.id AS res_id,
                   TRUE AS is_touch,
                   FALSE AS is_answered
              FROM (%(persons)s) AS person
              JOIN calendar_attendee AS attendee
                ON attendee.partner_id = person.id
               AND attendee.state != 'declined'
              JOIN calendar_event AS event
                ON event.id = attendee.event_id
             WHERE event.active
               AND %(is_open)s
          GROUP BY event.id, person.commercial_partner_id
            """,
            persons=self._select_persons(),
            is_open=self._get_open_meeting_condition(),
        )

    @api.model
    def _get_open_meeting_condition(self):
        """Private meetings are seen by those who take part in them, and nobody else."""
        if self.env.su:
            return SQL("TRUE")
        events = self.env["calendar.event"]
        visible = events.with_context(active_test=False)._search([])
        return SQL(
            """(
                event.user_id = %(user)s
                OR EXISTS (
                    SELECT FROM calendar_attendee AS own
                     WHERE own.event_id = event.id
                       AND own.partner_id = %(partner)s
                )
                OR COALESCE(
                    event.privacy,
                    (
                        SELECT settings.calendar_default_privacy
                          FROM res_users_settings AS settings
                         WHERE settings.user_id = event.user_id
                         LIMIT 1
                    ),
                    'public'
                ) != 'private'
            ) AND %(rules)s""",
            user=self.env.uid,
            partner=self.env.user.partner_id.id,
            rules=SQL("event.id IN %s", visible.subselect())
            if visible.where_clause
            else SQL("TRUE"),
        )

    @api.model
    def _select_offers(self):
        """Offers, each on the day it was made."""
        return SQL(
            """
            SELECT offer.id,
                   %(moment)s AS date,
                   person.commercial_partner_id AS partner_id,
                   NULLIF(
                       COALESCE(offer.contact_id, person.id),
                       person.commercial_partner_id
                   ) AS contact_id,
                   'offer' AS kind,
                   'other' AS channel,
                   'out' AS direction,
                   offer.user_id,
                   offer.company_id,
                   offer.name AS subject,
                   'client.offer' AS res_model,
                   offer.id AS res_id,
                   TRUE AS is_touch,
                   FALSE AS is_answered
              FROM (%(persons)s) AS person
              JOIN (%(offers)s) AS offer
                ON offer.partner_id = person.id
            """,
            moment=self._get_moment(SQL("offer.date"), SQL("offer.create_date")),
            persons=self._select_persons(),
            offers=self.env["client.offer"]._search([]).select(SQL("client_offer.*")),
        )
