from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError

from odoo.addons.client_base.models.client_import_table import FILE_ROW, TABLE

from ..tools import request_file
from ..tools.door_event import DoorEvent
from .client_import_request_words import REASONS, SAID

# Written by the server alone: they open what became of a request.
OWN_FIELDS = {"request_id", "request_key", "request_digest"}


class ClientImportRow(models.Model):
    _inherit = "client.import.row"

    request_id = fields.Many2one(
        comodel_name="lead.request",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    request_state = fields.Selection(
        related="request_id.state", string="Became", readonly=True
    )
    request_key = fields.Char(
        readonly=True, copy=False, help="By this the door knows the row again."
    )
    request_digest = fields.Char(
        readonly=True, copy=False, help="The same for rows that say the same."
    )

    _request_digest_idx = models.Index(
        "(request_digest) WHERE request_digest IS NOT NULL"
    )

    # === CRUD METHODS ===

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_own_fields(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._check_own_fields(vals)
        return super().write(vals)

    def _check_own_fields(self, vals):
        if not self.env.su and OWN_FIELDS & vals.keys():
            raise AccessError(self.env._("Which request a row became is not written."))

    # === WORDS ===

    def _explain(self):
        if self.reason_code in REASONS:
            return self.env._(REASONS[self.reason_code]) % (self.reason_data or {})
        return super()._explain()

    @api.model
    def _get_change_labels(self):
        ours = {code: self.env._(name) for code, name in SAID.items()}
        return super()._get_change_labels() | ours

    def _render_changes(self, labels):
        """Show what a request says; there is no card beside it."""
        if self.import_kind != "request":
            return super()._render_changes(labels)
        return TABLE % (
            "",
            Markup().join(
                FILE_ROW % (labels[change["code"]], change["new"])
                for change in self.changes
            ),
        )

    # === BRINGING IN ===

    def _apply_batch(self):
        if self.import_id.kind != "request":
            return super()._apply_batch()
        channel = self.import_id.request_channel_id
        answers = channel._store_requests(self._make_events())
        numbers = [number for number, _is_new in answers]
        # sudo: the rows keep what became of them, whoever gets the leads
        requests_sudo = self.env["lead.request"].sudo()
        found = requests_sudo.search([("number", "in", numbers)])
        by_number = {request.number: request.id for request in found}
        for row_sudo, (number, is_new) in zip(self.sudo(), answers, strict=True):
            row_sudo.write(
                {
                    "state": "done",
                    "request_id": by_number[number],
                    "message": False if is_new else row_sudo._say_known(number),
                }
            )
        return None

    def _say_known(self, number):
        return self.env._("It was there already: request %(number)s.", number=number)

    def _make_events(self):
        """:rtype: list[DoorEvent]"""
        file = self.import_id
        said = self._fetch_json("values")
        source = file.request_source_id.name
        events = []
        for row in self:
            told = said[row.id] or {}
            values = dict(told.get("values") or {})
            if source:
                values.setdefault("source", source)
            line = request_file.Line(values, told.get("cells") or {})
            payload = request_file.make_payload(line, file.filename or "", row.number)
            events.append(DoorEvent(payload, row.request_key or ""))
        return events

    # === UNDOING ===

    def _undo(self):
        if self.import_id.kind != "request":
            return super()._undo()
        # sudo: what the user's own file brought in, as long as nobody works on it
        requests_sudo = self.sudo().request_id
        withdrawn = requests_sudo._withdraw(
            self.env._("The file was taken back: %(name)s", name=self.import_id.name)
        )
        for row in self:
            if row.sudo().request_id in withdrawn:
                row.write({"state": "undone", "message": False})
            else:
                row.write({"state": "kept", "message": row._say_kept()})
        return None

    def _say_kept(self):
        if self.sudo().request_id.state == "joined":
            return self.env._("It joined an open lead, and stays there.")
        return self.env._("It is being worked on. The request stays.")
