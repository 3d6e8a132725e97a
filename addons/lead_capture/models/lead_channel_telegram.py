import json
import re
from datetime import UTC, datetime

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools.translate import LazyTranslate

from ..tools import telegram

_lt = LazyTranslate(__name__)

TOKEN = re.compile(r"\d{5,20}:[A-Za-z0-9_-]{30,64}")
API_PARAMETER = "lead_capture.telegram_url"
API_URL = "https://api.telegram.org"
# What makes the address or the secret that Telegram knows a former one.
CONNECTED_BY = {"token", "secret", "telegram_token", "active"}

# Why Telegram did not do what it was asked.
FAILURES = {
    "token": _lt(
        "Telegram does not know this token. Copy it again from @BotFather: it looks "
        "like 123456789:AAE... and has no spaces."
    ),
    "too_many": _lt("Telegram asks to wait a little. Try again in a minute."),
    "server": _lt("Telegram cannot be reached now. Try again in a minute."),
    "unknown": _lt("Telegram does not answer. Try again in a minute."),
    "conflict": _lt("Another program reads the messages of this bot."),
    "refused": _lt("Telegram refused: %(words)s"),
}


class LeadChannelTelegram(models.AbstractModel):
    """Talks to a bot of Telegram: connects it, and knows whether it is all right."""

    _name = "lead.channel.telegram"
    _inherit = ["lead.chat.http"]
    _description = "Channel by Telegram"

    telegram_token = fields.Char(
        string="Token of the Bot",
        copy=False,
        groups="client_base.group_client_manager",
        help="Write /newbot to @BotFather in Telegram; the answer contains the token.",
    )
    telegram_username = fields.Char(
        string="Bot",
        copy=False,
        readonly=True,
    )
    telegram_link = fields.Char(
        string="Link to the Bot",
        compute="_compute_telegram_link",
        help="Put it on the site, into letters, on a price list.",
    )
    telegram_state = fields.Selection(
        selection=[
            ("none", "Not Connected"),
            ("connected", "Connected"),
            ("changed", "To Be Connected Again"),
            ("error", "Telegram Reports Errors"),
        ],
        string="Connection",
        default="none",
        required=True,
        readonly=True,
        copy=False,
    )
    telegram_error = fields.Char(
        string="Last Error",
        readonly=True,
        copy=False,
    )
    telegram_waiting = fields.Integer(
        string="Waiting at Telegram",
        readonly=True,
        copy=False,
        aggregator=None,
        help="Messages that Telegram could not deliver to us yet.",
    )
    telegram_checked_at = fields.Datetime(
        string="Checked",
        readonly=True,
        copy=False,
    )

    @api.depends("telegram_username")
    def _compute_telegram_link(self):
        for channel in self:
            channel.telegram_link = telegram.deep_link(channel.telegram_username or "")

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._tidy_telegram(vals) for vals in vals_list])

    def write(self, vals):
        vals = self._tidy_telegram(vals)
        result = super().write(vals)
        if vals.keys() & CONNECTED_BY and "telegram_state" not in vals:
            connected_sudo = self.sudo().filtered(
                lambda channel: channel.telegram_state in ("connected", "error")
            )  # whoever may write the channel
            connected_sudo.write({"telegram_state": "changed"})
        return result

    @api.model
    def _tidy_telegram(self, vals):
        """Take the spaces off a pasted token."""
        token = vals.get("telegram_token")
        return {**vals, "telegram_token": token.strip()} if token else vals

    # === ACTION METHODS ===

    def action_connect_telegram(self):
        """Tell Telegram where to send the messages of the bot."""
        self._check_manages_telegram()
        self._check_telegram_ready()
        me = self._ask_telegram("getMe")
        self._ask_telegram(
            "setWebhook",
            url=self._get_telegram_webhook(),
            secret_token=self.secret,
            allowed_updates=list(telegram.ALLOWED_UPDATES),
            max_connections=10,
            drop_pending_updates=False,
        )
        username = me.get("username") if isinstance(me, dict) else ""
        self.write(
            {
                "telegram_username": username,
                "telegram_state": "connected",
                "telegram_error": False,
                "telegram_waiting": 0,
                "telegram_checked_at": fields.Datetime.now(),
            }
        )
        return self._tell_success(self.env._("@%(bot)s is connected.", bot=username))

    def action_disconnect_telegram(self):
        """Tell Telegram to send no more; what it holds waits for a day."""
        self._check_manages_telegram()
        self._ask_telegram("deleteWebhook", drop_pending_updates=False)
        self.write({"telegram_state": "none", "telegram_error": False})
        return self._tell_success(
            self.env._("The bot is disconnected: no messages come in any more.")
        )

    def action_check_telegram(self):
        """Ask Telegram now how the connection is."""
        self._check_manages_telegram()
        self._note_telegram_state(self._ask_telegram("getWebhookInfo"))
        return True

    def _check_manages_telegram(self):
        self.ensure_one()
        self.check_access("write")

    def _check_telegram_ready(self):
        if not TOKEN.fullmatch(self.telegram_token or ""):
            raise UserError(self.env._(FAILURES["token"]))
        if not self._get_telegram_webhook().startswith("https://"):
            raise UserError(
                self.env._(
                    "Telegram sends messages to addresses with https:// only, and this "
                    "one is %(url)s. Let your administrator give Odoo such an address "
                    "(the parameter web.base.url).",
                    url=self.get_base_url(),
                )
            )

    def _get_telegram_webhook(self):
        return f"{self.get_base_url()}/lead_capture/{self.token}"

    def _tell_success(self, text):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": text,
                "next": {"type": "ir.actions.client", "tag": "soft_reload"},
            },
        }

    # === CALLS ===

    def _ask_telegram(self, method, **params):
        """Call Telegram for somebody who waits for the answer.

        :return: the result
        :raises UserError: what went wrong, in words
        """
        answer = self._call_telegram(method, params)
        if answer.failure:
            raise UserError(self._explain_telegram(answer))
        return answer.result

    def _explain_telegram(self, answer):
        """:return: one sentence about a ``telegram.Answer`` that failed"""
        sentence = self.env._(FAILURES.get(answer.failure, FAILURES["refused"]))
        return sentence % {"words": answer.description or answer.failure}

    def _call_telegram(self, method, params, files=None):
        """Call the Bot API once.

        :param files: name of a parameter -> (file name, content)
        :rtype: telegram.Answer
        """
        token = self.sudo().telegram_token  # whoever may answer does not see it
        if not token or self._is_neutralized():
            return telegram.Answer(failure="token")
        url = f"{self._get_telegram_url()}/bot{token}/{method}"
        if files:
            form = {
                name: value if isinstance(value, str) else json.dumps(value)
                for name, value in params.items()
            }
            status, content = self._send_http("POST", url, data=form, files=files)
        else:
            status, content = self._send_http("POST", url, json=params)
        answer = telegram.read_answer(status, self._load_json(content))
        words = telegram.redact(answer.description, token)
        return telegram.Answer(answer.result, answer.failure, answer.retry_after, words)

    def _fetch_telegram_file(self, ref):
        """Fetch a file that somebody sent.

        :return: content and why there is none
        :rtype: tuple[bytes, str]
        """
        answer = self._call_telegram("getFile", {"file_id": ref})
        result = answer.result if isinstance(answer.result, dict) else {}
        path = result.get("file_path")
        if answer.failure or not isinstance(path, str):
            return b"", answer.failure or "refused"
        if not re.fullmatch(r"[\w\-./]{1,300}", path) or ".." in path:
            return b"", "refused"
        token = self.sudo().telegram_token  # as in _call_telegram
        url = f"{self._get_telegram_url()}/file/bot{token}/{path}"
        status, content = self._send_http("GET", url, limit=telegram.MAX_FILE + 1)
        if len(content) > telegram.MAX_FILE:
            return b"", "too_big"
        return (content, "") if status == 200 else (b"", "server")

    @api.model
    def _get_telegram_url(self):
        # sudo: a parameter of the server, whoever the worker is
        parameters_sudo = self.env["ir.config_parameter"].sudo()
        return (parameters_sudo.get_param(API_PARAMETER) or API_URL).rstrip("/")

    # === CRON ===

    @api.model
    def _cron_check_telegram(self):
        """Ask Telegram about each connected bot; tell of what is new and bad."""
        channels = self.search(
            [
                ("kind", "=", "telegram"),
                ("telegram_state", "in", ("connected", "changed", "error")),
            ]
        )
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(channels))
        for channel in channels:
            answer = channel._call_telegram("getWebhookInfo", {})
            if not answer.failure:
                channel._note_telegram_state(answer.result)
            elif not answer.may_try_again and answer.failure != "unknown":
                channel._note_telegram_error(channel._explain_telegram(answer))
            if not progress(1):
                break

    def _note_telegram_state(self, info):
        """Keep what Telegram says of the connection, and warn of a new error.

        :param info: the result of ``getWebhookInfo``
        """
        info = info if isinstance(info, dict) else {}
        waiting = info.get("pending_update_count")
        self.write(
            {
                "telegram_checked_at": fields.Datetime.now(),
                "telegram_waiting": waiting if isinstance(waiting, int) else 0,
            }
        )
        if info.get("url") != self._get_telegram_webhook():
            self._note_telegram_error(
                self.env._(
                    "Telegram sends the messages of this bot to another address. "
                    "Connect it again."
                )
            )
        elif self._is_failing(info):
            words = str(info.get("last_error_message") or "")[:200]
            self._note_telegram_error(
                self.env._("Telegram could not deliver: %(words)s", words=words)
            )
        else:
            self.write({"telegram_state": "connected", "telegram_error": False})

    def _is_failing(self, info):
        """Whether the last error is not over: messages still wait because of it."""
        moment = info.get("last_error_date")
        if not isinstance(moment, int) or not info.get("last_error_message"):
            return False
        age = fields.Datetime.now() - datetime.fromtimestamp(moment, UTC).replace(
            tzinfo=None
        )
        return age.total_seconds() < 7200 and bool(self.telegram_waiting)

    def _note_telegram_error(self, words):
        is_news = self.telegram_state != "error" or self.telegram_error != words
        self.write({"telegram_state": "error", "telegram_error": words})
        if is_news and self.user_id:
            self.message_notify(
                partner_ids=self.user_id.partner_id.ids,
                subject=self.env._("Telegram: %(channel)s", channel=self.name),
                body=words,
            )
