"""One round of giving out: what is known of everybody, and whose each lead becomes."""

from dataclasses import dataclass, field
from typing import Any

from ..tools.assignment import Cause
from ..tools.dispatch import Choice, Desk, choose_reason


@dataclass(frozen=True, slots=True)
class Result:
    """Whose a lead becomes; without a user the numbers say why it waits."""

    user: Any  # res.users, maybe empty
    cause: Cause | None = None
    owner: Any = None  # res.users: the absent owner, maybe empty
    team: Any = None  # crm.team: for a lead without one
    numbers: dict[str, Any] = field(default_factory=dict)


class DispatchRound:
    """Reads everything once, then places lead after lead.

    :param leads: ``crm.lead`` with the rights of the system, their teams taken
    :param owners: id of a lead -> (id of the user whose client it is, how it is known)
    """

    def __init__(self, leads, owners):
        self.env = leads.env
        self.owners = owners
        self.nobody = self.env["res.users"]
        self.facts = leads._get_facts()
        self.rules = self._get_rules(leads)
        self.fitting = {
            rule: rule._get_fitting_ids(self._get_candidates(rule))
            for rule in self.rules
        }
        self.members = self.rules.team_id.crm_team_member_ids.filtered(
            lambda one: one.user_id.active and not one.user_id.share
        )
        self._read_people(leads)
        loads = self.members.crm_team_id._fetch_lead_loads()
        desk_members = [one._make_desk_member(self.away) for one in self.members]
        credits = {
            rule.id: {int(id_): due for id_, due in (rule.credits or {}).items()}
            for rule in self.rules
        }
        people = self.members.user_id | leads.channel_id.user_id
        limited = people.filtered("lead_capacity")
        self.desk = Desk(desk_members, loads, credits, limited._fetch_lead_loads())
        self.shares = {rule: rule._get_shares(self.off) for rule in self.rules}
        self.specialists = self._get_specialists()
        # clients who come twice in one round have one manager
        self.placed = {}

    # === READING ===

    def _get_rules(self, leads):
        """:return: the rules in question; a team without any shares among all"""
        Rule = self.env["lead.dispatch.rule"]
        teams = leads.team_id
        if any(not lead.team_id for lead in leads):
            teams |= teams.search([("is_dispatched", "=", True)])
        known = Rule.with_context(active_test=False).search(
            [("team_id", "in", teams.ids)]
        )
        new = Rule.create(
            [
                {"name": self.env._("Everybody in the team"), "team_id": team.id}
                for team in teams - known.team_id
                if team.crm_team_member_ids
            ]
        )
        return (known.filtered("active") | new).sorted()

    def _get_candidates(self, rule):
        """:return: the facts about the leads that the rule may be asked about"""
        return {id_: lead for id_, lead in self.facts.items() if rule._is_for(lead)}

    def _read_people(self, leads):
        """Find who is there, who acts for whom, and who may work in which company."""
        users = self.env["res.users"]
        owners = users.browse({user_id for user_id, _code in self.owners.values()})
        in_charge = owners | leads.channel_id.user_id
        self.acting = in_charge._get_acting_users()
        people = in_charge | users.union(*self.acting.values()) | self.members.user_id
        self.away = people._get_away()
        self.back_days = (in_charge & self.away)._get_back_days()
        self.companies = {user: user.company_ids for user in people.sudo()}
        self.off = set()
        if any(rule.hours == "work" for rule in self.rules):
            at_work = self.members.user_id._get_at_work()
            self.off = {one.id for one in self.members if one.user_id not in at_work}

    def _get_specialists(self):
        """:return: member -> ids of his leads; whoever is not in it is for all"""
        return {
            member.id: member._get_fitting_ids(self.facts)
            for member in self.members
            if member._has_specialisation()
        }

    # === PLACING ===

    def place(self, lead):
        """:rtype: Result"""
        owner, code = self._get_owner(lead)
        result = self._place_with_owner(lead, owner, code) if owner else None
        result = result or self._place_by_rules(lead)
        result = result or Result(self.nobody, numbers=self._explain(lead))
        self._remember(lead, result)
        return result

    def cover(self, lead):
        """:return: a ``Result`` with somebody else, or nothing when there is nobody"""
        owner, _code = self._get_owner(lead)
        result = self._place_with_acting(lead, owner)
        result = result or self._place_by_rules(lead, owner)
        return result if result and result.user != lead.user_id else None

    def _get_owner(self, lead):
        user_id, code = self.owners.get(lead.id, (False, ""))
        if not user_id:
            client = lead.partner_id.commercial_partner_id
            user_id, code = self.placed.get(client.id, (False, ""))
        return self.nobody.browse(user_id or ()), code

    def _place_with_owner(self, lead, owner, code):
        """:return: a ``Result``, or nothing when it is given out by rules after all"""
        if owner not in self.away and self._may_get(owner, lead):
            return self._give(lead, owner, "own", code)
        result = self._place_with_acting(lead, owner)
        result = result or self._place_by_rules(lead, owner)
        if not result and owner.sudo().active and self._may_get(owner, lead):
            result = self._give(lead, owner, "own", "away")
        return result

    def _place_with_acting(self, lead, owner):
        acting = self.acting.get(owner, owner)
        if acting == owner or acting in self.away or not self._may_get(acting, lead):
            return None
        return self._give(
            lead, acting, "cover", "acting", owner, **self._get_absence(owner)
        )

    def _place_by_rules(self, lead, owner=None):
        """:param owner: the absent owner, when it is given out for him"""
        refusals = self.refusals = []
        for rule in self.rules:
            if lead.id not in self.fitting[rule]:
                continue
            choice = self.desk.choose(
                rule.id, self.shares[rule], self._get_fit(lead, rule)
            )
            if choice.member:
                return self._give_by_rule(lead, rule, choice, owner)
            refusals.append((rule, choice))
            if rule.otherwise != "next":
                break
        is_to_wait = refusals and refusals[-1][0].otherwise == "wait"
        return None if is_to_wait or owner else self._place_with_responsible(lead)

    def _get_fit(self, lead, rule):
        """:return: the members of the team of the rule whom the lead is for"""
        return {
            one.id
            for one in self.members
            if lead.id in self.specialists.get(one.id, (lead.id,))
            and self._may_get(one.user_id, lead)
        }

    def _give_by_rule(self, lead, rule, choice, owner):
        member = self.members.browse(choice.member)
        numbers = {**choice.numbers, "rule_name": rule.name}
        kind = "rule"
        if owner:
            kind = "cover"
            numbers |= self._get_absence(owner)
        return Result(
            member.user_id,
            Cause(kind, choice.code, numbers, rule.id),
            owner if owner and owner.sudo().active else self.nobody,
            self.nobody.env["crm.team"] if lead.team_id else rule.team_id,
        )

    def _place_with_responsible(self, lead):
        """Give it to who is in charge of the channel, where he has a place free."""
        user = lead.channel_id.user_id
        user = self.acting.get(user, user)
        if not user or user in self.away or not self._may_get(user, lead):
            return None
        member = self._get_member(lead, user)
        if member and self.desk.is_full(member.id):
            return None
        if self.desk.is_person_full(user.id, user.lead_capacity):
            return None
        return self._give(lead, user, "responsible")

    def _give(self, lead, user, kind, code="", owner=None, **numbers):
        """Give it beside the rules; it counts as load all the same."""
        member = self._get_member(lead, user)
        if member:
            numbers |= self.desk.get_places(member.id)
            self.desk.add_load(member.id)
        else:
            self.desk.add_person_load(user.id)
        is_coming_back = owner and owner.sudo().active
        return Result(
            user, Cause(kind, code, numbers), owner if is_coming_back else self.nobody
        )

    def _get_member(self, lead, user):
        return self.members.filtered(
            lambda one: one.user_id == user and one.crm_team_id == lead.team_id
        )[:1]

    def _may_get(self, user, lead):
        """Say whether somebody works in the company of the lead."""
        return not lead.company_id or lead.company_id in self.companies.get(user, ())

    def _get_absence(self, owner):
        day = self.back_days.get(owner)
        return {"back_on": day.isoformat()} if day else {}

    def _remember(self, lead, result):
        client = lead.partner_id.commercial_partner_id
        if client and result.user:
            user = result.owner or result.user
            self.placed.setdefault(client.id, (user.id, "last"))

    # === REASONS ===

    def _explain(self, lead):
        """:return: why the lead that was placed last waits, as numbers"""
        choice = choose_reason([choice for _rule, choice in self.refusals])
        if not choice:
            return {"code": "no_rule" if lead.team_id else "no_team"}
        return {
            "code": choice.code,
            **choice.numbers,
            **self._get_language(lead, choice),
        }

    def _get_language(self, lead, choice: Choice):
        """:return: the language of the lead, where it decided who may get it"""
        facts = self.facts[lead.id]
        rules = [rule for rule, one in self.refusals if one == choice]
        members = self.members.browse(
            share.member for rule in rules[:1] for share in self.shares[rule]
        )
        is_asked = any(rule.lead_lang_ids for rule in rules[:1]) or any(
            not member._speaks(facts) for member in members
        )
        return {"lang": facts.lang} if is_asked else {}

    # === WRITING ===

    def store_credits(self):
        """Keep whose turn it is for the next round."""
        by_id = {rule.id: rule for rule in self.rules}
        for rule_id in self.desk.changed:
            credits = self.desk.credits[rule_id]
            by_id[rule_id].credits = {str(id_): due for id_, due in credits.items()}
