from dataclasses import replace

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import matching

KEY_FIELDS = (
    "id",
    "name",
    "city",
    "is_company",
    "tax_id_key",
    "sync_source",
    "sync_key",
)


class ClientIdentity(models.AbstractModel):
    """Decides which client a description means: one place for files, scripts, forms.

    The rules are in ``tools/matching``; here the clients are fetched that can matter.
    """

    _name = "client.identity"
    _description = "Identity of Clients"

    @api.model
    def _make_index(self, keys, company, *, with_names=True):
        """Prepare ``identify`` for a batch.

        :param keys: list of ``matching.ClientKey``
        :param with_names: also find clients by likeness of the name
        :rtype: matching.ClientIndex
        """
        domain = self._get_domain(company)
        told_ids = self._fetch_told_ids(keys, company)
        exact_domain = domain & self._get_exact_domain(keys, told_ids)
        archived = self.with_context(active_test=False)._fetch_keys(
            exact_domain & self._get_former_domain()
        )
        named = domain & self._get_key_domain(keys, told_ids)
        known = self._fetch_archived_keys(named)
        merged = self._fetch_merged(archived + known)
        stay_ids = sorted({client_id for _card, client_id in merged})
        stays = domain & Domain("id", "in", stay_ids)
        found = self._fetch_keys(domain & (exact_domain | stays)) + known
        systems = {key.sync_source for key in keys if key.sync_key}

        def make_likeness():
            names = self._fetch_names(domain)
            return matching.LikenessIndex(self._add_told(names, systems, company))

        return matching.ClientIndex(
            self._add_told(found, systems, company),
            make_likeness if with_names else None,
            archived,
            merged,
        )

    # === KEYS OF OTHER SYSTEMS ===

    def _add_told(self, clients, systems, company):
        """Add the keys under which other systems have told clients of a company.

        :param clients: list of ``matching.ClientKey``
        :param systems: names of the systems whose keys can matter
        :return: the same list with ``other_keys``
        """
        if not (systems and clients):
            return clients
        told = {}
        ids = [client.id for client in clients]
        where = SQL("source = ANY(%s) AND partner_id = ANY(%s)", list(systems), ids)
        for id_, source, key in self._fetch_told(where, company):
            told.setdefault(id_, []).append((source, key))
        return [
            replace(client, other_keys=tuple(told[client.id]))
            if client.id in told
            else client
            for client in clients
        ]

    def _fetch_told_ids(self, keys, company):
        """:return: ids of the clients whom other systems have told by keys of rows"""
        named = {(key.sync_source, key.sync_key) for key in keys if key.sync_key}
        if not named:
            return set()
        where = SQL(
            "(source, key) IN (SELECT * FROM UNNEST(%s::varchar[], %s::varchar[]))",
            *map(list, zip(*sorted(named), strict=True)),
        )
        return {id_ for id_, _source, _key in self._fetch_told(where, company)}

    def _fetch_told(self, where, company):
        """:return: list of (id of a client, system, its key), in the order of keys"""
        self.env["client.sync.key"].flush_model()
        return self.env.execute_query(
            SQL(
                """
                SELECT partner_id, source, key
                  FROM client_sync_key
                 WHERE company_id = %(company)s
                   AND parent_key = ''
                   AND %(where)s
              ORDER BY partner_id, source, key
                """,
                company=company.id,
                where=where,
            )
        )

    # === CLIENTS ===

    def _fetch_merged(self, cards):
        """Find the clients that stand for merged cards, however often they were merged.

        :param cards: list of ``matching.ClientKey``
        :return: list of (``matching.ClientKey`` of a merged card, id of the client)
        """
        self.env["res.partner"].flush_model(["merged_into_id"])
        rows = self.env.execute_query(
            SQL(
                """
                WITH RECURSIVE chain (first_id, last_id) AS (
                         SELECT id, merged_into_id
                           FROM res_partner
                          WHERE id = ANY(%s)
                            AND merged_into_id IS NOT NULL
                          UNION
                         SELECT chain.first_id, card.merged_into_id
                           FROM chain
                           JOIN res_partner card ON card.id = chain.last_id
                          WHERE card.merged_into_id IS NOT NULL
                     )
              SELECT chain.first_id, chain.last_id
                FROM chain
                JOIN res_partner stays ON stays.id = chain.last_id
               WHERE stays.merged_into_id IS NULL
                """,
                [card.id for card in cards],
            )
        )
        stay_ids = dict(rows)
        return [(card, stay_ids[card.id]) for card in cards if card.id in stay_ids]

    def _get_former_domain(self):
        """Who was a client and is archived, not who came by a file that was undone."""
        undone = (
            self.env["client.import.row"]
            .sudo()
            ._search(
                [
                    ("state", "=", "undone"),
                    ("verdict", "=", "create"),
                    ("is_created", "=", True),
                    ("partner_id", "!=", False),
                ]
            )
        )  # sudo: whoever undid it
        return Domain("active", "=", False) & Domain(
            "id", "not in", undone.subselect("partner_id")
        )

    def _get_domain(self, company):
        """Which clients a company knows."""
        return self.env["res.partner"]._get_client_domain() & Domain(
            "company_id", "in", [False, company.id]
        )

    def _get_exact_domain(self, keys, told_ids):
        """Who has a key of the rows: each kind of key is asked of its own index.

        One condition for all of them would read the whole base for each batch.
        """
        Partner = self.env["res.partner"].with_context(active_test=False)
        tax_ids = [key.tax_id for key in keys if key.tax_id]
        found = set()
        for domain in (
            self._get_key_domain(keys, told_ids),
            Domain("tax_id_key", "in", tax_ids),
        ):
            found.update(Partner._search(domain).get_result_ids())
        return Domain("id", "in", list(found | self._fetch_holder_ids(keys)))

    def _fetch_holder_ids(self, keys):
        """:return: ids of the clients with one of the phones and e-mails"""
        Point = self.env["client.contact.point"]
        contacts = {item for key in keys for item in key.contacts}
        query = Point._search([("normalized", "in", list(contacts))])
        client = Point._field_to_sql(query.table, "client_id", query)
        return {id_ for (id_,) in self.env.execute_query(query.select(client))}

    def _get_key_domain(self, keys, told_ids):
        """Who is named by our id, or by a key: of the card, or told by a system."""
        ids = {key.client_id for key in keys if key.client_id > 0} | told_ids
        own = [key.sync_key for key in keys if key.sync_key]
        return Domain("id", "in", list(ids)) | Domain("sync_key", "in", own)

    def _fetch_keys(self, domain):
        """:rtype: list[matching.ClientKey]"""
        Partner = self.env["res.partner"]
        self.env["client.contact.point"].flush_model()
        query = Partner._search(domain)
        points = SQL(
            """(
                SELECT ARRAY_AGG(kind || ':' || normalized ORDER BY point.id)
                  FROM client_contact_point point
                 WHERE point.client_id = %s
                   AND point.kind IN ('phone', 'email')
                   AND point.normalized IS NOT NULL
            )""",
            SQL.identifier(query.table, "id"),
        )
        columns = [
            Partner._field_to_sql(query.table, name, query) for name in KEY_FIELDS
        ]
        return [
            self._make_key(*line)
            for line in self.env.execute_query(query.select(*columns, points))
        ]

    def _make_key(self, id_, name, city, company, tax_id, source, key, contacts=()):
        by_kind = {"phone": [], "email": []}
        for contact in contacts or ():
            kind, _colon, value = contact.partition(":")
            by_kind[kind].append(value)
        return matching.ClientKey(
            id=id_,
            name=name or "",
            city=city or "",
            is_company=bool(company),
            tax_id=tax_id or "",
            sync_source=source or "",
            sync_key=key or "",
            phones=tuple(by_kind["phone"]),
            emails=tuple(by_kind["email"]),
        )

    def _fetch_archived_keys(self, domain):
        """Archived clients are known for sure by our id and by their key alone.

        :param domain: who is named by id or key
        """
        archived = self.env["res.partner"].search(domain & Domain("active", "=", False))
        return [
            matching.ClientKey(
                id=partner.id,
                name=partner.name or "",
                sync_source=partner.sync_source or "",
                sync_key=partner.sync_key or "",
            )
            for partner in archived
        ]

    def _fetch_names(self, domain):
        """:return: list of ``matching.ClientKey`` of every client, without contacts"""
        Partner = self.env["res.partner"]
        query = Partner._search(domain & Domain("name", "!=", False))
        columns = [
            Partner._field_to_sql(query.table, name, query) for name in KEY_FIELDS
        ]
        return [
            self._make_key(*line)
            for line in self.env.execute_query(query.select(*columns))
        ]
