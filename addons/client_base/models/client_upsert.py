from dataclasses import dataclass, field
from decimal import Decimal

from psycopg2 import InterfaceError, OperationalError
from psycopg2.errors import UniqueViolation

from odoo import models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.tools import SQL

from ..tools import cells, client_rows, matching, rows, told
from ..tools.duplicates.cards import Card
from ..tools.duplicates.scan import PROPOSED
from ..tools.told_merge import merge_told

CODES = (*client_rows.TEXTS.values(), *client_rows.LISTS.values())
MAX_ALIKE = 10
NOT_A_ROW = (OperationalError, InterfaceError, ConcurrencyError)


@dataclass(slots=True)
class Work:
    """One client of the batch on his way to his card."""

    item: client_rows.ToldClient
    row: rows.ParsedRow
    partner_id: int = 0
    before: dict[str, str] = field(default_factory=dict)
    status: str = ""
    alike_ids: list[int] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)

    def begin_again(self, partner_id: int) -> None:
        """Forget what an attempt made that was taken back."""
        self.partner_id, self.status = partner_id, ""
        self.alike_ids, self.kept = [], []


class ClientUpsert(models.AbstractModel):
    """The door through which another system tells its clients.

    A client is known by the key of the other system, else by the identity that files
    and requests go by. Cards are written by the same writer as from files.
    """

    _name = "client.upsert"
    _description = "Door for Clients"
    _inherit = ["client.sync.door", "client.upsert.people"]

    def _upsert(self, source, told_rows):
        """See ``res.partner.client_upsert``; rights are the caller's to check."""
        source = self._check_batch(source, told_rows)
        parsed, errors = self._parse_rows(told_rows, client_rows.parse)
        known = self._fetch_known(source, {item.key for item in parsed.values()})
        marks = {key: mark for key, (mark, *_rest) in known.items()}
        found, to_store = told.settle(marks, list(parsed.values()))
        statuses = dict(zip(parsed, found, strict=True))
        reading = self._get_reading(to_store.values())
        works = {
            key: self._make_work(item, reading, *known.get(key, (None, 0, {}))[1:])
            for key, item in to_store.items()
        }
        failed = self._store(source, list(works.values()))
        return [
            self._make_error(row, errors[number])
            if number in errors
            else self._answer(parsed[number], statuses[number], works, failed, known)
            for number, row in enumerate(told_rows)
        ]

    def _answer(self, item, status, works, failed, known):
        if item.key in failed:
            return {
                **self._make_answer(item.key, "error", 0),
                "error_code": "refused",
                "message": failed[item.key],
            }
        work = works.get(item.key)
        if work is None or status in ("stale", "gone"):
            return self._make_answer(item.key, status, known[item.key][1])
        is_last = work.item.digest == item.digest
        answer = self._make_answer(
            item.key, work.status if is_last else status, work.partner_id
        )
        if work.alike_ids:
            answer["alike_ids"] = work.alike_ids
        if work.kept:
            answer["kept"] = work.kept
        return answer

    def _get_error_messages(self, **values):
        return super()._get_error_messages(**values) | {
            "bad_list": self.env._(
                "“%(field)s” is no list of at most %(most)s items.",
                **values,
                most=client_rows.MAX_LIST,
            ),
        }

    # === WHAT IS KNOWN ===

    def _fetch_known(self, source, keys):
        """:return: key -> (``told.Known``, id of the card, what was told last)

        The card that stays stands for one that was merged into it. A card with the key
        of this system that another way has brought in is known too.
        """
        company = self.env.company
        self.env["res.partner"].flush_model(
            ["sync_source", "sync_key", "merged_into_id", "active", "company_id"]
        )
        lines = self.env.execute_query(
            SQL(
                """
                SELECT known.key, known.version::text, known.digest, known.told,
                       COALESCE(stays.id, card.id),
                       COALESCE(stays.active, card.active)
                  FROM (
                        SELECT key, version, digest, told, partner_id, 1 AS rank
                          FROM client_sync_key
                         WHERE company_id = %(company)s
                           AND source = %(source)s
                           AND parent_key = ''
                           AND key = ANY(%(keys)s)
                         UNION ALL
                        SELECT sync_key, NULL, NULL, NULL, id,
                               CASE WHEN company_id IS NULL THEN 3 ELSE 2 END
                          FROM res_partner
                         WHERE sync_source = %(source)s
                           AND sync_key = ANY(%(keys)s)
                           AND (company_id = %(company)s OR company_id IS NULL)
                       ) AS known
                  JOIN res_partner AS card ON card.id = known.partner_id
             LEFT JOIN res_partner AS stays ON stays.id = card.merged_into_id
              ORDER BY known.key, known.rank DESC
                """,
                company=company.id,
                source=source,
                keys=list(keys),
            )
        )
        return {
            key: (
                told.Known(version and Decimal(version), digest or "", not active),
                card_id,
                before or {},
            )
            for key, version, digest, before, card_id, active in lines
        }

    def _make_work(self, item, reading, partner_id=0, before=None):
        """Read the values of a client as a row of a file would be read.

        :param reading: as ``_get_reading`` gives it
        """
        kinds, country_code = reading
        codes = [code for code in CODES if code in item.texts]
        columns = [rows.Column(place, code, code) for place, code in enumerate(codes)]
        texts = [item.texts[code] for code in codes]
        row = rows.parse_row(columns, texts, kinds, country_code)
        lists = client_rows.LISTS.values()
        for code in codes:  # told to be empty is more than not told
            row.values.setdefault(code, cells.Cell(raw=[] if code in lists else None))
        row.sync_key = item.key
        return Work(item, row, partner_id, before or {})

    def _get_reading(self, items):
        """Prepare once for all rows what they are read by.

        :param items: ``client_rows.ToldClient`` of the rows
        :return: kinds of the columns, and the country of local phone numbers
        """
        codes = set(CODES)
        if not any("country" in item.texts for item in items):
            codes.remove("country")  # all countries in all languages: it takes a while
        country_code = self.env.company.country_id.code or ""
        sheet_sudo = self.env["client.sheet"].sudo()  # a script may read no lists
        return sheet_sudo._get_kinds(country_code, codes), country_code

    # === STORING ===

    def _store(self, source, works):
        """Write clients, and note what was told; the good ones of a batch get through.

        :return: key -> sentence, of the clients that could not be written
        """
        failed = {}
        self._try_store(source, sorted(works, key=lambda one: one.item.key), failed)
        return failed

    def _try_store(self, source, works, failed):
        """Write the clients together; when one of them fails, each half of them."""
        if not works:
            return
        known_ids = [work.partner_id for work in works]
        try:
            with self.env.cr.savepoint():
                self._store_batch(source, works)
        except Exception as error:
            if isinstance(error, NOT_A_ROW):
                raise
            if self._is_told_meanwhile(source, works, error):
                raise ConcurrencyError(str(error)) from error
            # cards of this attempt are gone with it
            for work, partner_id in zip(works, known_ids, strict=True):
                work.begin_again(partner_id)
            if len(works) > 1:
                middle = len(works) // 2
                self._try_store(source, works[:middle], failed)
                self._try_store(source, works[middle:], failed)
                return
            failed[works[0].item.key] = self._get_refusal(error)

    def _is_told_meanwhile(self, source, works, error):
        """Tell whether another script has stored a key that we do not see yet.

        Odoo runs the call again, and then the key is known.
        """
        if not isinstance(error, UniqueViolation):
            return False
        keys = {work.item.key for work in works}
        is_of_keys = error.diag.constraint_name == "res_partner_sync_key_uniq"
        return is_of_keys and not self._fetch_known(source, keys)

    def _get_refusal(self, error):
        if isinstance(error, UserError):
            return str(error)
        return self.env._("This client could not be stored. Tell your administrator.")

    def _store_batch(self, source, works):
        self._identify(source, [work for work in works if not work.partner_id])
        self._create_cards(source, [work for work in works if not work.partner_id])
        self._update_cards(source, [work for work in works if not work.status])
        people_keys = self._store_people(source, works)
        lines = [*map(self._prepare_key, works), *people_keys]
        self.env["client.sync.key"]._note(source, lines)

    def _identify(self, source, works):
        """Find the cards of clients whose key is new; a likeness is told, no more."""
        if not works:
            return
        keys = [self._make_client_key(source, work) for work in works]
        identity_sudo = self.env["client.identity"].sudo()  # whoever may read whom
        index = identity_sudo._make_index(keys, self.env.company, with_names=False)
        taken = set()
        for work, key in zip(works, keys, strict=True):
            match = index.identify(key)
            if match.kind == "certain" and match.client_id not in taken:
                work.partner_id = match.client_id
                taken.add(match.client_id)
            else:
                work.alike_ids = [one.client_id for one in match.candidates]
        self._tell_alike(works, keys)

    def _tell_alike(self, works, keys):
        """Add the cards that the search for duplicates holds for a new client."""
        new = {
            -1 - place: (work, key)
            for place, (work, key) in enumerate(zip(works, keys, strict=True))
            if not work.partner_id
        }
        company = self.env.company
        found = self.env["client.duplicate.lookup"]._find_alike_of_many(
            [self._make_card(id_, *item) for id_, item in new.items()],
            company,
            company.country_id.code or "UA",
        )
        for id_, (work, _key) in new.items():
            alike = [pair.right for pair in found[id_] if pair.score >= PROPOSED]
            work.alike_ids = list(dict.fromkeys(work.alike_ids + alike))[:MAX_ALIKE]

    def _make_card(self, id_, work, key):
        """:rtype: tools.duplicates.cards.Card"""
        values = work.row.values
        return Card(
            id=id_,
            name=key.name,
            is_company=bool(key.is_company),
            phones=key.phones,
            emails=key.emails,
            tax_id=values.get("tax_id", cells.Cell()).text,
            street=values.get("street", cells.Cell()).text,
            city=key.city,
            zip=values.get("zip", cells.Cell()).text,
        )

    def _make_client_key(self, source, work):
        values = work.row.values

        def get_normal(code):
            cell = values.get(code, cells.Cell(raw=[]))
            return tuple(point[1] for point in cell.raw or () if point[1])

        return matching.ClientKey(
            id=0,
            name=values["name"].text,
            is_company=work.item.is_company,
            sync_source=source,
            sync_key=work.item.key,
            tax_id=values.get("tax_id", cells.Cell()).canon,
            phones=get_normal("phone"),
            emails=get_normal("email"),
            city=values.get("city", cells.Cell()).text,
        )

    def _create_cards(self, source, works):
        if not works:
            return
        country = self.env.company.country_id
        items = []
        for work in works:
            defaults = {
                "sync_source": source,
                "sync_key": work.item.key,
                "country_id": country.id,
            }
            if work.item.is_company is not None:
                defaults["is_company"] = work.item.is_company
            filled = {
                code: cell for code, cell in work.row.values.items() if cell.canon
            }
            items.append((defaults, filled))
        # sudo: the account of another system writes cards by this door alone
        cards = self.env["client.card.writer"].sudo()._create_cards(items)
        for work, card in zip(works, cards, strict=True):
            work.partner_id, work.status = card.id, "created"

    def _update_cards(self, source, works):
        if not works:
            return
        kinds, _country_code = self._get_reading(work.item for work in works)
        Partner_sudo = self.env["res.partner"].sudo()
        cards_sudo = Partner_sudo.browse(work.partner_id for work in works)
        sheet_sudo = self.env["client.sheet"].sudo()
        current = sheet_sudo._read_cells(cards_sudo, kinds)
        changed = []
        for work, card_sudo in zip(works, cards_sudo, strict=True):
            merge = merge_told(
                kinds, work.before, current[card_sudo.id], work.row.values
            )
            self._spare_account(card_sudo, merge)
            values = merge.values
            if not card_sudo.sync_key:
                values = values | self._get_key_cells(source, work.item.key)
            work.kept = merge.kept
            work.status = "updated" if values else "unchanged"
            if values:
                changed.append((card_sudo, values))
        if changed:
            self.env["client.card.writer"].sudo()._update_cards(changed)
            self._note_changes(source, changed, current)

    def _spare_account(self, card_sudo, merge):
        """Leave the e-mail of whoever logs in: his new passwords are sent there."""
        if "email" in merge.values and self._has_account(card_sudo):
            del merge.values["email"]
            merge.kept.append("email")

    def _note_changes(self, source, changed, current):
        """Keep in the journal of the cards what they said before."""
        lines = [
            {
                "partner_id": card_sudo.id,
                "company_id": self.env.company.id,
                "sync_source": source,
                "field": code,
                "old_value": current[card_sudo.id].get(code, cells.Cell()).text,
                "new_value": cell.text,
                "old_raw": current[card_sudo.id].get(code, cells.Cell()).raw,
                "new_raw": cell.raw,
            }
            for card_sudo, values in changed
            for code, cell in values.items()
            if code != "sync_source"
        ]
        self.env["client.change"].sudo()._note(lines)  # nobody writes it by hand

    def _get_key_cells(self, source, key):
        return {
            "sync_key": cells.Cell(key, key, key),
            "sync_source": cells.Cell(source, source, source),
        }

    # === WHAT WAS TOLD ===

    def _prepare_key(self, work):
        values = {
            code: cell.canon for code, cell in work.row.values.items() if code in CODES
        }
        version = work.item.version
        return {
            "key": work.item.key,
            "parent_key": "",
            "partner_id": work.partner_id,
            "version": None if version is None else str(version),
            "digest": work.item.digest,
            "told": values,
        }
