import json
from collections import defaultdict

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import split_every

from .concurrency import CONCURRENCY_ERRORS

BATCH = 1000
# code in the journal -> (field of the card, kind of ``client.sheet``)
BULK_FIELDS = {
    "client_type": ("client_type_id", "many2one"),
    "user": ("user_id", "many2one"),
    "source": ("source_id", "many2one"),
    "industry": ("industry_id", "many2one"),
    "company_size": ("company_size", "selection"),
    "deal_potential": ("deal_potential", "selection"),
    "preferred_channel": ("preferred_channel", "selection"),
    "interest_level": ("interest_level", "selection"),
    "contract_end_date": ("contract_end_date", "date"),
    "country": ("country_id", "many2one"),
    "state": ("state_id", "many2one"),
    "city": ("city", "text"),
    "tags": ("category_id", "many2many"),
    "groups": ("client_group_ids", "many2many"),
    "reviewed_on": ("reviewed_on", "date"),
}
# What is added and removed instead of replaced: code -> the two fields of the change.
SET_FIELDS = {
    "tags": ("add_tag_ids", "remove_tag_ids"),
    "groups": ("add_group_ids", "remove_group_ids"),
}
# field of the card -> the option that empties it
CLEARED = {
    field: f"clear_{field}"
    for code, (field, _kind) in BULK_FIELDS.items()
    if code not in SET_FIELDS and code != "reviewed_on"
}
# The journal tells of it: nothing is tracked on each card, nobody gets a letter.
QUIET = {"mail_notrack": True, "mail_auto_subscribe_no_notify": True}


