from urllib.parse import urlsplit

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import form_snippet
from ..tools.form_snippet import FormField, FormTexts
from ..tools.http_names import is_local_path

FORM_FIELDS = [
    ("name", "contact_name", True),
    ("phone", "phone", True),
    ("email", "email", False),
    ("message", "description", False),
]
# The secret is put in by hand: an example is copied into letters and chats.
EXAMPLE = """\
curl {url} \\
  -H 'Content-Type: application/json' \\
  -H 'X-Event-Id: order-1001' \\
  -d '{{"name": "Olena", "phone": "+380671234567", "message": "Hello"}}'
"""
SIGNED_EXAMPLE = """\
secret='...'
# the event is named in the body as well: headers are not signed
body='{{"event_key": "order-1001", "name": "Olena", "phone": "+380671234567"}}'
time=$(date +%s)
sign=$(printf '%s.%s' "$time" "$body" |
  openssl dgst -sha256 -hmac "$secret" | sed 's/.* //')
curl {url} \\
  -H 'Content-Type: application/json' \\
  -H 'X-Event-Id: order-1001' \\
  -H "X-Signature: t=$time,v1=$sign" \\
  -d "$body"
"""


class LeadChannelForm(models.AbstractModel):
    """The form of a channel, for any site: what to paste and what it answers."""

    _name = "lead.channel.form"
    _description = "Channel with a Form"

    thanks_text = fields.Text(
        string="Thank-you Text",
        help="What the visitor reads when his request has arrived. Plain text.",
    )
    thanks_url = fields.Char(
        string="Thank-you Page",
        help="Page of the same site to go to instead of the text, for example "
        "/thank-you. Another site is refused.",
    )
    button_text = fields.Char(
        string="Button", help="Empty: the usual word, in the language of the channel."
    )
    url = fields.Char(
        string="Address",
        compute="_compute_url",
        groups="client_base.group_client_manager",
        help="Where requests are sent to.",
    )
    snippet = fields.Text(
        string="Code of the Form",
        compute="_compute_snippet",
        groups="client_base.group_client_manager",
        help="Paste it into the page, where the form has to stand.",
    )
    example = fields.Text(
        compute="_compute_example",
        groups="client_base.group_client_manager",
        help="How a program sends a request here.",
    )
    preview_url = fields.Char(
        compute="_compute_url", groups="client_base.group_client_manager"
    )

    @api.depends("token", "write_date")
    def _compute_url(self):
        for channel in self:
            path = channel._get_door_path()
            channel.url = path and channel.get_base_url() + path
            # another address after each change, so that the page is asked for again
            mark = channel.write_date and int(channel.write_date.timestamp())
            channel.preview_url = path and mark and f"{path}/preview?v={mark}"

    @api.depends(
        "token",
        "lang",
        "button_text",
        "field_ids.path",
        "field_ids.target",
        "field_ids.label",
        "field_ids.is_in_form",
        "field_ids.is_required",
        "field_ids.sequence",
    )
    def _compute_snippet(self):
        for channel in self:
            is_form = channel.kind == "form" and channel.token
            channel.snippet = is_form and channel._render_form(channel.url)

    @api.depends("kind", "token", "is_signed")
    def _compute_example(self):
        for channel in self:
            is_program = channel.kind == "webhook" and channel.token
            text = SIGNED_EXAMPLE if channel.is_signed else EXAMPLE
            channel.example = is_program and text.format(url=channel.url)

    @api.constrains("thanks_url")
    def _check_thanks_url(self):
        for channel in self:
            if channel.thanks_url and not is_local_path(channel.thanks_url):
                raise ValidationError(
                    self.env._(
                        "The thank-you page is a page of the same site and starts "
                        "with one slash: /thank-you."
                    )
                )

    @api.constrains("allowed_origins")
    def _check_allowed_origins(self):
        for channel in self:
            for line in (channel.allowed_origins or "").split():
                parts = urlsplit(line)
                if parts.scheme not in ("http", "https") or not parts.netloc:
                    raise ValidationError(
                        self.env._(
                            "%(line)s is no address of a site. Write it as "
                            "https://www.example.com, one a line.",
                            line=line,
                        )
                    )

    @api.model_create_multi
    def create(self, vals_list):
        channels = super().create(vals_list)
        for channel in channels:
            if channel.kind == "form" and not channel.field_ids:
                channel.field_ids = [
                    fields.Command.create(values)
                    for values in channel._prepare_form_fields()
                ]
        return channels

    @api.model
    def _prepare_form_fields(self):
        """:return: values of the fields that a form has before anybody chooses"""
        return [
            {"path": path, "target": target, "is_required": required, "sequence": place}
            for place, (path, target, required) in enumerate(FORM_FIELDS)
        ]

    def _get_door_path(self):
        return f"/lead_capture/{self.token}" if self.token else ""

    def _render_form(self, action):
        """:return: the form, in the language of its visitors
        :rtype: markupsafe.Markup
        """
        channel = self._in_own_language()
        return form_snippet.render(
            action or "",
            str(channel.id or channel._origin.id or 0),
            channel._get_form_fields(),
            FormTexts(
                button=channel.button_text or channel.env._("Send"),
                trap=channel.env._("Leave this empty"),
                failure=channel.env._(
                    "It was not sent. Please check the connection and try again."
                ),
                lang=(channel.lang or channel.env.lang or "en").replace("_", "-"),
            ),
        )

    def _get_form_fields(self):
        lines = self.field_ids.filtered(
            lambda line: line.is_in_form and line.path and line.target != "event_key"
        )
        if not lines:
            lines = lines.concat(*map(lines.new, self._prepare_form_fields()))
        return [
            FormField(line.path, line._get_label(), line.target, line.is_required)
            for line in lines
        ]

    def _in_own_language(self):
        return self.with_context(lang=self.lang or self.env.lang)

    def _get_thanks(self):
        """:return: what a visitor reads when his request is stored"""
        channel = self._in_own_language()
        return channel.thanks_text or channel.env._(
            "Thank you. Your request has arrived, we will answer soon."
        )

    def _get_thanks_page(self, origin):
        """:param origin: of the page that sent the form, ``""`` when not known
        :return: address to go to, of the sender's own site; ``""`` for none
        """
        if not self.thanks_url or not is_local_path(self.thanks_url):
            return ""
        site = origin if origin in self._get_allowed_origins() else ""
        return site + self.thanks_url
