from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

# kind -> (model, option that says whether to move it); in the order they are moved
KINDS = {
    "client": ("res.partner", None),
    "contact": ("res.partner", "move_contacts"),
    "lead": ("crm.lead", "move_leads"),
    "order": ("sale.order", "move_orders"),
    "activity": ("mail.activity", "move_activities"),
    "event": ("calendar.event", "move_events"),
}


class ClientHandoverScope(models.AbstractModel):
    """Finds what a hand-over is about: the clients and all that hangs on them."""

    _name = "client.handover.scope"
    _description = "Scope of a Hand-over"

    # === WHAT KINDS THERE ARE ===

    def _get_kinds(self):
        """:return: kind -> model, of what is installed and chosen"""
        self.ensure_one()
        return {
            kind: model
            for kind, (model, option) in KINDS.items()
            if model in self.env and (not option or self[option])
        }

    def _get_open_domains(self):
        """Which documents are still work to be done.

        :return: model -> domain
        """
        domains = {
            "crm.lead": Domain("won_status", "=", "pending"),
            "sale.order": Domain("state", "in", ["draft", "sent"]),
            "mail.activity": Domain("active", "=", True),
            "calendar.event": Domain("start", ">=", "now"),
        }
        return {model: domain for model, domain in domains.items() if model in self.env}

    def _get_refused_kinds(self):
        """:return: the kinds of documents that the new manager has no right to"""
        return {
            kind
            for kind in ("lead", "order")
            if kind in self._get_kinds()
            and not self.env[KINDS[kind][0]]
            .with_user(self.to_user_id)
            .has_access("write")
        }

    # === WHOSE THEY ARE ===

    def _get_client_domain(self):
        """The clients to hand over, whatever their company."""
        self.ensure_one()
        domain = self.env["res.partner"]._get_client_domain() & Domain(
            "user_id", "!=", self.to_user_id.id
        )
        if self.scope == "selection":
            clients = self.partner_ids.commercial_partner_id
            domain &= Domain("id", "in", clients.ids)
            if not self.from_user_id:
                return domain
        else:
            domain &= Domain("company_id", "in", [False, self.company_id.id])
        return domain & Domain("user_id", "=", self.from_user_id.id or 0)

    def _get_clients(self):
        """:return: ``res.partner`` to hand over; chosen ones may be archived"""
        self.ensure_one()
        Partner = self.env["res.partner"].with_context(
            active_test=self.scope != "selection"
        )
        return Partner.search(self._get_client_domain())

    def _check_target(self, clients):
        """Refuse a new manager who could not work with these clients."""
        user = self.to_user_id
        values = {"count": len(clients), "name": user.name}
        if not user.active:
            raise UserError(
                self.env._(
                    "%(name)s works here no longer: %(count)s clients stay.", **values
                )
            )
        if user.share:
            raise UserError(
                self.env._(
                    "%(name)s is a portal user, no colleague: %(count)s clients stay.",
                    **values,
                )
            )
        companies = self.company_id & user.company_ids
        foreign = clients.filtered(
            lambda client: client.company_id and client.company_id not in companies
        )
        if foreign or not companies:
            raise UserError(
                self.env._(
                    "%(count)s of these clients belong to a company in which %(name)s "
                    "does not work, or which is not %(company)s.",
                    count=len(foreign) or len(clients),
                    name=user.name,
                    company=self.company_id.name,
                )
            )

    def _fetch_moves(self, client_ids):
        """Find what the managers of these clients hold.

        :return: kind -> list of (id, id of the client, id of the manager or None,
            time of creation)
        """
        self.env.flush_all()
        fetch = {
            "client": self._get_clients_sql,
            "contact": self._get_contacts_sql,
            "activity": self._get_activities_sql,
            "event": self._get_events_sql,
        }
        return {
            kind: self.env.execute_query(
                SQL(
                    "%s %s",
                    self._get_family_sql(client_ids),
                    fetch[kind]() if kind in fetch else self._get_documents_sql(kind),
                )
            )
            for kind in self._get_kinds()
        }

    # === SQL ===

    def _get_family_sql(self, client_ids):
        """The clients with their people and branches, and whose clients they are."""
        return SQL(
            """
            WITH client AS (
                 SELECT id, user_id, company_id
                   FROM res_partner
                  WHERE id = ANY(%(ids)s)
            ),
            family AS (
                 SELECT id, id AS client_id, user_id, company_id
                   FROM client
                  UNION
                 SELECT member.id, client.id, client.user_id, client.company_id
                   FROM client
                   JOIN res_partner AS member
                     ON member.commercial_partner_id = client.id
                  UNION
                 SELECT branch.id, client.id, client.user_id, client.company_id
                   FROM client
                   JOIN res_partner AS branch
                     ON branch.parent_id = client.id
            )
            """,
            ids=list(client_ids),
        )

    def _get_clients_sql(self):
        return SQL(
            """
            SELECT partner.id, partner.id, partner.user_id, partner.create_date
              FROM client
              JOIN res_partner AS partner
                ON partner.id = client.id
             ORDER BY partner.id
            """
        )

    def _get_contacts_sql(self):
        return SQL(
            """
            SELECT contact.id, family.client_id, contact.user_id, contact.create_date
              FROM family
              JOIN res_partner AS contact
                ON contact.id = family.id
             WHERE contact.id != family.client_id
               AND contact.active
               AND (contact.user_id IS NULL OR contact.user_id = family.user_id)
             ORDER BY contact.id
            """
        )

    def _get_documents_sql(self, kind):
        Model = self.env[KINDS[kind][0]].sudo()  # whoever may see the document
        open_documents = Model._search(self._get_open_domains()[Model._name])
        return SQL(
            """
            SELECT document.id,
                   family.client_id,
                   family.user_id,
                   document.create_date
              FROM family
              JOIN %(table)s AS document
                ON document.partner_id = family.id
               AND document.user_id = family.user_id
             WHERE document.id IN %(open_documents)s
               AND (document.company_id IS NULL
                    OR document.company_id IN (%(company)s, family.company_id))
            """,
            table=SQL.identifier(Model._table),
            open_documents=open_documents.subselect(),
            company=self.company_id.id,
        )

    def _get_places_sql(self):
        """The clients, their people, and the documents that move with them."""
        moved = set(self._get_kinds()) - self._get_refused_kinds()
        parts = [
            SQL(
                "SELECT %s, doc.id, doc.client_id, doc.user_id FROM (%s) AS doc",
                KINDS[kind][0],
                self._get_documents_sql(kind),
            )
            for kind in ("lead", "order")
            if kind in moved
        ]
        family = SQL(
            "SELECT 'res.partner' AS model, id, client_id, user_id FROM family"
        )
        return SQL(" UNION ALL ").join([family, *parts])

    def _get_activities_sql(self):
        return SQL(
            """
            SELECT activity.id, place.client_id, place.user_id, activity.create_date
              FROM (%s) AS place
              JOIN mail_activity AS activity
                ON activity.res_model = place.model
               AND activity.res_id = place.id
               AND activity.user_id = place.user_id
             WHERE activity.active
             ORDER BY activity.id
            """,
            self._get_places_sql(),
        )

    def _get_events_sql(self):
        """Meetings that the manager holds with the client, or about a document."""
        return SQL(
            """
            SELECT DISTINCT ON (event.id)
                   event.id, place.client_id, place.user_id, event.create_date
              FROM (
                   SELECT attendance.calendar_event_id AS event_id,
                          family.client_id,
                          family.user_id
                     FROM family
                     JOIN calendar_event_res_partner_rel AS attendance
                       ON attendance.res_partner_id = family.id
                    UNION ALL
                   SELECT about.id, subject.client_id, subject.user_id
                     FROM (%(places)s) AS subject
                     JOIN calendar_event AS about
                       ON about.res_id = subject.id
                      AND about.res_model = subject.model
                   ) AS place
              JOIN calendar_event AS event
                ON event.id = place.event_id
               AND event.user_id = place.user_id
             WHERE event.active
               AND event.start >= %(now)s
             ORDER BY event.id, place.client_id
            """,
            places=self._get_places_sql(),
            now=fields.Datetime.now(),
        )
