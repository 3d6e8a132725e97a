import json
from datetime import UTC
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command

from odoo.addons.base.models.res_partner import _tz_get
from odoo.addons.client_base.tools import contact

from ..tools import call_payload, call_signature, calls
from ..tools import payload as payloads
from ..tools.call_presets import PRESETS
from ..tools.refusal import Refusal


class LeadChannelCall(models.AbstractModel):
    """How a telephone exchange is read, and who may speak for it."""

    _name = "lead.channel.call"
    _description = "Channel of a Telephone Exchange"

    call_preset = fields.Selection(
        selection=[(code, preset.name) for code, preset in PRESETS.items()],
        string="Exchange",
        help="Leave it empty for an exchange that sends the form of the documentation.",
    )
    call_field_ids = fields.One2many(
        comodel_name="lead.call.field", inverse_name="channel_id", string="Where It Is"
    )
    call_tz = fields.Selection(
        selection=_tz_get,
        string="Time Zone of the Exchange",
        help="Of moments that come without one. Empty: that of the working hours of "
        "the company.",
    )
    recording_prefix = fields.Char(
        string="Recordings Are At",
        help="For exchanges that name the file only, for example "
        "https://pbx.example.com/recordings. The browser opens it, not the server.",
    )
    is_answered_lead = fields.Boolean(
        string="Leads of Answered Calls",
        default=True,
        help="A call of an unknown number that was answered makes a lead of whoever "
        "answered. A missed call always makes one.",
    )
    call_sample = fields.Text(
        string="Try It",
        help="Paste what the exchange sends, in JSON. Nothing is stored.",
    )
    call_sample_result = fields.Text(
        string="What Is Read", compute="_compute_call_sample_result"
    )
    call_url = fields.Char(
        string="Address for the Exchange",
        compute="_compute_call_url",
        groups="client_base.group_client_manager",
    )

    # === COMPUTE METHODS ===

    @api.depends("token")
    def _compute_call_url(self):
        for channel in self:
            channel.call_url = (
                f"{channel.get_base_url()}/lead_capture/{channel.token}/call"
            )

    @api.depends(
        "call_sample",
        "call_preset",
        "call_field_ids.name",
        "call_field_ids.paths",
        "call_tz",
        "recording_prefix",
        "company_id",
    )
    def _compute_call_sample_result(self):
        for channel in self:
            channel.call_sample_result = (
                channel._read_call_sample() if channel.call_sample else False
            )

    @api.constrains("recording_prefix")
    def _check_recording_prefix(self):
        for channel in self:
            prefix = channel.recording_prefix
            if prefix and not call_payload.is_safe_url(prefix):
                raise ValidationError(
                    self.env._("Recordings are opened by https only: %s", prefix)
                )

    # === ACTION METHODS ===

    def action_use_call_preset(self):
        """Fill in where this exchange puts things, and a sample to try it on."""
        self.ensure_one()
        self.check_access("write")
        preset = PRESETS.get(self.call_preset or "")
        if preset is None:
            raise UserError(self.env._("Choose the exchange first."))
        self.write(
            {
                "call_field_ids": [
                    Command.clear(),
                    *(
                        Command.create({"name": name, "paths": ", ".join(paths)})
                        for name, paths in preset.field_map.items()
                    ),
                ],
                "call_sample": json.dumps(preset.samples[-1], indent=2),
            }
        )
        return True

    # === READING ===

    def _get_call_reader(self):
        """:rtype: call_payload.Reader"""
        self.ensure_one()
        preset = PRESETS.get(self.call_preset or "")
        field_map = {line.name: line._get_paths() for line in self.call_field_ids}
        if preset is not None and not field_map:
            field_map = preset.field_map
        country = self.company_id.sudo().country_id.code or ""  # for whoever reads
        return call_payload.Reader(
            field_map=field_map,
            zone=self._get_call_zone(),
            normalize=lambda text: contact.normalize_phone(text, country),
            prefix=self.recording_prefix or "",
            default_event=preset.default_event if preset else "",
        )

    def _get_call_zone(self):
        """:rtype: tzinfo"""
        self.ensure_one()
        company = self.company_id.sudo()  # its hours, for whoever reads
        zone = self.call_tz or company.resource_calendar_id.tz
        return ZoneInfo(zone) if zone else UTC

    def _get_call_hour(self, moment):
        """:param moment: naive UTC"""
        return moment.replace(tzinfo=UTC).astimezone(self._get_call_zone()).hour

    def _read_call_sample(self):
        """:return: what is read, for a person"""
        try:
            payload = payloads.read_json(self.call_sample.encode())
            reading = self._get_call_reader().parse(payload, fields.Datetime.now())
        except UnicodeEncodeError:
            return self.env._("This is not JSON.")
        except Refusal:
            return self.env._("This is not JSON.")
        except call_payload.CallPayloadError as error:
            return self._say_call_error(error.args[0])
        return self._say_call(reading)

    def _say_call_error(self, code):
        if code == "call_id":
            return self.env._("Nothing here names the call.")
        return self.env._("Nothing here says what happened, or it is unknown.")

    def _say_call(self, reading):
        """:return: lines of text: what a channel understands of one event"""
        call = calls.describe(calls.add_events({}, [reading.event]))
        Call = self.env["lead.call"]
        labels = {
            name: dict(Call._fields[name]._description_selection(self.env))
            for name in ("direction", "state")
        }
        lines = [
            (self.env._("Call"), reading.call_id),
            (self.env._("What"), labels["state"][call.state]),
            (self.env._("Direction"), labels["direction"][call.direction]),
            (self.env._("Number"), call.client_number),
            (self.env._("Extension"), call.extension),
            (self.env._("Wait"), self.env._("%s s", call.wait)),
            (self.env._("Talk"), self.env._("%s s", call.talk)),
            (self.env._("Recording"), call.url),
        ]
        return "\n".join(f"{label}: {value}" for label, value in lines if value)

    # === AT THE DOOR ===

    def _authenticate(self, headers, body):
        """Some services sign in a way of their own."""
        preset = PRESETS.get(self.call_preset or "") if self.kind == "call" else None
        if preset is None or not preset.signed or "X-Signature" in headers:
            return super()._authenticate(headers, body)
        if not self.is_signed:
            return None
        header = headers.get("Signature", "")
        if not header:
            raise Refusal("no_signature")
        payload = self._get_payload(headers, body, None)
        if not call_signature.is_right(
            preset.signed, payload, self.secret or "", header
        ):
            raise Refusal("bad_signature")
        return None

    def _get_event(self, headers, body, form, remote_addr):
        """Refuse what tells of no call, whatever it is called."""
        event = super()._get_event(headers, body, form, remote_addr)
        if self.kind == "call":
            self._read_call(event.payload)
        return event

    def _get_event_key(self, payload):
        """An event of a call has a name of its own in each call."""
        if self.kind != "call":
            return super()._get_event_key(payload)
        return self._read_call(payload).event_key

    def _read_call(self, payload):
        """:rtype: call_payload.Reading
        :raises Refusal: for what tells of no call
        """
        try:
            return self._get_call_reader().parse(payload, fields.Datetime.now())
        except call_payload.CallPayloadError as error:
            raise Refusal(f"no_{error.args[0]}") from None

    def _prepare_request_columns(self, events, kind):
        """Whatever an exchange sends tells of calls."""
        kind = "call" if self.kind == "call" else kind
        return super()._prepare_request_columns(events, kind)

    def _describe_refusal(self, code):
        if code in ("no_call_id", "no_event"):
            return self._say_call_error(code.removeprefix("no_"))
        return super()._describe_refusal(code)

    def _take_call(self, event):
        """Keep an event of a call, once.

        :return: the JSON object that the sender gets as his answer
        """
        if self.kind != "call":
            raise Refusal("unknown")
        return self._take_event(event)

    def _get_call_echo(self, params):
        """Answer the check of a service that the address is ours.

        :param params: mapping of the parameters of the address
        :raises Refusal: when this service does not ask that, or asks with a text
        """
        preset = PRESETS.get(self.call_preset or "") if self.kind == "call" else None
        echo = params.get(preset.echo, "") if preset and preset.echo else ""
        if not (echo.isascii() and echo.isalnum() and len(echo) <= 64):
            raise Refusal("unknown")
        return echo
