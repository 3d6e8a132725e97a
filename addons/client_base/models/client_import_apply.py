import logging

from psycopg2 import Error as DatabaseError
from psycopg2 import OperationalError

from odoo import models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.tools import split_every

from ..tools import cells, rows

_logger = logging.getLogger(__name__)

APPLY_BATCH = 200


class ClientImportApply(models.AbstractModel):
    """Applies rows of a file, a batch at a time, and keeps the journal."""

    _name = "client.import.apply"
    _description = "Applying of Client Files"

    def _apply(self):
        """Apply queued rows of one file.

        A row that cannot be written is marked with the reason; the others go on.
        """
        for batch in split_every(APPLY_BATCH, self.ids, self.browse):
            if not batch._try_apply():
                for row in batch:
                    row._try_apply()

    def _try_apply(self):
        """:return: whether all rows were applied, or the only one was marked"""
        try:
            with self.env.cr.savepoint():
                self._apply_batch()
        except (OperationalError, ConcurrencyError):
            raise  # somebody else was faster: the whole batch is run again
        except Exception as error:
            if len(self) > 1:
                return False
            _logger.info("Row %d of a client file failed", self.number, exc_info=True)
            self.write({"state": "error", "message": self._get_error_text(error)})
        return True

    def _get_error_text(self, error):
        """:return: a sentence for the user; the log has the rest"""
        if isinstance(error, UserError):
            return str(error)
        if isinstance(error, DatabaseError):
            return self.env._(
                "The database refused this row: another client has the same key, or a "
                "value does not fit."
            )
        return self.env._("This row could not be applied. Tell your administrator.")

    def _apply_batch(self):
        preview = {row.id: row._get_shown() for row in self}
        file = self.import_id
        file._judge_again(self)
        as_shown = self.filtered(lambda row: preview[row.id] == row._get_shown())
        (self - as_shown).write(
            {
                "state": "pending",
                "message": self.env._(
                    "The card has changed since the preview. Please look again."
                ),
            }
        )
        created = as_shown.filtered(lambda row: row.verdict == "create")
        updated = as_shown.filtered(lambda row: row.verdict == "update")
        created._create_cards(file)
        updated._update_cards(file)
        (created + updated).write({"state": "done", "message": False})

    def _get_shown(self):
        """What a person saw before saying yes."""
        self.ensure_one()
        return self.verdict, self.partner_id.id, self.changes

    def _create_cards(self, file):
        if not self:
            return
        items = [
            (row._prepare_defaults(file), rows.load_values(row.values)) for row in self
        ]
        cards = self.env["client.card.writer"]._create_cards(items)
        for row, card in zip(self, cards, strict=True):
            row.write({"partner_id": card.id, "is_created": True})

    def _prepare_defaults(self, file):
        """What a new card gets beside the cells of its row."""
        values = {
            "country_id": file.country_id.id,
            "client_type_id": file.client_type_id.id,
        }
        if self.sync_key:
            values |= {"sync_key": self.sync_key, "sync_source": file.sync_source}
        return values

    def _update_cards(self, file):
        if not self:
            return
        sheet = self.env["client.sheet"]
        kinds = sheet._get_kinds(file.country_id.code or "")
        items = []
        for row in self:
            values = {
                change["code"]: cells.Cell(change["new"], "", change["new_raw"])
                for change in row.changes
            }
            if "sync_key" in values:
                source = file.sync_source
                values["sync_source"] = cells.Cell(source, source, source)
            items.append((row.partner_id, values))
        self.env["client.card.writer"]._update_cards(items)
        after = sheet._read_cells(self.partner_id, kinds)
        self.env["client.change"].sudo().create(  # nobody may write the journal by hand
            [
                row._prepare_journal_values(change, after[row.partner_id.id])
                for row in self
                for change in row.changes
            ]
        )

    def _prepare_journal_values(self, change, after):
        """Note what the card says now, which the system may have tidied."""
        code = change["code"]
        new = after[code] if code in after and code != "contact" else None
        return {
            "partner_id": self.partner_id.id,
            "import_id": self.import_id.id,
            "row_id": self.id,
            "field": code,
            "old_value": change["old"],
            "new_value": new.text if new else change["new"],
            "old_raw": change["old_raw"],
            "new_raw": new.raw if new else change["new_raw"],
        }
