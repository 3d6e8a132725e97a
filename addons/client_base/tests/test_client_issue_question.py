from odoo.exceptions import UserError
from odoo.tests import tagged

from .test_client_issue import ClientIssueCommon


@tagged("post_install", "-at_install")
class TestClientIssueQuestion(ClientIssueCommon):
    """Who is asked gets a task, which goes as soon as nothing is to be found out."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.street = cls._create_rule("No street", "[('street', '=', False)]")

    def _ask(self):
        """:return: the problems about which the manager was asked, and his task"""
        self._audit()
        issues = self._get_issues(rule=self.rule | self.street)
        issues.with_user(self.client_manager).action_ask()
        return issues, self.client.activity_ids

    def _write(self, **values):
        self.client.with_user(self.client_user).write(values)
        self._commit()

    def test_salesperson_asks_the_head_about_a_duplicate(self):
        issue, older = self._find_duplicate(user_id=self.client_user.id)
        issue = issue.with_user(self.client_user)
        action = issue.action_open_merge()
        pair = self.env["client.duplicate"].browse(action["res_id"])
        self.assertEqual(pair.left_id, older)
        self.assertIn(self.client_manager.name, issue.action_ask()["params"]["message"])
        activity = issue.partner_id.activity_ids
        self.assertEqual(activity.user_id, self.client_manager)
        self.assertIn(older.name, activity.summary)

    def test_manager_is_asked_once_for_everything(self):
        issues, activity = self._ask()
        self.assertEqual(len(activity), 1)
        self.assertEqual(activity.user_id, self.client_user)
        self.assertIn("No city", activity.summary)
        self.assertIn("No street", activity.summary)
        with self.assertRaisesRegex(UserError, "asked already"):
            issues.with_user(self.client_manager).action_ask()

    def test_task_goes_with_the_last_thing_to_find_out(self):
        issues, task = self._ask()
        self._write(city="Львів")
        self.assertTrue(task.exists())
        self._write(street="Садова 7")
        self.assertEqual(set(issues.mapped("state")), {"done"})
        self.assertFalse(task.exists())

    def test_task_that_goes_is_no_contact_with_the_client(self):
        self._ask()
        self._write(city="Львів", street="Садова 7")
        self.env.invalidate_all()
        self.assertFalse(self.client.last_touch_date)

    def test_task_that_is_done_is_a_contact_with_the_client(self):
        """Else the test above could not fail."""
        _issues, task = self._ask()
        task.with_user(self.client_user).action_feedback("He moved to Lviv")
        self.env.invalidate_all()
        self.assertTrue(self.client.last_touch_date)

    def test_problem_that_returns_can_be_asked_about_again(self):
        issues, _task = self._ask()
        self._write(city="Львів", street="Садова 7")
        self._write(city=False)
        issue = issues.filtered(lambda one: one.state == "open")
        self.assertFalse(issue.asked_on)
        issue.with_user(self.client_user).action_ask()
        self.assertEqual(self.client.activity_ids.summary, "Find out: No city")
        self._write(city="Суми")
        self.assertFalse(self.client.activity_ids)

    def test_task_goes_when_the_rest_is_ignored(self):
        issues, task = self._ask()
        issues.with_user(self.client_user)._ignore("x")
        self.assertFalse(task.exists())

    def test_task_goes_when_the_rules_are_switched_off(self):
        _issues, task = self._ask()
        rules = (self.rule | self.street).with_user(self.client_manager)
        rules.active = False
        self.assertFalse(task.exists())

    def test_task_of_the_head_goes_with_his_decision(self):
        issue, _older = self._find_duplicate(user_id=self.client_user.id)
        issue.with_user(self.client_user).action_ask()
        task = issue.partner_id.activity_ids
        pair = self.env["client.duplicate"].with_user(self.client_manager)
        pair.search([("right_id", "=", issue.partner_id.id)]).action_different()
        self._commit()
        self.assertFalse(task.exists())

    def test_task_that_was_done_stays_done(self):
        _issues, task = self._ask()
        task.with_user(self.client_user).action_feedback("He moved to Lviv")
        self._write(city="Львів", street="Садова 7")
        self.assertFalse(task.active)
        self.assertTrue(task.date_done)
