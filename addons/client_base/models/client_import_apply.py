import logging

from psycopg2 import Error as DatabaseError
from psycopg2 import InterfaceError, OperationalError
from psycopg2.errors import ProgramLimitExceeded, UniqueViolation

from odoo import fields, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.tools import split_every

from ..tools import cells
from ..tools.rows import POINT_CODES

_logger = logging.getLogger(__name__)

APPLY_BATCH = 500


class ClientImportApply(models.AbstractModel):
    """Applies rows of a file, a batch at a time, and keeps the journal."""

    _name = "client.import.apply"
    _description = "Applying of Client Files"

    def _apply(self):
        """Apply queued rows of one file.

        A row that cannot be written is marked with the reason; the others go on.
        """
        for batch in split_every(APPLY_BATCH, self.ids, self.browse):
            batch._try_apply()

    def _try_apply(self):
        """Apply the rows together; when one of them fails, each half of them."""
        try:
            with self.env.cr.savepoint():
                self._apply_batch()
        except Exception as error:
            if self._is_passing(error):
                raise
            if len(self) > 1:
                middle = len(self) // 2
                self[:middle]._try_apply()
                self[middle:]._try_apply()
                return
            _logger.info("Row %d of a client file failed", self.number, exc_info=True)
            self.write({"state": "error", "message": self._get_error_text(error)})

    def _is_passing(self, error):
        """Tell whether no row is to blame, so that the whole batch is run again.

        Somebody else was faster, the connection is lost, the disk is full. A text too
        long for an index is of the same class, but will never get shorter.
        """
        if isinstance(error, ProgramLimitExceeded):
            return False
        return isinstance(error, (OperationalError, InterfaceError, ConcurrencyError))

    def _get_error_text(self, error):
        """:return: a sentence for the user; the log has the rest"""
        if isinstance(error, UserError):
            return str(error)
        if isinstance(error, UniqueViolation):
            return self.env._("Another client has the same key.")
        if isinstance(error, DatabaseError):
            return self.env._(
                "The database refused this row: a value is too long or does not fit."
            )
        return self.env._("This row could not be applied. Tell your administrator.")

    def _apply_batch(self):
        file = self.import_id
        work = {"create": [], "update": []}
        card_ids, later = set(), self.browse()
        shown = self._fetch_json("changes")
        for item in file._judge_anew(self):
            row, _parsed, verdict = item
            if not row._is_as_shown(verdict, shown[row.id]):
                row._put_off(verdict)
            elif verdict.partner_id in card_ids:
                later += row  # an earlier row is about to change this very card
            else:
                card_ids |= {verdict.partner_id} - {0}
                work[verdict.verdict].append(item)
        self._create_cards(file, work["create"])
        self._update_cards(file, work["update"])
        applied = [row.id for items in work.values() for row, *_rest in items]
        self.browse(applied).write({"state": "done", "message": False})
        if later:
            later._apply_batch()

    def _put_off(self, verdict):
        """Ask again: something else would happen than a person said yes to."""
        self._set_verdict(verdict)
        self.write(
            {
                "state": "pending",
                "message": self.env._(
                    "The card has changed since the preview. Please look again."
                ),
            }
        )

    def _create_cards(self, file, work):
        """:param work: list of (row, ``rows.ParsedRow``, ``Verdict``)"""
        if not work:
            return
        cards = self.env["client.card.writer"]._create_cards(
            [
                (row._prepare_defaults(file), self._get_cells(file, verdict.changes))
                for row, _parsed, verdict in work
            ]
        )
        self.browse([row.id for row, *_rest in work])._link_cards(cards)

    def _prepare_defaults(self, file):
        """What a new card gets beside the cells of its row."""
        values = {
            "country_id": file.country_id.id,
            "client_type_id": file.client_type_id.id,
        }
        if self.sync_key:
            values |= {"sync_key": self.sync_key, "sync_source": file.sync_source}
        return values

    def _update_cards(self, file, work):
        """:param work: list of (row, ``rows.ParsedRow``, ``Verdict``)"""
        if not work:
            return
        changed = [
            (row, row.partner_id, row._keep_details(verdict.changes))
            for row, _parsed, verdict in work
        ]
        self.env["client.card.writer"]._update_cards(
            [(card, self._get_cells(file, changes)) for _, card, changes in changed]
        )
        sheet = self.env["client.sheet"]
        codes = {change["code"] for *_rest, changes in changed for change in changes}
        kinds = sheet._get_kinds(file.country_id.code or "", codes)
        after = sheet._read_cells(self.partner_id, kinds)
        self.env["client.change"].sudo()._note(  # nobody may write the journal by hand
            [
                row._prepare_journal_values(file, change, after[card.id])
                for row, card, changes in changed
                for change in changes
            ]
        )

    def _keep_details(self, changes):
        """The journal keeps what the words of the preview leave out."""
        return [change | {"old_raw": self._get_former(change)} for change in changes]

    def _get_former(self, change):
        """:return: plain JSON for an undo: notes as they look, points as known"""
        code, raw = change["code"], change["old_raw"]
        if code == "comment":
            return {"text": raw, "html": self.partner_id.comment or ""}
        if code not in POINT_CODES:
            return raw
        states = {
            point.normalized or point.value: {
                "state": point.state,
                "state_event": point.state_event,
                "state_date": fields.Datetime.to_string(point.state_date),
            }
            for point in self.partner_id.contact_point_ids
            if point.kind == code and point.state != "unknown"
        }
        return [[*point, states.get(point[1] or point[0], {})] for point in raw or ()]

    def _get_cells(self, file, changes):
        """:return: code -> ``cells.Cell`` to be written"""
        values = {
            change["code"]: cells.Cell(change["new"], "", change["new_raw"])
            for change in changes
        }
        if "sync_key" in values:
            source = file.sync_source
            values["sync_source"] = cells.Cell(source, source, source)
        return values

    def _prepare_journal_values(self, file, change, after):
        """Note what the card says now, which the system may have tidied."""
        code = change["code"]
        new = after[code] if code in after and code != "contact" else None
        return {
            "partner_id": self.partner_id.id,
            "import_id": file.id,
            "company_id": file.company_id.id,
            "row_id": self.id,
            "field": code,
            "old_value": change["old"],
            "new_value": new.text if new else change["new"],
            "old_raw": change["old_raw"],
            "new_raw": new.raw if new else change["new_raw"],
        }
