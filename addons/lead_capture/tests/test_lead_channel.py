import json

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, freeze_time, tagged, users
from odoo.tools import mute_logger

from .common import LeadCommon


@tagged("post_install", "-at_install")
class TestLeadChannel(LeadCommon):
    def test_form_has_fields_without_set_up(self):
        self.assertEqual(
            self.channel.field_ids.mapped("path"), ["name", "phone", "email", "message"]
        )

    def test_limits_are_for_doors_that_anybody_knows(self):
        webhook = self._create_channel("webhook")
        self.assertTrue(self.channel.address_limit and self.channel.channel_limit)
        self.assertFalse(webhook.address_limit or webhook.channel_limit)

    @users("client_user")
    def test_salesperson_reads_the_cards_of_a_phone(self):
        channels = self.channel.with_env(self.env)
        card = self.env.ref("lead_capture.lead_channel_view_kanban")
        names = channels.get_view(card.id, "kanban")["models"]["lead.channel"]
        [told] = channels.web_read({name: {} for name in names})
        self.assertEqual(told["name"], channels.name)
        action = self.env["ir.actions.actions"]._for_xml_id(
            "lead_capture.lead_channel_action"
        )
        self.assertIn("kanban", action["view_mode"].split(","))

    def test_page_of_thanks_is_of_the_same_site(self):
        for page in ("https://evil.example", "//evil.example", "/\\evil.example"):
            with self.subTest(page=page), self.assertRaises(ValidationError):
                self.channel.thanks_url = page

    def test_site_is_an_address(self):
        for site in ("shop.example.com", "ftp://a.example", "*"):
            with self.subTest(site=site), self.assertRaises(ValidationError):
                self.channel.allowed_origins = site

    def test_path_that_leads_nowhere_is_refused(self):
        for path in ("a..b", " ", "x" * 300):
            with self.subTest(path=path), self.assertRaises(ValidationError):
                self.channel.field_ids[0].path = path

    def test_values_are_those_of_the_map_and_nothing_else(self):
        values = self.channel._read_payload(
            {
                "name": "Олена",
                "user_id": 2,
                "partner_id": 3,
                "company_id": 4,
                "order_ids": [[0, 0, {"name": "x"}]],
            }
        )
        self.assertEqual(values, {"contact_name": "Олена"})

    def test_program_that_fills_in_the_trap_is_told(self):
        values = self.channel._read_payload({"name": "A", "homepage_url": "http://a"})
        self.assertTrue(values["robot"])

    def test_own_field_becomes_a_line_of_the_message(self):
        self.env["lead.channel.field"].create(
            {"channel_id": self.channel.id, "path": "size", "label": "Розмір"}
        )
        values = self.channel._read_payload({"message": "Hi", "size": "42"})
        self.assertEqual(values["description"], "Hi\nРозмір: 42")

    @users("client_manager")
    def test_snippet_holds_no_code_of_names(self):
        channel = self.channel.with_env(self.env)
        channel.field_ids[0].label = "</textarea><script>alert(1)</script>"
        self.assertNotIn("<script>alert", channel.snippet)
        self.assertIn(channel.token, channel.snippet)

    @users("client_user")
    def test_user_reads_neither_token_nor_secret(self):
        channel = self.channel.with_env(self.env)
        for name in ("token", "secret", "url", "snippet"):
            with self.subTest(name=name), self.assertRaises(AccessError):
                channel.read([name])

    @users("client_manager")
    def test_new_address_closes_the_old_one(self):
        channel = self.channel.with_env(self.env)
        before = (channel.token, channel.secret)
        channel.action_renew_address()
        self.assertFalse(set(before) & {channel.token, channel.secret})

    @users("client_user")
    def test_user_makes_no_new_address(self):
        with self.assertRaises(AccessError):
            self.channel.with_env(self.env).action_renew_address()

    @users("client_manager")
    def test_sample_shows_what_each_line_gives_and_what_is_left(self):
        with Form(self.channel.with_env(self.env)) as form:
            form.sample = '{"name": "<b>Олена</b>", "phone": {"own": 1}, "size": 42}'
            given = [line["sample_value"] for line in form.field_ids._records]
            result = str(form.sample_result)
        self.assertEqual(given[0], "<b>Олена</b>")
        self.assertIn("own", given[1])
        self.assertIn("Not in the sample", given[2])
        self.assertIn("&lt;b&gt;Олена", result)
        self.assertIn("size", result)

    @users("client_manager")
    def test_no_sample_shows_nothing(self):
        self.assertFalse(self.channel.with_env(self.env).sample_result)
        with Form(self.channel.with_env(self.env)) as form:
            self.assertFalse(form.sample_result)

    @users("client_manager")
    def test_sample_that_is_no_json_says_where(self):
        channel = self.channel.with_env(self.env)
        channel.sample = '{\n"name": }'
        self.assertIn("line 2, character 9", channel.sample_result)

    def test_last_request_becomes_the_sample(self):
        self.channel._store_request({"name": "A"})
        self.channel.action_take_last()
        self.assertEqual(json.loads(self.channel.sample), {"name": "A"})


