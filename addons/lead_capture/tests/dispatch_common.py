from collections import Counter
from contextlib import contextmanager

from odoo.tests import new_test_user

from odoo.addons.client_base.tests.common import USER

from .common import LeadCommon


class DispatchCommon(LeadCommon):
    """A team of three; requests come in without a manager."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.queue = cls.env.ref("lead_capture.ir_cron_lead_dispatch")
        cls.members = cls.env["crm.team.member"]
        for name in ("anna", "boris", "clara"):
            cls.members |= cls._add_member(name)
        cls.anna, cls.boris, cls.clara = cls.members.user_id

    @classmethod
    def _add_member(cls, login, team=None, **values):
        user = new_test_user(cls.env, login, USER, name=login.title(), tz="Europe/Kyiv")
        return cls.env["crm.team.member"].create(
            {"crm_team_id": (team or cls.team).id, "user_id": user.id, **values}
        )

    @classmethod
    def _create_lead(cls, name="Request", **values):
        return cls._create_leads(1, name=name, **values)

    @classmethod
    def _create_leads(cls, count, **values):
        """:return: leads as the processing of requests makes them"""
        return (
            cls.env["crm.lead"]
            .with_user(cls.intake_user)
            .sudo()
            .with_context(tracking_disable=True)
            .create(
                [
                    {
                        "name": "Request",
                        "channel_id": cls.channel.id,
                        "team_id": cls.team.id,
                        "company_id": cls.env.company.id,
                        "user_id": False,
                        **values,
                    }
                    for _number in range(count)
                ]
            )
            .with_context(tracking_disable=False)
        )

    @classmethod
    def _create_rule(cls, name="Rule", shares=(), **values):
        return cls.env["lead.dispatch.rule"].create(
            {
                "name": name,
                "team_id": cls.team.id,
                "share_ids": [
                    (0, 0, {"member_id": member.id, "weight": weight})
                    for member, weight in shares
                ],
                **values,
            }
        )

    def _arrive(self, leads):
        """:return: the leads, with the rights of the system, after they came in"""
        requests = self.env["lead.request"].with_user(self.intake_user)
        leads.with_user(self.intake_user).sudo(False)._follow_arrival(requests)
        return leads.with_env(self.env)

    def _arrive_one(self, **values):
        return self._arrive(self._create_lead(**values))

    def _send_away(self, user, first="2026-03-02", last="2026-03-06"):
        user.write(
            {
                "out_of_office_from": f"{first} 06:00:00",
                "out_of_office_to": f"{last} 15:00:00",
            }
        )

    def _close(self, lead):
        lead.action_set_lost()

    def _count(self, leads):
        return dict(Counter(lead.user_id.login or "" for lead in leads))

    @contextmanager
    def assertWakes(self):
        """Check that what is done has the queue looked at soon."""
        domain = [("cron_id", "=", self.queue.id)]
        before = self.env["ir.cron.trigger"].search(domain)
        yield
        self.assertTrue(before.search(domain) - before)

    def _run_queue(self):
        with self.enter_registry_test_mode():
            self.queue.method_direct_trigger()
        self.env.invalidate_all()
