from dataclasses import asdict, dataclass, field

from odoo import models
from odoo.exceptions import UserError

from odoo.addons.client_base.models.client_import_judge import Verdict
from odoo.addons.client_base.tools import cells, matching, rows

from ..tools import purchase_file
from ..tools import transactions as told

# By these a row of purchases says who the client is.
CLIENT_CODES = (
    "client_id",
    "sync_key",
    "legal_form",
    "name",
    "tax_id",
    "phone",
    "email",
)
# Of candidates by likeness: the very same name, but for its form and spelling.
SAME_NAME = 1.0
VERDICTS = {
    "created": ("create", "doc_new"),
    "updated": ("update", "doc_known"),
    "unchanged": ("unchanged", "doc_same"),
    "gone": ("rejected", "doc_gone"),
}


@dataclass(slots=True)
class Entry:
    """One row: whom it means and what it says of which document.

    ``verdict`` is what is wrong with the row itself, None when it is good.
    """

    number: int
    sign: str
    line: purchase_file.Line | None = None
    partner_id: int = 0
    verdict: Verdict | None = None

    @property
    def group(self):
        """What the rows of one document share; "" of a row that cannot be read."""
        client = self.partner_id or self.sign
        return purchase_file.group_key(self.line, client) if self.line else ""


@dataclass(slots=True)
class Document:
    """The rows of one document, as they would be told."""

    entries: list
    row: dict = field(default_factory=dict)
    item: told.Transaction | None = None
    status: str = ""


