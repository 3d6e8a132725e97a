from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import tagged, warmup

from .dispatch_common import DispatchCommon


@tagged("post_install", "-at_install")
class TestLeadShares(DispatchCommon):
    """Who gets what nobody has a claim to."""

    def test_request_has_its_manager_when_it_has_come_in(self):
        lead = self._process({"name": "Paint", "phone": "+380671112233"}).lead_id
        self.assertEqual(lead.user_id, self.anna)
        self.assertRecordValues(
            lead.assignment_ids,
            [{"kind": "rule", "to_user_id": self.anna.id, "by_user_id": False}],
        )

    def test_team_without_rules_shares_among_everybody(self):
        leads = self._arrive(self._create_leads(9))
        self.assertEqual(self._count(leads), {"anna": 3, "boris": 3, "clara": 3})
        self.assertEqual(self.team.lead_rule_ids.name, "Everybody in the team")

    def test_weights_are_shares(self):
        anna, boris, clara = self.members
        self._create_rule(shares=[(anna, 3), (boris, 1), (clara, 0)])
        leads = self._arrive(self._create_leads(8))
        self.assertEqual(self._count(leads), {"anna": 6, "boris": 2})

    def test_shares_go_on_from_one_request_to_the_next(self):
        leads = [self._arrive_one() for _number in range(6)]
        self.assertEqual(self._count(leads), {"anna": 2, "boris": 2, "clara": 2})

    def test_paused_member_and_archived_user_get_nothing(self):
        self.members[0].is_lead_paused = True
        self.boris.active = False
        leads = self._arrive(self._create_leads(4))
        self.assertEqual(self._count(leads), {"clara": 4})

    def test_who_can_help_out_gets_what_the_others_cannot(self):
        anna, boris, _clara = self.members
        anna.lead_capacity = 1
        rule = self._create_rule(shares=[(anna, 1), (boris, 1)])
        rule.share_ids[1].skill = "helper"
        leads = self._arrive(self._create_leads(3))
        self.assertEqual(leads.mapped("user_id.login"), ["anna", "boris"])
        self.assertEqual(leads[1].sudo().assignment_ids.reason_code, "reserve")

    def test_lead_without_a_team_gets_that_of_the_rule(self):
        self.channel.team_id = False
        other = self.env["crm.team"].create(
            {"name": "Other", "company_id": self.env.company.id, "sequence": 0}
        )
        other.is_dispatched = True
        self._create_rule(sequence=-1)
        lead = self._arrive_one(team_id=False)
        self.assertEqual(lead.team_id, self.team)
        self.assertIn(lead.user_id, self.members.user_id)

    def test_nothing_is_given_out_in_a_team_that_is_switched_off(self):
        self.team.is_dispatched = False
        self.assertFalse(self._arrive_one().user_id)

    def test_member_of_another_company_gets_nothing(self):
        other = self.env["res.company"].create({"name": "Other"})
        self.team.company_id = False
        self.anna.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})
        leads = self._arrive(self._create_leads(4))
        self.assertEqual(self._count(leads), {"boris": 2, "clara": 2})

    @warmup
    def test_batch_is_given_out_with_few_queries(self):
        self._arrive(self._create_leads(3))

        def count(number):
            leads = self._create_leads(number)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.cr.sql_log_count
            self._arrive(leads)
            self.env.flush_all()
            return self.cr.sql_log_count - before

        few, many = count(20), count(200)
        self.assertLessEqual(many, few + 3)

    def test_queries_of_a_batch_are_known(self):
        self._arrive(self._create_leads(3))
        leads = self._create_leads(200)
        self.env.flush_all()
        self.env.invalidate_all()
        with self.assertQueryCount(110):
            leads._dispatch()
            self.env.flush_all()


