from collections import defaultdict

from odoo import models
from odoo.fields import Command, Domain
from odoo.tools import split_every

from .card_rules import ACCEPT
from .client_handover_scope import KINDS

BATCH = 1000
# Nobody gets a letter for each record: one message tells all of it.
QUIET = {
    "tracking_disable": True,
    "mail_auto_subscribe_no_notify": True,
    "mail_activity_quick_update": True,
    "skip_attendee_notification": True,
    "dont_notify": True,
    # a client who had no manager goes back without one, whatever his type requires
    "card_entry": ACCEPT,
}
# Odoo computes these anew from the manager; a document changes hands, not its place.
STEADY_FIELDS = ("team_id", "company_id", "warehouse_id")
FOLLOWED_KINDS = ("client", "lead", "order")


class ClientHandoverMover(models.AbstractModel):
    """Gives records to another manager and back, a thousand at a time.

    Runs with the rights of the system: whoever may hand a client over hands over what
    hangs on it as well, the sales documents that he may not open included.
    """

    _name = "client.handover.mover"
    _description = "Moving by a Hand-over"

    # === MOVING ===

    def _move(self, client_ids):
        """Move what hangs on the clients and write down each value."""
        refused = self._get_refused_kinds()
        for kind, found in self._fetch_moves(client_ids).items():
            for batch in split_every(BATCH, found, list):
                if kind in refused:
                    self._note(kind, batch, state="kept", reason_code="no_right")
                else:
                    self._move_batch(kind, batch)
        self._invalidate_lines()

    def _move_batch(self, kind, found):
        """:param found: as ``_fetch_moves`` gives it"""
        ids = [id_ for id_, *_rest in found]
        model = KINDS[kind][0]
        followed = set()
        if kind in FOLLOWED_KINDS:
            followed = self._follow(model, ids)
        self._write_manager(model, ids, self.to_user_id)
        self._note(kind, found, followed)
        if kind == "event":
            self._replace_attendees(found)
        if kind == "client":
            self._log_on_cards(found)

    def _note(self, kind, found, followed=(), **values):
        """Write lines; a former manager may be nobody."""
        lines = self.env["client.handover.line"].sudo()  # nobody writes them by hand
        lines._insert(
            [
                {
                    "handover_id": self.id,
                    "company_id": self.company_id.id,
                    "partner_id": client_id,
                    "kind": kind,
                    "res_model": KINDS[kind][0],
                    "res_id": id_,
                    "field": "user_id",
                    "old_user_id": user_id,
                    "new_user_id": self.to_user_id.id,
                    "is_following": id_ in followed,
                    "state": "moved",
                    "reason_code": False,
                    **values,
                }
                for id_, client_id, user_id, _created in found
            ]
        )

    def _get_records(self, model, ids):
        """:return: records to be written without a word to anybody"""
        company = self.company_id
        return (
            self.env[model]
            .sudo()
            .with_company(company)
            .with_context(active_test=False, **QUIET)
            .browse(ids)
        )

    def _write_manager(self, model, ids, user):
        records = self._get_records(model, ids)
        steady = [
            records._fields[name] for name in STEADY_FIELDS if name in records._fields
        ]
        with self.env.protecting(steady, records):
            records.write({"user_id": user.id})
            records.flush_recordset(["user_id"])

    def _follow(self, model, ids):
        """Let the new manager hear of the documents.

        :return: ids of those that he did not follow before
        """
        partner = self.to_user_id.partner_id
        followers_sudo = self.env["mail.followers"].sudo()  # as the class says
        known = followers_sudo.search(
            [
                ("res_model", "=", model),
                ("res_id", "in", ids),
                ("partner_id", "=", partner.id),
            ]
        )
        new_ids = set(ids) - set(known.mapped("res_id"))
        if new_ids:
            followers_sudo._insert_followers(model, sorted(new_ids), partner.ids)
        return new_ids

    def _replace_attendees(self, found):
        """Let the new manager come to the meetings instead of the former one."""
        new = self.to_user_id.partner_id
        for user, meetings in self._group_by_user(found).items():
            events = self._get_records("calendar.event", list(meetings)).filtered(
                lambda event, former=user.partner_id: former in event.partner_ids
            )
            known = events.filtered(lambda event: new in event.partner_ids)
            for chosen, joining in ((events - known, new), (known, new.browse())):
                self._write_attendees(chosen, user.partner_id, joining)
                self._note(
                    "event",
                    [meetings[event.id] for event in chosen],
                    field="partner_ids",
                    new_user_id=bool(joining) and self.to_user_id.id,
                )

    def _write_attendees(self, events, leaving, joining):
        if events:
            events.write(
                {
                    "partner_ids": [
                        *(Command.unlink(partner.id) for partner in leaving),
                        *(Command.link(partner.id) for partner in joining),
                    ]
                }
            )

    def _group_by_user(self, found):
        """:return: former manager -> id -> what was found"""
        groups = defaultdict(dict)
        for line in found:
            groups[self.env["res.users"].browse(line[2])][line[0]] = line
        return groups

    # === GIVING BACK ===

    def _give_back(self):
        """Give back each value that nobody changed since; say of the others why not."""
        lines = self.line_ids.filtered(lambda line: line.state == "moved")
        self._list_created(lines)
        for (model, field), group in lines.grouped(
            lambda line: (line.res_model, line.field)
        ).items():
            for batch in split_every(BATCH, group.ids, group.browse):
                if field == "user_id":
                    self._give_back_batch(model, batch)
                else:
                    self._give_back_attendance(batch)
        self._invalidate_lines()

    def _list_created(self, lines):
        """List what the acting manager began for the clients; it stays his."""
        client_ids = lines.filtered(lambda line: line.kind == "client").mapped("res_id")
        known = {(line.res_model, line.res_id) for line in lines}
        for kind, found in self._fetch_moves(client_ids).items():
            begun = [
                line
                for line in found
                if line[2] == self.to_user_id.id
                and line[3] >= self.applied_on
                and (KINDS[kind][0], line[0]) not in known
            ]
            if kind != "client":
                self._note(kind, begun, state="kept", reason_code="created")

    def _give_back_batch(self, model, lines):
        records = self._get_records(model, lines.mapped("res_id")).exists()
        current = {record.id: record.user_id for record in records}
        open_ids = self._get_open_ids(records)
        chains = self._get_chains(lines) if self.date_until else {}
        ended, back = defaultdict(lines.browse), defaultdict(lines.browse)
        for line in lines:
            chain = chains.get(line.id, lines.browse())
            holders = line.new_user_id | chain.new_user_id
            reason = self._get_keep_reason(line, current, holders, open_ids)
            if reason:
                ended["kept", reason] += line
                continue
            back[line.old_user_id] += line
            ended["returned", False] += line
            ended["returned", "chain"] += chain
        for user, group in back.items():
            self._write_manager(model, group.mapped("res_id"), user)
        self._unfollow(model, ended["returned", False] + ended["returned", "chain"])
        for (state, reason), group in ended.items():
            group._end(state, reason)

    def _get_keep_reason(self, line, current, holders, open_ids):
        """:return: why a value stays, or False when it goes back"""
        if line.res_id not in current:
            return "gone"
        user = current[line.res_id]
        if user != line.old_user_id and user not in holders:
            return "changed"
        if line.old_user_id and not line.old_user_id.active:
            return "left"
        return "closed" if line.res_id not in open_ids else False

    def _get_open_ids(self, records):
        """:return: ids of the records on which there is still work to be done"""
        domain = self._get_open_domains().get(records._name)
        if domain is None:
            return set(records.ids)
        return set(records.search(Domain("id", "in", records.ids) & domain).ids)

    def _get_chains(self, lines):
        """Follow values that were handed on by later hand-overs.

        A client that somebody looks after until a date goes back on that day, whoever
        has it by then through hand-overs.

        :return: id of the line -> the later lines that took the value on from it
        """
        later = lines.search(
            [
                ("state", "=", "moved"),
                ("field", "=", lines[:1].field),
                ("res_model", "=", lines[:1].res_model),
                ("res_id", "in", lines.mapped("res_id")),
                ("handover_id", "!=", self.id),
                ("id", ">", min(lines.ids, default=0)),
            ],
            order="id",
        ).grouped("res_id")
        chains = {}
        for line in lines:
            holder, chain = line.new_user_id, lines.browse()
            for step in later.get(line.res_id, ()):
                if step.id > line.id and step.old_user_id == holder:
                    holder = step.new_user_id
                    chain += step
            chains[line.id] = chain
        return chains

    def _give_back_attendance(self, lines):
        """Let the former managers come to the meetings again."""
        events = self._get_records("calendar.event", lines.mapped("res_id")).exists()
        attending = {event.id: event.partner_ids for event in events}
        open_ids = self._get_open_ids(events)
        chains = self._get_chains(lines) if self.date_until else {}
        ended, back = defaultdict(lines.browse), defaultdict(list)
        for line in lines:
            chain = chains.get(line.id, lines.browse())
            holders = (line.new_user_id | chain.new_user_id).partner_id
            if line.res_id not in attending:
                ended["kept", "gone"] += line
            elif line.res_id not in open_ids:
                ended["kept", "closed"] += line
            elif holders and not holders & attending[line.res_id]:
                ended["kept", "changed"] += line
            else:
                back[line.old_user_id.partner_id, holders].append(line.res_id)
                ended["returned", False] += line
                ended["returned", "chain"] += chain
        for (former, holders), ids in back.items():
            self._write_attendees(events.browse(ids), holders, former)
        for (state, reason), group in ended.items():
            group._end(state, reason)

    def _unfollow(self, model, lines):
        """Take the acting managers off what they follow because of the hand-over."""
        followers_sudo = self.env["mail.followers"].sudo()  # as the class says
        following = lines.filtered("is_following")
        for user, group in following.grouped("new_user_id").items():
            followers_sudo.search(
                [
                    ("res_model", "=", model),
                    ("res_id", "in", group.mapped("res_id")),
                    ("partner_id", "=", user.partner_id.id),
                ]
            ).unlink()

    def _invalidate_lines(self):
        self.invalidate_recordset(["line_ids"])
        self.env["res.partner"].invalidate_model(
            ["client_handover_line_ids", "acting_for_id", "acting_until"]
        )
