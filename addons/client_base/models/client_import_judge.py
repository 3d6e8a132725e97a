from dataclasses import dataclass, field, replace

from odoo import models
from odoo.tools import split_every

from ..tools import cells, matching, merge_values, people, rows
from .contact_point_owner import PRIMARY_FIELDS

JUDGE_BATCH = 1000
NAME_CODES = ("legal_form", "name")
UNIQUE_RULES = ("id", "sync_key")
# Longer ones are another text in the wrong column, and too long to be looked up by.
MAX_LENGTH = 500
SHORT_CODES = ("name", "tax_id", "ref")


@dataclass(slots=True)
class Verdict:
    """What is to be done with one row, and why."""

    verdict: str
    code: str
    data: dict = field(default_factory=dict)
    partner_id: int = 0
    candidate_ids: list = field(default_factory=list)
    changes: list = field(default_factory=list)
    column: str = ""
    problems: list = field(default_factory=list)


class ClientImportJudge(models.AbstractModel):
    """Finds the client that each row means, and what the row would change."""

    _name = "client.import.judge"
    _description = "Judge of Client Files"
    _inherit = ["client.import.properties", "client.import.alike"]

    # === WHOLE FILE ===

    def _judge_file(self, file_columns):
        """Yield values of ``client.import.row`` for every row of the file."""
        country_code = self.country_id.code or ""
        codes = rows.value_codes(file_columns)
        kinds = self.env["client.sheet"]._get_kinds(country_code, codes)
        texts = list(self._read_lines())
        self._learn_names(file_columns, texts, kinds)
        parsed = [
            rows.parse_row(file_columns, line, kinds, country_code)
            for _number, line in texts
        ]
        keys = [self._make_key(row) for row in parsed]
        index = self.env["client.identity"]._make_index(keys, self.company_id)
        matches = self._doubt_new(parsed, keys, [index.identify(key) for key in keys])
        twins = self._find_twins(keys, matches, texts)
        common = {
            "import_id": self.id,
            "company_id": self.company_id.id,
            "state": "pending",
        }
        for batch in split_every(JUDGE_BATCH, range(len(parsed)), list):
            verdicts = self._judge(
                [(parsed[i], matches[i], twins.get(i)) for i in batch], kinds
            )
            for i, verdict in zip(batch, verdicts, strict=True):
                values = self._prepare_row_values(*texts[i], parsed[i], verdict)
                yield common | values

    def _find_twins(self, keys, matches, texts):
        """:return: position -> what the row shares with an earlier one of the file"""
        open_positions = [
            position
            for position, match in enumerate(matches)
            if match.kind != "certain"
        ]
        found = matching.find_twins([keys[position] for position in open_positions])
        twins = self._find_known_twins(matches, texts)
        return twins | {
            open_positions[position]: {
                "row": texts[open_positions[twin.first_index]][0],
                "is_certain": twin.is_certain,
                "rule": twin.rule,
            }
            for position, twin in found.items()
        }

    def _find_known_twins(self, matches, texts):
        """:return: as ``_find_twins``, for rows of a client that the base knows"""
        first_positions, twins = {}, {}
        for position, match in enumerate(matches):
            if match.kind != "certain":
                continue
            # rows of cards that are one now are no twins: each has its own changes
            named = (match.client_id, match.former_id)
            first = first_positions.setdefault(named, position)
            if first != position:
                twins[position] = {
                    "row": texts[first][0],
                    "is_certain": True,
                    "rule": "",
                }
        return twins

    def _make_key(self, row):
        """:rtype: matching.ClientKey"""
        get = row.values.get
        empty = cells.Cell(raw=[])
        return matching.ClientKey(
            id=0,
            client_id=row.client_id,
            name=self._get_full_name(row),
            sync_source=self.sync_source or "",
            sync_key=row.sync_key,
            tax_id=get("tax_id", empty).canon,
            phones=self._get_normal_forms(get("phone", empty)),
            emails=self._get_normal_forms(get("email", empty)),
            city=get("city", empty).text,
        )

    def _get_normal_forms(self, cell):
        return tuple(normal for _value, normal, _note in cell.raw if normal)

    def _get_full_name(self, row):
        """The legal form stands in a column of its own, and still tells a firm."""
        parts = (row.values.get(code, cells.Cell()).text for code in NAME_CODES)
        return " ".join(filter(None, parts))

    def _prepare_row_values(self, number, line, row, verdict):
        return {
            "number": number,
            "name": row.name,
            "cells": line,
            "values": rows.dump_values(row.values),
            "notes": "\n".join(row.notes) or False,
            "version_mark": row.mark,
            "client_number": row.client_id,
            "sync_key": row.sync_key,
            **self._prepare_verdict_values(verdict),
        }

    def _prepare_verdict_values(self, verdict):
        return {
            "verdict": verdict.verdict,
            "partner_id": verdict.partner_id or False,
            "candidate_ids": verdict.candidate_ids,
            "reason_code": verdict.code,
            "reason_data": verdict.data,
            "changes": verdict.changes,
            "column": verdict.column or False,
            "problems": verdict.problems or False,
        }

    # === AGAIN ===

    def _judge_again(self, file_rows):
        """Judge rows anew, now that a person has decided."""
        for file_row, _row, verdict in self._judge_anew(file_rows):
            file_row._set_verdict(verdict)

    def _judge_anew(self, file_rows):
        """Judge rows that were read some time ago; nothing is written.

        :return: list of (row of the file, ``rows.ParsedRow``, ``Verdict``)
        """
        values = file_rows._fetch_json("values")
        parsed = [row._to_parsed(values[row.id]) for row in file_rows]
        codes = rows.value_codes(self._get_columns()).union(
            *(row.values for row in parsed)
        )
        kinds = self.env["client.sheet"]._get_kinds(self.country_id.code or "", codes)
        keys = [self._make_key(row) for row in parsed]
        index = self.env["client.identity"]._make_index(
            keys, self.company_id, with_names=False
        )
        judged = [
            (row, self._match_again(file_row, index.identify(key)), None)
            for file_row, row, key in zip(file_rows, parsed, keys, strict=True)
        ]
        decisions = [file_row.decision for file_row in file_rows]
        verdicts = self._judge(judged, kinds, decisions)
        return list(zip(file_rows, parsed, verdicts, strict=True))

    def _match_again(self, file_row, match):
        """A decision of a person, and a client found earlier, outweigh the ladder."""
        if file_row.decision == "create":
            # but what names one client by itself cannot stand on two cards
            return match if match.rule in UNIQUE_RULES else matching.Match("none")
        if file_row.decision:
            is_choice = file_row.decision == "client"
            rule = "decision" if is_choice else file_row.reason_code
            return matching.Match("certain", file_row.partner_id.id, rule)
        return match

    # === ROWS ===

    def _judge(self, judged, kinds, decisions=None):
        """Judge rows.

        :param judged: list of (``rows.ParsedRow``, ``matching.Match``, twin or None)
        :param decisions: what a person decided about each of them
        :rtype: list[Verdict]
        """
        partners = self.env["res.partner"].browse(
            {
                match.client_id
                for _row, match, _twin in judged
                if match.kind == "certain"
            }
        )
        current = self.env["client.sheet"]._read_cells(partners.exists(), kinds)
        verdicts = [
            self._judge_one(row, match, twin, current, kinds, decision)
            for (row, match, twin), decision in zip(
                judged, decisions or [None] * len(judged), strict=True
            )
        ]
        self._explain_unknown_ids(judged, verdicts)
        return verdicts

    def _explain_unknown_ids(self, judged, verdicts):
        """Tell the clients of the reader's other companies from those that are not."""
        unknown = {
            row.client_id: verdict
            for (row, *_rest), verdict in zip(judged, verdicts, strict=True)
            if verdict.code == "unknown_id" and row.client_id > 0
        }
        if not unknown:
            return
        companies = self.env.user.company_ids - self.company_id
        cards_sudo = self.env["res.partner"].sudo()  # he could see them by switching
        for card_sudo in cards_sudo.with_context(active_test=False).search(
            [("id", "in", list(unknown)), ("company_id", "in", companies.ids)]
        ):
            verdict = unknown[card_sudo.id]
            verdict.code = "other_company"
            verdict.data = {"value": card_sudo.company_id.name}

    def _judge_one(self, row, match, twin, current, kinds, decision):
        if match.reason == "unknown_id":
            return self._reject("client_id", "unknown_id", value=row.client_text)
        too_long = self._find_too_long(row)
        if too_long:
            return self._reject(too_long, "too_long", limit=MAX_LENGTH)
        if match.kind == "certain" and match.client_id in current:
            known = self._judge_known(row, match, current, kinds, decision)
            return known if decision else self._doubt_known(known, twin)
        if row.is_empty:
            return self._reject("name", "no_name")
        if row.is_total and decision != "create":
            return self._reject("name", "total")
        if match.kind == "ambiguous":
            return Verdict(
                "ambiguous",
                match.reason,
                {"evidence": match.evidence} if match.evidence else {},
                candidate_ids=[item.client_id for item in match.candidates],
            )
        if twin and twin["is_certain"] and decision != "create":
            return Verdict("ambiguous", "twin", twin)
        return self._judge_new(row, twin, kinds)

    def _judge_new(self, row, twin, kinds):
        row, problems = self._set_apart_of_new(row, kinds)
        code = "new"
        if twin:
            is_namesake = twin["rule"] == matching.SAME_NAME
            code = "new_same_name" if is_namesake else "new_like_row"
        return Verdict(
            "create",
            code,
            twin or {},
            changes=self._list_creation(row, kinds),
            problems=problems,
        )

    def _find_too_long(self, row):
        """:return: code of a column with more text than fits, if there is one"""
        texts = [("sync_key", row.sync_key)]
        for code, cell in row.values.items():
            if code in SHORT_CODES:
                texts.append((code, cell.text))
            elif code in rows.POINT_CODES:
                texts += [(code, point[0]) for point in cell.raw]
        if "contact" in row.values:
            person = row.values["contact"].raw
            texts.append(("contact_name", person["name"]))
            for kind in PRIMARY_FIELDS:
                texts += [(f"contact_{kind}", point[0]) for point in person[kind]]
        return next((code for code, text in texts if len(text) > MAX_LENGTH), "")

    def _doubt_known(self, known, twin):
        """Ask before a row changes a client whom an earlier row changes, or an old one.

        :return: ``known``, or that somebody has to decide
        """
        is_archived = not self.env["res.partner"].browse(known.partner_id).active
        if is_archived and known.verdict != "unchanged":
            return Verdict("ambiguous", "archived", candidate_ids=[known.partner_id])
        if twin and known.verdict != "unchanged":
            return Verdict("ambiguous", "twin", twin, candidate_ids=[known.partner_id])
        return known

    def _reject(self, code, reason, **data):
        column = self.column_ids.filtered(lambda column: column.code == code)[:1]
        return Verdict("rejected", reason, data, column=column.header or "")

    def _judge_known(self, row, match, current, kinds, decision):
        partner = self.env["res.partner"].browse(match.client_id)
        present = current[match.client_id]
        if match.former_id:  # the key stays with the card that was merged
            row = replace(row, sync_key="")
        row, problems = self._set_apart(row, partner, present, kinds, decision)
        changes = self._compare(row, present, kinds)
        is_archived = not partner.active
        if is_archived and (changes or decision or not row.mark):
            archived = cells.Cell(self.env._("in the archive"), "0", False)
            back = cells.Cell(self.env._("back among the clients"), "1", True)
            changes.append(self._describe("active", "take", archived, back))
        if decision == "file":
            for change in changes:
                change["outcome"] = "take"
        elif decision == "card":
            changes = [item for item in changes if item["outcome"] != "conflict"]
        if any(change["outcome"] == "conflict" for change in changes):
            verdict = "conflict"
        else:
            verdict = "update" if changes else "unchanged"
        return Verdict(
            verdict, match.rule, {}, match.client_id, [], changes, problems=problems
        )

    def _compare(self, row, current, kinds):
        """:return: list of dicts: code, outcome, old, new, old_raw, new_raw"""
        mark = merge_values.read_mark(row.mark)
        clear_empty = self.clear_empty and bool(mark)
        incoming = dict(row.values)
        if clear_empty:
            for column in self._get_columns():
                if column.code in kinds and column.code != "name":
                    incoming.setdefault(column.code, cells.Cell())
        changes = []
        for code, cell in self._in_order(incoming, kinds):
            old = current.get(code, cells.Cell())
            if code == "contact":
                merge = people.merge_people(old, cell)
            else:
                merge = kinds[code].merge(
                    mark.get(code), old, cell, clear_empty=clear_empty
                )
            if merge.outcome in ("take", "conflict"):
                changes.append(self._describe(code, merge.outcome, old, merge.cell))
        if row.sync_key and not current["sync_key"].canon:
            changes.append(
                self._describe(
                    "sync_key", "take", cells.Cell(), cells.Kind().parse(row.sync_key)
                )
            )
        return changes

    def _describe(self, code, outcome, old, new):
        return {
            "code": code,
            "outcome": outcome,
            "old": "" if code == "contact" else old.text,
            "new": new.text,
            "old_raw": None if code == "contact" else old.raw,
            "new_raw": new.raw,
        }

    def _list_creation(self, row, kinds):
        """:return: everything a new card gets, in the form of ``_compare``"""
        return [
            self._describe(code, "take", cells.Cell(), cell)
            for code, cell in self._in_order(row.values, kinds)
            if cell.text or cell.canon
        ]

    def _in_order(self, values, kinds):
        """The database forgets the order of a JSON object; people want the card's."""
        return [(code, values[code]) for code in (*kinds, "contact") if code in values]