@tagged("post_install", "-at_install")
class TestLeadRules(DispatchCommon):
    """Which rule a request comes under, and what when nobody can get it."""

    def test_first_rule_that_fits_decides(self):
        anna, boris, clara = self.members
        self._create_rule("Paint", [(anna, 1)], lead_words="paint", sequence=1)
        self._create_rule("Kyiv", [(boris, 1)], lead_cities="Kyiv, Київ", sequence=2)
        self._create_rule("Rest", [(clara, 1)], sequence=3)
        for values, user in (
            ({"name": "Facade paint", "city": "Kyiv"}, self.anna),
            ({"name": "Glue", "city": "м. Київ"}, self.boris),
            ({"name": "Glue", "city": "Lviv"}, self.clara),
        ):
            with self.subTest(**values):
                self.assertEqual(self._arrive_one(**values).user_id, user)

    def test_conditions_language_country_and_channel_narrow_a_rule(self):
        anna, boris, clara = self.members
        ukraine = self.env.ref("base.ua")
        english = self.env.ref("base.lang_en")
        other = self._create_channel()
        self._create_rule("1", [(anna, 1)], lead_domain="[('priority', '=', '3')]")
        self._create_rule("2", [(boris, 1)], lead_country_ids=ukraine)
        self._create_rule("3", [(clara, 1)], lead_lang_ids=english, channel_ids=other)
        for values, user in (
            ({"priority": "3", "country_id": ukraine.id}, self.anna),
            ({"country_id": ukraine.id}, self.boris),
            ({"channel_id": other.id, "lang_id": english.id}, self.clara),
            ({"lang_id": english.id}, self.env["res.users"]),
        ):
            with self.subTest(**values):
                self.assertEqual(self._arrive_one(**values).user_id, user)

    def test_rule_for_a_language_is_not_for_requests_that_name_none(self):
        anna, boris, _clara = self.members
        english = self.env.ref("base.lang_en")
        self._create_rule("English", [(anna, 1)], lead_lang_ids=english, sequence=1)
        self._create_rule("Rest", [(boris, 1)], sequence=2)
        self.assertEqual(self._arrive_one().user_id, self.boris)
        self.assertEqual(self._arrive_one(lang_id=english.id).user_id, self.anna)

    def test_specialisation_of_a_member_is_asked_too(self):
        language = self.env["res.lang"]._activate_lang("uk_UA")
        self.members[:2].lead_lang_ids = self.env.ref("base.lang_en")
        leads = self._arrive(self._create_leads(3, lang_id=language.id))
        self.assertEqual(self._count(leads), {"clara": 3})
        leads = self._arrive(self._create_leads(3))
        self.assertEqual(set(self._count(leads)), {"anna", "boris", "clara"})

    def test_full_team_hands_on_to_the_next_rule_or_waits(self):
        anna, boris, _clara = self.members
        anna.lead_capacity = 1
        first = self._create_rule("First", [(anna, 1)], sequence=1)
        self._create_rule("Second", [(boris, 1)], sequence=2)
        leads = self._arrive(self._create_leads(2))
        self.assertEqual(leads.mapped("user_id.login"), ["anna", "boris"])
        first.otherwise = "wait"
        self.assertFalse(self._arrive_one().user_id)

    def test_responsible_of_the_channel_gets_what_no_rule_can(self):
        self.members.lead_capacity = 1
        self.channel.user_id = self.client_manager
        leads = self._arrive(self._create_leads(4))
        self.assertEqual(leads[3].user_id, self.client_manager)
        self.assertEqual(leads[3].sudo().assignment_ids.kind, "responsible")
        self.assertIn(self.channel.name, leads[3].sudo().assignment_ids.reason)

    def test_responsible_who_is_full_lets_it_wait(self):
        self.members.lead_capacity = 1
        self.channel.user_id = self.anna
        leads = self._arrive(self._create_leads(4))
        self.assertFalse(leads[3].user_id)

    def test_conditions_that_cannot_be_read_are_refused(self):
        for text in ("[(", "[('no_such', '=', 1)]", "__import__('os')", "{'a': 1}"):
            with self.subTest(text=text), self.assertRaises(ValidationError):
                self._create_rule(lead_domain=text)

    def test_rule_names_members_of_its_own_team(self):
        other = self.env["crm.team"].create({"name": "Other"})
        member = self._add_member("dora", other)
        with self.assertRaisesRegex(ValidationError, "own team"):
            self._create_rule(shares=[(member, 1)])

    @freeze_time("2026-03-02 20:00")
    def test_rule_for_people_at_work_waits_for_the_morning(self):
        self._create_rule(hours="work")
        lead = self._arrive_one()
        self.assertFalse(lead.user_id)
        self.assertEqual(
            lead.sudo().waiting_reason, "Of 3 who may get it: 3 not at work now."
        )
        with freeze_time("2026-03-03 09:00"):
            self._run_queue()
        self.assertTrue(lead.user_id)


