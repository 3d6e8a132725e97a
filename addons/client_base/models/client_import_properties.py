from dataclasses import replace

from odoo import models

from ..tools import cells, merge_values, property_columns, rows


class ClientImportProperties(models.AbstractModel):
    """Judges the cells for the extra fields of a type.

    A cell for a field that the type of the client has not is told about, and kept in
    the notes of the client like everything that was not understood.
    """

    _name = "client.import.properties"
    _description = "Fields of a Type in Client Files"

    def _learn_names(self, file_columns, texts, kinds):
        """Look for the records that the file names, all of them at once.

        :param texts: list of (row number, texts of the row)
        """
        places = [
            (column.code, column.position)
            for column in file_columns
            if property_columns.read_code(column.code)
        ]
        found = {
            code: {
                line[position]
                for _number, line in texts
                if position < len(line) and line[position].strip()
            }
            for code, position in places
        }
        self.env["client.sheet"]._learn_names(kinds, found)

    def _set_apart(self, row, partner, present, kinds, decision):
        """Take out of the row of a known client what its type does not have.

        :param present: code -> ``cells.Cell`` of the card
        :return: ``rows.ParsedRow``, and what is wrong as list of dicts: header, text,
            type_id
        """
        if not any(map(property_columns.read_code, row.values)):
            return row, []
        mark = merge_values.read_mark(row.mark)
        type_ids = self._get_type_ids(row, partner, present, kinds, decision, mark)

        def is_new(code, cell):
            """Tell whether the cell says more than the file was exported with."""
            merge = kinds[code].merge(
                mark.get(code), cells.Cell(), cell, clear_empty=False
            )
            return merge.outcome in ("take", "conflict")

        return self._take_out(row, type_ids, kinds, is_new)

    def _set_apart_of_new(self, row, kinds):
        """As ``_set_apart``, for a row that becomes a client."""
        if not any(map(property_columns.read_code, row.values)):
            return row, []
        said = row.values.get("client_type", cells.Cell()).raw
        type_id = said or self.client_type_id.id
        return self._take_out(row, {type_id}, kinds, lambda _code, _cell: True)

    def _get_type_ids(self, row, partner, present, kinds, decision, mark):
        """:return: the types that the client may have when the row is applied"""
        present_ids = {partner.client_type_id.id}
        if "client_type" not in row.values:
            return present_ids
        merge = kinds["client_type"].merge(
            mark.get("client_type"),
            present["client_type"],
            row.values["client_type"],
            clear_empty=False,
        )
        if merge.outcome == "take" or (
            merge.outcome == "conflict" and decision == "file"
        ):
            return {merge.cell.raw}
        if merge.outcome == "conflict" and decision != "card":
            return present_ids | {merge.cell.raw}
        return present_ids

    def _take_out(self, row, type_ids, kinds, is_new):
        """:param is_new: tells whether a cell, by its code, is worth telling about"""
        foreign = [
            code
            for code in row.values
            if (key := property_columns.read_code(code))
            and (key[0] not in type_ids or code not in kinds)
        ]
        if not foreign:
            return row, []
        values = {code: row.values[code] for code in row.values if code not in foreign}
        headers = {column.code: column.header or "" for column in self.column_ids}
        type_id = min(filter(None, type_ids), default=False)
        problems = [
            {
                "header": headers.get(code, ""),
                "text": row.values[code].text,
                "type_id": type_id,
            }
            for code in foreign
            if row.values[code].raw is not False  # "no" says nothing of such a client
            and (code not in kinds or is_new(code, row.values[code]))
        ]
        row = replace(row, values=values, notes=[])
        rests = [(problem["header"], problem["text"]) for problem in problems]
        rows.keep_rests(row, rests, kinds)
        return row, problems
