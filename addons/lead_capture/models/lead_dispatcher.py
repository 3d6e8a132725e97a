from collections import defaultdict

from odoo import models
from odoo.tools import SQL, html2plaintext

from ..tools.assignment import CAUSES, Cause, Causes
from ..tools.dispatch import LeadFacts
from .lead_dispatch_round import DispatchRound

# The reason is a row that everybody reads; no letter for each of two hundred.
QUIET = {
    "tracking_disable": True,
    "mail_auto_subscribe_no_notify": True,
    "mail_activity_quick_update": True,
}
# A request stays with the team it came to, whoever of another team gets it.
STEADY_FIELDS = ("team_id", "company_id")


class LeadDispatcher(models.AbstractModel):
    """Gives leads to people: reads what must be known, lets choose, writes it down.

    Works for a batch with a fixed number of queries, and alone in its teams: the mutex
    is taken first, so that what is counted afterwards stays true.
    """

    _name = "lead.dispatcher"
    _description = "Giving out of Leads"

    def _dispatch(self):
        """Give out those that nobody has; what nobody can get says why it waits."""
        leads = self.sudo()._filter_dispatchable()  # for whoever sends requests
        if not leads:
            return
        leads._take_teams()
        round_ = DispatchRound(leads, leads._fetch_owners())
        leads._store_results(
            {lead: round_.place(lead) for lead in leads._sort_by_need()}
        )
        round_.store_credits()

    def _dispatch_again(self):
        """Give requests of absent people to others, who work on them for the owner."""
        leads = self.sudo()  # as above
        leads._take_teams()
        owners = {
            lead.id: ((lead.covered_user_id or lead.user_id).id, "own")
            for lead in leads
        }
        round_ = DispatchRound(leads, owners)
        results = {lead: round_.cover(lead) for lead in leads._sort_by_need()}
        leads._store_results({lead: one for lead, one in results.items() if one})
        round_.store_credits()

    def _filter_dispatchable(self):
        return self.filtered(
            lambda lead: (
                not lead.user_id
                and lead.active
                and lead.won_status == "pending"
                and (lead.team_id.is_dispatched if lead.team_id else lead.channel_id)
            )
        )

    def _sort_by_need(self):
        """The most urgent first, of equals the eldest."""
        return self.sorted(
            lambda lead: (-int(lead.priority or 0), lead.create_date, lead.id)
        )

    def _take_teams(self):
        """Be alone in the teams until the end of the transaction.

        And with those who have a limit in all their teams: another process may be
        giving them something in another one.
        """
        teams = self.team_id
        if any(not lead.team_id for lead in self):
            teams |= teams.search([("is_dispatched", "=", True)])
        limited = self.env["crm.team.member"].search(
            [("crm_team_id", "in", teams.ids), ("user_id.lead_capacity", ">", 0)]
        )
        managers = limited.user_id | self.channel_id.user_id.filtered("lead_capacity")
        keys = [f"team:{team.id}" for team in teams]
        keys += [f"manager:{user.id}" for user in managers]
        self.env["lead.mutex"]._take(keys)

    # === READING ===

    def _fetch_owners(self):
        """Find whose clients the leads are of.

        :return: id of the lead -> (id of the user, "own" or "last")
        """
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT lead.id,
                       COALESCE(own.id, head.id, last.user_id),
                       CASE WHEN own.id IS NULL AND head.id IS NULL THEN 'last'
                            ELSE 'own'
                       END
                  FROM crm_lead lead
                  JOIN res_partner partner ON partner.id = lead.partner_id
             LEFT JOIN res_partner company
                    ON company.id = partner.commercial_partner_id
             LEFT JOIN res_users own ON own.id = partner.user_id AND NOT own.share
             LEFT JOIN res_users head ON head.id = company.user_id AND NOT head.share
     LEFT JOIN LATERAL (
                       SELECT COALESCE(other.covered_user_id, other.user_id) AS user_id
                         FROM crm_lead other
                         JOIN res_partner person ON person.id = other.partner_id
                         JOIN res_users manager ON manager.id = other.user_id
                        WHERE person.commercial_partner_id
                              = partner.commercial_partner_id
                          AND other.id != lead.id
                          AND other.active
                          AND other.won_status = 'pending'
                          AND other.company_id IS NOT DISTINCT FROM lead.company_id
                          AND manager.active
                          AND NOT manager.share
                     ORDER BY other.create_date DESC, other.id DESC
                        LIMIT 1
                       ) AS last
                    ON own.id IS NULL AND head.id IS NULL
                 WHERE lead.id = ANY(%s)
                """,
                self.ids,
            )
        )
        return {id_: (user_id, code) for id_, user_id, code in rows if user_id}

    def _get_facts(self):
        """:return: id of the lead -> ``LeadFacts``"""
        return {lead.id: lead._make_facts() for lead in self}

    def _make_facts(self):
        text = self.name or ""
        if self.description:
            text = f"{text}\n{html2plaintext(self.description)}"
        language = self.lang_id or self.env["res.lang"]._lang_get(
            self.channel_id.lang or ""
        )
        told = (
            str((request.values or {}).get("region") or "")
            for request in self.request_ids
        )
        return LeadFacts(
            id=self.id,
            team=self.team_id.id or 0,
            channel=self.channel_id.id or 0,
            company=self.company_id.id or 0,
            lang=language.id or 0,
            country=self.country_id.id or 0,
            state=self.state_id.id or 0,
            place=" ".join(filter(None, [self.city, self.state_id.name, *told])),
            text=text,
        )

    # === WRITING ===

    def _store_results(self, results):
        """:param results: lead -> ``Result``"""
        given, waiting = defaultdict(dict), defaultdict(self.browse)
        for lead, result in results.items():
            if result.user:
                place = (result.user, result.owner, result.team)
                given[place][lead.id] = result.cause
            else:
                waiting[tuple(sorted(result.numbers.items()))] += lead
        for (user, owner, team), causes in given.items():
            values = {"covered_user_id": owner.id}
            if team:
                values["team_id"] = team.id
            self.browse(causes)._give_steadily(user, causes, **values)
        for numbers, leads in waiting.items():
            leads._note_waiting(dict(numbers))

    def _give_steadily(self, user, causes, **values):
        """Give leads to somebody who hears of it by what he is shown.

        :param causes: id of the lead -> ``Cause``
        """
        leads = self.with_context(**QUIET, **{CAUSES: Causes(by_id=causes)})
        steady = [self._fields[name] for name in STEADY_FIELDS]
        with self.env.protecting(steady, leads.filtered("team_id")):
            leads.write({"user_id": user.id, **values})
            leads.flush_recordset(["user_id"])
        self.env["mail.followers"].sudo()._insert_followers(  # as the class says
            "crm.lead", sorted(causes), user.partner_id.ids
        )

    def _make_cause(self, kind, code="", **numbers):
        return Cause(kind, code, numbers)
