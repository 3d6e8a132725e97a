from markupsafe import Markup

from odoo import models
from odoo.tools import format_date

LISTED = 25


class ClientHandoverDigest(models.AbstractModel):
    """Tells people of a hand-over: one message to each, however many clients."""

    _name = "client.handover.digest"
    _description = "Messages of a Hand-over"

    # === ON THE CARDS ===

    def _log_on_cards(self, found):
        """Write a note on each card; nobody is sent a letter for it."""
        Users = self.env["res.users"]
        names = {
            user.id: user.name for user in Users.browse({line[2] for line in found})
        }
        cards = self.env["res.partner"].browse([id_ for id_, *_rest in found])
        cards._message_log_batch(
            {
                id_: self._get_card_note(names.get(user_id))
                for id_, _client_id, user_id, _created in found
            }
        )

    def _get_card_note(self, former):
        """:return: one sentence, in the language of whoever hands over"""
        values = {
            "former": former or self.env._("nobody"),
            "new": self.to_user_id.name,
            "until": format_date(self.env, self.date_until),
        }
        if self.date_until:
            note = self.env._(
                "%(new)s looks after this client for %(former)s until %(until)s.",
                **values,
            )
        else:
            note = self.env._("Handed over from %(former)s to %(new)s.", **values)
        return f"{note} {self.reason}" if self.reason else note

    # === TO THE MANAGERS ===

    def _send_digest(self, event):
        """Send one message to the new manager and one to each former one.

        :param event: "applied", "returned" or "undone"
        """
        moved = self.line_ids.filtered(
            lambda line: line.state == ("moved" if event == "applied" else "returned")
        )
        kept = self.line_ids.filtered(lambda line: line.state == "kept")
        if not moved and not kept:
            return
        for user in self.to_user_id | self.line_ids.old_user_id:
            if user.active:
                own = self.with_context(lang=user.lang or self.env.lang)
                own._send_to(
                    user, event, self._get_part(moved, user), self._get_part(kept, user)
                )

    def _get_part(self, lines, user):
        """:return: the lines that are his: all for the new manager"""
        if user == self.to_user_id:
            return lines
        return lines.filtered(lambda line: line.old_user_id == user)

    def _send_to(self, user, event, moved, kept):
        self.message_notify(
            partner_ids=user.partner_id.ids,
            author_id=self.applied_by_id.partner_id.id,
            subject=self._get_digest_subject(event),
            body=self._get_digest_body(event, moved, kept),
        )

    def _get_digest_subject(self, event):
        subjects = {
            "applied": self.env._("Clients handed over: %(name)s"),
            "returned": self.env._("Clients given back: %(name)s"),
            "undone": self.env._("Hand-over undone: %(name)s"),
        }
        return subjects[event] % {"name": self.display_name}

    def _get_digest_body(self, event, moved, kept):
        parts = [self._get_intro(event), self._get_count_table(moved, kept)]
        clients = moved.filtered(lambda line: line.kind == "client").partner_id
        if clients:
            parts.append(self._get_client_list(clients))
        link = Markup('<p><a href="/odoo/client-handovers/%s">%s</a></p>')
        parts.append(link % (self.id, self.env._("Open the hand-over")))
        return Markup().join(parts)

    def _get_intro(self, event):
        if event == "applied":
            lines = [self._get_term_text()]
        elif event == "returned":
            lines = [self.env._("What nobody changed since is back.")]
        else:
            lines = [self.env._("The hand-over was taken back.")]
        if self.reason:
            lines.append(self.reason)
        return Markup("<p>%s</p>") % Markup("<br/>").join(lines)

    def _get_term_text(self):
        """:return: from whom, to whom and for how long"""
        values = {
            "new": self.to_user_id.name,
            "start": format_date(self.env, self.date_from),
            "until": format_date(self.env, self.date_until),
        }
        if self.date_until:
            return self.env._(
                "%(new)s looks after these clients from %(start)s until %(until)s.",
                **values,
            )
        return self.env._("%(new)s looks after these clients from %(start)s.", **values)

    def _get_count_table(self, moved, kept):
        labels = dict(moved._fields["kind"]._description_selection(self.env))
        row = Markup("<tr><td>%s</td><td>%s</td><td>%s</td></tr>")
        rows = []
        for kind, label in labels.items():
            counts = [
                len({line.res_id for line in lines if line.kind == kind})
                for lines in (moved, kept)
            ]
            if any(counts):
                rows.append(row % (label, *counts))
        head = Markup("<tr><th></th><th>%s</th><th>%s</th></tr>") % (
            self.env._("Handed over"),
            self.env._("Stays as it is"),
        )
        return Markup('<table class="table table-sm">%s%s</table>') % (
            head,
            Markup().join(rows),
        )

    def _get_client_list(self, clients):
        item = Markup('<li><a href="/odoo/res.partner/%s">%s</a></li>')
        items = [item % (client.id, client.display_name) for client in clients[:LISTED]]
        if len(clients) > LISTED:
            rest = self.env._("and %(count)s more", count=len(clients) - LISTED)
            items.append(Markup("<li>%s</li>") % rest)
        return Markup("<ul>%s</ul>") % Markup().join(items)
