from psycopg2 import IntegrityError

from odoo import api, models
from odoo.tools import SQL, mute_logger

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
ROW, LINK, TEXT = "row", "link", "text"


class ClientMergeMover(models.AbstractModel):
    """Moves everything that points at one card to another one, and back.

    Foreign keys are taken from the database and not from a list, so that addons nobody
    thought of are served. A row that the other card has already (both follow one
    document) stays where it is: the merged card is archived, not deleted.
    """

    _name = "client.merge.mover"
    _description = "Mover of What Points at a Card"

    @api.model
    def _move(self, source, target):
        """Move what points at one card to another.

        :return: list of dicts that ``_move_back`` takes: kind, table, column, ids
        """
        self.env.flush_all()
        moved = []
        columns = self._fetch_columns_of_tables()
        for table, column in self._get_links():
            if "id" in columns[table]:
                moved += self._move_rows(table, column, source, target)
            elif len(columns[table]) == 2:
                (other,) = columns[table] - {column}
                moved += self._move_links(table, column, other, source, target)
        for table, model_column, column in self._get_loose_links():
            moved += self._move_loose(table, model_column, column, source, target)
        for table, column in self._get_texts():
            moved += self._move_texts(table, column, source, target)
        self.env.invalidate_all(flush=False)
        return moved

    # === WHAT POINTS AT CARDS ===

    @api.model
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
    def _move_rows(self, table, column, source, target):
        names = {"table": SQL.identifier(table), "column": SQL.identifier(column)}
        condition = SQL("%(column)s = %(source)s", source=source.id, **names)
        if table == "res_partner":  # what the two say of each other is no link
            condition = SQL("%s AND id <> ALL(%s)", condition, [source.id, target.id])
        ids = self._update_what_fits(names, condition, target.id)
        return self._journal(ROW, table, column, ids)

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
        return self._journal(LINK, table, column, [id_ for (id_,) in rows], other)

    @api.model
    def _move_loose(self, table, model_column, column, source, target):
        names = {"table": SQL.identifier(table), "column": SQL.identifier(column)}
        condition = SQL(
            "%(column)s = %(source)s AND %(model)s = 'res.partner'",
            model=SQL.identifier(model_column),
            source=source.id,
            **names,
        )
        if table == "ir_attachment":  # the picture of a card is a field of it
            condition = SQL("%s AND res_field IS NULL", condition)
        ids = self._update_what_fits(names, condition, target.id)
        return self._journal(ROW, table, column, ids)

    @api.model
    def _move_texts(self, table, column, source, target):
        names = {"table": SQL.identifier(table), "column": SQL.identifier(column)}
        condition = SQL(
            "%(column)s = %(text)s", text=f"res.partner,{source.id}", **names
        )
        ids = self._update_what_fits(names, condition, f"res.partner,{target.id}")
        return self._journal(TEXT, table, column, ids)

    @api.model
    def _update_what_fits(self, names, condition, value):
        """Update rows; those that would be there twice stay.

        :return: ids of the updated rows
        """
        query = SQL(
            "UPDATE %(table)s SET %(column)s = %(value)s WHERE %(where)s RETURNING id",
            where=condition,
            value=value,
            **names,
        )
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint(flush=False):
                return [id_ for (id_,) in self.env.execute_query(query)]
        except IntegrityError:
            return self._update_one_by_one(names, condition, value)

    @api.model
    def _update_one_by_one(self, names, condition, value):
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM %(table)s WHERE %(where)s ORDER BY id",
                where=condition,
                **names,
            )
        )
        done = []
        for (id_,) in rows:
            query = SQL(
                "UPDATE %(table)s SET %(column)s = %(value)s WHERE id = %(id)s",
                value=value,
                id=id_,
                **names,
            )
            try:
                with mute_logger("odoo.sql_db"), self.env.cr.savepoint(flush=False):
                    self.env.cr.execute(query)
            except IntegrityError:
                continue  # the target has this one already
            done.append(id_)
        return done

    @api.model
    def _journal(self, kind, table, column, ids, other="id"):
        if not ids:
            return []
        return [
            {
                "kind": kind,
                "table_name": table,
                "column_name": column,
                "id_column": other,
                "row_ids": sorted(ids),
            }
        ]

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
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE %(table)s
                   SET %(column)s = %(former)s
                 WHERE %(key)s = ANY(%(ids)s)
                   AND %(column)s = %(present)s
             RETURNING %(key)s
                """,
                key=key,
                ids=line_sudo.row_ids,
                present=present,
                former=former,
                **names,
            )
        )
        done = {id_ for (id_,) in rows}
        return [id_ for id_ in line_sudo.row_ids if id_ not in done]
