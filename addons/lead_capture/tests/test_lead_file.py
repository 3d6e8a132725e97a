import base64
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import HttpCase, new_test_user, tagged, users
from odoo.tools import SQL, mute_logger

from odoo.addons.client_base.tests.common import USER, ClientImportCommon

from .common import LeadCommon

HEADER = ["№", "Ім'я", "Компанія", "Телефон", "E-mail", "Що цікавить", "Стенд"]
OLENA = ["1", "Олена Вітер", "Вітряк", "067 981 44 01", "", "Кабель, 400 м", "A-7"]
TARAS = ["2", "Taras", "", "", "t.hlek@example.com", "Switches", ""]


@tagged("post_install", "-at_install")
class TestLeadFile(LeadCommon, ClientImportCommon):
    """A salesperson brings in a file with requests; each row comes in by the door."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["lead.channel"].sudo().search([("kind", "=", "manual")]).active = False
        cls.files = cls._create_channel("manual", name="Files")
        cls.team.member_ids = cls.client_user
        cls.team.is_dispatched = False
        cls.env = cls.env(user=cls.client_user)

    def _read_requests(self, *lines, header=HEADER, **values):
        """:return: a file of requests with its rows judged"""
        values = {"kind": "request", "request_channel_id": self.files.id, **values}
        return self._read_file(header, *lines, **values)

    def _bring_in(self, *lines, **values):
        file = self._read_requests(*lines, **values)
        file.action_apply()
        return file

    def _work(self, file):
        """:return: ``lead.request`` records of the file, worked on"""
        requests = file.row_ids.sudo().request_id
        requests.filtered(lambda one: one.state == "new")._process()
        file.invalidate_recordset()
        return requests

    def _get_verdicts(self, file):
        return [(row.verdict, row.reason_code) for row in file.row_ids]

    # === READING ===

    @users("client_user")
    def test_columns_are_guessed_and_none_is_lost(self):
        file = self._read_requests(OLENA, TARAS)
        self.assertEqual(
            file.column_ids.mapped("code"),
            [
                False,
                "req_contact_name",
                "req_company",
                "req_phone",
                "req_email",
                "req_product",
                "req_note",
            ],
        )

    @users("client_user")
    def test_nothing_comes_in_before_it_is_said(self):
        before = self.env["lead.request"].search_count([])
        file = self._read_requests(OLENA, TARAS)
        self.assertEqual(self._get_verdicts(file), [("create", "req_new")] * 2)
        self.assertEqual(self.env["lead.request"].search_count([]), before)
        self.assertIn("Кабель, 400 м", file.row_ids[0].change_summary)
        self.assertIn("Кабель, 400 м", file.row_ids[0].change_table)

    @users("client_user")
    def test_bad_rows_say_what_is_wrong_and_good_ones_come_in(self):
        file = self._bring_in(
            OLENA,
            ["2", "", "", "", "", "Sockets", ""],
            ["3", "Всього", "", "", "", "", ""],
            ["4", "Nick", "", "12", "", "", ""],
        )
        self.assertEqual(
            self._get_verdicts(file),
            [
                ("create", "req_new"),
                ("rejected", "req_nobody"),
                ("rejected", "total"),
                ("create", "req_silent"),
            ],
        )
        self.assertEqual(
            file.row_ids.mapped("state"), ["done", "pending", "pending", "done"]
        )
        self.assertIn("at least one", file.row_ids[1].reason)
        content, _name = file._make_problem_file()
        self.assertTrue(content)

    @users("client_user")
    def test_file_that_names_nobody_is_refused(self):
        with self.assertRaisesRegex(UserError, "who asks"):
            self._read_requests(["Sockets"], header=["Товар"])

    # === BRINGING IN ===

    @users("client_user")
    def test_rows_become_leads_by_the_one_door(self):
        file = self._bring_in(OLENA, TARAS)
        self.assertEqual(file.request_waiting_count, 2)
        requests = self._work(file)
        self.assertRecordValues(
            requests.sorted("number"),
            [
                {"state": "processed", "contact_name": "Олена Вітер"},
                {"state": "processed", "contact_name": "Taras"},
            ],
        )
        self.assertEqual((file.state, file.request_new_count), ("done", 2))
        lead = requests.sorted("number")[0].lead_id
        self.assertEqual((lead.partner_name, lead.channel_id), ("Вітряк", self.files))
        self.assertIn("Стенд: A-7", lead.description)
        self.assertEqual(requests[0].payload["file_row"]["cells"]["Стенд"], "A-7")

    @users("client_user")
    def test_same_file_twice_is_one_effect(self):
        requests = self._work(self._bring_in(OLENA, TARAS))
        again = self._bring_in(OLENA, TARAS)
        self.assertEqual(self._get_verdicts(again), [("unchanged", "req_same")] * 2)
        self.assertIn(str(min(requests.mapped("number"))), again.row_ids[0].reason)
        self.assertFalse(again.row_ids.sudo().request_id)

    @users("client_user")
    def test_two_who_read_the_same_file_at_once_bring_in_one_request(self):
        first, second = self._read_requests(OLENA), self._read_requests(OLENA)
        first.action_apply()
        second.action_apply()
        self.assertEqual(first.row_ids.request_id, second.row_ids.request_id)
        self.assertFalse(first.row_ids.message)
        self.assertIn("there already", second.row_ids.message)

    @users("client_user")
    def test_list_that_has_grown_brings_in_what_is_new(self):
        self._bring_in(OLENA)
        grown = self._bring_in(OLENA, TARAS)
        self.assertEqual(
            self._get_verdicts(grown),
            [("unchanged", "req_same"), ("create", "req_new")],
        )

    @users("client_user")
    def test_row_of_another_year_is_a_request_of_its_own(self):
        requests = self._work(self._bring_in(OLENA))
        requests.received_at = "2020-01-01"
        other = self._read_requests(OLENA, TARAS)
        self.assertEqual(other.row_ids[0].reason_code, "req_client")
        self.assertEqual(
            other.row_ids[0].partner_id, requests.partner_id.commercial_partner_id
        )

    @users("client_user")
    def test_row_that_stands_there_twice_is_one_request(self):
        file = self._bring_in(OLENA, ["2", *OLENA[1:]])
        self.assertEqual(
            self._get_verdicts(file), [("create", "req_new"), ("unchanged", "req_twin")]
        )

    @users("client_user")
    def test_number_of_a_request_is_its_key(self):
        header = ["Номер заявки", "Ім'я", "Телефон"]
        self._bring_in(["E-17", "Олена", "067 981 44 01"], header=header)
        self.assertTrue(self.files._find_request({}, "E-17"))
        again = self._read_requests(
            ["E-17", "Олена", "067 981 44 01"],
            ["E-18", "Ivan", "067 981 44 02"],
            ["E-18", "Petro", "067 981 44 03"],
            header=header,
        )
        self.assertEqual(
            [code for _verdict, code in self._get_verdicts(again)],
            ["req_same", "req_new", "req_twin_key"],
        )
        other = self._read_requests(["E-17", "Ivan", "067 981 44 09"], header=header)
        self.assertEqual(self._get_verdicts(other), [("rejected", "req_other")])

    @users("client_user")
    def test_phones_are_read_by_the_country_of_the_file(self):
        poland = self.env.ref("base.pl")
        file = self._bring_in(
            ["Anna", "512 345 678"], header=["Name", "Phone"], country_id=poland.id
        )
        requests = self._work(file)
        self.assertEqual(requests.phone_normalized, "+48512345678")

    @users("client_user")
    def test_country_of_the_phones_is_guessed(self):
        self.env.company.sudo().country_id = self.env.ref("base.us")
        file = self._read_requests(OLENA)
        self.assertEqual(file.country_id, self.env.ref("base.ua"))

    @users("client_user")
    def test_source_of_the_file_is_the_source_of_its_leads(self):
        source = self.env["utm.source"].sudo().create({"name": "Fair of the Tests"})
        file = self._bring_in(OLENA, request_source_id=source.id)
        self.assertEqual(self._work(file).lead_id.source_id, source)

    @users("client_user")
    def test_whoever_wants_to_keep_them_gets_those_of_nobody(self):
        rival = new_test_user(self.env(su=True), "rival", USER)
        self._create_client_of(rival)
        file = self._bring_in(
            OLENA,
            ["2", "Rita Rival", "", "067 981 44 90", "", "", ""],
            keeps_requests=True,
        )
        leads = self._work(file).sorted("number").lead_id
        self.assertEqual(leads[0].user_id, self.client_user)
        self.assertIn("with a file", leads[0].sudo().assignment_ids[0].reason)
        self.assertNotEqual(leads[1].user_id, self.client_user)

    def _create_client_of(self, user):
        card = {"name": "Rita Rival", "phone": "+380679814490", "user_id": user.id}
        return self.env["res.partner"].sudo().create(card)

    @users("client_user")
    def test_channel_is_made_when_there_is_none(self):
        self.files.sudo().active = False
        file = self._bring_in(OLENA, request_channel_id=False)
        channel = file.request_channel_id
        self.assertEqual((channel.kind, channel.code), ("manual", "excel"))
        second = self._bring_in(TARAS, request_channel_id=False)
        self.assertEqual(second.request_channel_id, channel)

    @users("client_user")
    def test_file_comes_in_by_a_channel_for_files_alone(self):
        with self.assertRaises(ValidationError):
            self._read_requests(OLENA, request_channel_id=self.channel.id)

    @users("client_user")
    def test_file_says_nothing_of_when_others_are_due(self):
        lines = [[f"Guest {n}", f"g{n}@guest.example"] for n in range(30)]
        file = self._bring_in(*lines, header=["Name", "E-mail"])
        now = fields.Datetime.now()
        requests = file.row_ids.sudo().request_id
        requests.received_at = now - timedelta(weeks=4)
        channel = self.files.sudo()
        self._make_older(channel, now - timedelta(weeks=6))
        self.assertFalse(channel._judge_silence(now))
        file.row_ids.sudo().request_id = False
        self.assertTrue(channel._judge_silence(now))

    def _make_older(self, channel, moment):
        self.env.cr.execute(
            SQL(
                "UPDATE lead_channel SET create_date = %s WHERE id = %s",
                moment,
                channel.id,
            )
        )
        channel.invalidate_recordset(["create_date"])

    # === TAKING BACK ===

    @users("client_user")
    def test_what_nobody_has_worked_on_is_taken_back(self):
        file = self._bring_in(OLENA, TARAS)
        requests = self._work(file)
        taken = requests.sorted("number")[1].lead_id
        taken.taken_by_id = self.client_user
        file.action_undo()
        self.assertEqual(file.row_ids.mapped("state"), ["undone", "kept"])
        self.assertEqual(
            requests.sorted("number").mapped("state"), ["rejected", "processed"]
        )
        self.assertEqual(
            requests.sorted("number").lead_id.mapped("active"), [False, True]
        )
        again = self._bring_in(OLENA, TARAS)
        self.assertEqual(
            self._get_verdicts(again),
            [("create", "req_client"), ("unchanged", "req_same")],
        )
        self.assertNotIn(again.row_ids[0].request_id, requests)

    @users("client_user")
    def test_what_joined_an_open_lead_stays(self):
        self._work(self._bring_in(OLENA))
        file = self._bring_in(["", *OLENA[1:5], "Sockets", ""])
        self.assertEqual(self._work(file).state, "joined")
        file.action_undo()
        self.assertEqual(file.row_ids.state, "kept")
        self.assertIn("joined", file.row_ids.message)

    # === RIGHTS ===

    @users("client_user")
    def test_salesperson_brings_in_no_clients(self):
        with self.assertRaises(AccessError):
            self._make_file(["Name"], ["Firm"])
        file = self._read_requests(OLENA)
        with self.assertRaises(AccessError):
            file.kind = "client"

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_salesperson_sees_his_own_files_alone(self):
        file = self._bring_in(OLENA)
        stranger = new_test_user(self.env(su=True), "stranger", USER)
        theirs = file.with_user(stranger)
        self.assertFalse(theirs.search([("id", "=", file.id)]))
        rows = file.row_ids.with_user(stranger)
        for act in (theirs.action_read, theirs.action_apply, rows.action_apply):
            with self.assertRaises(AccessError):
                act()

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_rows_are_moved_to_no_foreign_file(self):
        content = self._encode(["Name"], ["Firm"])
        files = self.env["client.import"].with_user(self.client_manager)
        foreign = files.create({"data": content, "filename": "clients.xlsx"})
        row = self._read_requests(OLENA).row_ids.with_user(self.client_user)
        with self.assertRaises(AccessError):
            row.import_id = foreign.id

    @users("client_user")
    def test_which_request_a_row_became_is_not_written(self):
        row = self._read_requests(OLENA).row_ids
        foreign = self._bring_in(TARAS).row_ids.request_id
        self.assertTrue(foreign)
        with self.assertRaises(AccessError):
            row.request_id = foreign.id
        with self.assertRaises(AccessError):
            row.create(
                {
                    "import_id": row.import_id.id,
                    "number": 99,
                    "verdict": "create",
                    "request_id": foreign.id,
                }
            )

    @users("client_user")
    def test_requests_of_colleagues_are_counted_and_not_shown(self):
        file = self._bring_in(OLENA, TARAS)
        requests = self._work(file)
        requests[0].lead_id.user_id = self.client_manager
        domain = file.action_open_requests()["domain"]
        self.assertEqual(self.env["lead.request"].search_count(domain), 1)
        self.assertEqual(file.request_new_count, 2)

    def test_head_sees_the_files_of_salespeople(self):
        file = self._bring_in(OLENA)
        theirs = file.with_user(self.client_manager)
        self.assertEqual(theirs.search([("id", "=", file.id)]), theirs)


@tagged("post_install", "-at_install")
class TestLeadFileTemplate(LeadCommon, HttpCase):
    """The empty file is for those who may bring one in."""

    def test_empty_file_is_given_to_a_salesperson_alone(self):
        for user, status in ((self.client_user, 200), (self.internal_user, 404)):
            user.password = f"{user.login} of the tests"
            self.authenticate(user.login, user.password)
            answer = self.url_open("/lead_capture/import/template")
            self.assertEqual(answer.status_code, status)

    def test_empty_file_is_understood(self):
        files = self.env["client.import"].with_user(self.client_user)
        content = base64.b64encode(files._make_request_template())
        file = files.create(
            {"kind": "request", "filename": "requests.xlsx", "data": content}
        )
        file.action_read()
        self.assertEqual(file.row_ids.verdict, "create")
        self.assertNotIn(False, file.column_ids.mapped("code"))
