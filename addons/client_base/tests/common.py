import base64
import io

import docx
import openpyxl

from odoo.fields import Command

from odoo.addons.base.tests.common import BaseCommon

from ..tools import sheet

USER = "client_base.group_client_user"
MANAGER = "client_base.group_client_manager"
SYNC = "client_base.group_client_sync"
EXPORT = "base.group_allow_export"


class ClientCommon(BaseCommon):
    """A Ukrainian company of its own, with one user of every role."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        (
            cls.client_user,
            cls.client_manager,
            cls.internal_user,
            cls.sync_user,
            cls.portal_user,
        ) = cls._create_users(
            client_user=USER,
            client_manager=f"{MANAGER},{EXPORT}",
            internal_user="base.group_user,base.group_partner_manager",
            sync_user=SYNC,
            portal_user="base.group_portal",
        )
        cls.public_user = cls.env.ref("base.public_user")

    @classmethod
    def _create_users(cls, **groups):
        """Make what ``new_test_user`` makes, by login, in a quarter of the time."""
        return cls.env["res.users"].create(
            [
                {
                    "login": login,
                    "name": f"{login} ({names})",
                    "password": login,
                    "email": f"{login[0]}.{login[0]}@example.com",
                    "group_ids": [
                        Command.set([cls.env.ref(name).id for name in names.split(",")])
                    ],
                }
                for login, names in groups.items()
            ]
        )

    @classmethod
    def setup_independent_company(cls, **kwargs):
        return cls._create_company(
            name="Company of the Tests", country_id=cls.env.ref("base.ua").id, **kwargs
        )

    @classmethod
    def _create_client(cls, name="Вербиченко Трейд", **values):
        return cls.env["res.partner"].create({"name": name, **values})

    @classmethod
    def _create_families(cls, count, **values):
        """:return: companies, each with a person who works there"""
        Card = cls.env["res.partner"]
        clients = Card.create(
            [{"name": f"C{n}", "is_company": True, **values} for n in range(count)]
        )
        Card.create(
            [
                {"name": f"P{client.id}", "parent_id": client.id, **values}
                for client in clients
            ]
        )
        return clients

    @classmethod
    def _get_points(cls, partner, kind="phone"):
        """:return: the points of a kind, the primary one first"""
        points = cls.env["client.contact.point"].sudo()
        return points.search([("partner_id", "=", partner.id), ("kind", "=", kind)])

    @classmethod
    def _encode(cls, header, *lines, writer=sheet.write_xlsx):
        """:return: a file, the way a ``fields.Binary`` takes it"""
        return base64.b64encode(writer(header, lines))

    @classmethod
    def _make_docx(cls, *lines):
        """:return: a Word document, the way a ``fields.Binary`` takes it"""
        paper, target = docx.Document(), io.BytesIO()
        for line in lines:
            paper.add_paragraph(line)
        paper.save(target)
        return base64.b64encode(target.getvalue())

    def assertPoints(self, partner, normalized, kind="phone"):
        """Compare the normal forms of the points, and the column with the first."""
        points = self._get_points(partner, kind)
        self.assertEqual(points.mapped("normalized"), normalized)
        if kind in ("phone", "email"):
            self.assertEqual(partner.sudo()[kind] or False, points[:1].value)


class ClientImportCommon(ClientCommon):
    """Files made in memory; the manager brings them in."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(user=cls.client_manager)

    def _make_file(self, header, *lines, writer=sheet.write_xlsx, **values):
        """:return: a ``client.import`` that is not read yet"""
        content = self._encode(header, *lines, writer=writer)
        return self.env["client.import"].create(
            {"data": content, "filename": "clients.xlsx", **values}
        )

    def _read_file(self, header, *lines, **values):
        """:return: a ``client.import`` with its rows judged"""
        file = self._make_file(header, *lines, **values)
        file.action_read()
        return file

    def _apply_file(self, header, *lines, **values):
        """:return: a ``client.import`` that was read and applied"""
        file = self._read_file(header, *lines, **values)
        file.action_apply()
        return file

    def _judge_line(self, header, *line, **values):
        """:return: the ``client.import.row`` of a file with one row"""
        return self._read_file(header, line, **values).row_ids

    def _export_lines(self, partners, **values):
        """:return: header and lines of an exported file, all cells as text"""
        export = self.env["client.export"].create(
            {"partner_ids": partners.ids, **values}
        )
        export.action_export()
        content = base64.b64decode(export.with_context(bin_size=False).data)
        table = openpyxl.load_workbook(io.BytesIO(content)).active
        header, *lines = (
            [cell or "" for cell in line] for line in table.iter_rows(values_only=True)
        )
        return header, lines

    def assertVerdict(self, row, verdict, code, partner=None):
        """Compare the verdict and its reason; ``partner`` is the client matched."""
        self.assertEqual((row.verdict, row.reason_code), (verdict, code), row.reason)
        if partner is not None:
            self.assertEqual(row.partner_id, partner)