@tagged("post_install", "-at_install")
class TestLeadLimits(DispatchCommon):
    """Nobody has more than he can do; the rest waits and says what for."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.members.lead_capacity = 2

    def test_nobody_is_over_the_limit_and_the_rest_waits_in_words(self):
        leads = self._arrive(self._create_leads(8))
        self.assertEqual(self._count(leads), {"anna": 2, "boris": 2, "clara": 2, "": 2})
        self.assertEqual(
            leads[7].sudo().waiting_reason,
            "All who may get it are at their limit: 3 of 3 are full.",
        )
        self.assertTrue(leads[7].sudo().queued_since)

    def test_language_that_decides_is_named(self):
        language = self.env["res.lang"]._activate_lang("uk_UA")
        self.members[0].lead_lang_ids = self.env.ref("base.lang_en")
        leads = self._arrive(self._create_leads(5, lang_id=language.id))
        self.assertRegex(
            leads[4].sudo().waiting_reason,
            "All who speak Ukrainian are at their limit: 2 of 2 are full.",
        )

    def test_closed_request_frees_a_place(self):
        leads = self._arrive(self._create_leads(7))
        self.assertFalse(leads[6].user_id)
        with self.assertWakes():
            self._close(leads[1])
        self._run_queue()
        self.assertEqual(leads[6].user_id, leads[1].user_id)
        self.assertFalse(leads[6].sudo().waiting_reason)
        self.assertFalse(leads[6].sudo().queued_since)

    def test_answer_frees_a_place_where_only_unanswered_ones_count(self):
        self.team.lead_load_counts = "unanswered"
        leads = self._arrive(self._create_leads(7))
        leads._note_question()
        with self.assertWakes():
            leads[0]._note_answer(leads[0].user_id, fields.Datetime.now())
        self._run_queue()
        self.assertEqual(leads[6].user_id, leads[0].user_id)

    def test_more_places_wake_those_that_wait(self):
        self._arrive(self._create_leads(7))
        with self.assertWakes():
            self.members[0].lead_capacity = 5

    def test_urgent_and_eldest_leave_the_queue_first(self):
        leads = self._arrive(self._create_leads(9))
        leads[8].priority = "2"
        self._close(leads[0])
        self._run_queue()
        self.assertEqual(
            [bool(lead.user_id) for lead in leads[6:]], [False, False, True]
        )

    def test_own_clients_are_not_refused_and_it_is_said(self):
        client = self._create_client(user_id=self.anna.id)
        leads = self._arrive(self._create_leads(3, partner_id=client.id))
        self.assertEqual(self._count(leads), {"anna": 3})
        reasons = leads.sudo().assignment_ids.mapped("reason")
        self.assertEqual(len([one for one in reasons if "over the limit" in one]), 1)

    def test_poison_does_not_stop_the_others(self):
        leads = self._create_leads(3)
        original = type(leads)._make_facts

        def make_facts(lead):
            if lead.id == leads[1].id:
                raise ValueError("poison")
            return original(lead)

        self.patch(type(leads), "_make_facts", make_facts)
        with self.assertLogs("odoo.addons.lead_capture", "ERROR"):
            self._run_queue()
        self.assertEqual([bool(lead.user_id) for lead in leads], [True, False, True])
        self.assertIn("could not be given out", leads[1].sudo().waiting_reason)


@tagged("post_install", "-at_install")
class TestLeadOwner(DispatchCommon):
    """The client's own manager comes before all rules."""

    def test_manager_of_the_client_or_of_the_company_gets_it(self):
        company = self._create_client(is_company=True, user_id=self.clara.id)
        person = self._create_client("Person", parent_id=company.id, user_id=False)
        for partner in (company, person):
            lead = self._arrive_one(partner_id=partner.id)
            self.assertEqual(lead.user_id, self.clara)
            self.assertEqual(lead.sudo().assignment_ids.kind, "own")

    def test_manager_of_the_last_open_lead_gets_the_next(self):
        client = self._create_client(user_id=False)
        self._create_lead(partner_id=client.id, user_id=self.boris.id)
        lead = self._arrive_one(partner_id=client.id)
        self.assertEqual(lead.user_id, self.boris)
        self.assertIn("works for this client already", lead.sudo().assignment_reason)

    def test_client_who_comes_twice_at_once_has_one_manager(self):
        client = self._create_client(user_id=False)
        leads = self._arrive(self._create_leads(3, partner_id=client.id))
        self.assertEqual(len(leads.user_id), 1)

    def test_manager_of_another_team_gets_it_and_the_team_stays(self):
        other = self.env["crm.team"].create({"name": "Other"})
        dora = self._add_member("dora", other).user_id
        client = self._create_client(user_id=dora.id)
        lead = self._arrive_one(partner_id=client.id)
        self.assertEqual((lead.user_id, lead.team_id), (dora, self.team))

    def test_manager_who_has_left_is_nobodys_manager(self):
        client = self._create_client(user_id=self.anna.id)
        self.anna.active = False
        lead = self._arrive_one(partner_id=client.id)
        self.assertIn(lead.user_id, self.boris | self.clara)
        self.assertFalse(lead.sudo().covered_user_id)


@tagged("post_install", "-at_install")
class TestLeadsMadeElsewhere(DispatchCommon):
    """Leads that come another way than by a channel."""

    def test_lead_without_a_person_wakes_the_queue_and_is_given_out(self):
        with self.assertWakes():
            lead = (
                self.env["crm.lead"]
                .with_user(self.client_manager)
                .create({"name": "By hand", "team_id": self.team.id, "user_id": False})
            )
        self._run_queue()
        self.assertIn(lead.user_id, self.members.user_id)

    def test_mail_to_the_team_is_not_given_to_its_head(self):
        self.team.user_id = self.client_manager
        lead = self.env["crm.lead"].message_new(
            {"subject": "Paint", "from": "a@example.com"}, {"team_id": self.team.id}
        )
        self.assertFalse(lead.user_id)
        self._run_queue()
        self.assertIn(lead.user_id, self.members.user_id)

    def test_leads_from_before_are_left_as_they_are(self):
        other = self.env["crm.team"].create({"name": "Other"})
        self._add_member("dora", other)
        lead = self._create_lead(team_id=other.id, channel_id=False)
        other.is_dispatched = True
        other.dispatched_since = "2100-01-01"
        self._run_queue()
        self.assertFalse(lead.user_id)

    def test_team_of_a_channel_is_given_out_and_others_are_not(self):
        self.assertTrue(self.team.is_dispatched)
        self.assertFalse(self.env["crm.team"].create({"name": "Other"}).is_dispatched)