@tagged("post_install", "-at_install")
class TestLeadStore(LeadCommon):
    def _count(self):
        return len(self.channel.request_ids)

    def test_same_key_is_the_same_request(self):
        numbers = {self.channel._store_request({"n": n}, "e") for n in range(3)}
        self.channel.invalidate_recordset()
        self.assertEqual((len(numbers), self._count()), (1, 1))

    def test_same_key_of_another_channel_is_another_request(self):
        other = self._create_channel()
        first = self.channel._store_request({"n": 1}, "e")
        self.assertNotEqual(first, other._store_request({"n": 1}, "e"))

    def test_same_text_is_the_same_request_for_some_minutes(self):
        numbers = []
        for moment in ("10:09:59", "10:19:58", "10:20:00"):
            with freeze_time(f"2026-11-02 {moment}"):
                numbers.append(self.channel._store_request({"b": 1, "a": 2}))
        self.assertEqual(numbers[0], numbers[1])
        self.assertNotEqual(numbers[0], numbers[2])

    def test_many_are_stored_with_as_many_queries_as_one(self):
        rows = [{"key": str(n), "name": "A"} for n in range(100)]
        requests = self.env["lead.request"]
        requests.submit(self.channel.code, rows[:1])  # what is read once is read
        with self.assertQueryCount(4):
            requests.submit(self.channel.code, rows)

    @users("sync_user")
    def test_script_tells_rows_and_hears_of_each(self):
        requests = self.env["lead.request"]
        rows = [
            {"key": "1", "name": "A"},
            "text",
            {"key": "1", "name": "A"},
            {},
            {"key": "2", "name": "a\x00"},
        ]
        answers = requests.submit(self.channel.code, rows)
        self.assertEqual(
            [(one["status"], one["error_code"]) for one in answers],
            [
                ("created", ""),
                ("error", "not_an_object"),
                ("unchanged", ""),
                ("error", "empty"),
                ("error", "bad_text"),
            ],
        )
        self.assertEqual(answers[0]["number"], answers[2]["number"])
        again = requests.submit(self.channel.code, rows[:1])
        self.assertEqual(again[0]["status"], "unchanged")
        self.assertEqual(again[0]["number"], answers[0]["number"])

    def test_strangers_tell_nothing(self):
        for user in (self.internal_user, self.portal_user, self.public_user):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self.env["lead.request"].with_user(user).submit(
                    self.channel.code, [{"name": "A"}]
                )

    @users("client_user")
    def test_bad_arguments_are_refused(self):
        requests = self.env["lead.request"]
        for channel, rows in (
            ("nowhere", []),
            (False, []),
            (["x"], []),
            (self.channel.code, {}),
            (self.channel.code, [{"a": 1}] * 1001),
        ):
            with self.assertRaises(UserError):
                requests.submit(channel, rows)

    @users("client_user")
    def test_channel_of_another_company_is_not_there(self):
        company = self._create_company(name="Foreign")
        foreign = self._create_channel(company_id=company.id, team_id=False)
        with self.assertRaises(UserError):
            self.env["lead.request"].submit(foreign.code, [{"name": "A"}])

    @mute_logger("odoo.sql_db")
    def test_number_of_a_request_is_never_told_twice(self):
        first = self.channel._store_request({"n": 1})
        second = self.channel._store_request({"n": 2})
        self.assertLess(first, second)
