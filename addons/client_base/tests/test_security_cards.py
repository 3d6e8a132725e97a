from odoo import Command
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import tagged, users

from .common import ClientCommon, ClientImportCommon


@tagged("post_install", "-at_install")
class TestPointsOfClosedCards(ClientCommon):
    """A contact point opens no card that is closed to the user."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.colleague = cls.env.ref("base.user_admin").partner_id
        cls.hidden = cls._create_client("Прихована", email="secret@example.com")
        cls.env["ir.rule"].create(
            {
                "name": "One hidden card",
                "model_id": cls.env.ref("base.model_res_partner").id,
                "domain_force": str([("id", "!=", cls.hidden.id)]),
            }
        )

    @users("client_user")
    def test_email_of_a_colleague_is_not_taken_over(self):
        before = self.colleague.email
        with self.assertRaises(AccessError):
            self.env["client.contact.point"].create(
                {
                    "partner_id": self.colleague.id,
                    "kind": "email",
                    "value": "mine@example.com",
                    "sequence": 1,
                }
            )
        self.assertEqual(self.colleague.email, before)

    @users("client_user")
    def test_points_of_a_hidden_card_are_not_found(self):
        points = self.env["client.contact.point"]
        self.assertFalse(points.search([("normalized", "=", "secret@example.com")]))

    @users("client_user")
    def test_points_of_a_hidden_card_are_not_read_or_written(self):
        point = self._get_points(self.hidden, "email").with_user(self.client_user)
        with self.assertRaises(AccessError):
            point.read(["value"])
        with self.assertRaises(AccessError):
            point.value = "mine@example.com"
        with self.assertRaises(AccessError):
            point.unlink()


@tagged("post_install", "-at_install")
class TestCoreActionsOfOthers(ClientCommon):
    """Who does not work with clients can do with contacts what core lets him do."""

    @users("internal_user")
    def test_contact_is_duplicated(self):
        contact = self._create_client(phone="067 123 45 67", legal_form="ТОВ")
        copied = contact.with_env(self.env).copy()
        self.assertPoints(copied, ["+380671234567"])

    @users("internal_user")
    def test_contacts_are_merged(self):
        group = self.env["client.group"].sudo().create({"name": "Ярмарок"})
        stays = {"client_group_ids": [Command.link(group.id)]}
        left = self._create_client(email="a@example.com", **stays)
        right = self._create_client(email="a@example.com", **stays)
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((left + right).ids, left.with_env(self.env))
        self.assertFalse(right.exists())
        self.assertPoints(left, ["a@example.com"], kind="email")


@tagged("post_install", "-at_install")
class TestFilesOfOthers(ClientImportCommon):
    """A file gives nobody the rights of somebody else."""

    @users("client_manager")
    def test_file_is_brought_in_by_who_brings_it_in(self):
        content = self._encode(["Name"], ["Вербиченко"])
        file = self.env["client.import"].create(
            {
                "data": content,
                "filename": "x.xlsx",
                "user_id": self.env.ref("base.user_root").id,
            }
        )
        self.assertEqual(file.user_id, self.client_manager)

    @users("client_manager")
    def test_nobody_is_written_in_as_the_one_who_applies(self):
        content = self._encode(["Name"], ["Вербиченко"])
        file = self.env["client.import"].create({"data": content, "filename": "x.xlsx"})
        for name in ("user_id", "applied_by_id"):
            with self.assertRaises(AccessError):
                file.write({name: self.env.ref("base.user_root").id})

    @users("client_manager")
    def test_colleague_is_not_chosen_as_the_client_of_a_row(self):
        content = self._encode(["Name"], ["Вербиченко"])
        file = self.env["client.import"].create({"data": content, "filename": "x.xlsx"})
        file.action_read()
        with self.assertRaises(ValidationError):
            file.row_ids.partner_id = self.env.ref("base.user_admin").partner_id
