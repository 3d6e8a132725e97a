from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import matching


class ClientIdentity(models.AbstractModel):
    """Decides which client a description means: one place for files, scripts, forms.

    The rules are in ``tools/matching``; here the clients are fetched that can matter.
    """

    _name = "client.identity"
    _description = "Identity of Clients"

    @api.model
    def _make_index(self, keys, source, company, *, with_names=True):
        """Prepare ``identify`` for a batch.

        :param keys: list of ``matching.ClientKey``
        :param source: the accounting system whose keys ``sync_key`` holds
        :param with_names: also find clients by likeness of the name
        :rtype: matching.ClientIndex
        """
        domain = self._get_domain(company)
        found = self._fetch_keys(domain & self._get_exact_domain(keys), source)
        found += self._fetch_archived_keys(keys, source, company)
        likeness = None
        if with_names and any(key.name for key in keys):
            likeness = matching.LikenessIndex(self._fetch_names(domain))
        return matching.ClientIndex(found, likeness)

    def _get_domain(self, company):
        """Which clients a company knows."""
        return self.env["res.partner"]._get_client_domain() & Domain(
            "company_id", "in", [False, company.id]
        )

    def _get_exact_domain(self, keys):
        contacts = {item for key in keys for item in (*key.phones, *key.emails)}
        Point = self.env["client.contact.point"]
        holders = Point._search([("normalized", "in", list(contacts))])
        clients = holders.subselect("client_id")
        return Domain.OR(
            [
                Domain("id", "in", [key.client_id for key in keys if key.client_id > 0]),
                Domain("sync_key", "in", [key.sync_key for key in keys if key.sync_key]),
                Domain("tax_id_key", "in", [key.tax_id for key in keys if key.tax_id]),
                Domain("id", "in", clients) if contacts else Domain.FALSE,
            ]
        )

    def _fetch_keys(self, domain, source):
        """:rtype: list[matching.ClientKey]"""
        Partner = self.env["res.partner"]
        self.env["client.contact.point"].flush_model()
        query = Partner._search(domain)
        columns = [
            Partner._field_to_sql(query.table, name, query)
            for name in ("id", "name", "city", "tax_id_key", "sync_source", "sync_key")
        ]
        points = SQL(
            """(
                SELECT ARRAY_AGG(point.kind || ':' || point.normalized ORDER BY point.id)
                  FROM client_contact_point point
                 WHERE point.client_id = %s
                   AND point.kind IN ('phone', 'email')
                   AND point.normalized IS NOT NULL
            )""",
            SQL.identifier(query.table, "id"),
        )
        return [
            self._make_key(source, *line)
            for line in self.env.execute_query(query.select(*columns, points))
        ]

    def _make_key(self, source, id_, name, city, tax_id, key_source, key, contacts):
        by_kind = {"phone": [], "email": []}
        for contact in contacts or ():
            kind, _colon, value = contact.partition(":")
            by_kind[kind].append(value)
        return matching.ClientKey(
            id=id_,
            name=name or "",
            city=city or "",
            tax_id=tax_id or "",
            sync_key=key or "" if key_source == source else "",
            phones=tuple(by_kind["phone"]),
            emails=tuple(by_kind["email"]),
        )

    def _fetch_archived_keys(self, keys, source, company):
        """Archived clients are known by our id and by their key, and by nothing else."""
        domain = (
            self._get_domain(company)
            & Domain("active", "=", False)
            & (
                Domain("id", "in", [key.client_id for key in keys if key.client_id > 0])
                | Domain("sync_key", "in", [key.sync_key for key in keys if key.sync_key])
            )
        )
        return [
            matching.ClientKey(
                id=partner.id,
                name=partner.name or "",
                sync_key=(partner.sync_key or "")
                if partner.sync_source == source
                else "",
            )
            for partner in self.env["res.partner"].search(domain)
        ]

    def _fetch_names(self, domain):
        """:return: list of (id, name, city) of every client"""
        Partner = self.env["res.partner"]
        query = Partner._search(domain & Domain("name", "!=", False))
        columns = [
            Partner._field_to_sql(query.table, name, query)
            for name in ("id", "name", "city")
        ]
        return [
            (id_, name, city or "")
            for id_, name, city in self.env.execute_query(query.select(*columns))
        ]
