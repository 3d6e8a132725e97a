from odoo.tests import tagged, users

from .common import LeadCommon


@tagged("post_install", "-at_install")
class TestMergeCards(LeadCommon):
    """Cards that are merged are often those proposed for one and the same lead."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.first, cls.second = (cls._create_client(name) for name in ("Верба", "Дуб"))
        cls.lead, cls.other = cls.env["crm.lead"].create(
            [{"name": name, "user_id": cls.client_user.id} for name in ("A", "B")]
        )

    def _propose(self, name, lead, card, **values):
        return (
            self.env[name]
            .sudo()
            .create(
                {
                    "lead_id": lead.id,
                    "partner_id": card.id,
                    "company_id": self.env.company.id,
                    **values,
                }
            )
        )

    def _propose_card(self, lead, card):
        return self._propose("lead.candidate", lead, card, reason_code="alike")

    def _merge(self):
        self.env.flush_all()
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.first | self.second).ids, self.first)
        self.env.invalidate_all()

    def test_candidates_become_one_and_others_stay(self):
        kept, _double, alone = (
            self._propose_card(lead, card)
            for lead, card in (
                (self.lead, self.first),
                (self.lead, self.second),
                (self.other, self.second),
            )
        )
        self._merge()
        found = self.env["lead.candidate"].search([("partner_id", "=", self.first.id)])
        self.assertEqual(found, kept | alone)

    def test_decided_difference_is_the_one_that_stays(self):
        told = {"field": "email", "proposed": "new@example.com"}
        self._propose("lead.difference", self.lead, self.first, **told)
        decided = self._propose(
            "lead.difference", self.lead, self.second, state="declined", **told
        )
        alone = self._propose("lead.difference", self.other, self.second, **told)
        self._merge()
        found = self.env["lead.difference"].search([("partner_id", "=", self.first.id)])
        self.assertEqual(found, decided | alone)

    @users("client_user")
    def test_card_that_was_merged_is_chosen_as_the_one_that_stays(self):
        candidate = self._propose_card(self.lead, self.second.sudo())
        self.second.sudo().write({"active": False, "merged_into_id": self.first.id})
        candidate.with_env(self.env).action_choose()
        self.assertEqual(self.lead.partner_id, self.first)
        self.assertFalse(self.second.active)