class ClientBulkEditWriter(models.AbstractModel):
    """Works out what a change does to each card, makes it and takes it back.

    Values are compared and kept in the journal as plain JSON: ids, keys, ISO dates.
    """

    _name = "client.bulk.edit.writer"
    _description = "Writer of Changes of Many Clients"

    # === WHAT IS WANTED ===

    def _get_wanted(self):
        """:return: code -> plain value to stand on each card, None for empty"""
        wanted = {}
        for code, (field, _kind) in BULK_FIELDS.items():
            if field not in CLEARED:
                continue
            if self[CLEARED[field]]:
                wanted[code] = None
            elif self[field]:
                wanted[code] = self._get_plain(self, code)
        if self.is_reviewed:
            today = fields.Date.context_today(self)
            wanted["reviewed_on"] = fields.Date.to_string(today)
        return wanted

    def _get_plain(self, record, code):
        """:return: the value of a card, or of this form, as the journal keeps it"""
        field, kind = BULK_FIELDS[code]
        value = self.env["client.sheet"]._get_raw(record, (), field, kind)
        if kind == "date":
            return fields.Date.to_string(value) or None
        if kind == "many2many":
            return sorted(value)
        return value or None

    def _get_allowed(self):
        """:return: the clients that one may change"""
        clients = self.env["res.partner"].browse(self.partner_ids.ids)
        return clients.with_context(active_test=False)._filtered_access("write")

    def _plan(self, clients):
        """Compare what is wanted with what is there.

        :return: client -> list of (code, plain value before, and after), without the
            clients that have all of it already
        """
        wanted = self._get_wanted()
        sets = {
            code: (set(self[added].ids), set(self[removed].ids))
            for code, (added, removed) in SET_FIELDS.items()
            if self[added] or self[removed]
        }
        plan = {}
        for client in clients:
            changes = []
            for code in (*wanted, *sets):
                old = self._get_plain(client, code)
                if code in sets:
                    added, removed = sets[code]
                    new = sorted((set(old) | added) - removed)
                else:
                    new = wanted[code]
                if new != old:
                    changes.append((code, old, new))
            if changes:
                plan[client] = changes
        return plan

    def _get_texts(self, plan):
        """Put a plan into words.

        :param plan: as ``_plan`` gives it
        :return: client -> list of (code, words before, words after)
        """
        names = self._get_names(plan)
        return {
            client: [
                (code, *(self._get_text(names[code], plain) for plain in (old, new)))
                for code, old, new in changes
            ]
            for client, changes in plan.items()
        }

    def _get_names(self, plan):
        """:return: code -> plain value -> its name; a value without one names itself"""
        values = defaultdict(set)
        for changes in plan.values():
            for code, *pair in changes:
                for plain in pair:
                    values[code].update(plain if isinstance(plain, list) else [plain])
        names = {}
        for code, plains in values.items():
            field, kind = BULK_FIELDS[code]
            names[code] = {}
            if kind in ("many2one", "many2many"):
                records_sudo = self._get_existing(field, plains)  # names stand on cards
                names[code] = {item.id: item.display_name for item in records_sudo}
            elif kind == "selection":
                names[code] = dict(self._get_choices(field))
        return names

    def _get_text(self, names, plain):
        parts = plain if isinstance(plain, list) else [plain]
        return ", ".join(str(names.get(part, part)) for part in parts if part)

    def _get_existing(self, field, ids):
        """:return: with the rights of the system, what was not deleted meanwhile"""
        Comodel = self.env[self.env["res.partner"]._fields[field].comodel_name]
        return Comodel.sudo().browse(sorted(id_ for id_ in ids if id_)).exists()

    # === CHANGING ===

    def _apply(self):
        """Change the cards, a batch at a time; a card that is refused is counted."""
        self.ensure_one()
        refused = []
        values = self._prepare_values()
        clients = self._get_allowed()
        for batch in split_every(BATCH, clients.ids, clients.browse):
            plan = self._plan(batch)
            changed = batch.browse([client.id for client in plan])
            failed = self._write_cards(changed, values)
            refused += failed
            bad_ids = {client_id for client_id, _text in failed}
            self._note(
                {client: plan[client] for client in plan if client.id not in bad_ids}
            )
        # sudo: what became of it is not written by hand
        self.sudo().write({"state": "done", "problem": self._get_problem(refused)})

    def _prepare_values(self):
        """:return: values for ``res.partner``, the same for every card"""
        sheet = self.env["client.sheet"]
        values = {}
        for code, plain in self._get_wanted().items():
            field, kind = BULK_FIELDS[code]
            values[field] = sheet._prepare_raw(field, kind, plain)
        for code, (added, removed) in SET_FIELDS.items():
            commands = [Command.link(id_) for id_ in self[added].ids]
            commands += [Command.unlink(id_) for id_ in self[removed].ids]
            if commands:
                values[BULK_FIELDS[code][0]] = commands
        return values

    def _write_cards(self, clients, values):
        """Write cards together; when one of them is refused, each half of them.

        :return: list of (id of a card that was refused, why)
        """
        if not clients:
            return []
        try:
            with self.env.cr.savepoint():
                clients.with_context(**QUIET).write(dict(values))
                clients.flush_recordset()
        except CONCURRENCY_ERRORS:
            raise
        except UserError as error:
            if len(clients) == 1:
                return [(clients.id, str(error))]
            middle = len(clients) // 2
            return self._write_cards(clients[:middle], values) + self._write_cards(
                clients[middle:], values
            )
        return []

    def _get_problem(self, refused):
        if not refused:
            return False
        return self.env._(
            "%(count)s clients were left as they are. The first reason: %(reason)s",
            count=len(refused),
            reason=refused[0][1],
        )

    def _note(self, plan):
        """Write the journal: what the cards say now, which the system may have tidied.

        :param plan: as ``_plan`` gives it
        """
        done = {
            client: [
                (code, old, self._get_plain(client, code)) for code, old, _ in items
            ]
            for client, items in plan.items()
        }
        texts = self._get_texts(done)
        lines = [
            {
                "partner_id": client.id,
                "bulk_edit_id": self.id,
                "company_id": self.company_id.id,
                "field": code,
                "old_value": text[1],
                "new_value": text[2],
                "old_raw": old,
                "new_raw": new,
            }
            for client, items in done.items()
            for (code, old, new), text in zip(items, texts[client], strict=True)
        ]
        # sudo: nobody may write the journal by hand
        self.env["client.change"].sudo()._note(lines)

    # === TAKING BACK ===

    def _undo(self):
        """Give back each value that nobody changed since."""
        self.ensure_one()
        # sudo: the journal is ours; the cards are written with one's own rights
        changes = self.change_ids.sudo().filtered(lambda item: item.state == "applied")
        clients = self.env["res.partner"].browse(changes.partner_id.ids)
        own = {client.id: client for client in clients._filtered_access("write")}
        intact = changes.filtered(
            lambda change: (
                change.partner_id.id in own
                and self._is_intact(change, own[change.partner_id.id])
            )
        )
        existing = self._get_existing_ids(intact)
        back = defaultdict(changes.browse)
        for group in intact.grouped("partner_id").values():
            back[self._get_undo_key(group, existing)] += group
        returned = changes.browse()
        for key, group in back.items():
            owners = clients.browse(group.partner_id.ids)
            bad_ids = {id_ for id_, _text in self._write_cards(owners, json.loads(key))}
            returned += group.filtered(
                lambda change, bad_ids=bad_ids: change.partner_id.id not in bad_ids
            )
        returned.state = "undone"
        (changes - returned).state = "kept"
        self.sudo().state = "undone"

    def _is_intact(self, change, client):
        """Tell whether the card says still what the change wrote."""
        if change.field not in BULK_FIELDS:
            return False
        present = self._get_plain(client, change.field)
        return (present or None) == (change.new_raw or None)

    def _get_existing_ids(self, changes):
        """:return: code -> ids to write back that were not deleted meanwhile"""
        existing = {}
        for code, group in changes.grouped("field").items():
            field, kind = BULK_FIELDS[code]
            if kind in ("many2one", "many2many"):
                ids = set()
                for raw in group.mapped("old_raw"):
                    ids.update(raw if isinstance(raw, list) else [raw])
                existing[code] = set(self._get_existing(field, ids).ids)
        return existing

    def _get_undo_key(self, changes, existing):
        """:return: the values to write back as JSON, so that like cards go together"""
        sheet = self.env["client.sheet"]
        values = {}
        for change in changes:
            field, kind = BULK_FIELDS[change.field]
            plain = change.old_raw
            if kind == "many2many":
                plain = [id_ for id_ in plain or () if id_ in existing[change.field]]
            elif kind == "many2one" and plain not in existing[change.field]:
                plain = None
            values[field] = sheet._prepare_raw(field, kind, plain)
        return json.dumps(values, sort_keys=True)
