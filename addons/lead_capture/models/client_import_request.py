import hashlib
from dataclasses import dataclass

from odoo import fields, models
from odoo.tools import SQL

from odoo.addons.client_base.models.client_import_judge import Verdict
from odoo.addons.client_base.tools import contact, matching, names, rows

from ..tools import payload as payloads
from ..tools import request_file
from ..tools.refusal import Refusal


@dataclass(slots=True)
class Entry:
    """One row: what it says, and by which key it is known."""

    number: int
    texts: list
    line: request_file.Line
    key: str = ""
    verdict: Verdict | None = None
    partner_id: int = 0

    @property
    def own_key(self):
        """The number that the row has in a column, as it stands there."""
        return self.line.values.get("event_key", "")


class ClientImportRequest(models.AbstractModel):
    """Judges files with requests: each row would be one request at the door."""

    _name = "client.import.request"
    _description = "Judge of Files with Requests"

    # === READING ===

    def _judge_requests(self):
        """Yield values of ``client.import.row`` for every row of the file."""
        entries = [
            self._read_request(number, texts) for number, texts in self._read_lines()
        ]
        self._find_flaws(entries)
        good = [entry for entry in entries if not entry.verdict]
        self._find_repetitions(good)
        good = [entry for entry in good if not entry.verdict]
        self._find_known_clients(good)
        for entry in entries:
            verdict = entry.verdict or self._accept(entry)
            yield {
                "import_id": self.id,
                "company_id": self.company_id.id,
                "state": "pending",
                "number": entry.number,
                "name": entry.line.who,
                "cells": entry.texts,
                "values": {"values": entry.line.values, "cells": entry.line.cells},
                "request_key": entry.key,
                "request_digest": entry.line.digest,
                **self._prepare_verdict_values(verdict),
            }

    def _read_request(self, number, texts):
        columns = [
            request_file.Column(
                column.position,
                column.header or "",
                (column.code or "").removeprefix(request_file.PREFIX),
            )
            for column in self.column_ids
        ]
        line = request_file.read_line(columns, texts)
        self._tidy_phones(line)
        return Entry(number, texts, line)

    def _tidy_phones(self, line):
        """Write phones with their country: a request knows only that of the company."""
        text = line.values.get("phone")
        phones, rest = contact.split_phones(text or "", self.country_id.code or "")
        if not phones:
            return
        shown = ", ".join(contact.format_phone(one.normalized) for one in phones)
        line.values["phone"] = shown
        if rest:  # "after six": it says how to call
            told = line.values.get("description")
            line.values["description"] = f"{told}\n{rest}" if told else rest

    # === JUDGING ===

    def _find_flaws(self, entries):
        """Reject what would be no request, and name the others."""
        digest = self._get_file_digest(entries)
        for entry in entries:
            if self._is_total(entry.line):
                entry.verdict = self._reject("req_contact_name", "total")
            elif not entry.line.who:
                entry.verdict = self._reject("req_phone", "req_nobody")
            else:
                self._name_event(entry, digest)

    def _name_event(self, entry, digest):
        if not entry.own_key:
            entry.key = request_file.make_key(entry.line, digest)
            return
        try:
            entry.key = payloads.tidy_key(entry.own_key)
        except Refusal:
            entry.verdict = self._reject(
                "req_event_key", "req_bad_key", value=entry.own_key
            )

    def _is_total(self, line):
        return len(line.cells) <= 2 and any(
            rows.TOTAL.fullmatch(text.strip().lower()) for text in line.cells.values()
        )

    def _get_file_digest(self, entries):
        """:return: what is the same for the same rows, also when they are saved anew"""
        said = "\n".join(entry.line.digest for entry in entries)
        return hashlib.sha256(said.encode()).hexdigest()

    def _find_repetitions(self, entries):
        """Tell rows that were brought in before, or stand in the file twice."""
        self.env["lead.request"].flush_model()
        self.env["client.import.row"].flush_model()
        known = self._fetch_known_keys(entries)
        former = self._fetch_former_rows(entries)
        first = {}
        for entry in entries:
            found = known.get(entry.key)
            earlier = first.setdefault(entry.key, entry)
            if found:
                entry.verdict = self._judge_known_key(entry, *found)
            elif earlier is not entry:
                entry.verdict = self._judge_twin(entry, earlier)
            elif not entry.own_key and entry.line.digest in former:
                entry.verdict = self._repeat(former[entry.line.digest])

    def _repeat(self, number):
        return Verdict("unchanged", "req_same", {"number": number})

    def _judge_known_key(self, entry, number, digest):
        if digest in (None, entry.line.digest):
            return self._repeat(number)
        return self._reject(
            "req_event_key", "req_other", value=entry.own_key, number=number
        )

    def _judge_twin(self, entry, earlier):
        if entry.line.digest == earlier.line.digest:
            return Verdict("unchanged", "req_twin", {"row": earlier.number})
        return self._reject(
            "req_event_key", "req_twin_key", value=entry.own_key, row=earlier.number
        )

    def _fetch_known_keys(self, entries):
        """:return: key -> number of the request, digest of its row when it is known"""
        found = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (request.event_key)
                       request.event_key, request.number, row.request_digest
                  FROM lead_request AS request
             LEFT JOIN client_import_row AS row
                    ON row.request_id = request.id
                 WHERE request.channel_id = %s
                   AND request.event_key = ANY(%s)
              ORDER BY request.event_key, row.id
                """,
                self.request_channel_id.id or None,
                [entry.key for entry in entries],
            )
        )
        return {key: (number, digest) for key, number, digest in found}

    def _fetch_former_rows(self, entries):
        """A list that grows is brought in again: rows of the last weeks are known.

        :return: digest of a row -> number of the request that it became
        """
        days = self.company_id.sudo().lead_join_days
        return dict(
            self.env.execute_query(
                SQL(
                    """
                    SELECT row.request_digest, MAX(request.number)
                      FROM client_import_row AS row
                      JOIN lead_request AS request
                        ON request.id = row.request_id
                     WHERE row.request_digest = ANY(%(digests)s)
                       AND row.state = 'done'
                       AND request.channel_id = %(channel)s
                       AND request.received_at > %(since)s
                  GROUP BY row.request_digest
                    """,
                    digests=[entry.line.digest for entry in entries],
                    channel=self.request_channel_id.id or None,
                    since=fields.Datetime.subtract(fields.Datetime.now(), days=days),
                )
            )
        )

    # === WHO IT IS ===

    def _find_known_clients(self, entries):
        """Tell whose requests these are, as far as it is certain."""
        keys = [self._make_sender_key(entry.line.values) for entry in entries]
        index = self.env["client.identity"]._make_index(
            keys, self.company_id, with_names=False
        )
        for entry, key in zip(entries, keys, strict=True):
            match = index.identify(key)
            if match.kind == "certain":
                entry.partner_id = match.client_id

    def _make_sender_key(self, values):
        """:rtype: matching.ClientKey"""
        phones, _rest = contact.split_phones(values.get("phone", ""))
        emails, _rest = contact.split_emails(values.get("email", ""))
        person = values.get("contact_name", "")
        # a given name alone speaks against nobody
        full = person if len(names.parse_name(person).tokens) > 1 else ""
        return matching.ClientKey(
            id=0,
            name=values.get("company") or full,
            tax_id=contact.tax_id_key(values.get("tax_id", "")),
            phones=tuple(one.normalized for one in phones),
            emails=tuple(one.normalized for one in emails),
            city=values.get("region", ""),
        )

    def _accept(self, entry):
        key = self._make_sender_key(entry.line.values)
        code = "req_client" if entry.partner_id else "req_new"
        if not entry.partner_id and not key.contacts:
            code = "req_silent"
        changes = [
            {
                "code": f"{request_file.PREFIX}{target}",
                "outcome": "take",
                "old": "",
                "new": entry.line.values[target],
                "old_raw": None,
                "new_raw": None,
            }
            for target in request_file.TARGETS
            if target in entry.line.values and target != "note"
        ]
        return Verdict("create", code, {}, entry.partner_id, changes=changes)