class ClientImportPurchase(models.AbstractModel):
    """Judges files with purchases: rows become documents of known clients.

    Whom a row means is found by the same ladder as everywhere; a name that one client
    alone has will do, for nothing is written to his card.
    """

    _name = "client.import.purchase"
    _description = "Judge of Files with Purchases"

    # === READING ===

    def _read_entries(self, file_columns):
        """:return: (number, cells, ``Entry``) of each row of the file"""
        country = self.country_id.code or ""
        kinds = self.env["client.sheet"]._get_kinds(country, CLIENT_CODES)
        of_client = [one for one in file_columns if one.code in CLIENT_CODES]
        of_document = [one for one in file_columns if one.code in purchase_file.CODES]
        read, keys = [], []
        for number, texts in self._read_lines():
            client = rows.parse_row(of_client, texts, kinds, country)
            key = self._make_key(client)
            entry = Entry(number, client.name or client.sync_key)
            self._read_document(entry, client, of_document, texts)
            read.append((number, texts, entry))
            keys.append(key)
        self._find_clients([entry for *_rest, entry in read], keys)
        return read

    def _read_document(self, entry, client, columns, texts):
        headers = {column.code: column.header for column in columns}
        found = {
            column.code: texts[column.position].strip()
            for column in columns
            if column.position < len(texts) and texts[column.position].strip()
        }
        if client.is_total:
            entry.verdict = self._reject("name", "total")
            return
        try:
            entry.line = purchase_file.parse_line(
                found, self._read_date, self.transaction_kind
            )
        except purchase_file.CellError as error:
            entry.verdict = self._reject(
                error.code,
                f"doc_{error.reason}",
                value=error.value,
                header=headers.get(error.code, ""),
            )

    def _read_date(self, text):
        return cells.DateKind().parse(text).canon

    def _find_clients(self, entries, keys):
        """Say whom each row means; rows alike are looked up once."""
        index = self.env["client.identity"]._make_index(
            list(set(keys)), self.company_id
        )
        matches = {key: self._identify(index, key) for key in set(keys)}
        for entry, key in zip(entries, keys, strict=True):
            match = matches[key]
            entry.partner_id = match.client_id if match.kind == "certain" else 0
            if not entry.partner_id and not entry.verdict:
                entry.verdict = self._doubt(match)

    def _identify(self, index, key):
        match = index.identify(key)
        alike = [one for one in match.candidates if one.score >= SAME_NAME]
        if match.reason == "likeness" and len(alike) == 1:
            return matching.Match("certain", alike[0].client_id, "doc_same_name")
        return match

    def _doubt(self, match):
        if match.kind == "none":
            return Verdict("rejected", "doc_unknown_client")
        candidates = [one.client_id for one in match.candidates]
        return Verdict("ambiguous", match.reason, candidate_ids=candidates)

    # === JUDGING ===

    def _judge_entries(self, entries):
        """Judge rows, a document as a whole.

        :return: ``Verdict`` of each, and ``Document`` by group, of the good ones
        """
        groups = {}
        for entry in entries:
            groups.setdefault(entry.group or entry.number, []).append(entry)
        verdicts, documents = {}, {}
        partner_keys = self._get_partner_keys({one.partner_id for one in entries})
        currencies = self._get_currencies()
        for key, members in groups.items():
            bad = self._find_faults(members)
            if not bad:
                document = Document(members)
                bad = self._compile(document, key, partner_keys, currencies)
            if bad:
                verdicts |= bad
            else:
                documents[key] = document
        self._settle(documents)
        former = self._get_stored(documents)
        for key, document in documents.items():
            for entry in document.entries:
                verdicts[entry.number] = self._judge_document(document, former.get(key))
        return [verdicts[entry.number] for entry in entries], documents

    def _find_faults(self, members):
        """:return: ``Verdict`` by number of each row of a document that is not good"""
        first = members[0]
        bad = {one.number: one.verdict for one in members if one.verdict}
        for one in members:
            if one.number in bad or not first.line:
                continue
            if (one.partner_id, one.line.date) != (first.partner_id, first.line.date):
                bad[one.number] = Verdict(
                    "rejected", "doc_other", {"row": first.number}
                )
        if bad:
            waiting = Verdict("rejected", "doc_part", {"row": min(bad)})
            return {one.number: bad.get(one.number, waiting) for one in members}
        return {}

    def _compile(self, document, key, partner_keys, currencies):
        """Make the document; :return: as ``_find_faults`` when it cannot be told"""
        first = document.entries[0]
        lines = [entry.line for entry in document.entries]
        row = purchase_file.make_document(key, partner_keys[first.partner_id], lines)
        error = None
        try:
            document.row, document.item = row, told.parse(row)
        except told.RowError as refused:
            error = refused
        if row["currency"] and row["currency"] not in currencies:
            error = told.RowError("unknown_currency", "currency", row["currency"])
        if not error:
            return {}
        data = {"code": error.code, "field": error.field, "value": error.value}
        wrong = Verdict("rejected", "doc_refused", data)
        return {entry.number: wrong for entry in document.entries}

    def _get_currencies(self):
        """:return: names of the currencies there are"""
        found = self.env["res.currency"].with_context(active_test=False)
        return set(found.search([("id", "!=", False)]).mapped("name"))

    def _get_partner_keys(self, partner_ids):
        """:return: by which key documents of this source name each client"""
        clients = self.env["res.partner"].browse(sorted(partner_ids - {0})).sudo()
        return {
            client.id: client.sync_key
            if client.sync_key and client.sync_source == self._get_source()
            else f"id:{client.id}"
            for client in clients
        }

    def _get_source(self):
        return self.sync_source or "excel"

    def _settle(self, documents):
        Transaction = self.env["client.transaction"].with_company(self.company_id)
        items = [document.item for document in documents.values()]
        known, _ids = Transaction._fetch_known(
            self._get_source(), [item.key for item in items]
        )
        statuses, _to_store = told.settle(known, items)
        for document, status in zip(documents.values(), statuses, strict=True):
            document.status = status

    def _get_stored(self, documents):
        """:return: ``client.transaction`` of what is stored already, by key"""
        changed = [key for key, one in documents.items() if one.status == "updated"]
        found = self.env["client.transaction"].search(
            [
                ("company_id", "=", self.company_id.id),
                ("source", "=", self._get_source()),
                ("key", "in", changed),
            ]
        )
        return {transaction.key: transaction for transaction in found}

    def _judge_document(self, document, former):
        verdict, code = VERDICTS[document.status]
        entry = document.entries[0]
        changes = self._compare_documents(document, former) if former else []
        return Verdict(verdict, code, partner_id=entry.partner_id, changes=changes)

    def _compare_documents(self, document, former):
        """:return: list of dicts as ``_describe`` of client files makes them"""
        item = document.item
        before = {
            "doc_date": former.date.isoformat(),
            "doc_amount": f"{former.amount:.2f}",
            "doc_currency": former.currency_id.name,
            "doc_number": former.number or "",
            "doc_lines": str(len(former.line_ids)),
        }
        after = {
            "doc_date": item.date.isoformat(),
            "doc_amount": f"{item.amount:.2f}",
            "doc_currency": item.currency or self.company_id.currency_id.name,
            "doc_number": item.number,
            "doc_lines": str(len(item.lines)),
        }
        return [
            {
                "code": code,
                "outcome": "take",
                "old": before[code],
                "new": after[code],
                "old_raw": before[code],
                "new_raw": after[code],
            }
            for code in before
            if before[code] != after[code]
        ]

    # === AGAIN ===

    def _load_entries(self, file_rows):
        """:return: ``Entry`` of each row that was read some time ago"""
        stored = file_rows._fetch_json("values")
        return [self._load_entry(row, stored[row.id] or {}) for row in file_rows]

    def _load_entry(self, row, values):
        line = values.get("line")
        entry = Entry(
            row.number,
            values.get("sign", ""),
            line and purchase_file.Line(**line),
            row.partner_id.id,
        )
        if not entry.line:
            entry.verdict = Verdict("rejected", row.reason_code, row.reason_data or {})
        elif not entry.partner_id and row.verdict == "ambiguous":
            candidates = row.candidate_ids.ids
            entry.verdict = Verdict(
                "ambiguous", row.reason_code, candidate_ids=candidates
            )
        elif not entry.partner_id:
            entry.verdict = Verdict("rejected", "doc_unknown_client")
        return entry

    def _dump_entry(self, entry):
        return {"sign": entry.sign, "line": entry.line and asdict(entry.line)}

    def _refuse_new_clients(self, file_rows):
        if any(row.import_kind == "transaction" for row in file_rows):
            raise UserError(
                self.env._(
                    "Purchases make no clients. Bring the client in first, then choose "
                    "him here."
                )
            )
