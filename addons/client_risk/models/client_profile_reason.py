from odoo import api, models
from odoo.tools import format_amount, format_date


class ClientProfileReason(models.AbstractModel):
    """Says in one sentence why a client has his status, with its numbers.

    The code and the numbers are stored, the sentence is in the reader's language.
    """

    _name = "client.profile.reason"
    _description = "Reason of a Status"

    @api.depends("reason_code", "overdue_days", "last_date", "expected_date")
    @api.depends_context("lang")
    def _compute_reason(self):
        for profile in self:
            profile.reason = profile._get_reason()

    def _get_reason(self):
        """:return: the sentence of one profile"""
        code = self.reason_code or ""
        for stem, make in self._get_reason_makers().items():
            if code.startswith(stem):
                return make()
        return self._get_simple_reasons()[code] if code else ""

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

    def _get_rhythm_sentence(self):
        """:return: Buys every 24 days (14 purchases, usually 17-34)."""
        if not self.forecast_from or not self.last_date:
            return ""
        return self.env._(
            "Buys every %(period)s days (%(count)s purchases, usually %(least)s–"
            "%(most)s).",
            period=round(self.period_days),
            count=self.purchase_count,
            least=(self.forecast_from - self.forecast_last).days,
            most=(self.forecast_to - self.forecast_last).days,
        )

    def _get_expected_sentence(self):
        day = format_date(self.env, self.expected_date)
        if not self.overdue_days:
            return self.env._("Expected %(day)s.", day=day)
        return self.env._(
            "Expected %(day)s, %(late)s days late.", day=day, late=self.overdue_days
        )

    def _explain_missed(self):
        share = self.env._(
            "Of 100 such clients %(share)s stay silent this long and still return.",
            share=round(100 * self.silent_share),
        )
        return f"{self._get_rhythm_sentence()} {self._get_expected_sentence()} {share}"

    def _explain_told(self):
        told = self.env._(
            "Said he would buy on %(day)s, %(late)s days ago.",
            day=format_date(self.env, self.expected_date),
            late=self.overdue_days,
        )
        return f"{told} {self._get_rhythm_sentence()}"

    def _explain_lost(self):
        last = self.env._(
            "Last bought %(day)s.", day=format_date(self.env, self.last_date)
        )
        if self.purchase_count < 3:
            return last
        chance = self.env._(
            "The chance to buy in the next 90 days is %(chance)s %%.",
            chance=round(100 * self.buy_chance),
        )
        return f"{self._get_rhythm_sentence()} {last} {chance}"

    def _explain_trend(self):
        values = {
            "change": round(100 * abs(self.trend_change)),
            "frequency": round(100 * self.frequency_change),
            "basket": round(100 * self.basket_change),
        }
        if self.status == "shrinking":
            return self.env._(
                "Buys for %(change)s %% less than before, more than chance explains: "
                "how often %(frequency)+d %%, for how much %(basket)+d %%.",
                **values,
            )
        return self.env._(
            "Buys for %(change)s %% more than before, more than chance explains: "
            "how often %(frequency)+d %%, for how much %(basket)+d %%.",
            **values,
        )

    def _explain_stable(self):
        return f"{self._get_rhythm_sentence()} {self._get_expected_sentence()}"

    def _explain_few(self):
        """One or two purchases are no rhythm: say what is known and no more."""
        values = {
            "day": format_date(self.env, self.last_date),
            "amount": format_amount(self.env, self.usual_basket, self.currency_id),
        }
        if self.purchase_count == 1:
            sentence = self.env._(
                "Bought once, on %(day)s; usual basket %(amount)s.", **values
            )
        else:
            sentence = self.env._(
                "Bought twice, last on %(day)s; usual basket %(amount)s.", **values
            )
        return f"{sentence} {self._get_expected_sentence()}"
