from datetime import date, timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import new_test_user, tagged, users, warmup
from odoo.tools import mute_logger

from .common import USER, ClientCommon

NOW = "2026-06-15 12:00:00"


class ClientIssueCommon(ClientCommon):
    """A client of the salesperson, and one rule of our own that is on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["client.issue.rule"].search([]).active = False
        cls.client = cls._create_client(
            user_id=cls.client_user.id, company_id=cls.env.company.id
        )
        cls.rule = cls._create_rule("No city", "[('city', '=', False)]")
        cls.env.flush_all()

    @classmethod
    def _create_rule(cls, name, rule=None, **values):
        values = {"name": name, "rule": rule, "company_id": cls.env.company.id} | values
        return cls.env["client.issue.rule"].create(values)

    @classmethod
    def _use(cls, name):
        """:return: a shipped rule, switched on alone"""
        cls.rule.active = False
        rule = cls.env.ref(f"client_base.client_issue_rule_{name}")
        rule.active = True
        return rule

    def _audit(self, **values):
        """:return: an audit that was done by the head"""
        audits = self.env["client.audit"].with_user(self.client_manager)
        audit = audits.create(values)
        audit.action_run()
        return audit.with_env(self.env)

    def _get_issues(self, client=None, rule=None):
        return (
            self.env["client.issue"]
            .sudo()
            .search(  # whoever asks
                [
                    ("partner_id", "in", (client or self.client).ids),
                    ("rule_id", "in", (rule or self.rule).ids),
                ]
            )
        )

    def _find_duplicate(self, **values):
        """:return: the problem of the newer of two cards, and the older card"""
        rule = self._use("duplicate")
        values = {"phone": "+380671234567", "city": "Полтава"} | values
        one = self._create_client("Шапкець Лариса Леонідівна", **values)
        other = self._create_client("Shpakets Larisa Leonidivna", **values)
        self.env["client.duplicate"].scan()
        self._audit()
        return self._get_issues(other, rule), one

    def _commit(self):
        """Do what is done before a commit."""
        self.env.cr.flush()


@tagged("post_install", "-at_install")
class TestClientIssue(ClientIssueCommon):
    """A problem is known once, closes itself and comes back."""

    @freeze_time(NOW)
    def test_problem_is_found_once_with_owner_and_deadline(self):
        self.rule.severity = "3"
        self._audit()
        self._audit()
        self.assertRecordValues(
            self._get_issues(),
            [
                {
                    "state": "open",
                    "severity": "3",
                    "user_id": self.client_user.id,
                    "deadline": date(2026, 6, 22),
                    "company_id": self.env.company.id,
                    "reopen_count": 0,
                }
            ],
        )

    @freeze_time(NOW)
    def test_deadline_goes_by_severity(self):
        days = {"1": 30, "2": 14, "3": 7}
        rules = {
            self._create_rule(f"No city {one}", "[('city', '=', False)]", severity=one)
            for one in days
        }
        self._audit()
        for rule in rules:
            with self.subTest(severity=rule.severity):
                self.assertEqual(
                    self._get_issues(rule=rule).deadline,
                    date(2026, 6, 15) + timedelta(days=days[rule.severity]),
                )

    def test_client_without_manager_is_given_to_whoever_audits(self):
        self.client.user_id = False
        self._audit()
        self.assertEqual(self._get_issues().user_id, self.client_manager)

    def test_client_without_manager_is_given_to_whom_the_rule_names(self):
        self.client.user_id = False
        self.rule.user_id = self.client_user
        self._audit()
        self.assertEqual(self._get_issues().user_id, self.client_user)

    def test_client_without_manager_is_given_to_the_head_when_nobody_audits(self):
        self.client.user_id = False
        self.env.company.client_head_id = self.client_user
        self._audit(user_id=False)
        self.assertEqual(self._get_issues().user_id, self.client_user)

    def test_manager_who_cannot_open_problems_gets_none(self):
        """He would be given a task and be refused when he opens it."""
        self.client.user_id = self.internal_user
        self._audit()
        self.assertEqual(self._get_issues().user_id, self.client_manager)
        self.rule.user_id = self.internal_user
        self.client.user_id = False
        self._audit()
        self.assertEqual(self._get_issues().user_id, self.client_manager)

    def test_what_a_rule_found_where_it_no_longer_looks_is_closed(self):
        self.rule.company_id = False
        self._audit()
        self.rule.company_id = self.env.company
        self.assertEqual(self._get_issues().state, "open")
        self.rule.company_id = self._create_company(name="Other")
        self.assertEqual(self._get_issues().state, "done")

    def test_manager_who_left_gets_nothing(self):
        gone = new_test_user(self.env, "gone", USER)
        self.client.user_id = gone
        gone.active = False
        self._audit()
        self.assertEqual(self._get_issues().user_id, self.client_manager)

    def test_problem_closes_itself_when_the_card_is_written(self):
        self._audit()
        self._commit()
        self.client.with_user(self.client_user).city = "Львів"
        self._commit()
        issue = self._get_issues()
        self.assertEqual((issue.state, issue.closing), ("done", "gone"))
        self.assertTrue(issue.closed_on)

    def test_card_says_what_is_to_be_mended_until_it_is(self):
        self._audit()
        self._commit()
        card = self.client.with_user(self.client_user)
        self.assertEqual(card.issues_to_mend, "No city")
        action = card.action_open_issues()
        issues = self.env["client.issue"].search(action["domain"])
        self.assertEqual(issues, self._get_issues())
        self.env.invalidate_all()  # saved by another request
        [saved] = card.web_save({"city": "Львів"}, {"issues_to_mend": {}})
        self.assertFalse(saved["issues_to_mend"])

    @users("client_user")
    def test_card_of_a_colleague_says_nothing(self):
        foreign = self._create_client("Foreign", user_id=self.client_manager.id)
        self._audit()
        self.assertFalse(foreign.with_env(self.env).issues_to_mend)

    def test_problem_that_returns_is_opened_again(self):
        self._audit()
        self._commit()
        for city in ("Львів", False):
            self.client.city = city
            self._commit()
        self.assertRecordValues(
            self._get_issues(),
            [{"state": "open", "reopen_count": 1, "closed_on": False}],
        )

    def test_audit_alone_opens_again_what_came_back_past_the_orm(self):
        self._audit()
        self.env.cr.execute("UPDATE res_partner SET city = 'x'")
        self.env.invalidate_all()
        self._audit()
        self.assertEqual(self._get_issues().state, "done")
        self.env.cr.execute("UPDATE res_partner SET city = NULL")
        self.env.invalidate_all()
        self._audit()
        self.assertEqual(self._get_issues().state, "open")

    def test_open_problem_follows_the_manager_of_the_client(self):
        self._audit()
        self._commit()
        self.client.user_id = self.client_manager
        self._commit()
        self.assertEqual(self._get_issues().user_id, self.client_manager)

    def test_archived_client_has_no_problem(self):
        self._audit()
        self._commit()
        self._get_issues().with_user(self.client_user).action_archive_clients()
        self.assertFalse(self.client.active)
        self.assertEqual(self._get_issues().state, "done")

    def test_rule_switched_off_closes_what_it_found(self):
        self._audit()
        self.rule.active = False
        issue = self._get_issues()
        self.assertEqual((issue.state, issue.closing), ("done", "rule"))

    def test_rule_about_history_waits_for_the_audit(self):
        rule = self._create_rule("Silent", "[('last_touch_date', '=', False)]")
        self.assertFalse(rule._is_instant())
        self._audit()
        self._commit()
        self.assertEqual(self._get_issues(rule=rule).state, "open")
        self.client.message_post(body="x", message_type="comment")

    def test_base_without_audits_is_not_looked_at(self):
        self.env["client.audit"].search([]).unlink()
        self.env.registry.clear_cache()
        self._commit()
        self.client.city = "Львів"
        self.assertNotIn("client_base.issue.touched", self.env.cr.precommit.data)

    @freeze_time(NOW)
    def test_progress_is_grouped_as_it_is_computed(self):
        self._audit()
        others = self._create_client("a") | self._create_client("b")
        self._audit()
        issues = self._get_issues(self.client | others)
        issues[0].deadline = "2026-06-01"
        issues[1].write({"state": "done", "closed_on": NOW, "deadline": "2026-06-01"})
        self.env.flush_all()
        groups = self.env["client.issue"]._read_group(
            [("id", "in", issues.ids)], ["pace"], ["id:recordset"]
        )
        for pace, found in groups:
            self.assertEqual(set(found.mapped("pace")), {pace})
            self.assertEqual(
                issues.search([("pace", "=", pace), ("id", "in", issues.ids)]), found
            )
        self.assertEqual(
            {pace for pace, _found in groups}, {"late", "mended_late", "open"}
        )

    @warmup
    def test_queries_do_not_grow_with_the_clients(self):
        self.env["res.partner"].create([{"name": f"C{n}"} for n in range(50)])
        self.env.flush_all()
        rule, company = self.rule, self.env.company
        rule._sync(company, self.client_manager)
        self.env["res.partner"].create([{"name": f"D{n}"} for n in range(150)])
        self.env.flush_all()
        self.env.cr.precommit.clear()  # or they are looked at before the counting
        with self.assertQueryCount(3):
            found, _back, _gone = rule._sync(company, self.client_manager)
        self.assertEqual(found, 150)

    @warmup
    def test_proposals_are_read_in_few_queries(self):
        rule = self._use("phone_format")
        clients = self.env["res.partner"].create(
            [{"name": f"C{n}", "phone": f"067 123 4{n:03}"} for n in range(60)]
        )
        self._audit()
        self.env.invalidate_all()
        issues = self._get_issues(clients, rule)
        self.assertEqual(len(issues), 60)
        with self.assertQueryCount(10):
            self.assertTrue(all(issues.mapped("detail")))


@tagged("post_install", "-at_install")
class TestClientIssueMending(ClientIssueCommon):
    """The buttons work on the cards, with the rights of whoever presses them."""

    def test_proposed_form_of_a_phone_is_accepted(self):
        rule = self._use("phone_format")
        self.client.phone = "067 123 45 67"
        self._audit()
        issue = self._get_issues(rule=rule).with_user(self.client_user)
        self.assertEqual(issue.proposal, "067 123 45 67 → +380 67 123 4567")
        issue.action_accept()
        self.assertEqual(self.client.phone, "+380 67 123 4567")
        self.assertPoints(self.client, ["+380671234567"])
        self.assertEqual(issue.state, "done")

    def test_proposed_form_of_an_email_is_accepted(self):
        rule = self._use("email_format")
        self.client.email = "Sales@Example.COM"
        self._audit()
        issue = self._get_issues(rule=rule)
        issue.with_user(self.client_user).action_accept()
        self.assertEqual(self.client.email, "sales@example.com")
        self.assertEqual(issue.state, "done")

    def test_what_is_no_email_has_no_proposal(self):
        rule = self._use("email_format")
        self.client.email = "sales(at)example.com"
        self._audit()
        issue = self._get_issues(rule=rule).with_user(self.client_user)
        self.assertFalse(issue.proposal)
        self.assertEqual(issue.detail, "sales(at)example.com")
        with self.assertRaisesRegex(UserError, "Nothing is proposed"):
            issue.action_accept()

    def test_phone_that_fails_is_named(self):
        rule = self._use("failed_phone")
        self.client.phone = "+380 67 123 45 67"
        self._get_points(self.client).action_fail()
        self._audit()
        self.assertEqual(self._get_issues(rule=rule).detail, "+380 67 123 45 67")
        self._commit()
        self._get_points(self.client).action_confirm()
        self._commit()
        self.assertEqual(self._get_issues(rule=rule).state, "done")

    def test_duplicate_is_told_once_and_closes_with_the_decision(self):
        rule = self._use("duplicate")
        values = {"phone": "+380671234567", "city": "Полтава"}
        one = self._create_client("Шапкець Лариса Леонідівна", **values)
        other = self._create_client("Shpakets Larisa Leonidivna", **values)
        self.env["client.duplicate"].scan()
        self._audit()
        issue = self._get_issues(one | other, rule).with_user(self.client_manager)
        self.assertEqual(issue.partner_id, other)
        action = issue.action_open_merge()
        self.assertEqual(action["res_model"], "client.merge.wizard")
        self._commit()
        pair = self.env["client.duplicate"].search([("right_id", "=", other.id)])
        pair.with_user(self.client_manager).action_different()
        self._commit()
        self.assertEqual(issue.state, "done")

    def test_likely_duplicate_is_named(self):
        issue, older = self._find_duplicate(user_id=self.client_user.id)
        self.assertEqual(issue.with_user(self.client_user).detail, older.name)

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_likely_duplicate_that_may_not_be_read_is_not_named(self):
        issue, older = self._find_duplicate(user_id=self.client_user.id)
        self.env["ir.rule"].create(
            {
                "name": "Hidden",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "domain_force": [("id", "!=", older.id)],
                "groups": [(4, self.env.ref("client_base.group_client_user").id)],
            }
        )
        self.assertFalse(issue.with_user(self.client_user).detail)

    def test_what_many_cards_lack_is_filled_in_at_once(self):
        self._audit()
        issue = self._get_issues().with_user(self.client_user)
        context = issue.action_open_edit()["context"]
        edits = self.env["client.bulk.edit"].with_user(self.client_user)
        edits.with_context(**context).create({"city": "Львів"}).action_apply()
        self._commit()
        self.assertEqual(issue.state, "done")

    def test_card_or_list_of_cards_is_opened(self):
        self._create_rule("No street", "[('street', '=', False)]")
        other = self._create_client(user_id=self.client_user.id)
        self._audit()
        both = self.client | other
        issues = self.env["client.issue"].with_user(self.client_user)
        issues = issues.search([("partner_id", "in", both.ids)])
        of_one = issues.filtered(lambda one: one.partner_id == other)
        self.assertEqual(of_one.action_open_client()["res_id"], other.id)
        action = issues.action_open_client()
        found = self.env["res.partner"].search(action["domain"])
        self.assertEqual((action["res_model"], found), ("res.partner", both))

    def test_button_says_what_it_did(self):
        other = self._create_client("b", user_id=self.client_user.id)
        self._audit()
        issues = self._get_issues(self.client | other).with_user(self.client_user)
        self.client.city = "Львів"
        answer = issues.action_look_again()["params"]
        self.assertEqual(answer["type"], "warning")
        self.assertIn("Mended: 1 of 2.", answer["message"])
        other.city = "Львів"
        answer = issues.action_look_again()["params"]
        self.assertEqual(answer["message"], "Mended: 2 of 2.")

    def test_button_looks_into_the_history_too(self):
        rule = self._create_rule("Silent", "[('last_touch_date', '=', False)]")
        self._audit()
        self.env["client.offer"].create({"partner_id": self.client.id, "name": "x"})
        self._commit()
        issue = self._get_issues(rule=rule)
        self.assertEqual(issue.state, "open")
        issue.with_user(self.client_user).action_look_again()
        self.assertEqual(issue.state, "done")

    def test_ignored_problem_stays_so_until_its_cause_returns(self):
        self._audit()
        issue = self._get_issues().with_user(self.client_user)
        wizard = self.env["client.issue.ignore"].with_user(self.client_user)
        with self.assertRaises(UserError):
            wizard.create({"issue_ids": issue.ids, "reason": " "}).action_ignore()
        wizard.create({"issue_ids": issue.ids, "reason": "Abroad"}).action_ignore()
        self._audit()
        self.assertEqual((issue.state, issue.ignore_reason), ("ignored", "Abroad"))
        self._commit()
        for city in ("Львів", False):
            self.client.city = city
            self._commit()
        self.assertEqual((issue.state, issue.ignore_reason), ("open", False))

    def test_ignored_problem_is_mended_after_all(self):
        self._audit()
        issue = self._get_issues().with_user(self.client_user)
        issue._ignore("x")
        issue.action_reopen()
        self.assertEqual(issue.state, "open")

    @users("client_user")
    @mute_logger("odoo.addons.base.models.ir_rule", "odoo.models")
    def test_salesperson_sees_and_mends_his_own_only(self):
        foreign = self._create_client("Foreign", user_id=self.client_manager.id)
        self._audit()
        issues = self.env["client.issue"]
        self.assertIn(self._get_issues().id, issues.search([]).ids)
        other = self._get_issues(foreign)
        self.assertNotIn(other.id, issues.search([]).ids)
        for method in ("action_accept", "action_ask", "action_look_again"):
            with self.subTest(method=method), self.assertRaises(AccessError):
                getattr(issues.browse(other.id), method)()
        with self.assertRaises(AccessError):
            issues.search([], limit=1).write({"state": "done"})

    @users("client_manager")
    def test_head_sees_all(self):
        self._audit()
        self.assertIn(self._get_issues().id, self.env["client.issue"].search([]).ids)


@tagged("post_install", "-at_install")
class TestClientIssueRule(ClientIssueCommon):
    """Rules are data: domains with relative dates, checked when they are saved."""

    def test_rule_with_relative_dates_finds_clients(self):
        rule = self._create_rule("Late", "[('reviewed_on', '<', 'today -30d')]")
        today = fields.Date.today()
        self.client.reviewed_on = today - timedelta(days=31)
        young = self._create_client("Young", reviewed_on=today - timedelta(days=29))
        self._audit()
        self.assertTrue(self._get_issues(rule=rule))
        self.assertFalse(self._get_issues(young, rule))

    def test_rule_that_cannot_run_is_refused(self):
        for rule in ("[('no_such', '=', 1)]", "import os", "[(", "", False):
            with self.subTest(rule=rule), self.assertRaises(ValidationError):
                self._create_rule("Bad", rule)

    @users("client_manager")
    def test_rule_looks_at_nothing_its_author_may_not_read(self):
        with self.assertRaisesRegex(ValidationError, "may not read"):
            self.env["client.issue.rule"].create(
                {
                    "name": "x",
                    "company_id": self.env.company.id,
                    "rule": "[('user_ids.totp_secret', '!=', False)]",
                }
            )

    @users("client_manager")
    def test_rule_of_every_company_is_for_who_works_in_each(self):
        self._create_company(name="Other")
        with self.assertRaisesRegex(ValidationError, "Choose the company"):
            self.env["client.issue.rule"].create(
                {"name": "x", "company_id": False, "rule": "[('city', '=', False)]"}
            )

    def test_every_shipped_rule_runs(self):
        rules = self.env["client.issue.rule"].with_context(active_test=False)
        shipped = rules.search([("id", "not in", self.rule.ids)])
        self.assertGreater(len(shipped), 10)
        for rule in shipped:
            with self.subTest(rule=rule.name):
                rule._sync(self.env.company, self.client_manager)

    def test_shipped_rules_see_a_bare_company_card(self):
        rules = self.env["client.issue.rule"].with_context(active_test=False)
        rules.search([]).active = True
        bare = self._create_client("Bare", is_company=True)
        self._audit()
        found = self.env["client.issue"].search([("partner_id", "=", bare.id)])
        names = {"no_contact", "no_manager", "no_tax_id", "no_source", "no_city"}
        wanted = {self.env.ref(f"client_base.client_issue_rule_{n}") for n in names}
        self.assertLessEqual(wanted, set(found.rule_id))

    def test_preview_lists_who_has_the_problem(self):
        action = self.rule.with_user(self.client_manager).action_preview()
        found = self.env["res.partner"].search(action["domain"])
        self.assertIn(self.client, found)
        self.assertFalse(found.filtered("city"))
