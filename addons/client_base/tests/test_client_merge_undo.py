import random

from odoo.tests import tagged

from .common import ClientCommon
from .merge_common import Picture, PointingRows

# What must be among the tables that were tried, whichever addons are installed.
TRIED = {
    "calendar_event",
    "calendar_event_res_partner_rel",
    "client_group_member",
    "client_group_res_partner_rel",
    "client_handover_line",
    "client_offer",
    "client_reminder",
    "client_sync_key",
    "ir_attachment",
    "ir_model_data",
    "mail_activity",
    "mail_followers",
    "mail_message",
    "mail_notification",
    "mail_scheduled_message",
    "mailing_trace",
    "res_partner_res_partner_category_rel",
}


@tagged("post_install", "-at_install")
class TestMergeUndo(ClientCommon):
    """Whatever points at the cards: merged and taken back, all is as it was."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # lines point at a hand-over, and one line does not make one
        cls.env["client.handover"].create(
            {
                "from_user_id": cls.client_user.id,
                "to_user_id": cls.client_manager.id,
                "date_from": "2031-04-01",
            }
        )

    def _make_cards(self, dice, count):
        """:return: cards with groups, tags, keys, numbers, some of them twice"""
        groups = self.env["client.group"].create([{"name": "A"}, {"name": "B"}])
        tags = self.env["res.partner.category"].create([{"name": "A"}, {"name": "B"}])
        cards = self.env["res.partner"]
        for number in range(count):
            cards += self._create_client(
                f"Client {number}",
                is_company=dice.random() < 0.7,
                phone=dice.choice([False, "067 123 45 67", f"050 765 43 2{number}"]),
                email=dice.choice([False, "one@example.com", f"{number}@example.com"]),
                street=dice.choice([False, f"Main street {number}"]),
                vat=dice.choice([False, f"1234567{number}"]),
                birthdate=dice.choice([False, f"1980-01-0{number + 1}"]),
                sync_source="1c",
                sync_key=dice.choice([False, f"K{dice.random()}"]),
                client_group_ids=groups.filtered(lambda _one: dice.random() < 0.5),
                category_id=tags.filtered(lambda _one: dice.random() < 0.5),
            )
        return cards

    def _make_people(self, dice, cards):
        people = self.env["res.partner"]
        for card in cards.filtered("is_company"):
            for number in range(dice.randrange(3)):
                people += self._create_client(
                    f"Person {number}", parent_id=card.id, phone="067 123 45 67"
                )
        return people

    def _merge(self, dice, cards):
        chosen = cards.browse(dice.sample(cards.ids, dice.randint(2, len(cards))))
        merges = self.env["client.merge"].with_user(self.client_manager)
        return merges._merge(chosen[0], chosen[1:])

    def assertSame(self, before, after):
        differences = after.get_differences(before)
        self.assertFalse(differences, "\n".join(map(str, differences)))

    def _play(self, seed):
        """Merge cards again and again, then take it all back, last first.

        :return: names of the tables that had rows
        """
        dice = random.Random(seed)
        cards = self._make_cards(dice, dice.randint(2, 6))
        family = cards + self._make_people(dice, cards)
        rows = PointingRows(self.env, seed)
        rows.make(family, 0.5)
        self.env["client.merge"]._recompute(family)
        done = []
        while len(cards) > 1 and len(done) < 3:
            before = Picture(self.env, family)
            merge = self._merge(dice, cards)
            self.assertTrue(Picture(self.env, family).get_differences(before))
            done.append((merge, before))
            cards -= merge.source_ids
        for merge, before in reversed(done):
            merge.action_undo()
            self.assertFalse(merge.kept)
            self.assertSame(before, Picture(self.env, family))
        return rows.made

    def test_merges_taken_back_leave_no_trace(self):
        tried = set()
        for seed in range(4):
            with self.subTest(seed=seed):
                tried |= self._play(seed)
        self.assertFalse(TRIED - tried)
