from odoo.tests import tagged

from .common import ClientImportCommon

LANGUAGES = ("en_US", "uk_UA", "ru_RU")


@tagged("post_install", "-at_install")
class TestLanguages(ClientImportCommon):
    """People of one company look at one file in different languages."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        base = cls.env(su=True)
        for lang in LANGUAGES:
            base["res.lang"]._activate_lang(lang)
        modules = base["ir.module.module"].search(
            [("name", "in", ["base", "client_base"])]
        )
        modules._update_translations(LANGUAGES)
        cls.client = cls._create_client(
            email="trade@verby.example.com", is_decision_maker=True
        )

    def _speak(self, lang):
        self.env = self.env(context=dict(self.env.context, lang=lang))
        self.env.user.sudo().lang = lang

    def test_no_two_columns_have_one_name(self):
        for lang in LANGUAGES:
            self._speak(lang)
            labels = self.env["client.sheet"]._get_labels().values()
            names = [" ".join(label.split()).casefold() for label in labels]
            with self.subTest(lang=lang):
                self.assertEqual(len(names), len(set(names)))

    def test_exported_file_is_known_again_in_every_language(self):
        for lang in LANGUAGES:
            self._speak(lang)
            header, lines = self._export_lines(self.client)
            for reader in LANGUAGES:
                self._speak(reader)
                file = self._read_file(header, *lines)
                with self.subTest(lang=lang, reader=reader):
                    self.assertTrue(all(file.column_ids.mapped("code")))
                    self.assertVerdict(file.row_ids, "unchanged", "id", self.client)

    def test_names_of_columns_are_translated(self):
        self._speak("uk_UA")
        header, _lines = self._export_lines(self.client)
        self.assertIn("Посада", header)
        self.assertIn("Ел. пошта", header)

    def test_reason_is_given_in_the_language_of_the_reader(self):
        row = self._judge_line(["Name", "Phone"], "Верба", "067 555 01 77")
        self.assertEqual(row.reason, "No client of the base is like this one.")
        russian = row.with_context(lang="ru_RU")
        self.assertEqual(russian.reason, "Похожего клиента в базе нет.")
        ukrainian = row.with_context(lang="uk_UA")
        self.assertEqual(ukrainian.reason, "Схожого клієнта в базі немає.")

    def test_file_read_in_one_language_is_applied_in_another(self):
        self._speak("uk_UA")
        row = self._judge_line(
            ["Назва", "Ел. пошта", "Приймає рішення"],
            *(self.client.name, self.client.email, "ні"),
        )
        self.assertIn("Так → Ні", row.change_summary)
        self._speak("ru_RU")
        row.with_env(self.env).action_apply()
        self.assertEqual(row.state, "done", row.message)
        self.assertFalse(self.client.is_decision_maker)
