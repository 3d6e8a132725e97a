import json
import logging
import re
import socket
from urllib.parse import urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import NewConnectionError

from odoo import api, models
from odoo.tools import str2bool
from odoo.tools.translate import LazyTranslate

from ..tools import messenger, network

_lt = LazyTranslate(__name__)

TIMEOUT = (5, 25)  # seconds to connect, to answer
MAX_ANSWER = 1024 * 1024
CHUNK = 64 * 1024
TOKEN_IN_PATH = re.compile(r"/bot[^/\s\"']+")

# Errors before the first byte was sent.
UNREACHED = (
    requests.exceptions.SSLError,
    requests.exceptions.ProxyError,
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
)

# Why nothing was sent to an address.
REFUSALS = {
    "no_https": _lt("The address must begin with https://."),
    "no_host": _lt("This is not the address of a server."),
    "private": _lt("This address is not on the internet but in a network of its own."),
}


class HideToken(logging.Filter):
    """Telegram's token is a part of the address: keep it out of the log of requests."""

    def filter(self, record):
        message = record.getMessage()
        if "/bot" in message:
            record.msg = TOKEN_IN_PATH.sub("/bot***", message)
            record.args = ()
        return True


logging.getLogger("urllib3.connectionpool").addFilter(HideToken())


class PinnedAdapter(HTTPAdapter):
    """Talks to an address that was checked, under the name it was looked up by.

    Between the check and the call the name cannot come to mean another address.
    """

    def __init__(self, host):
        self.host = host
        super().__init__()

    def init_poolmanager(self, *args, **kwargs):
        kwargs.update(server_hostname=self.host, assert_hostname=self.host)
        return super().init_poolmanager(*args, **kwargs)


class LeadChatHttp(models.AbstractModel):
    """The one border to the outside: what is sent to messengers goes out here."""

    _name = "lead.chat.http"
    _description = "Border to Messengers"

    @api.model
    def _send_http(self, method, url, *, limit=MAX_ANSWER, is_guarded=False, **options):
        """Send one request; nothing that goes wrong on the way is raised.

        :param limit: bytes of the answer that are read; a longer one is cut off
        :param is_guarded: the address was typed in by a user: https and the internet
            only, unless the parameter ``lead_capture.private_urls`` says otherwise
        :param options: of ``requests.Session.request``
        :return: status of HTTP and content; status 0 when nobody was reached, -1 when
            nobody answered and it may have arrived
        :rtype: tuple[int, bytes]
        :raises messenger.ChatError: an address that nothing may be sent to
        """
        with requests.Session() as session:
            if is_guarded and not self._may_be_private():
                url = self._pin_address(session, url, options)
            try:
                with session.request(
                    method,
                    url,
                    timeout=TIMEOUT,
                    allow_redirects=False,
                    stream=True,
                    **options,
                ) as answer:
                    return answer.status_code, self._read_body(answer, limit)
            except requests.ConnectTimeout:
                return 0, b""
            except requests.ReadTimeout:
                return -1, b""
            except requests.RequestException as error:
                # its words hold the address, and the address holds the token
                return (0 if self._is_unreached(error) else -1), b""

    @api.model
    def _is_unreached(self, error):
        """Whether nothing was sent: the connection itself was refused."""
        cause = getattr(error.args[0] if error.args else None, "reason", None)
        return isinstance(error, UNREACHED) or isinstance(cause, NewConnectionError)

    @api.model
    def _read_body(self, answer, limit):
        content = b""
        for chunk in answer.iter_content(CHUNK):
            content += chunk
            if len(content) >= limit:
                break
        return content[:limit]

    @api.model
    def _may_be_private(self):
        # sudo: a parameter of the server, whoever the worker is
        parameters_sudo = self.env["ir.config_parameter"].sudo()
        return str2bool(parameters_sudo.get_param("lead_capture.private_urls", "0"))

    @api.model
    def _pin_address(self, session, url, options):
        """Look the host up once, and send to that address only.

        :return: the address to send to
        """
        host, port = messenger.check_url(url)
        addresses = self._look_up_host(host, port)
        if not addresses or not all(map(network.is_public_address, addresses)):
            raise messenger.ChatError("private" if addresses else "no_host")
        address = f"[{addresses[0]}]" if ":" in addresses[0] else addresses[0]
        session.trust_env = False  # a proxy would look the name up again
        session.mount("https://", PinnedAdapter(host))
        options["headers"] = {**options.get("headers", {}), "Host": host}
        parts = urlsplit(url)
        return urlunsplit(parts._replace(netloc=f"{address}:{port}", fragment=""))

    @api.model
    def _look_up_host(self, host, port):
        """:return: the IP addresses of a host, none when nobody knows it"""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError:
            return []
        return list(dict.fromkeys(str(item[4][0]) for item in found))

    @api.model
    def _load_json(self, content):
        """:return: the JSON of an answer, nothing when it is none"""
        try:
            return json.loads(content)
        except ValueError:
            return None
