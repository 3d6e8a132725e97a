from unittest.mock import patch

from odoo import Command
from odoo.tests import tagged

from .common import ClientImportCommon

HEADER = ["Name", "Phone", "E-mail", "City", "Street"]


@tagged("post_install", "-at_install")
class TestImportAlike(ClientImportCommon):
    """Rows that would become clients who are likely in the base."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # what other cards have taught would weigh the words of the reasons otherwise
        cls.env["client.duplicate.scan"].sudo().search([]).unlink()
        cls.card = cls._create_client(
            "Шапкець Лариса Леонідівна",
            phone="+380671234567",
            city="Полтава",
            street="вул. Садова, 7",
            sync_source="excel",
            sync_key="S-1",
        )
        # none of the rungs: another alphabet, one digit of the phone is wrong
        cls.line = (
            "Shpakets Larysa Leonidivna",
            "+380671234568",
            "",
            "Poltava",
            "Садова 7",
        )

    def test_row_that_is_likely_a_client_is_asked_about(self):
        row = self._judge_line(HEADER, *self.line)
        self.assertVerdict(row, "ambiguous", "alike")
        self.assertEqual(row.candidate_ids, self.card)
        self.assertIn("Phone: one slip apart", row.reason)
        row.action_is_candidate()
        row.action_apply()
        self.assertEqual(row.partner_id, self.card)

    def test_row_said_to_be_new_becomes_a_client(self):
        row = self._judge_line(HEADER, *self.line)
        row.action_is_new()
        row.action_apply()
        self.assertEqual(row.state, "done")
        self.assertNotEqual(row.partner_id, self.card)

    def test_stranger_is_new(self):
        line = "Коваленко Ігор Петрович", "+380507654321", "", "Суми", "Миру 1"
        self.assertVerdict(self._judge_line(HEADER, *line), "create", "new")

    def test_another_key_of_one_system_is_another_client(self):
        header = ["Key in the accounting system", *HEADER]
        row = self._judge_line(header, "S-2", *self.line)
        self.assertVerdict(row, "create", "new")
        row = self._judge_line(header, "S-2", *self.line, sync_source="bas")
        self.assertVerdict(row, "ambiguous", "alike")

    def test_client_that_he_may_not_read_is_not_named(self):
        self.env["ir.rule"].sudo().create(
            {
                "name": "Not this one",
                "model_id": self.env["ir.model"].sudo()._get_id("res.partner"),
                "groups": [Command.link(self.ref("base.group_user"))],
                "domain_force": f"[('id', '!=', {self.card.id})]",
            }
        )
        row = self._judge_line(HEADER, *self.line)
        self.assertVerdict(row, "ambiguous", "alike_hidden")
        self.assertFalse(row.candidate_ids)
        self.assertNotIn("Шапкець", row.reason)

    def test_whole_file_is_looked_up_at_once(self):
        lines = [
            (f"Незнайома Фірма {n}", f"+38050{n:07}", "", "Суми", "") for n in range(50)
        ]
        forms = self.env["client.duplicate.form"]
        with patch.object(
            type(forms),
            "_fetch_holders",
            autospec=True,
            side_effect=type(forms)._fetch_holders,
        ) as fetch:
            self._read_file(HEADER, *lines)
        self.assertEqual(fetch.call_count, 1)

    def test_scripts_are_told_of_the_likely_card(self):
        told = {
            "key": "77",
            "name": self.line[0],
            "phones": [self.line[1]],
            "street": self.line[4],
            "city": self.line[3],
        }
        cards = self.env(user=self.sync_user)["res.partner"]
        [answer] = cards.client_upsert("1c", [told])
        self.assertEqual(answer["status"], "created")
        self.assertEqual(answer["alike_ids"], self.card.ids)
