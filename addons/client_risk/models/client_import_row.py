from odoo import api, fields, models
from odoo.tools import split_every

from odoo.addons.client_base.models.client_sync_door import MAX_ROWS

from ..tools import transactions as told
from .client_import_words import COLUMNS, REASONS


class ClientImportRow(models.Model):
    _inherit = "client.import.row"

    document_key = fields.Char(
        readonly=True, help="The same for the rows of one document."
    )
    transaction_id = fields.Many2one(
        comodel_name="client.transaction",
        string="Document",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    former = fields.Json(
        readonly=True, prefetch=False, help="What was told before, for an undo."
    )

    _document_idx = models.Index(
        "(import_id, document_key) WHERE document_key IS NOT NULL"
    )

    def _get_own_tables(self):
        """A client who was only judged is not in use."""
        return super()._get_own_tables() | {
            "client_profile",
            "client_profile_move",
            "client_profile_retry",
            "client_stay",
        }

    # === WORDS ===

    def _explain(self):
        code, data = self.reason_code, self.reason_data or {}
        if code == "doc_refused":
            error = told.RowError(data["code"], data["field"], data["value"])
            return self.env["client.transaction"]._get_error_message(error)
        if code in REASONS:
            sentence = self.env._(REASONS[code])
            return sentence % data
        return super()._explain()

    @api.model
    def _get_change_labels(self):
        labels = super()._get_change_labels()
        ours = {code: self.env._(name) for code, name in COLUMNS.items()}
        return labels | ours | {"doc_lines": self.env._("Document: lines")}

    # === DECIDING ===

    def action_is_new(self):
        """Decide that these rows are clients of their own; purchases make none."""
        self.env["client.import"]._refuse_new_clients(self)
        return super().action_is_new()

    def _with_same_clients(self):
        """Say of all rows of the file that name a client alike what was said of one.

        :return: these rows and those
        """
        alike = self.search(
            [
                ("import_id", "=", self.import_id.id),
                ("verdict", "=", "ambiguous"),
                ("state", "=", "pending"),
                ("decision", "=", False),
            ]
        )
        values = (self | alike)._fetch_json("values")
        decided = {values[row.id]["sign"]: row for row in self}
        for row in alike:
            model = decided.get(values[row.id]["sign"])
            if model:
                row.write(
                    {"partner_id": model.partner_id.id, "decision": model.decision}
                )
        found = self | alike.filtered("decision")
        found._renew_document_keys()
        return found

    def _renew_document_keys(self):
        """Documents without a number are told apart by their clients."""
        entries = self.import_id._load_entries(self)
        for row, entry in zip(self, entries, strict=True):
            row.document_key = entry.group or False

    def _with_documents(self):
        """:return: these rows and all others of their documents, in order"""
        keys = [key for key in set(self.mapped("document_key")) if key]
        others = self.search(
            [
                ("import_id", "=", self.import_id.id),
                ("document_key", "in", keys),
                ("state", "in", ["pending", "queued", "error"]),
            ]
        )
        return (self | others).sorted("number")

    # === APPLYING ===

    def _apply_batch(self):
        if self.import_id.kind != "transaction":
            return super()._apply_batch()
        left = self.filtered(lambda row: row.state == "queued")
        if left:
            left._with_documents()._apply_documents()
        return None

    def _apply_documents(self):
        """Store whole documents, unless something else would happen than was shown."""
        file = self.import_id
        verdicts, documents = file._judge_entries(file._load_entries(self))
        by_number = dict(zip(self.mapped("number"), verdicts, strict=True))
        by_document = self.grouped("document_key")
        good, changed = {}, self.filtered(lambda row: row.document_key not in documents)
        for key, document in documents.items():
            members = by_document[key]
            if all(row._stays(by_number[row.number]) for row in members):
                good[key] = (document, members)
            else:
                changed |= members
        changed._put_off_documents(by_number)
        self._tell_documents(file, good)

    def _stays(self, verdict):
        """Whether what was shown to a person is still what would happen."""
        is_work = verdict.verdict in ("create", "update")
        return is_work and verdict.verdict == self.verdict

    def _put_off_documents(self, by_number):
        for row in self.filtered(lambda row: row.state != "pending"):
            verdict = by_number[row.number]
            row._set_verdict(verdict)
            row.write(
                {
                    "state": "pending",
                    "message": self.env._(
                        "The document has changed since the preview. Please look again."
                    ),
                }
            )

    def _tell_documents(self, file, good):
        source = file._get_source()
        Transaction = self.env["client.transaction"].with_company(file.company_id)
        former = file._get_stored({key: one for key, (one, _rows) in good.items()})
        for key, (_document, members) in good.items():
            if key in former:
                members[0].former = former[key]._describe()
        clients = self.env["res.partner"]
        for batch in split_every(MAX_ROWS, good.values(), list):
            partners = {
                document.row["partner_key"]: document.entries[0].partner_id
                for document, _rows in batch
            }
            answers, told_of = Transaction._take_over(
                source, [document.row for document, _rows in batch], partners
            )
            clients |= told_of
            for (_document, members), answer in zip(batch, answers, strict=True):
                members._note_answer(answer)
        self.env["client.profile"]._judge_clients(clients, file.company_id)

    def _note_answer(self, answer):
        if answer["status"] == "error":
            self.write({"state": "error", "message": answer["message"]})
        else:
            self.write(
                {"state": "done", "message": False, "transaction_id": answer["id"]}
            )

    # === UNDOING ===

    def _undo(self):
        if self.import_id.kind != "transaction":
            return super()._undo()
        file = self.import_id
        whole = self.search(
            [
                ("import_id", "=", file.id),
                ("document_key", "in", list(set(self.mapped("document_key")))),
                ("state", "=", "done"),
            ]
        )
        _verdicts, documents = file._judge_entries(file._load_entries(whole))
        untouched = self.browse()
        for key, members in whole.grouped("document_key").items():
            if members._is_untouched(documents.get(key)):
                untouched |= members
        untouched._give_back()
        self.env["client.profile"]._judge_clients(whole.partner_id, file.company_id)
        return None

    def _is_untouched(self, document):
        """Tell whether a document is still what these rows have made it.

        Rows of others say what was left as it is.
        """
        transaction = self.transaction_id
        message = ""
        if not transaction:
            message = self.env._("The document was deleted.")
        elif not document or transaction.digest != document.item.digest:
            message = self.env._("Changed since and left as it is.")
        if message:
            self.write({"state": "kept", "message": message})
        return not message

    def _give_back(self):
        """Delete the documents these rows have made, tell the others as they were."""
        former = [row.former for row in self if row.former]
        told_before = {one["key"] for one in former}
        changed = self.filtered(lambda row: row.document_key in told_before)
        transactions = (self - changed).transaction_id
        Transaction = self.env["client.transaction"].with_company(self.company_id)
        if former:
            partners = {one["partner_key"]: one["partner_id"] for one in former}
            source = changed.transaction_id[0].source
            for batch in split_every(MAX_ROWS, former, list):
                Transaction._take_over(source, batch, partners)
        self.write({"state": "undone", "message": False})
        transactions.unlink()
