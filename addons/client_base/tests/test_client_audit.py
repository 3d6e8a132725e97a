from ast import literal_eval
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged, users, warmup
from odoo.tools import mute_logger

from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from ..models import client_audit_runner
from .common import MANAGER, USER
from .test_client_issue import ClientIssueCommon

LOGGER = "odoo.addons.client_base.models.client_issue_finder"


class ClientAuditCommon(ClientIssueCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # whatever else the database holds is none of the company's
        cls.other_company = cls._create_company(name="Elsewhere")
        clients = cls.env["res.partner"].search(
            cls.env["res.partner"]._get_client_domain()
            & fields.Domain("id", "!=", cls.client.id)
        )
        cls.env.cr.execute(  # users of the portal among them
            "UPDATE res_partner SET active = FALSE WHERE id = ANY(%s)", [clients.ids]
        )
        cls.env.invalidate_all()

    def _get_line(self, audit, metric, **scope):
        """:return: the figure in all, or that of a user_id, a group_id or a type_id"""
        lines = audit.line_ids.filtered(lambda line: line.metric == metric)
        if not scope:
            return lines.filtered(lambda line: line.scope == "all")
        [(name, owner)] = scope.items()
        return lines.filtered(lambda line: line[name] == owner)

    def assertFigure(self, audit, metric, value, **scope):
        self.assertAlmostEqual(self._get_line(audit, metric, **scope).value, value, 1)

    def _run_cron(self, name="ir_cron_client_audit"):
        with self.enter_registry_test_mode():
            self.env.ref(f"client_base.{name}").method_direct_trigger()


@tagged("post_install", "-at_install")
class TestClientAudit(ClientAuditCommon):
    """One click counts the base, for all, each manager, group and type."""

    def test_audit_counts_clients_in_all_and_by_manager(self):
        self._create_client("b", user_id=self.client_manager.id)
        self._create_client("c")
        audit = self._audit()
        self.assertEqual((audit.state, audit.client_count), ("done", 3))
        self.assertFigure(audit, "clients", 1, user_id=self.client_user)
        self.assertFigure(audit, "no_manager", 33.3)
        self.assertFigure(audit, "no_source", 100)

    def test_shares_of_phones_are_of_all_phones_of_the_client_and_its_people(self):
        person = self._create_client("p", parent_id=self.client.id)
        for card, phone in ((self.client, "067 123 45 67"), (person, "050 123 45 67")):
            card.phone = phone
        self._get_points(self.client).action_confirm()
        audit = self._audit()
        self.assertFigure(audit, "phone_confirmed", 50)
        self.assertFigure(audit, "phone_unknown", 50, user_id=self.client_user)
        line = self._get_line(audit, "phone_confirmed")
        self.assertEqual((line.count, line.total), (1, 2))
        self.assertFalse(self._get_line(audit, "email_confirmed"))  # of none no share

    def test_shares_of_emails_are_counted_apart(self):
        self.client.email = "a@example.com"
        other = self._create_client("b", email="b@example.com")
        self._get_points(other, kind="email").action_fail()
        audit = self._audit()
        self.assertFigure(audit, "email_unknown", 50)
        self.assertFigure(audit, "email_failed", 50)
        self.assertFigure(audit, "no_contact", 50)
        self.assertFalse(self._get_line(audit, "phone_failed"))

    def test_group_and_type_have_their_own_figures(self):
        group = self.env["client.group"].create({"name": "G"})
        kind = self.env["client.type"].create({"name": "T"})
        other = self._create_client(
            "b", client_group_ids=group.ids, client_type_id=kind.id, city="Львів"
        )
        audit = self._audit()
        self.assertFigure(audit, "clients", 1, group_id=group)
        self.assertFigure(audit, "open_issues", 0, group_id=group)
        self.assertFigure(audit, "open_issues", 1)
        self.assertFigure(audit, "completeness", other.completeness, type_id=kind)

    def test_order_is_weighted(self):
        self.rule.weight = 3
        self._create_rule("No name", "[('name', '=', False)]", weight=1)
        self.assertFigure(self._audit(), "order", 25)

    def test_duplicates_are_counted_as_clients_pairs_and_clusters(self):
        values = {"phone": "+380671234567", "city": "Полтава"}
        self._create_client("Шапкець Лариса Леонідівна", **values)
        self._create_client("Shpakets Larisa Leonidivna", **values)
        self.env["client.duplicate"].scan()
        audit = self._audit()
        self.assertFigure(audit, "duplicate", 66.7)
        self.assertFigure(audit, "duplicate_pairs", 1)
        self.assertFigure(audit, "duplicate_clusters", 1)

    def test_history_and_review_count(self):
        day = fields.Date.subtract(fields.Date.today(), days=400)
        self.client.reviewed_on = day
        self._create_client("b", reviewed_on=fields.Date.today())
        self.env["client.offer"].create({"partner_id": self.client.id, "name": "x"})
        audit = self._audit()
        self.assertFigure(audit, "not_reviewed", 50)
        self.assertFigure(audit, "no_history", 50)
        self.assertFigure(audit, "active", 50)
        self.assertFigure(audit, "new", 2)

    def test_audit_is_compared_with_the_one_before(self):
        first = self._audit()
        self.client.city = "Львів"
        self._create_client("b", city="Львів")
        second = self._audit()
        self.assertEqual(second.previous_id, first)
        self.assertEqual(self._get_line(first, "clients").trend, "first")
        self.assertRecordValues(
            self._get_line(second, "clients") + self._get_line(second, "open_issues"),
            [
                {"previous_value": 1, "delta": 1, "trend": "changed"},
                {"previous_value": 1, "delta": -1, "trend": "better"},
            ],
        )
        self.assertEqual(self._get_line(second, "no_source").trend, "same")

    def test_audit_keeps_what_was_open_then(self):
        first = self._audit()
        self._commit()
        self.assertEqual(first.issue_ids, self._get_issues())
        with freeze_time(fields.Datetime.add(fields.Datetime.now(), hours=1)):
            self.client.city = "Львів"
            self._get_issues().action_look_again()
            self._get_issues().closed_on = fields.Datetime.now()
            second = self._audit()
        self.env.invalidate_all()
        self.assertEqual(first.issue_ids, self._get_issues())
        self.assertFalse(second.issue_ids)

    def test_what_was_ignored_before_is_no_problem_of_an_audit(self):
        first = self._audit()
        with freeze_time(fields.Datetime.add(fields.Datetime.now(), hours=1)):
            self._get_issues()._ignore("x")
        with freeze_time(fields.Datetime.add(fields.Datetime.now(), hours=2)):
            second = self._audit()
        self.assertEqual(first.issue_ids, self._get_issues())
        self.assertFalse(second.issue_ids)
        self.assertFigure(second, "open_issues", 0)

    def test_plan_of_an_audit_is_what_it_found(self):
        audit = self._audit()
        self.client.city = "Львів"
        self._commit()
        later = self._create_client("b")
        self._audit()
        afterwards = fields.Datetime.add(audit.finished_on, hours=1)  # one transaction
        self._get_issues().closed_on = afterwards
        self._get_issues(later).found_on = afterwards
        action = audit.with_user(self.client_manager).action_open_plan()
        plan = self.env["client.issue"].search(action["domain"])
        self.assertEqual(plan, self._get_issues())

    def test_trend_shows_the_last_audit_of_a_day(self):
        first, second = self._audit(), self._audit()
        action = self.env.ref("client_base.client_audit_line_action")
        shown = self.env["client.audit.line"].search(literal_eval(action.domain))
        self.assertIn(second, shown.audit_id)
        self.assertNotIn(first, shown.audit_id)
        self.assertEqual((first + second).mapped("is_last_of_day"), [False, True])

    def test_task_ends_with_the_last_problem(self):
        self._create_rule("No street", "[('street', '=', False)]")
        audit = self._audit()
        self._commit()
        self.client.city = "Львів"
        self._commit()
        self.assertEqual(audit.activity_ids.user_id, self.client_user)
        self.client.street = "x"
        self._commit()
        self.assertFalse(audit.activity_ids)

    def test_task_ends_when_the_rest_is_ignored(self):
        audit = self._audit()
        self._get_issues().with_user(self.client_user)._ignore("x")
        self.assertFalse(audit.activity_ids)

    def test_owner_gets_one_task_for_an_audit(self):
        self._create_rule("No street", "[('street', '=', False)]")
        first = self._audit()
        self.assertEqual(len(first.activity_ids), 1)
        self.assertEqual(first.activity_ids.user_id, self.client_user)
        self.assertEqual(first.activity_ids.summary, "Problems to mend: 2")
        second = self._audit()
        self.assertFalse(first.activity_ids)
        self.assertEqual(len(second.activity_ids), 1)
        second.sudo()._give_tasks()
        self.assertEqual(len(second.activity_ids), 1)

    @users("client_user")
    def test_owner_opens_his_list_and_ends_his_task(self):
        audit = self._audit().with_env(self.env)
        action = audit.action_open_own()
        self.assertEqual(action["res_model"], "client.issue")
        self.assertEqual(audit.own_count, 1)
        audit.activity_ids.action_done()

    def test_broken_rule_is_named_and_stops_no_other(self):
        bad = self._create_rule("Broken one", "[('street', '=', False)]")
        self.env.cr.execute(
            "UPDATE client_issue_rule SET rule = %s WHERE id = %s",
            ["[('no_such_field', '=', 1)]", bad.id],
        )
        self.env.invalidate_all()
        audit = self._audit()
        self.assertEqual(audit.state, "done")
        self.assertIn("Broken one", audit.problem)
        self.assertTrue(bad.rule_error)
        self.assertTrue(self._get_issues())
        bad.rule = "[('street', '=', False)]"
        self.assertFalse(self._audit().problem)

    @mute_logger(LOGGER)
    def test_rule_that_breaks_in_any_way_stops_no_other(self):
        bad = self._create_rule("Broken one", "[('street', '=', False)]", sequence=1)
        select = type(bad)._search_clients

        def search_clients(rule, *args, **kwargs):
            if rule == bad:
                raise AssertionError("boom")
            return select(rule, *args, **kwargs)

        with patch.object(type(bad), "_search_clients", search_clients):
            audit = self._audit()
        self.assertIn("boom", audit.problem)
        self.assertTrue(self._get_issues())

    @warmup
    def test_queries_do_not_grow_with_the_clients(self):
        audit = self.env["client.audit"].create({})
        audit._start()
        audit._measure()
        self.env["res.partner"].create(
            [{"name": f"C{n}", "phone": f"+38067123{n:04}"} for n in range(200)]
        )
        self.env.flush_all()
        with self.assertQueryCount(30):  # to take the old figures away, mostly
            audit._measure()
        self.assertFigure(audit, "clients", 201)


@tagged("post_install", "-at_install")
class TestClientAuditRun(ClientAuditCommon, CronMixinCase):
    """A large base is looked through behind, step by step."""

    def setUp(self):
        super().setUp()
        self.startPatcher(patch.object(client_audit_runner, "AT_ONCE", 0))

    def test_large_base_is_left_to_the_background(self):
        cron = self.env.ref("client_base.ir_cron_client_audit")
        with self.capture_triggers(cron.id) as captured:
            audit = self._audit()
        self.assertEqual(len(captured.records), 1)
        self.assertEqual(audit.state, "running")
        self._run_cron()
        self.assertEqual((audit.state, audit.progress), ("done", 100))
        self.assertTrue(self._get_issues())

    def test_audit_that_was_broken_off_goes_on_where_it_was(self):
        audit = self._audit()
        audit.done_steps = self.rule.ids  # done, says the step that was committed
        self._run_cron()
        self.assertEqual(audit.state, "done")
        self.assertFalse(self._get_issues())
        self.assertTrue(audit.line_ids)

    def test_one_audit_of_a_company_is_under_way(self):
        audit = self._audit()
        audits = self.env["client.audit"].with_user(self.client_manager)
        self.assertEqual(audits.action_start()["res_id"], audit.id)
        with self.assertRaisesRegex(UserError, "under way"):
            audit.unlink()

    @mute_logger("odoo.addons.client_base.models.client_audit_runner")
    def test_audit_that_cannot_be_done_says_so(self):
        audit = self._audit()
        with patch.object(type(audit), "_measure", side_effect=ZeroDivisionError):
            self._run_cron()
        self.assertEqual((audit.state, audit.problem), ("draft", "ZeroDivisionError"))

    def test_month_has_one_audit_of_each_company_with_clients(self):
        for _twice in range(2):
            self._run_cron("ir_cron_client_audit_monthly")
            self._run_cron()
        audits = self.env["client.audit"].search([]).grouped("company_id")
        self.assertEqual(len(audits[self.env.company]), 1)
        self.assertNotIn(self.other_company, audits)

    def test_night_finds_what_went_wrong_since_the_audit(self):
        self._audit()
        self._run_cron()
        self._commit()
        later = self._create_client("Later")
        self._commit()
        self.assertFalse(self._get_issues(later))
        self._run_cron("ir_cron_client_issue")
        self.assertEqual(self._get_issues(later).user_id, self.client_manager)

    def test_night_looks_for_no_problem_twice(self):
        self._audit()
        self._run_cron()
        self._run_cron("ir_cron_client_issue")
        self._commit()
        later = self._create_client("Later")
        self._run_cron("ir_cron_client_issue")
        self.assertFalse(self._get_issues(later))
        self.rule.looked_on = fields.Datetime.subtract(fields.Datetime.now(), days=1)
        self._run_cron("ir_cron_client_issue")
        self.assertTrue(self._get_issues(later))

    def test_night_looks_at_no_company_that_was_never_audited(self):
        self.env["client.audit"].search([]).unlink()
        self._run_cron("ir_cron_client_issue")
        self.assertFalse(self._get_issues())

    def test_action_run_without_an_audit_makes_one(self):
        audits = self.env["client.audit"].with_user(self.client_manager)
        self.assertTrue(audits.action_run())
        self.assertEqual(audits.search([], limit=1).state, "running")


@tagged("post_install", "-at_install")
class TestClientAuditRights(ClientAuditCommon):
    """Companies do not mix; a salesperson sees no figures of his colleagues."""

    def test_companies_do_not_mix(self):
        theirs = self._create_client("Theirs", company_id=self.other_company.id)
        head = new_test_user(
            self.env,
            "their_head",
            MANAGER,
            company_id=self.other_company.id,
            company_ids=[Command.set(self.other_company.ids)],
        )
        self.rule.company_id = False
        ours = self._audit()
        audits = self.env["client.audit"].with_user(head)
        audits.action_start()
        their_audit = audits.search([])
        self.assertNotIn(ours.id, their_audit.ids)
        self.assertEqual(their_audit.client_count, 1)
        issues = self.env["client.issue"]
        self.assertEqual(issues.with_user(head).search([]).partner_id.ids, theirs.ids)
        self.assertEqual(ours.issue_ids.partner_id, self.client)

    def test_manager_of_another_company_gets_no_problem_of_ours(self):
        stranger = new_test_user(
            self.env,
            "stranger",
            USER,
            company_id=self.other_company.id,
            company_ids=[Command.set(self.other_company.ids)],
        )
        shared = self._create_client("Shared", user_id=stranger.id)
        self._audit()
        self.assertEqual(self._get_issues(shared).user_id, self.client_manager)

    @users("client_user")
    def test_salesperson_sees_figures_of_no_colleague(self):
        self._create_client("b", user_id=self.client_manager.id)
        audit = self._audit()
        lines = self.env["client.audit.line"].search([("audit_id", "=", audit.id)])
        self.assertEqual(lines.user_id, self.env.user)
        self.assertIn("all", lines.mapped("scope"))

    @users("client_user")
    def test_salesperson_runs_no_audit(self):
        audits = self.env["client.audit"]
        for method in (audits.action_start, audits.action_run):
            with self.assertRaises(AccessError):
                method()
        audit = self._audit().with_env(self.env)
        with self.assertRaises(AccessError):
            audit.action_run()
