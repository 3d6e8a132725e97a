import csv
from collections import defaultdict

from odoo.tests import tagged
from odoo.tools import file_open

from .common import RiskCommon

ROLES = (
    "public_user",
    "portal_user",
    "internal_user",
    "sync_user",
    "client_user",
    "client_manager",
)
OPERATIONS = ("read", "write", "create", "unlink")


@tagged("post_install", "-at_install")
class TestAccessMatrix(RiskCommon):
    """Who may do what with which model: a table that a person can read."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with file_open("client_risk/tests/access_matrix.csv") as matrix:
            cls.lines = list(csv.DictReader(matrix))

    def test_matrix_names_every_model_for_every_role(self):
        told = defaultdict(set)
        for line in self.lines:
            told[line["model"]].add(line["role"])
        own = {
            name
            for name, model in self.env.registry.items()
            if model._original_module == "client_risk" and not model._abstract
        }
        self.assertEqual(dict(told), {name: set(ROLES) for name in own})

    def test_rights_are_those_of_the_matrix(self):
        for line in self.lines:
            model = self.env[line["model"]].with_user(getattr(self, line["role"]))
            found = {name: str(int(model.has_access(name))) for name in OPERATIONS}
            with self.subTest(model=line["model"], role=line["role"]):
                self.assertEqual(found, {name: line[name] for name in OPERATIONS})

    def test_portal_user_sees_none_of_our_columns(self):
        own = self.portal_user.partner_id.with_user(self.portal_user)
        names = [
            name
            for name, field in self.env.registry["res.partner"]._fields.items()
            if field._modules == ("client_risk",)
        ]
        self.assertTrue(names)
        self.assertFalse(set(own.fields_get()) & set(names))
