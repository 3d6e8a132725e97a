from markupsafe import Markup

from odoo import api, fields, models
from odoo.tools import format_datetime

from ..tools import intake

MAX_SHOWN = 2000


class LeadRequestReason(models.AbstractModel):
    """Says in one sentence what became of a request; shows what it was read from."""

    _name = "lead.request.reason"
    _description = "Reason of a Request"

    reason = fields.Char(compute="_compute_reason", string="What Became of It")
    text_shown = fields.Text(compute="_compute_text_shown", string="What They Wrote")
    payload_shown = fields.Html(compute="_compute_payload_shown", string="As It Came")
    values_shown = fields.Html(compute="_compute_values_shown", string="As It Was Read")
    history = fields.Json(string="Decisions and Failures", readonly=True)
    history_shown = fields.Html(compute="_compute_history_shown", string="History")

    @api.depends("state", "reason_code", "reason_data", "next_try_at")
    @api.depends_context("lang", "tz")
    def _compute_reason(self):
        for request in self:
            makers = {
                "new": request._explain_waiting,
                "processed": request._explain_lead,
                "joined": request._explain_lead,
                "rejected": request._explain_rejected,
                "failed": request._explain_failed,
            }
            request.reason = makers[request.state]() if request.state else False

    def _explain_waiting(self):
        return self.env._("Waits; it is worked on within seconds.")

    def _explain_lead(self):
        if self.reason_code == "call_event":
            return self.env._("Tells more of a call we have heard of.")
        if self.state == "joined":
            return self.env._("Added to the open lead of the same client.")
        sentences = {
            "new_card": self.env._("A new lead; the client is new, a card was made."),
            "known": self.env._("A new lead of a client we know."),
            "merged": self.env._("A new lead of a client whose cards were merged."),
            "unknown": self.env._("A new lead without a card: no phone, no e-mail."),
            "archived": self.env._("A new lead; the client may be one in the archive."),
            "contact_other_name": self.env._(
                "A new lead without a card: the phone or e-mail is of somebody with "
                "another name."
            ),
            "by_hand": self.env._("A new lead."),
        }
        return sentences.get(self.reason_code) or self.env._(
            "A new lead without a card: it may be one of several clients."
        )

    def _explain_rejected(self):
        data = self.reason_data or {}
        sentences = {
            "no_call": self.env._("It tells of no call."),
            "robot": self.env._("A program has filled in the form, no person."),
            "empty": self.env._("It says nothing and names nobody."),
            "test": self.env._("Somebody has tried out whether it works."),
            "stopped": self.env._("The sender is stopped: %s.", data.get("value")),
            "colleague": self.env._("It is from a colleague: %s.", data.get("value")),
            "blacklisted": self.env._("On the black list: %s.", data.get("value")),
        }
        if self.reason_code == "by_hand":
            return data.get("text") or self.env._("Rejected by hand.")
        return sentences.get(self.reason_code, "")

    def _explain_failed(self):
        data = self.reason_data or {}
        said = data.get("error") or self.env._("No lead could be made of it.")
        if not self.next_try_at:
            return self.env._("%s It is not tried again by itself.", said)
        moment = format_datetime(self.env, self.next_try_at, dt_format="short")
        return self.env._(
            "%(said)s It is tried again: %(moment)s.", said=said, moment=moment
        )

    # === READABLE ===

    @api.depends("values")
    def _compute_text_shown(self):
        for request in self:
            request.text_shown = intake.as_text(request.values or {}, "description")

    @api.depends("payload")
    def _compute_payload_shown(self):
        for request in self:
            request.payload_shown = self._show_table(request.payload)

    @api.depends("values")
    @api.depends_context("lang")
    def _compute_values_shown(self):
        labels = self._get_value_labels()
        for request in self:
            values = request.values if isinstance(request.values, dict) else {}
            request.values_shown = self._show_table(
                {
                    labels.get(name, name): value
                    for name, value in values.items()
                    if name != "event_key"  # says nothing to a person
                }
            )

    @api.model
    def _get_value_labels(self):
        """:return: what a channel reads -> as a person calls it"""
        return {
            "name": self.env._("Subject"),
            "contact_name": self.env._("Person"),
            "company": self.env._("Firm"),
            "phone": self.env._("Phone"),
            "email": self.env._("E-mail"),
            "description": self.env._("Text"),
            "note": self.env._("Note"),
            "product": self.env._("Product"),
            "region": self.env._("Region"),
            "lang": self.env._("Language"),
            "tax_id": self.env._("Tax ID"),
            "function": self.env._("Job"),
            "website": self.env._("Website"),
            "source": self.env._("Source"),
            "medium": self.env._("Medium"),
            "campaign": self.env._("Campaign"),
            "page": self.env._("Page"),
        }

    @api.model
    def _show_table(self, values):
        """:return: names and values as a table; nothing of it is HTML of its own"""
        if not isinstance(values, dict) or not values:
            return Markup("")
        rows = [
            Markup(
                '<tr><td class="text-muted pe-3">%s</td>'
                '<td style="white-space: pre-wrap">%s</td></tr>'
            )
            % (name, self._show_value(value))
            for name, value in values.items()
        ]
        return Markup('<table class="table table-sm"><tbody>%s</tbody></table>') % (
            Markup("").join(rows)
        )

    @api.model
    def _show_value(self, value):
        if isinstance(value, dict):
            return self._show_table(value)
        if isinstance(value, list):
            return ", ".join(map(str, value))[:MAX_SHOWN]
        return "" if value is None else str(value)[:MAX_SHOWN]

    # === HISTORY ===

    def _prepare_history(self, code, **data):
        """:return: the history with one more line, to be written"""
        line = {
            "at": fields.Datetime.to_string(fields.Datetime.now()),
            "user_id": self.env.uid,
            "code": code,
            **data,
        }
        return [*(self.history or []), line]

    @api.depends("history")
    @api.depends_context("lang", "tz")
    def _compute_history_shown(self):
        labels = {
            "failed": self.env._("Failed"),
            "retried": self.env._("Tried again by hand"),
            "rejected": self.env._("Rejected by hand"),
            "taken_up": self.env._("Taken up again"),
        }
        for request in self:
            lines = request.history or []
            users = self.env["res.users"].browse(line["user_id"] for line in lines)
            names = {user.id: user.sudo().name for user in users.exists()}
            request.history_shown = Markup("").join(
                Markup("<div>%s · %s · %s %s</div>")
                % (
                    format_datetime(self.env, line["at"], dt_format="short"),
                    labels.get(line["code"], line["code"]),
                    names.get(line["user_id"], ""),
                    line.get("text") or "",
                )
                for line in lines
            )
