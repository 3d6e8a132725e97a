from unittest.mock import Mock

from odoo.exceptions import ConcurrencyError, UserError
from odoo.tests import BaseCase, tagged

from ..models.concurrency import MAX_FAILURES, run_patiently


@tagged("post_install", "-at_install")
class TestConcurrency(BaseCase):
    """Work in the background waits for others, and gives up in the end."""

    def test_work_is_done_again_until_nobody_is_in_its_way(self):
        env = Mock()
        work = Mock(side_effect=[ConcurrencyError, ConcurrencyError, "done"])
        self.assertEqual(run_patiently(env, work), "done")
        self.assertEqual(env.cr.rollback.call_count, 2)

    def test_work_that_never_goes_well_is_given_up(self):
        env = Mock()
        work = Mock(side_effect=ConcurrencyError)
        with self.assertRaises(ConcurrencyError):
            run_patiently(env, work)
        self.assertEqual(work.call_count, MAX_FAILURES + 1)

    def test_fault_of_the_work_itself_is_raised_at_once(self):
        env = Mock()
        with self.assertRaises(UserError):
            run_patiently(env, Mock(side_effect=UserError("no")))
        env.cr.rollback.assert_not_called()
