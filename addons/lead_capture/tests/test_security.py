import csv
from collections import defaultdict

from odoo.tests import tagged
from odoo.tools import file_open

from .common import LeadCommon

ROLES = (
    "public_user",
    "portal_user",
    "internal_user",
    "sync_user",
    "client_user",
    "client_manager",
    "intake_user",
)
OPERATIONS = ("read", "write", "create", "unlink")


@tagged("post_install", "-at_install")
class TestAccessMatrix(LeadCommon):
    """Who may do what with which model: a table that a person can read."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        with file_open("lead_capture/tests/access_matrix.csv") as matrix:
            cls.lines = list(csv.DictReader(matrix))

    def test_matrix_names_every_model_for_every_role(self):
        told = defaultdict(set)
        for line in self.lines:
            told[line["model"]].add(line["role"])
        own = {
            name
            for name, model in self.env.registry.items()
            if model._original_module == "lead_capture" and not model._abstract
        }
        self.assertEqual(dict(told), {name: set(ROLES) for name in own})

    def test_rights_are_those_of_the_matrix(self):
        for line in self.lines:
            model = self.env[line["model"]].with_user(getattr(self, line["role"]))
            found = {name: str(int(model.has_access(name))) for name in OPERATIONS}
            with self.subTest(model=line["model"], role=line["role"]):
                self.assertEqual(found, {name: line[name] for name in OPERATIONS})

    def test_strangers_see_none_of_our_columns(self):
        names = {
            name
            for name, field in self.env.registry["crm.lead"]._fields.items()
            if field._modules == ("lead_capture",)
        }
        self.assertTrue(names)
        leads = self.env["crm.lead"]
        for user in (self.portal_user, self.internal_user, self.sync_user):
            with self.subTest(user=user.login):
                self.assertFalse(set(leads.with_user(user).fields_get()) & names)
