from odoo.exceptions import AccessError, UserError
from odoo.service.model import call_kw
from odoo.tests import HttpCase, new_test_user, tagged, users
from odoo.tools import mute_logger

from .common import MANAGER, USER, ClientCommon

RULES = "odoo.addons.base.models.ir_rule"


@tagged("post_install", "-at_install")
class TestExportRight(ClientCommon):
    """Without the right to export nobody gets the base out by any of our ways."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client = cls._create_client(phone="0671234567")
        exports = cls.env["client.export"].with_user(cls.client_manager)
        cls.export = exports.create({"partner_ids": cls.client.ids})

    @users("client_manager")
    def test_export_right_lets_the_file_be_made(self):
        export = self.export.with_env(self.env)
        export.action_export()
        self.assertTrue(export.data)

    @users("client_user")
    def test_user_without_the_right_makes_no_file(self):
        export = self.env["client.export"].create({"partner_ids": self.client.ids})
        with self.assertRaises(AccessError):
            export.action_export()
        with self.assertRaises(AccessError):
            call_kw(self.env["client.export"], "action_export", [export.ids], {})
        self.assertFalse(export.data)

    def test_manager_without_the_right_makes_no_file(self):
        manager = new_test_user(self.env, "no_export", MANAGER)
        exports = self.env["client.export"].with_user(manager)
        for scope in ("all", "selection", "group"):
            export = exports.create({"scope": scope, "partner_ids": self.client.ids})
            with self.assertRaises(AccessError):
                export.action_export()

    def test_outsiders_are_refused_whatever_they_call(self):
        for user in (self.portal_user, self.public_user, self.internal_user):
            exports = self.env["client.export"].with_user(user)
            with self.assertRaises(AccessError):
                exports.action_export()
            with self.assertRaises(AccessError):
                call_kw(exports, "action_export", [[]], {})

    @mute_logger(RULES)
    @users("client_user")
    def test_file_of_somebody_else_is_not_read(self):
        self.export.action_export()
        theirs = self.export.with_env(self.env)
        self.assertFalse(theirs.search([("id", "=", theirs.id)]))
        with self.assertRaises(AccessError):
            theirs.read(["data"])

    @mute_logger(RULES)
    @users("client_user")
    def test_wizard_of_somebody_else_is_not_used(self):
        theirs = self.export.with_env(self.env)
        for call in (theirs.action_export, theirs.unlink):
            with self.assertRaises(AccessError):
                call()
        with self.assertRaises(AccessError):
            theirs.write({"scope": "all"})

    @users("client_user")
    def test_core_export_asks_for_the_right_too(self):
        with self.assertRaises(UserError):
            self.client.with_env(self.env).export_data(["name"])


@tagged("post_install", "-at_install")
class TestRoutes(ClientCommon, HttpCase):
    """What a browser gets from our route and from our files."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls._create_company(name="Other Company")
        content = cls._encode(
            ["Name", "Phone", "E-mail"], ["Ok", "", ""], ["", "-", ""]
        )
        cls.file = cls.env["client.import"].create(
            {"data": content, "filename": "clients.xlsx"}
        )
        cls.file.action_read()
        cls.problems = f"/client_base/import/{cls.file.id}/problems"

    def _get(self, url, login=None):
        self.authenticate(login, login and login + "x" * (8 - len(login)))
        return self.url_open(url, allow_redirects=False)

    def test_manager_gets_the_bad_rows(self):
        answer = self._get(self.problems, "client_manager")
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer.content[:2], b"PK")
        self.assertIn("attachment", answer.headers["Content-Disposition"])

    @mute_logger("odoo.http")
    def test_others_get_no_bad_rows(self):
        for login in ("client_user", "internal_user", "sync_user", "portal_user"):
            with self.subTest(login=login):
                answer = self._get(self.problems, login)
                self.assertEqual(answer.status_code, 404)

    @mute_logger("odoo.http")
    def test_unknown_file_looks_like_a_forbidden_one(self):
        unknown = self._get("/client_base/import/99999999/problems", "client_manager")
        forbidden = self._get(self.problems, "client_user")
        self.assertEqual(unknown.status_code, 404)
        self.assertEqual(unknown.content, forbidden.content)

    def test_public_visitor_is_sent_to_the_login(self):
        answer = self._get(self.problems)
        self.assertEqual(answer.status_code, 303)
        self.assertIn("/web/login", answer.headers["Location"])

    @mute_logger("odoo.http", RULES)
    def test_manager_of_another_company_gets_no_bad_rows(self):
        companies = {
            "company_id": self.other_company.id,
            "company_ids": self.other_company.ids,
        }
        new_test_user(self.env, "stranger", MANAGER, **companies)
        answer = self._get(self.problems, "stranger")
        self.assertEqual(answer.status_code, 404)

    @mute_logger("odoo.http", RULES)
    def test_file_is_not_downloaded_by_others(self):
        url = f"/web/content/client.import/{self.file.id}/data/x.xlsx"
        self.assertEqual(self._get(url, "client_manager").status_code, 200)
        for login in ("client_user", "internal_user", "portal_user", None):
            with self.subTest(login=login):
                self.assertEqual(self._get(url, login).status_code, 404)

    @mute_logger("odoo.http", RULES)
    def test_export_is_not_downloaded_by_others(self):
        new_test_user(self.env, "colleague", USER)
        export = self.env["client.export"].with_user(self.client_manager).create({})
        url = export.action_export()["url"]
        self.assertEqual(self._get(url, "client_manager").status_code, 200)
        for login in ("colleague", "internal_user", "portal_user", None):
            with self.subTest(login=login):
                self.assertEqual(self._get(url, login).status_code, 404)
