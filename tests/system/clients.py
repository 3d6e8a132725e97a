"""The doors that scripts of other people use, XML-RPC and JSON-2, and the pages."""

import http.cookiejar
import json
import urllib.error
import urllib.request
import xmlrpc.client
from typing import Any

TIMEOUT = 120


class XmlRpc:
    """One user at Odoo's XML-RPC door; logs in at once.

    :raises PermissionError: when the login or the password is wrong
    """

    def __init__(self, url: str, database: str, login: str, password: str) -> None:
        self._common = xmlrpc.client.ServerProxy(f"{url}/xmlrpc/2/common")
        self._models = xmlrpc.client.ServerProxy(f"{url}/xmlrpc/2/object")
        self._password = password
        self.url = url
        self.database = database
        self.uid = self._common.authenticate(database, login, password, {})
        if not self.uid:
            raise PermissionError(f"{login} may not enter {database}")

    def call(self, model: str, method: str, *args: Any, **kwargs: Any) -> Any:
        """Call a public method; ``xmlrpc.client.Fault`` says what Odoo refused."""
        return self._models.execute_kw(
            self.database, self.uid, self._password, model, method, args, kwargs
        )


class Json2Error(Exception):
    """An answer other than 2xx."""

    def __init__(self, status: int, body: Any) -> None:
        super().__init__(f"{status}: {body}")
        self.status = status
        self.body = body


class Json2:
    """One API key at Odoo's JSON-2 door."""

    def __init__(self, url: str, database: str, api_key: str) -> None:
        self._url = url
        self._headers = {
            "Authorization": f"bearer {api_key}",
            "Content-Type": "application/json",
            "X-Odoo-Database": database,
        }

    def call(self, model: str, method: str, **arguments: Any) -> Any:
        """Call a public method with named arguments (``ids`` for a recordset)."""
        request = urllib.request.Request(
            f"{self._url}/json/2/{model}/{method}",
            data=json.dumps(arguments).encode(),
            headers=self._headers,
        )
        try:
            with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise Json2Error(error.code, error.read().decode()) from error


class Browser:
    """Somebody who looks at pages; a stranger until he logs in."""

    def __init__(self, url: str, database: str) -> None:
        self._url = url
        self._database = database
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(cookies)

    def log_in(self, login: str, password: str) -> None:
        """:raises PermissionError: when the login or the password is wrong"""
        names = {"db": self._database, "login": login, "password": password}
        request = urllib.request.Request(
            f"{self._url}/web/session/authenticate",
            data=json.dumps({"params": names}).encode(),
            headers={"Content-Type": "application/json"},
        )
        with self._opener.open(request, timeout=TIMEOUT) as answer:
            if "error" in json.load(answer):
                raise PermissionError(f"{login} may not enter {self._database}")

    def read(self, path: str) -> str:
        """Return the source of a page, without what it loads."""
        with self._opener.open(self._url + path, timeout=TIMEOUT) as answer:
            return answer.read().decode()
