from odoo import api, models
from odoo.exceptions import UserError

from ..tools import told

MAX_ROWS = 1000


class ClientSyncDoor(models.AbstractModel):
    """What every door for another system does: checks a batch, answers each row."""

    _name = "client.sync.door"
    _description = "Door for Another System"

    @api.model
    def _check_batch(self, source, rows):
        """:return: the source in its clean form"""
        if not isinstance(source, str) or not told.clean_text(source):
            raise UserError(self.env._("Say which system speaks: source is empty."))
        if not isinstance(rows, list | tuple):
            raise UserError(self.env._("Rows must be a list."))
        if len(rows) > MAX_ROWS:
            raise UserError(
                self.env._(
                    "Send at most %(most)s rows at once; these are %(count)s.",
                    most=MAX_ROWS,
                    count=len(rows),
                )
            )
        return told.clean_text(source)[: told.MAX_TEXT]

    def _parse_rows(self, rows, parse):
        """:return: what ``parse`` made of rows, and errors, by the number of the row"""
        parsed, errors = {}, {}
        for number, row in enumerate(rows):
            try:
                parsed[number] = parse(row)
            except told.RowError as error:
                errors[number] = error
        return parsed, errors

    def _make_answer(self, key, status, record_id):
        return {
            "key": key,
            "status": status,
            "id": record_id,
            "error_code": "",
            "message": "",
        }

    def _make_error(self, row, error):
        return {
            **self._make_answer(told.key_of(row), "error", 0),
            "error_code": error.code,
            "message": self._get_error_message(error),
        }

    def _get_error_message(self, error):
        """:return: a sentence that says what the script's author has to mend"""
        return self._get_error_messages(field=error.field, value=error.value)[
            error.code
        ]

    def _get_error_messages(self, **values):
        """:return: code of an error -> sentence; a door adds its own"""
        return {
            "malformed": self.env._("“%(field)s” is not what it should be.", **values),
            "missing": self.env._("“%(field)s” is missing.", **values),
            "too_long": self.env._("“%(field)s” is too long.", **values),
            "bad_version": self.env._(
                "The version “%(value)s” is neither a number nor a time.", **values
            ),
        }
