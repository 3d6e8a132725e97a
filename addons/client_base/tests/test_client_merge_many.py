from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import tagged, users

from odoo.addons.base.tests.test_ir_cron import CronMixinCase

from ..models import client_duplicate_merge
from .common import ClientCommon


@tagged("post_install", "-at_install")
class TestMergeMany(ClientCommon, CronMixinCase):
    """Many pairs are merged behind, and one that cannot be stops nobody."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cron = cls.env.ref("client_base.ir_cron_client_duplicate_merge")
        cls.cards = cls.env["res.partner"].create(
            [{"name": f"Client {n // 2}", "is_company": True} for n in range(8)]
        )
        cls.pairs = cls.env["client.duplicate"].create(
            [
                {"left_id": cls.cards[n].id, "right_id": cls.cards[n + 1].id, "bits": 5}
                for n in range(0, 8, 2)
            ]
        )
        cls.startClassPatcher(patch.object(client_duplicate_merge, "AT_ONCE", 3))

    def _merge(self, pairs):
        """:return: names of the events that whoever asks is sent, and what is merged"""
        sent = []
        with patch.object(
            type(self.env["res.users"]),
            "_bus_send",
            lambda *args, **_kwargs: sent.append(args[2]),
        ):
            merges = pairs.action_merge()
        return merges, sent

    def _let_both_log_in(self, pair):
        for number, card in enumerate(pair.left_id | pair.right_id):
            self.env["res.users"].sudo().create(
                {
                    "login": f"two_{number}",
                    "partner_id": card.id,
                    "group_ids": [self.env.ref("base.group_portal").id],
                }
            )

    def _run_cron(self):
        with self.enter_registry_test_mode():
            self.cron.method_direct_trigger()
        self.env.invalidate_all()

    @users("client_manager")
    def test_a_few_clients_are_merged_at_once(self):
        merges, _sent = self._merge(self.pairs[:3].with_env(self.env))
        self.assertEqual(len(merges), 3)
        self.assertEqual(set(self.pairs[:3].mapped("state")), {"merged"})

    @users("client_manager")
    def test_one_that_cannot_be_merged_says_why_and_stops_nobody(self):
        self._let_both_log_in(self.pairs[1])
        merges, sent = self._merge(self.pairs[:3].with_env(self.env))
        self.assertEqual(len(merges), 2)
        self.assertEqual(self.pairs[1].state, "open")
        self.assertIn("logs in", self.pairs[1].merge_problem)
        self.assertEqual(sent[0]["type"], "warning")

    @users("client_manager")
    def test_nothing_merged_is_an_error(self):
        self._let_both_log_in(self.pairs[1])
        with self.assertRaisesRegex(UserError, "logs in"):
            self.pairs[1].with_env(self.env).action_merge()

    @users("client_manager")
    def test_many_are_merged_behind_with_the_rights_of_who_asked(self):
        self._let_both_log_in(self.pairs[1])
        with self.capture_triggers(self.cron.id) as captured:
            merges, sent = self._merge(self.pairs.with_env(self.env))
        self.assertFalse(merges)
        self.assertIn("4", sent[0]["message"])
        self.assertEqual(len(captured.records), 1)
        self.assertEqual(self.pairs.merge_asked_by_id, self.client_manager)
        self._run_cron()
        self.assertEqual(
            self.pairs.mapped("state"), ["merged", "open", "merged", "merged"]
        )
        self.assertFalse(self.pairs.merge_asked_by_id)
        self.assertIn("logs in", self.pairs[1].merge_problem)
        merged = self.env["client.merge"].search(
            [("survivor_id", "in", self.cards.ids)]
        )
        self.assertEqual(merged.create_uid, self.client_manager)

    def test_interrupted_work_goes_on(self):
        self._merge(self.pairs.with_user(self.client_manager))
        self.pairs[0].with_user(self.client_manager).sudo(False)._merge_client(
            self.pairs[0].left_id | self.pairs[0].right_id
        )
        self._run_cron()
        self.assertEqual(set(self.pairs.mapped("state")), {"merged"})

    def test_pair_that_was_decided_meanwhile_is_left_alone(self):
        own = self.pairs.with_user(self.client_manager)
        self._merge(own)
        own[2].action_different()
        self._run_cron()
        self.assertEqual(self.pairs[2].state, "different")
        self.assertTrue(all(self.cards[4:6].mapped("active")))

    def test_rights_lost_meanwhile_merge_nothing(self):
        self._merge(self.pairs.with_user(self.client_manager))
        self.client_manager.group_ids -= self.env.ref(
            "client_base.group_client_manager"
        )
        self._run_cron()
        self.assertEqual(set(self.pairs.mapped("state")), {"open"})
        self.assertTrue(all(self.pairs.mapped("merge_problem")))

    def test_pairs_at_work_are_not_asked_for_twice(self):
        own = self.pairs.with_user(self.client_manager)
        self._merge(own)
        merges, sent = self._merge(own)
        self.assertFalse(merges)
        self.assertFalse(sent)
