import json

from markupsafe import Markup

from odoo import api, fields, models

from ..tools import field_map
from ..tools import payload as payloads
from ..tools.form_snippet import TRAP
from ..tools.refusal import Refusal

MAX_SAMPLE = 100_000


class LeadChannelMap(models.AbstractModel):
    """How a channel reads what is sent: line by line, and tried on a sample first."""

    _name = "lead.channel.map"
    _description = "Channel that Reads"

    field_ids = fields.One2many(
        comodel_name="lead.channel.field", inverse_name="channel_id", string="Fields"
    )
    reads_common_names = fields.Boolean(
        string="Know Common Names",
        default=True,
        help="What no line of the map fills is taken from where sites usually put it: "
        "name, phone, e-mail, message and so on.",
    )
    sample = fields.Text(
        copy=False,
        prefetch=False,
        help="Paste one request as the sender makes it, as JSON, to see what becomes "
        "of it. Nothing is stored as a request.",
    )
    sample_result = fields.Html(compute="_compute_sample_result", sanitize=False)

    # === READING ===

    def _read_payload(self, payload):
        """Read a payload into plain values of a lead, by the map of the channel.

        :param dict payload: as it is stored
        :return: target -> text, of ``field_map.TARGETS``; nothing of it is trusted.
            ``robot`` is there when a program has filled in the form
        :rtype: dict[str, str]
        """
        values = self._read(payload).values
        if field_map.follow(payload, TRAP).text:
            values["robot"] = TRAP
        return values

    def _get_event_key(self, payload):
        return self._read(payload).values.get("event_key", "")

    def _read(self, payload):
        lines = self.with_context(lang=self.lang or self.env.lang).field_ids
        return field_map.read(
            payload,
            [line._to_map_line() for line in lines if line.path],
            with_common=self.reads_common_names,
        )

    # === SAMPLE ===

    def _read_sample(self):
        """:return: the payload, and a sentence that says why there is none"""
        text = (self.sample or "").strip()
        if not text:
            return {}, ""
        if len(text) > MAX_SAMPLE:
            return {}, self.env._("The sample is too long.")
        try:
            return payloads.read_json(text.encode("utf-8", "surrogatepass")), ""
        except Refusal as refusal:
            return {}, self._describe_sample_problem(refusal.code, text)

    def _describe_sample_problem(self, code, text):
        if code != "malformed":
            return self._describe_refusal(code)
        try:
            json.loads(text)
        except ValueError as error:
            line, column = getattr(error, "lineno", 1), getattr(error, "colno", 1)
            return self.env._(
                "This is no JSON: see line %(line)s, character %(column)s.",
                line=line,
                column=column,
            )
        return self._describe_refusal(code)

    def _describe_refusal(self, code):
        """:return: a sentence on why something is not taken"""
        texts = {
            "not_an_object": self.env._("A request is an object: it stands in { }."),
            "bad_encoding": self.env._("The text is not in UTF-8."),
            "bad_text": self.env._("There are characters that cannot be stored."),
            "too_deep": self.env._("There are too many levels inside one another."),
            "too_many_fields": self.env._("There are too many fields."),
            "empty": self.env._("There is nothing in it."),
            "bad_event_key": self.env._("The key of the event is no plain text."),
            "bad_content_type": self.env._("Send JSON or the fields of a form."),
            "no_signature": self.env._("The request is not signed."),
            "bad_signature": self.env._("The signature is wrong."),
            "stale_signature": self.env._("The signature is too old."),
            "bad_origin": self.env._("Requests from this site are not taken."),
            "unknown": self.env._("There is no such address."),
            "too_large": self.env._("The request is too large."),
            "too_often": self.env._("Too many requests. Please try again soon."),
        }
        return texts.get(code) or self.env._("It cannot be read.")

    @api.depends(
        "sample",
        "lang",
        "reads_common_names",
        "field_ids.path",
        "field_ids.target",
        "field_ids.label",
    )
    @api.depends_context("lang")
    def _compute_sample_result(self):
        for channel in self:
            payload, problem = channel._read_sample()
            if problem:
                channel.sample_result = channel._render_problem(problem)
            elif payload:
                channel.sample_result = channel._render_reading(payload)
            else:
                channel.sample_result = False  # an empty payload is no HTML

    def _render_problem(self, problem):
        return Markup('<div class="alert alert-danger" role="alert">%s</div>') % problem

    def _render_reading(self, payload):
        """:return: two short tables: what the lead gets, what is left over"""
        reading = self._read(payload)
        words = dict(
            self.env["lead.channel.field"]
            ._fields["target"]
            ._description_selection(self.env)
        )
        values = {words[name]: text for name, text in reading.values.items()}
        return self._render_table(
            self.env._("The lead gets"), values, self.env._("Nothing yet.")
        ) + self._render_table(
            self.env._("Left over (kept with the request)"),
            reading.rest,
            self.env._("Nothing."),
        )

    @api.model
    def _render_table(self, title, values, nothing):
        row = Markup(
            '<tr><th class="fw-normal text-muted w-25">%s</th>'
            '<td class="text-break" style="white-space: pre-line">%s</td></tr>'
        )
        rows = Markup("").join(row % pair for pair in values.items())
        empty = Markup('<tr><td class="text-muted">%s</td></tr>') % nothing
        return Markup(
            '<h4 class="mt-2">%s</h4><table class="table table-sm">%s</table>'
        ) % (title, rows or empty)

    def action_take_last(self):
        """Take the last request that came as the sample."""
        self.check_access("write")
        for channel in self:
            last = self.env["lead.request"].search(
                [("channel_id", "=", channel.id)], limit=1
            )
            if last:
                channel.sample = json.dumps(last.payload, ensure_ascii=False, indent=2)
        return True
