from odoo import api, models
from odoo.tools import format_amount, format_date

from ..tools.classify import OWN_RHYTHM_COUNT
from ..tools.policy import POLICY

# What the sentences are made of.
NUMBERS = (
    "status",
    "reason_code",
    "purchase_count",
    "period_days",
    "last_date",
    "expected_date",
    "overdue_days",
    "is_told",
    "forecast_last",
    "forecast_from",
    "forecast_to",
    "silent_share",
    "buy_chance",
    "usual_basket",
    "trend_z",
    "trend_change",
    "frequency_change",
    "basket_change",
)


class ClientProfileReason(models.AbstractModel):
    """Says in one sentence why a client has his status, with its numbers.

    The code and the numbers are stored, the sentence is in the reader's language.
    """

    _name = "client.profile.reason"
    _description = "Reason of a Status"

    @api.depends(*NUMBERS)
    @api.depends_context("lang")
    def _compute_reason(self):
        for profile in self:
            profile.reason = profile._get_reason()

    def _get_reason(self):
        """:return: the sentence of one profile; nothing for a code nobody knows"""
        code = self.reason_code or ""
        for stem, make in self._get_reason_makers().items():
            if code.startswith(stem):
                return make()
        return self._get_simple_reasons().get(code, "")

    def _get_reason_makers(self):
        return {
            "missed_date": self._explain_missed,
            "missed_told_date": self._explain_told,
            "lost": self._explain_lost,
            "shrinking": self._explain_trend,
            "growing": self._explain_trend,
            "stable": self._explain_stable,
            "new": self._explain_few,
            "one_time": self._explain_few,
            "developing": self._explain_few,
            "unproven": self._explain_few,
        }

    def _get_simple_reasons(self):
        return {
            "removed": self.env._("Removed from active sales."),
            "promise_overdue": self.env._("A promise of ours is overdue."),
            "debt_overdue": self.env._("A debt is overdue."),
            "open_claim": self.env._("A claim is open."),
            "prospect": self.env._("Has not bought yet; something is planned."),
            "untouched": self.env._("Has not bought yet, and nothing is planned."),
            "irregular": self.env._("Buys by project: there is no rhythm to judge by."),
        }

    # === PARTS OF SENTENCES ===

    @api.model
    def _say_days(self, days):
        """:return: a length of time: "1 day", "21 days" """
        if days == 1:
            return self.env._("1 day")
        return self.env._("%(count)s days", count=days)

    @api.model
    def _say_ago(self, days):
        """:return: "today", "yesterday", "21 days ago" """
        if days < 1:
            return self.env._("today")
        if days == 1:
            return self.env._("yesterday")
        return self.env._("%(count)s days ago", count=days)

    @api.model
    def _say_change(self, change):
        """:return: a change of +.2 as "+20 %"; "as before" for none"""
        percent = round(100 * change)
        if not percent:
            return self.env._("as before")
        sign = "+" if percent > 0 else "−"
        return self.env._("%(change)s %%", change=f"{sign}{abs(percent)}")

    @api.model
    def _join(self, *sentences):
        return " ".join(filter(None, sentences))

    def _get_rhythm_sentence(self):
        """:return: Buys every 24 days (14 purchases, usually 17-34)."""
        if not self.forecast_from or not self.forecast_last:
            return ""
        period = round(self.period_days)
        values = {"count": self.purchase_count, "window": self._get_window()}
        if period <= 1:
            return self.env._(
                "Buys every day (%(count)s purchases, usually %(window)s).", **values
            )
        return self.env._(
            "Buys every %(period)s days (%(count)s purchases, usually %(window)s).",
            period=period,
            **values,
        )

    def _get_window(self):
        """:return: in how many days four of five purchases follow: 17-34"""
        least = (self.forecast_from - self.forecast_last).days
        most = (self.forecast_to - self.forecast_last).days
        return f"{least}–{most}" if least < most else str(most)

    def _get_expected_sentence(self):
        day = format_date(self.env, self.expected_date)
        if not day:
            return ""
        if self.overdue_days > 0:
            return self.env._(
                "Expected %(day)s, %(time)s late.",
                day=day,
                time=self._say_days(self.overdue_days),
            )
        if self.is_told:
            return self.env._("Expected %(day)s, as the client said.", day=day)
        return self.env._("Expected %(day)s.", day=day)

    def _get_silence_sentence(self):
        share = round(100 * self.silent_share)
        if share < 1:
            return self.env._(
                "Of 100 pauses between such purchases hardly one is this long."
            )
        if share == 1:
            return self.env._("Of 100 pauses between such purchases 1 is this long.")
        return self.env._(
            "Of 100 pauses between such purchases %(share)s are this long.",
            share=share,
        )

    def _get_chance_sentence(self):
        chance = round(100 * self.buy_chance)
        if chance < 1:
            return self.env._("The chance to buy in the next 90 days is next to none.")
        return self.env._(
            "The chance to buy in the next 90 days is %(chance)s %%.", chance=chance
        )

    # === SENTENCES ===

    def _explain_missed(self):
        return self._join(
            self._get_rhythm_sentence(),
            self._get_expected_sentence(),
            self._get_silence_sentence(),
        )

    def _explain_told(self):
        told = self.env._(
            "The client said: %(day)s; that was %(ago)s.",
            day=format_date(self.env, self.expected_date),
            ago=self._say_ago(self.overdue_days),
        )
        return self._join(told, self._get_rhythm_sentence())

    def _explain_lost(self):
        day = format_date(self.env, self.last_date)
        if self.purchase_count < OWN_RHYTHM_COUNT:  # no chance is told: a guess
            return self.env._("Bought twice, last on %(day)s.", day=day)
        return self._join(
            self._get_rhythm_sentence(),
            self.env._("Last bought on %(day)s.", day=day),
            self._get_chance_sentence(),
        )

    def _explain_trend(self):
        """Say how much changed; a status that only waits to end says so."""
        is_less = self.status == "shrinking"
        change = round(100 * self.trend_change)
        if change >= 0 if is_less else change <= 0:
            return self._explain_end_of_trend(is_less)
        values = {
            "change": abs(change),
            "frequency": self._say_change(self.frequency_change),
            "basket": self._say_change(self.basket_change),
        }
        if is_less:
            said = self.env._(
                "Buys for %(change)s %% less than before (how often: %(frequency)s, "
                "for how much: %(basket)s).",
                **values,
            )
        else:
            said = self.env._(
                "Buys for %(change)s %% more than before (how often: %(frequency)s, "
                "for how much: %(basket)s).",
                **values,
            )
        if abs(self.trend_z) < POLICY.trend_enter:
            return said
        return self._join(said, self.env._("That is more than chance explains."))

    @api.model
    def _explain_end_of_trend(self, is_less):
        if is_less:
            return self.env._("Bought less until lately, and no longer does.")
        return self.env._("Bought more until lately, and no longer does.")

    def _explain_stable(self):
        return self._join(self._get_rhythm_sentence(), self._get_expected_sentence())

    def _explain_few(self):
        """One or two purchases are no rhythm: say what is known and no more."""
        values = {
            "day": format_date(self.env, self.last_date),
            "amount": format_amount(self.env, self.usual_basket, self.currency_id),
        }
        if self.purchase_count == 1:
            said = self.env._(
                "Bought once, on %(day)s; usual basket %(amount)s.", **values
            )
        else:
            said = self.env._(
                "Bought twice, last on %(day)s; usual basket %(amount)s.", **values
            )
        return self._join(said, self._get_expected_sentence())
