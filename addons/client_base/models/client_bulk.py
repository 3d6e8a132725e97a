import json

from odoo import api, models
from odoo.tools import SQL


class ClientBulk(models.AbstractModel):
    """Stores many records of a log in one statement.

    For models where a record is its columns: nothing is hooked into creating them, no
    stored field is computed from another, no constraint stands in Python.
    """

    _name = "client.bulk"
    _description = "Many Records at Once"

    @api.model
    def _insert(self, vals_list):
        """Create records; fields that list them elsewhere are the caller's to refresh.

        Neither defaults nor record rules are applied.

        :param vals_list: dicts of column -> plain value, all with the same columns
        :return: the ids in the order of ``vals_list``
        """
        if not vals_list:
            return []
        self.check_access("create")
        lines = [
            {name: vals[name] for name in vals if vals[name]} for vals in vals_list
        ]
        inserted = self.env.execute_query(self._get_insert_query(vals_list[0], lines))
        return [id_ for (id_,) in inserted]

    def _get_insert_query(self, columns, lines):
        """:param lines: list of dicts, without the columns that stay empty"""
        return SQL(
            """
            INSERT INTO %(table)s (
                        %(columns)s,
                        create_uid, create_date, write_uid, write_date
                      )
               SELECT %(columns)s, %(user)s, %(now)s, %(user)s, %(now)s
                 FROM jsonb_populate_recordset(NULL::%(table)s, %(lines)s::jsonb)
            RETURNING id
            """,
            table=SQL.identifier(self._table),
            columns=SQL(", ").join(map(SQL.identifier, columns)),
            user=self.env.uid,
            now=self.env.cr.now(),
            lines=json.dumps(lines, ensure_ascii=False),
        )
