from psycopg2 import IntegrityError

from odoo import api, models
from odoo.tools import SQL, mute_logger, ormcache

# What stays with the card that was merged: its own search for duplicates, and the
# journals of what was done to it, which must not be taken back on another card.
OWN_TABLES = {
    "client_bulk_edit_res_partner_rel",
    "client_change",
    "client_duplicate",
    "client_duplicate_cluster",
    "client_duplicate_form",
    "client_duplicate_key",
    "client_import_row",
    "client_import_row_candidate_rel",
    "client_issue",
    "client_merge",
    "client_merge_line",
    "client_merge_source_rel",
    "res_users",
}
# What goes over one by one, so that no number is there twice.
OWN_COLUMNS = {("client_contact_point", "partner_id")}
# Rows with a key to the card, links of two columns, rows with a model and an id, texts.
ROW, LINK, LOOSE, TEXT = "row", "link", "loose", "text"


class ClientMergeMover(models.AbstractModel):
    """Moves everything that points at one card to another one, and back.

    Foreign keys are taken from the database and not from a list, so that addons nobody
    thought of are served. A row that the other card has already (both follow one
    document) stays where it is: the merged card is archived, not deleted.
    """

    _name = "client.merge.mover"
    _description = "Mover of What Points at a Card"

    @api.model
    def _move(self, sources, target):
        """Move what points at some cards to another one.

        :return: list of values of ``client.merge.line``, that ``_move_back`` takes
        """
        self.env.flush_all()
        pointing = self._fetch_pointing(sources)
        moved = []
        for source in sources:
            for kind, table, column, other in pointing.get(source.id, ()):
                ids = self._move_rows(kind, table, column, other, source, target)
                if ids:
                    moved.append(
                        {
                            "source_id": source.id,
                            "kind": kind,
                            "table_name": table,
                            "column_name": column,
                            "id_column": other if kind == LINK else "id",
                            "row_ids": sorted(ids),
                        }
                    )
        self.env.invalidate_all(flush=False)
        return moved

    @api.model
    def _move_rows(self, kind, table, column, other, source, target):
        """:return: ids of the rows that moved; those the target has already stay"""
        if kind == LINK:
            return self._move_links(table, column, other, source, target)
        names = {"table": SQL.identifier(table), "column": SQL.identifier(column)}
        present, wanted = source.id, target.id
        if kind == TEXT:
            present, wanted = (f"res.partner,{one}" for one in (present, wanted))
        condition = SQL("%(column)s = %(present)s", present=present, **names)
        if kind == LOOSE:
            condition = SQL("%s AND %s", condition, self._tell_cards(table, other))
        elif table == "res_partner":  # what the two say of each other is no link
            condition = SQL("%s AND id <> ALL(%s)", condition, [source.id, target.id])
        return self._update_what_fits(names, condition, wanted)

    @api.model
    def _tell_cards(self, table, model_column):
        """:return: SQL that a row with a model and an id is about a card"""
        condition = SQL("%s = 'res.partner'", SQL.identifier(model_column))
        if table == "ir_attachment":  # the picture of a card is a field of it
            condition = SQL("%s AND res_field IS NULL", condition)
        return condition

    @api.model
    def _fetch_pointing(self, cards):
        """Find with one statement which columns point at which of the cards.

        :return: id of a card -> list of (kind, table, column, other column)
        """
        found = {}
        parts = []
        places = self._get_places()
        for number, (kind, table, column, other) in enumerate(places):
            ids = cards.ids
            if kind == TEXT:
                ids = [f"res.partner,{id_}" for id_ in ids]
            parts.append(
                SQL(
                    "SELECT %(number)s, %(column)s::text"
                    "  FROM %(table)s"
                    " WHERE %(column)s = ANY(%(ids)s) AND %(extra)s"
                    " GROUP BY %(column)s",
                    number=number,
                    table=SQL.identifier(table),
                    column=SQL.identifier(column),
                    ids=ids,
                    extra=self._tell_cards(table, other)
                    if kind == LOOSE
                    else SQL("TRUE"),
                )
            )
        rows = self.env.execute_query(SQL(" UNION ALL ").join(parts))
        for number, text in sorted(rows):
            card_id = int(text.rpartition(",")[2])
            found.setdefault(card_id, []).append(places[number])
        return found

    # === WHAT POINTS AT CARDS ===

    @api.model
    @ormcache()
    def _get_places(self):
        """:return: tuple of (kind, table, column, other column) that follow a merge"""
        columns = self._fetch_columns_of_tables()
        places = []
        for table, column in self._get_links():
            if "id" in columns[table]:
                places.append((ROW, table, column, "id"))
            elif len(columns[table]) == 2:
                (other,) = columns[table] - {column}
                places.append((LINK, table, column, other))
        for table, model_column, column in self._get_loose_links():
            places.append((LOOSE, table, column, model_column))
        places += [(TEXT, *place, "id") for place in self._get_texts()]
        return tuple(places)

    @api.model
    @ormcache()
    def _get_links(self):
        """:return: list of (table, column) of foreign keys that follow a merge"""
        # sudo: it only lists foreign keys
        wizard_sudo = self.env["base.partner.merge.automatic.wizard"].sudo()
        passing = self.env["client.import.row"]._get_passing_tables()
        return sorted(
            (table, column)
            for table, column in wizard_sudo._get_fk_on("res_partner")
            if table not in self._get_own_tables() | passing
            and (table, column) not in OWN_COLUMNS
        )

    @api.model
    def _get_own_tables(self):
        """:return: names of the tables whose rows stay with the merged card"""
        return OWN_TABLES

    @api.model
    @ormcache()
    def _fetch_columns_of_tables(self):
        """:return: table -> names of its columns"""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT pg_class.relname, ARRAY_AGG(attname)
                  FROM pg_attribute
                  JOIN pg_class ON pg_class.oid = attrelid
                 WHERE relkind IN ('r', 'p')
                   AND relnamespace = current_schema::regnamespace
                   AND attnum > 0
                   AND NOT attisdropped
              GROUP BY pg_class.relname
                """
            )
        )
        return {table: set(names) for table, names in rows}

    @api.model
    def _get_loose_links(self):
        """:return: list of (table, column of the model, column of the id)"""
        found = set()
        for model, field in self._iterate_fields("many2one_reference"):
            model_field = model._fields.get(field.model_field)
            if model_field and model_field.store:
                found.add((model._table, model_field.name, field.name))
        return sorted(found)

    @api.model
    def _get_texts(self):
        """:return: list of (table, column) that hold ``res.partner,42``"""
        return sorted(
            (model._table, field.name)
            for model, field in self._iterate_fields("reference")
        )

    @api.model
    def _iterate_fields(self, kind):
        """Yield each model with a table of its own and each of its fields of a kind."""
        tables = self._fetch_columns_of_tables()
        for model in self.env.registry.values():
            if model._abstract or model._transient or model._table not in tables:
                continue
            if model._table in self._get_own_tables():
                continue
            for field in model._fields.values():
                if field.type == kind and field.store and field.column_type:
                    yield model, field

    # === MOVING ===

    @api.model
    def _move_links(self, table, column, other, source, target):
        """Move rows of two columns; what the target is linked with already stays."""
        between = SQL()
        if (table, other) in self._get_links():  # what the two say of each other
            between = SQL(
                "AND link.%s <> ALL(%s)",
                SQL.identifier(other),
                [source.id, target.id],
            )
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE %(table)s AS link
                   SET %(column)s = %(target)s
                 WHERE link.%(column)s = %(source)s
                   AND NOT EXISTS (
                           SELECT 1
                             FROM %(table)s AS present
                            WHERE present.%(column)s = %(target)s
                              AND present.%(other)s = link.%(other)s
                       )
                       %(between)s
             RETURNING link.%(other)s
                """,
                table=SQL.identifier(table),
                column=SQL.identifier(column),
                other=SQL.identifier(other),
                source=source.id,
                target=target.id,
                between=between,
            )
        )
        return [id_ for (id_,) in rows]

    @api.model
    def _update_what_fits(self, names, condition, value):
        """Update rows; those that would be there twice stay.

        :return: ids of the updated rows
        """
        update = SQL(
            "UPDATE %(table)s SET %(column)s = %(value)s", value=value, **names
        )
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint(flush=False):
                rows = self.env.execute_query(
                    SQL("%s WHERE %s RETURNING id", update, condition)
                )
                return [id_ for (id_,) in rows]
        except IntegrityError:
            rows = self.env.execute_query(
                SQL(
                    "SELECT id FROM %(table)s WHERE %(where)s", where=condition, **names
                )
            )
        ids = sorted(id_ for (id_,) in rows)
        return self._write_what_fits(SQL("%s WHERE TRUE", update), SQL("id"), ids)

    # === MOVING BACK ===

    @api.model
    def _move_back(self, line, source, target):
        """Move back the rows of one line of the journal.

        :return: ids of the rows that are somebody else's now, or gone
        """
        line_sudo = line.sudo()  # nobody reads names of tables
        columns = self._fetch_columns_of_tables().get(line_sudo.table_name, set())
        if not {line_sudo.column_name, line_sudo.id_column} <= columns:
            return line_sudo.row_ids  # the addon is uninstalled
        is_text = line_sudo.kind == TEXT
        names = {
            "table": SQL.identifier(line_sudo.table_name),
            "column": SQL.identifier(line_sudo.column_name),
        }
        key = SQL.identifier(line_sudo.id_column)
        present = f"res.partner,{target.id}" if is_text else target.id
        former = f"res.partner,{source.id}" if is_text else source.id
        query = SQL(
            """
            UPDATE %(table)s
               SET %(column)s = %(former)s
             WHERE %(column)s = %(present)s
            """,
            former=former,
            present=present,
            **names,
        )
        done = self._write_what_fits(query, key, line_sudo.row_ids)
        return [id_ for id_ in line_sudo.row_ids if id_ not in done]

    @api.model
    def _write_what_fits(self, query, key, ids):
        """Write rows, halves of them when some would be there twice: those stay.

        :param query: an UPDATE with a condition
        :return: set of the ids of the rows that were written
        """
        if not ids:
            return set()
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint(flush=False):
                rows = self.env.execute_query(
                    SQL(
                        "%(query)s AND %(key)s = ANY(%(ids)s) RETURNING %(key)s",
                        query=query,
                        key=key,
                        ids=ids,
                    )
                )
                return {id_ for (id_,) in rows}
        except IntegrityError:
            if len(ids) == 1:
                return set()
        half = len(ids) // 2
        return self._write_what_fits(query, key, ids[:half]) | self._write_what_fits(
            query, key, ids[half:]
        )
