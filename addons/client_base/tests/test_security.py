import csv
from collections import defaultdict

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged, users
from odoo.tools import file_open, mute_logger

from .common import MANAGER, ClientCommon

ROLES = (
    "public_user",
    "portal_user",
    "internal_user",
    "sync_user",
    "client_user",
    "client_manager",
)
OPERATIONS = ("read", "write", "create", "unlink")
OUTSIDERS = ("public_user", "portal_user")


def _get_own_models(env):
    """:return: names of the models with a table that the addon adds"""
    return {
        name
        for name, model in env.registry.items()
        if model._original_module == "client_base" and not model._abstract
    }


@tagged("post_install", "-at_install")
class TestAccessMatrix(ClientCommon):
    """Who may do what with which model: a table that a person can read."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with file_open("client_base/tests/access_matrix.csv") as matrix:
            cls.lines = list(csv.DictReader(matrix))

    def test_matrix_names_every_model_for_every_role(self):
        told = defaultdict(set)
        for line in self.lines:
            told[line["model"]].add(line["role"])
        wanted = {name: set(ROLES) for name in _get_own_models(self.env)}
        self.assertEqual(dict(told), wanted)

    def test_rights_are_those_of_the_matrix(self):
        for line in self.lines:
            model = self.env[line["model"]].with_user(getattr(self, line["role"]))
            found = {name: str(int(model.has_access(name))) for name in OPERATIONS}
            wanted = {name: line[name] for name in OPERATIONS}
            with self.subTest(model=line["model"], role=line["role"]):
                self.assertEqual(found, wanted)

    @users("internal_user", "sync_user")
    def test_plain_user_reads_none_of_our_columns_but_technical_ones(self):
        client = self._create_client(legal_form="LLC").with_env(self.env)
        names = self._get_own_fields() & set(client.fields_get())
        # what Odoo itself asks for while it writes any contact
        technical = {"client_type_id", "own_company_ids"}
        # and what a letter of anybody begins and ends with
        words = {"letter_address", "letter_greeting", "letter_signature"}
        # and what the form of any contact refers to
        shown = {"card_hidden", "card_notes", "card_required"}
        self.assertEqual(names, technical | words | shown)
        with self.assertRaises(AccessError):
            client.read(["legal_form"])

    def _get_own_fields(self):
        fields_ = self.env.registry["res.partner"]._fields
        return {name for name, f in fields_.items() if f._modules == ("client_base",)}


@tagged("post_install", "-at_install")
class TestOutsiders(ClientCommon):
    """Portal and public users see none of our columns, by any path."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        partners = cls.env.registry["res.partner"]._fields.items()
        cls.names = [
            name for name, field in partners if field._modules == ("client_base",)
        ]
        cls.stored = [
            name for name in cls.names if cls.env["res.partner"]._fields[name].store
        ]
        cls.portal_user.partner_id.write({"phone": "0671234567", "legal_form": "ФОП"})

    def setUp(self):
        super().setUp()
        self.uid = self.portal_user.id
        self.own = self.portal_user.partner_id.with_user(self.portal_user)

    def assertDenied(self, function, *args, **kwargs):
        with self.assertRaises(UserError):  # an AccessError mostly
            function(*args, **kwargs)

    def test_portal_user_reads_his_own_card(self):
        self.assertEqual(self.own.read(["phone"])[0]["phone"], "0671234567")
        self.assertGreater(len(self.names), 20)

    def test_no_column_is_described(self):
        described = set(self.own.fields_get())
        self.assertFalse(described & set(self.names))

    def test_no_column_is_read(self):
        for name in self.names:
            with self.subTest(field=name):
                self.assertDenied(self.own.read, [name])
                self.assertDenied(self.own.web_read, {name: {}})
                self.assertDenied(self.own.mapped, name)

    def test_no_column_is_read_while_searching(self):
        for name in self.names:
            with self.subTest(field=name):
                self.assertDenied(self.own.search_read, [], [name])
                self.assertDenied(self.own.web_search_read, [], {name: {}})

    def test_no_column_is_searched_by(self):
        for name in self.names:
            with self.subTest(field=name):
                self.assertDenied(self.own.search, [(name, "!=", False)])
                self.assertDenied(self.own.search_count, [(name, "=", False)])

    def test_no_column_is_reached_through_another_record(self):
        for path in ("commercial_partner_id.legal_form", "child_ids.sync_key"):
            self.assertDenied(self.own.search, [(path, "=", "ФОП")])
        self.assertDenied(self.own.search, [("contact_point_ids.value", "!=", False)])

    def test_no_column_is_sorted_by(self):
        for name in self.stored:
            with self.subTest(field=name):
                self.assertDenied(self.own.search, [], order=name)

    def test_no_column_is_grouped_by(self):
        own_properties = "client_properties.some_property"
        for name in {*self.stored, own_properties} - {"client_properties"}:
            with self.subTest(field=name):
                self.assertDenied(self.own.formatted_read_group, [], [name])
                self.assertDenied(self.own._read_group, [], [name])

    def test_no_column_is_summed_up(self):
        for name in self.stored:
            with self.subTest(field=name):
                aggregate = [f"{name}:count_distinct"]
                self.assertDenied(self.own.formatted_read_group, [], [], aggregate)

    def test_no_column_is_exported(self):
        self.portal_user.sudo().group_ids += self.env.ref("base.group_allow_export")
        for name in self.names:
            with self.subTest(field=name):
                self.assertDenied(self.own.export_data, [name])

    def test_no_column_is_written(self):
        for name in self.stored:
            with self.subTest(field=name):
                self.assertDenied(self.own.write, {name: False})

    def test_no_column_is_read_from_the_user(self):
        user = self.portal_user.with_user(self.portal_user)
        for name in self.names:
            with self.subTest(field=name):
                self.assertDenied(user.read, [name])
                self.assertDenied(user.search, [(f"partner_id.{name}", "!=", False)])


