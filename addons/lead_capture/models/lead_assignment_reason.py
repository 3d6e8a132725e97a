from datetime import date

from odoo import api, models
from odoo.tools import format_date

MADE_OF = (
    "kind",
    "reason_code",
    "numbers",
    "from_user_id",
    "to_user_id",
    "owner_user_id",
    "by_user_id",
    "rule_id",
    "channel_id",
)


class LeadAssignmentReason(models.AbstractModel):
    """Says in one sentence why somebody got a request.

    The code and the numbers are stored, the sentence is in the reader's language.
    """

    _name = "lead.assignment.reason"
    _description = "Reason of an Assignment"

    @api.depends(*MADE_OF)
    @api.depends_context("lang")
    def _compute_reason(self):
        for assignment in self.sudo():  # names of colleagues and rules, no more
            assignment.reason = assignment._get_reason()

    def _get_reason(self):
        makers = {
            "own": self._explain_own,
            "rule": self._explain_rule,
            "cover": self._explain_cover,
            "return": self._explain_return,
            "responsible": self._explain_responsible,
            "escalation": self._explain_escalation,
            "handover": self._explain_handover,
            "take": self._explain_take,
        }
        return makers.get(self.kind, self._explain_hand)()

    @api.model
    def _join(self, *sentences):
        return " ".join(filter(None, sentences))

    def _get_number(self, name, default=0):
        return (self.numbers or {}).get(name, default)

    # === PARTS OF SENTENCES ===

    def _get_limit_sentence(self):
        """:return: that somebody has more than he should; nothing when he has not"""
        for limit in ("", "all_"):
            load = self._get_number(f"{limit}load")
            capacity = self._get_number(f"{limit}capacity")
            if capacity and load >= capacity:
                return self.env._(
                    "This goes over the limit: %(load)s of %(capacity)s were open "
                    "already.",
                    load=load,
                    capacity=capacity,
                )
        return ""

    def _get_place_sentences(self):
        """Yield which of his places it takes, in the team and in all teams."""
        capacity = self._get_number("capacity")
        if capacity:
            yield self.env._(
                "Place %(place)s of %(capacity)s.",
                place=self._get_number("load") + 1,
                capacity=capacity,
            )
        capacity = self._get_number("all_capacity")
        if capacity:
            yield self.env._(
                "Place %(place)s of %(capacity)s in all teams.",
                place=self._get_number("all_load") + 1,
                capacity=capacity,
            )

    def _get_absence_sentence(self):
        """:return: Olena is away until 12 March."""
        owner = self.owner_user_id.name or ""
        day = self._get_number("back_on", "")
        if not day:
            return self.env._("%(owner)s is away.", owner=owner)
        return self.env._(
            "%(owner)s is away and comes back on %(day)s.",
            owner=owner,
            day=format_date(self.env, date.fromisoformat(day)),
        )

    def _get_turn_sentence(self):
        """:return: of how many, by which weight, with how much open already"""
        if self.reason_code == "only" and self._get_number("fit") == 1:
            turn = self.env._(
                "Only %(user)s may get such requests.", user=self.to_user_id.name or ""
            )
        elif self.reason_code == "only":
            turn = self.env._(
                "%(user)s is the only one of %(fit)s who can get it now.",
                user=self.to_user_id.name or "",
                fit=self._get_number("fit"),
            )
        else:
            turn = self.env._(
                "It is the turn of %(user)s: weight %(weight)s of %(weights)s, "
                "%(free)s of %(fit)s can get it.",
                user=self.to_user_id.name or "",
                weight=f"{self._get_number('weight'):g}",
                weights=f"{self._get_number('weights'):g}",
                free=self._get_number("free"),
                fit=self._get_number("fit"),
            )
        return self._join(turn, *self._get_place_sentences())

    def _get_rule_name(self):
        return self.rule_id.name or self._get_number("rule_name", "")

    # === SENTENCES ===

    def _explain_own(self):
        user = self.to_user_id.name or ""
        if self.reason_code == "last":
            said = self.env._("%(user)s works for this client already.", user=user)
        else:
            said = self.env._("%(user)s is the client's manager.", user=user)
        away = ""
        if self.reason_code == "away":
            away = self.env._("Away at the moment, and nobody acts in the meantime.")
        return self._join(said, away, self._get_limit_sentence())

    def _explain_rule(self):
        rule = self.env._("Rule “%(rule)s”.", rule=self._get_rule_name())
        help_ = ""
        if self.reason_code == "reserve":
            help_ = self.env._("Those who know it well are full or away.")
        return self._join(rule, help_, self._get_turn_sentence())

    def _explain_cover(self):
        away = self._get_absence_sentence()
        if self.reason_code == "acting":
            return self._join(
                away,
                self.env._("%(user)s acts.", user=self.to_user_id.name or ""),
                self._get_limit_sentence(),
            )
        return self._join(
            away, self.env._("Nobody acts by name."), self._explain_rule()
        )

    def _explain_return(self):
        return self.env._("%(owner)s is back.", owner=self.to_user_id.name or "")

    def _explain_responsible(self):
        return self.env._(
            "%(user)s is responsible for the channel “%(channel)s”: no rule found "
            "anybody.",
            user=self.to_user_id.name or "",
            channel=self.channel_id.name or "",
        )

    def _explain_escalation(self):
        return self._join(
            self.env._("The request was not worked on in time."),
            self._get_number("note", ""),
        )

    def _explain_handover(self):
        return self.env._("The client was handed over to another manager.")

    def _explain_take(self):
        user = self.to_user_id.name or ""
        if self.from_user_id:
            return self.env._(
                "%(user)s took it over from %(former)s.",
                user=user,
                former=self.from_user_id.name,
            )
        if self.reason_code == "answer":
            return self.env._("%(user)s answered the client first.", user=user)
        return self.env._("%(user)s took it from those that waited.", user=user)

    def _explain_hand(self):
        by = self.by_user_id.name
        if self.reason_code == "file":
            said = self.env._(
                "%(user)s brought it in with a file and keeps it.",
                user=self.to_user_id.name or "",
            )
        elif not self.to_user_id:
            said = self.env._("%(by)s gave it back to those that wait.", by=by or "")
        elif by and self.by_user_id == self.to_user_id:
            said = self.env._("%(by)s made it or took it on.", by=by)
        elif by:
            said = self.env._("%(by)s gave it.", by=by)
        else:
            said = self.env._("Given by another part of Odoo.")
        return self._join(said, self._get_number("note", ""))
