from psycopg2.extras import Json

from odoo import api, fields, models
from odoo.tools import SQL, ormcache

CARDS = "res_partner"
# Columns that say when a row was written, and nothing of the client.
STAMPS = {"create_date", "create_uid", "write_date", "write_uid"}
# Worked out again from where they are: a person may have moved a number meanwhile.
NOT_KEPT = {"client_contact_point"}


class ClientMergePicture(models.AbstractModel):
    """What cards, their people and what is worked out of them said before and after.

    A merge writes addresses of people, names on invoices, e-mails of leads by the rules
    of their models. An undo gives back each column that still says what the merge left
    in it, whichever rules have run in between.
    """

    _name = "client.merge.picture"
    _description = "What Cards Said before a Merge"

    changed = fields.Json(
        readonly=True,
        groups=fields.NO_ACCESS,
        help="Table -> id -> column -> raw values before the merge and after it.",
    )

    # === TAKING ===

    @api.model
    def _take_picture(self, cards, known=None):
        """Read what the cards, their people and what is worked out of them say.

        :param known: a picture whose rows are read, too, wherever they are now
        :return: table -> id as text -> column -> raw value
        """
        self.env.flush_all()
        family = cards.with_context(active_test=False)
        family = family.search([("id", "child_of", cards.ids)]) | cards
        known = known or {}
        ids = {*family.ids, *map(int, known.get(CARDS, ()))}
        picture = {CARDS: self._fetch_cards(sorted(ids))}
        for table, links, columns in self._get_worked_out():
            ids = list(map(int, known.get(table, ())))
            picture[table] = self._fetch_rows(table, links, columns, family.ids, ids)
        return picture

    @api.model
    @ormcache()
    def _get_worked_out(self):
        """:return: tuple of (table, columns that point at cards, what follows)"""
        Partner = self.env["res.partner"]
        links = {}
        for table, column in self._get_links():
            links.setdefault(table, []).append(column)
        found = {}
        for field in Partner._fields.values():
            for one in self.env.registry.get_dependent_fields(field):
                model = self.env[one.model_name]
                table = model._table
                if (
                    not (one.store and one.column_type)
                    or (model._transient or model._abstract)
                    or table in NOT_KEPT | {CARDS}
                    or one.name in links.get(table, [one.name])
                ):
                    continue
                found.setdefault(table, set()).add(one.name)
        return tuple(
            (table, tuple(links[table]), tuple(sorted(columns)))
            for table, columns in sorted(found.items())
        )

    @api.model
    def _fetch_cards(self, ids):
        rows = self.env.execute_query(
            SQL(
                "SELECT id, TO_JSONB(card) - %s::text[] FROM res_partner AS card"
                " WHERE id = ANY(%s)",
                list(STAMPS),
                ids,
            )
        )
        return {str(id_): said for id_, said in rows}

    @api.model
    def _fetch_rows(self, table, links, columns, card_ids, ids):
        said = SQL(", ").join(map(SQL.identifier, columns))
        points = SQL(" OR ").join(
            SQL("%s = ANY(%s)", SQL.identifier(link), card_ids) for link in links
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT id, TO_JSONB(said)
                  FROM %(table)s AS row
    CROSS JOIN LATERAL (SELECT %(said)s) AS said
                 WHERE %(points)s
                    OR id = ANY(%(ids)s)
                """,
                table=SQL.identifier(table),
                said=said,
                points=points,
                ids=ids,
            )
        )
        return {str(id_): row for id_, row in rows}

    @api.model
    def _compare(self, before, after):
        """:return: table -> id -> column -> [before, after] of what differs"""
        found = {}
        for table, rows in before.items():
            for id_, row in rows.items():
                other = after[table].get(id_, {})
                differs = {
                    name: [row[name], other[name]]
                    for name in row
                    if name in other and row[name] != other[name]
                }
                if differs:
                    found.setdefault(table, {})[id_] = differs
        return found

    # === GIVING BACK ===

    def _restore_picture(self, now):
        """Give each column back that said what the merge left in it.

        :param now: what was said before anything was taken back
        :return: list of what was changed since, in words
        """
        present = self._take_picture(self.survivor_id | self.source_ids, now)
        for table, rows in now.items():
            changed = (self.changed or {}).get(table, {})
            wanted = {
                id_: self._choose(row, changed.get(id_, {}), present[table][id_])
                for id_, row in rows.items()
                if id_ in present[table]
            }
            self._forget_dead(table, wanted)
            if table == CARDS:  # it gives a key back before another card may have it
                survivor_id = str(self.survivor_id.id)
                self._write_rows(table, {survivor_id: wanted.pop(survivor_id)})
            self._write_rows(table, wanted)
        self.env.invalidate_all(flush=False)
        return self._describe_kept(now[CARDS])

    @api.model
    def _forget_dead(self, table, rows):
        """Leave a column as it is that would point at what is deleted since."""
        names = set().union(*rows.values())
        for name, target in self._get_foreign_keys(table):
            if name not in names:
                continue
            ids = {row[name] for row in rows.values() if row.get(name)}
            known = self.env.execute_query(
                SQL(
                    "SELECT id FROM %s WHERE id = ANY(%s)",
                    SQL.identifier(target),
                    list(ids),
                )
            )
            dead = ids - {id_ for (id_,) in known}
            for row in rows.values():
                if row.get(name) in dead:
                    del row[name]

    @api.model
    @ormcache("table")
    def _get_foreign_keys(self, table):
        """:return: tuple of (column, table that it points at)"""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT attname, target.relname
                  FROM pg_constraint link
                  JOIN pg_attribute ON attrelid = link.conrelid AND attnum = conkey[1]
                  JOIN pg_class target ON target.oid = link.confrelid
                 WHERE contype = 'f'
                   AND link.conrelid = TO_REGCLASS(%s)
                """,
                table,
            )
        )
        return tuple(sorted(rows))

    @api.model
    def _choose(self, now, changed, present):
        """:return: column -> raw value of the columns that must say something else"""
        wanted = dict(now)
        for name, (before, after) in changed.items():
            if name in now and now[name] == after:
                wanted[name] = before
        return {
            name: value
            for name, value in wanted.items()
            if name in present and present[name] != value
        }

    @api.model
    def _write_rows(self, table, rows):
        """:param rows: id as text -> column -> raw value"""
        alike = {}
        for id_, row in rows.items():
            alike.setdefault(tuple(sorted(row)), []).append({"id": int(id_), **row})
        for names, same in alike.items():
            if not names:
                continue
            self.env.cr.execute(
                SQL(
                    """
                    UPDATE %(table)s AS row
                       SET %(values)s
                      FROM JSONB_POPULATE_RECORDSET(NULL::%(table)s, %(data)s) said
                     WHERE row.id = said.id
                    """,
                    table=SQL.identifier(table),
                    values=SQL(", ").join(
                        SQL("%s = said.%s", SQL.identifier(one), SQL.identifier(one))
                        for one in names
                    ),
                    data=Json(same),
                )
            )

    def _describe_kept(self, now):
        """:return: which of the fields a person reads were changed since"""
        changed = (self.changed or {}).get(CARDS, {})
        kept = []
        for card in self.env["res.partner"].browse(map(int, sorted(changed, key=int))):
            differs, said = changed[str(card.id)], now.get(str(card.id), {})
            names = {
                name
                for name, (before, after) in differs.items()
                if name in said and said[name] not in (before, after)
            }
            kept += [
                self.env._("%(field)s was changed since.", field=label)
                if card == self.survivor_id
                else self.env._(
                    "%(card)s: %(field)s was changed since.",
                    card=card.display_name,
                    field=label,
                )
                for label in self._get_labels(card, names)
            ]
        return kept

    @api.model
    def _get_labels(self, card, names):
        """:return: sorted names of those fields that people write"""
        stored = (card._fields[name] for name in names if name in card._fields)
        written = [one.name for one in stored if not (one.compute and one.readonly)]
        labels = card.fields_get(written, ["string"])
        return sorted(labels[name]["string"] for name in written if name in labels)