@tagged("post_install", "-at_install")
class TestCompanies(ClientCommon):
    """Two companies in one database do not see each other's files and clients."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other_company = cls._create_company(name="Other Company")
        cls.stranger = new_test_user(
            cls.env,
            "stranger",
            MANAGER,
            company_id=cls.other_company.id,
            company_ids=[Command.set(cls.other_company.ids)],
        )
        cls.client = cls._create_client(
            phone="0671234567", company_id=cls.env.company.id
        )
        content = cls._encode(["Name", "Phone"], ["Вербиченко", "067 123 45 67"])
        cls.file = cls.env["client.import"].create(
            {"data": content, "filename": "clients.xlsx"}
        )
        cls.file.action_read()
        cls.file.row_ids.write({"verdict": "create"})
        cls.group, cls.type = (
            cls.env[name].create({"name": "Ours", "company_id": cls.env.company.id})
            for name in ("client.group", "client.type")
        )
        cls.change = cls.env["client.change"].create(
            {"partner_id": cls.client.id, "import_id": cls.file.id, "field": "city"}
        )
        cls.layout = cls.env["client.import.layout"].create(
            {"name": "x", "signature": "x"}
        )
        cls.handover = cls.env["client.handover"].create(
            {
                "to_user_id": cls.client_user.id,
                "partner_ids": [Command.set(cls.client.ids)],
            }
        )
        cls.handover.action_apply()
        cls.offer = cls.env["client.offer"].create(
            {"partner_id": cls.client.id, "name": "Catalogue"}
        )

    def _get_ours(self):
        return [
            self._get_points(self.client),
            self.file,
            self.file.row_ids,
            self.file.column_ids,
            self.group,
            self.type,
            self.change,
            self.layout,
            self.offer,
            self.env["client.interaction"].search(
                [("partner_id", "=", self.client.id)]
            ),
        ]

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_manager_of_another_company_sees_nothing_of_ours(self):
        for records in self._get_ours():
            theirs = records.with_user(self.stranger).with_company(self.other_company)
            with self.subTest(model=records._name):
                self.assertFalse(theirs.search([("id", "in", records.ids)]))
                with self.assertRaises(AccessError):
                    theirs.read([records._rec_name])

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_context_does_not_open_another_company(self):
        trick = {"allowed_company_ids": [self.other_company.id, self.env.company.id]}
        for records in self._get_ours():
            theirs = records.with_user(self.stranger).with_context(**trick)
            with self.subTest(model=records._name):
                with self.assertRaises(AccessError):
                    theirs.read([records._rec_name])
                with self.assertRaises(AccessError):
                    theirs.search([])

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_manager_of_another_company_works_on_no_file_of_ours(self):
        file = self.file.with_user(self.stranger)
        for method in ("action_read", "action_apply", "action_undo", "action_stop"):
            with self.subTest(method=method), self.assertRaises(AccessError):
                getattr(file, method)()
        with self.assertRaises(AccessError):
            file.row_ids.browse(self.file.row_ids.ids).action_apply()
        with self.assertRaises(AccessError):
            file.unlink()

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_file_is_not_made_for_another_company(self):
        content = self._encode(["Name"], ["Вербиченко"])
        values = {"data": content, "filename": "x.xlsx"}
        files = self.env["client.import"].with_user(self.stranger)
        with self.assertRaises(AccessError):
            files.create({**values, "company_id": self.env.company.id})

    def test_clients_of_another_company_are_not_matched(self):
        content = self._encode(["Name", "Phone"], ["Вербиченко", "067 123 45 67"])
        files = self.env["client.import"].with_user(self.stranger)
        file = files.create(
            {
                "data": content,
                "filename": "x.xlsx",
                "country_id": self.env.ref("base.ua").id,
            }
        )
        file.action_read()
        self.assertRecordValues(
            file.row_ids, [{"verdict": "create", "partner_id": False}]
        )

    def test_user_of_both_companies_sees_the_chosen_one(self):
        self.client_manager.company_ids += self.other_company
        files = self.env["client.import"].with_user(self.client_manager)
        for company, count in ((self.other_company, 0), (self.env.company, 1)):
            found = files.with_company(company).with_context(
                allowed_company_ids=company.ids
            )
            self.assertEqual(found.search_count([("id", "=", self.file.id)]), count)
