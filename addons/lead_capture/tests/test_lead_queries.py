from odoo.tests import tagged, users

from .stage_common import StageCommon


@tagged("post_install", "-at_install")
class TestLeadQueries(StageCommon):
    """What the addon adds to a lead costs no query for each lead of a list."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.leads = cls.env["crm.lead"].create(
            [
                {
                    "name": f"Lead {number}",
                    "description": "<p>How much is it?</p>",
                    "team_id": cls.team.id,
                    "user_id": cls.client_user.id,
                    "channel_id": cls.channel.id,
                }
                for number in range(40)
            ]
        )
        cls._store(*({"name": lead.name} for lead in cls.leads))
        for lead, request in zip(
            cls.leads,
            cls.env["lead.request"].search([("channel_id", "=", cls.channel.id)]),
            strict=True,
        ):
            request.write({"lead_id": lead.id, "state": "processed"})
        cls.env.flush_all()

    def _count(self, leads, name):
        """:return: queries that reading a field of leads takes, from nothing known"""
        self.env.invalidate_all()
        before = self.cr.sql_log_count
        leads.mapped(name)
        return self.cr.sql_log_count - before

    @users("client_user")
    def test_field_of_many_leads_takes_the_queries_of_few(self):
        leads = self.leads.with_env(self.env)
        names = [
            name
            for name, field in leads._fields.items()
            if (field._module == "lead_capture" and not field.column_type)
            or (field.compute and field._module == "lead_capture")
        ]
        self.assertIn("assignment_reason", names)
        self.assertIn("missing_for_next", names)
        for name in names:
            with self.subTest(field=name):
                self._count(leads, name)  # what is cached for good
                few = self._count(leads[:4], name)
                self.assertLessEqual(self._count(leads, name), few + 1)

    @users("client_user")
    def test_who_works_is_known_without_a_query(self):
        leads = self.leads.with_env(self.env)
        self.assertTrue(leads._is_human(self.env.user))
        with self.assertQueryCount(0):
            self.assertFalse(leads._is_robot())
            self.assertFalse(leads._is_intake())
            self.assertTrue(leads._is_human(self.env.user))

    def test_lead_of_no_company_is_in_the_funnel_with_a_currency(self):
        lead = self._create_lead("Shared", team_id=False, user_id=False)
        stay = self.env["lead.funnel"].search([("lead_id", "=", lead.id)])
        self.assertEqual(len(stay), 1)
        self.assertFalse(stay.company_id)
        self.assertEqual(stay.currency_id, self.env.company.currency_id)
