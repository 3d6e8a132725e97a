from odoo import models
from odoo.tools import SQL

from ..tools import cells
from .client_sheet_properties import FILE_TYPES
from .contact_point_owner import PRIMARY_FIELDS

# Tables that point at a client just because it exists or a file was read.
OWN_TABLES = {
    "client_bulk_edit_res_partner_rel",
    "client_change",
    "client_contact_point",
    "client_duplicate",
    "client_duplicate_cluster",
    "client_duplicate_form",
    "client_duplicate_key",
    "client_import_row",
    "client_import_row_candidate_rel",
    "mail_followers",
    "res_partner",
    "res_partner_res_partner_category_rel",
}


class ClientImportUndo(models.AbstractModel):
    """Takes applied rows back, as far as nobody changed the card since."""

    _name = "client.import.undo"
    _description = "Undoing of Client Files"

    def _undo(self):
        """Undo applied rows of one file, given with the last one first."""
        deleted = self.filtered(lambda row: not row.partner_id)
        deleted.write(
            {"state": "kept", "message": self.env._("The client was deleted.")}
        )
        created = (self - deleted).filtered("is_created")
        (self - deleted - created)._undo_updated()
        created._undo_created()

    # === CREATED CARDS ===

    def _undo_created(self):
        cards = self.partner_id
        used_ids = self._get_used_ids(cards) | self._get_edited_ids()
        for row in self:
            if row.partner_id.id in used_ids:
                row.write(
                    {
                        "state": "kept",
                        "message": self.env._("The client is in use. The card stays."),
                    }
                )
            else:
                row.write({"state": "undone", "message": False})
        unused = cards.filtered(lambda card: card.id not in used_ids)
        unused.child_ids.action_archive()
        # without the key, so that the same file can bring the client in again
        unused.write({"active": False, "sync_key": False, "sync_source": False})

    def _get_used_ids(self, cards):
        """:return: ids of the cards that anything else in the database points at"""
        relations = (
            self.env["base.partner.merge.automatic.wizard"]
            .sudo()
            ._get_fk_on("res_partner")
        )  # sudo: it only lists foreign keys
        family = cards | cards.child_ids
        self.env.flush_all()
        used = set()
        ignored = self._get_own_tables() | self._get_passing_tables()
        for table, column in relations:
            if table in ignored:
                continue
            used.update(
                id_
                for (id_,) in self.env.execute_query(
                    SQL(
                        "SELECT DISTINCT %(column)s FROM %(table)s"
                        " WHERE %(column)s = ANY(%(ids)s)",
                        column=SQL.identifier(column),
                        table=SQL.identifier(table),
                        ids=family.ids,
                    )
                )
            )
        used |= self._get_discussed_ids(family)
        return used | {card.id for card in cards if used & set(card.child_ids.ids)}

    def _get_own_tables(self):
        """:return: tables that point at a client who is not in use at all"""
        return OWN_TABLES

    def _get_passing_tables(self):
        """:return: tables of dialogs: that a client stood in one is no use of him"""
        dialogs = [model for model in self.env.registry.values() if model._transient]
        return {model._table for model in dialogs} | {
            field.relation
            for model in dialogs
            for field in model._fields.values()
            if field.type == "many2many" and field.store
        }

    def _get_discussed_ids(self, cards):
        """:return: ids of the cards with messages of people, activities or files"""
        messages = self.env["mail.message"]._read_group(
            [
                ("model", "=", "res.partner"),
                ("res_id", "in", cards.ids),
                ("message_type", "not in", ["notification", "user_notification"]),
            ],
            ["res_id"],
        )
        Activity = self.env["mail.activity"].with_context(active_test=False)
        activities = Activity._read_group(  # done ones are archived
            [("res_model", "=", "res.partner"), ("res_id", "in", cards.ids)],
            ["res_id"],
        )
        files_sudo = self.env["ir.attachment"].sudo()  # whoever may open them
        files = files_sudo._read_group(
            [
                ("res_model", "=", "res.partner"),
                ("res_id", "in", cards.ids),
                ("id", "!=", False),  # pictures too
            ],
            ["res_id"],
        )
        return {id_ for (id_,) in messages + activities + files}

    def _get_edited_ids(self):
        """:return: ids of the cards that do not say any more what the row said"""
        sheet = self.env["client.sheet"]
        file = self.import_id
        kinds = sheet._get_kinds(file.country_id.code or "")
        current = sheet._read_cells(self.partner_id, kinds)
        defaults = sheet._get_property_defaults() | {
            "country": file.country_id.id,
            "client_type": file.client_type_id.id,
        }
        return self._get_worked_on_ids(self.partner_id) | {
            row.partner_id.id
            for row in self
            if row._is_edited(current[row.partner_id.id], kinds, defaults)
        }

    def _get_worked_on_ids(self, cards):
        """:return: ids of the cards with marks of a person that no column shows"""
        checked = (cards | cards.child_ids).contact_point_ids.filtered(
            lambda point: point.state_event == "hand" or point.state == "confirmed"
        )
        marked = cards.filtered(lambda card: card.reviewed_on or card.color)
        filled_in = {
            values["id"]
            for values in cards.read(["client_properties"])
            for item in values["client_properties"]
            if item["type"] not in FILE_TYPES
            and (item.get("value") or False) != (item.get("default") or False)
        }
        clients = checked.partner_id | checked.partner_id.parent_id | marked
        return filled_in | set(clients.ids)

    def _is_edited(self, current, kinds, defaults):
        """Tell whether the card of a new client says more than its row and defaults."""
        self.ensure_one()
        said = {change["code"]: change for change in self.changes or ()}
        for code, kind in kinds.items():
            if code not in current:
                continue  # a field that other types have
            if code in said:
                meant = {
                    kind.parse(said[code]["new"]).canon,
                    kind.show(said[code]["new_raw"]).canon,
                }
            else:
                meant = {kind.show(defaults.get(code)).canon}
            if current[code].canon not in meant:
                return True
        return self._are_people_edited(current["contact"].raw, said.get("contact"))

    def _are_people_edited(self, people, change):
        """Tell whether the client has other people than the one the row brought in."""
        if len(self.partner_id.child_ids) != len(people):
            return True  # addresses, which no row makes
        person = change and change["new_raw"]
        said = []
        if person:
            said.append(
                [person["name"], person["function"]]
                + [[point[1] for point in person[kind]] for kind in ("phone", "email")]
            )
        return said != [
            [old["name"], old["function"]]
            + [[normal or "" for normal in old[kind]] for kind in ("phone", "email")]
            for old in people
        ]

    # === UPDATED CARDS ===

    def _undo_updated(self):
        if not self:
            return
        sheet = self.env["client.sheet"]
        kinds = sheet._get_kinds(self.import_id.country_id.code or "")
        current = sheet._read_cells(self.partner_id, kinds)
        values_by_card = {}
        for row in self:
            card = row.partner_id
            restored = row._restore(current[card.id], kinds)
            if restored:
                current[card.id].update(restored)
                values_by_card.setdefault(card, {}).update(restored)
            row._note_undo()
        self.env["client.card.writer"]._update_cards(list(values_by_card.items()))

    def _restore(self, current, kinds):
        """Decide for each change of the row whether it can be taken back.

        :return: code -> ``cells.Cell`` to write
        """
        restored = {}
        for change in self.change_ids:
            code = change.field
            if code == "contact":
                is_back = self._remove_person(change)
            elif code == "sync_key":
                is_back = self.partner_id.sync_key == change.new_raw
                if is_back:
                    restored |= {"sync_key": cells.Cell(), "sync_source": cells.Cell()}
            elif code == "active":
                is_back = self.partner_id.active and not self.partner_id.activity_ids
                if is_back:
                    restored["active"] = cells.Cell(raw=False)
            else:
                now = current.get(code)  # neither when the type or its field is gone
                is_back = now and now.canon == kinds[code].show(change.new_raw).canon
                if is_back:
                    restored[code] = change._get_former(kinds[code])
            change.sudo().state = "undone" if is_back else "kept"  # the journal is ours
        return restored

    def _remove_person(self, change):
        """Archive somebody the row brought in, unless he is used."""
        if "id" in (change.new_raw or {}):
            return self._remove_additions(change.new_raw)
        name = (change.new_raw or {}).get("name")
        people = self.partner_id.child_ids.filtered(
            lambda child: child.name == name and child.create_date >= change.create_date
        )
        if not name or self._get_used_ids(people):
            return False
        people.action_archive()
        return bool(people)

    def _remove_additions(self, said):
        """Take from somebody what the row added to him, when it is as it came.

        :param said: dict as ``people.merge_people`` makes it
        """
        person = self.partner_id.child_ids.filtered(
            lambda child: child.id == said["id"]
        )
        added = {
            (kind, point[1] or point[0])
            for kind in PRIMARY_FIELDS
            for point in said[kind]
        }
        points = person.contact_point_ids.filtered(
            lambda point: (point.kind, point.normalized or point.value) in added
        )
        function = said.get("function")
        is_edited = len(points) != len(added) or "hand" in points.mapped("state_event")
        if not person or is_edited or (function and person.function != function):
            return False
        points.unlink()
        if function:
            person.function = False
        return True

    def _note_undo(self):
        kept = self.change_ids.filtered(lambda change: change.state == "kept")
        if not kept:
            self.write({"state": "undone", "message": False})
            return
        self.write(
            {
                "state": "kept",
                "message": self.env._(
                    "Changed since and left as it is: %(columns)s",
                    columns=", ".join(kept.mapped("field_label")),
                ),
            }
        )
