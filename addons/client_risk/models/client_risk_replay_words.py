import datetime as dt

from odoo import api, models
from odoo.tools import format_date, formatLang

from .client_risk_replay_source import MIN_REGULARS

# Of fewer verdicts a share of 100 would say more than is known.
MIN_SHARED = 30
# Where it is right when the client buys no more.
EXPECTED_TO_STOP = ("missed_date", "shrinking", "lost", "one_time", "unproven")


class ClientRiskReplayWords(models.AbstractModel):
    """Says in words how right the statuses were, in the reader's language."""

    _name = "client.risk.replay.words"
    _description = "Accuracy of the Statuses in Words"

    @api.depends("company_id", "date_from", "date_to", "date")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for one in self:
            if one.date_to:
                one.display_name = self.env._(
                    "Accuracy from %(first)s to %(last)s",
                    first=format_date(self.env, one.date_from),
                    last=format_date(self.env, one.date_to),
                )
            else:
                one.display_name = self.env._(
                    "Accuracy, %(day)s", day=format_date(self.env, one.date)
                )

    @api.depends("problem_code", "first_date", "last_date", "regular_count")
    @api.depends_context("lang")
    def _compute_problem(self):
        texts = {
            "stopped": self.env._(
                "The server ended it several times: it took too long. Choose fewer "
                "month ends and start again."
            ),
            "error": self.env._(
                "Something unforeseen happened; the log of the server says what. Start "
                "again, and show the log to your administrator if it fails once more."
            ),
        }
        for one in self:
            one.problem = texts.get(one.problem_code) or self._explain_problem(
                one.problem_code,
                one.first_date,
                one.last_date,
                one.regular_count,
                one.horizon_days,
            )

    @api.depends("thresholds")
    @api.depends_context("lang")
    def _compute_thresholds_text(self):
        Thresholds = self.env["client.risk.policy"]
        for one in self:
            one.thresholds_text = "\n\n".join(
                f"{item['name'] or self.env._('Measured on several companies')}\n"
                + Thresholds._describe(item["values"])
                for item in one.thresholds or []
            )

    @api.depends("state", "precision", "recall", "warning_days", "alerts_per_week")
    @api.depends_context("lang")
    def _compute_summary(self):
        for one in self:
            is_done = one.state == "done"
            one.summary = "\n".join(one._get_sentences()) if is_done else ""

    def _get_sentences(self):
        """:return: the result in words, a sentence a line"""
        said = [self._say_alerts(), self._say_recall()]
        if self.warning_days:
            said.append(
                self.env._(
                    "Half of the lost clients were called at risk %(days)s days or "
                    "more before they counted as lost.",
                    days=round(self.warning_days),
                )
            )
        said.append(
            self.env._(
                "New alerts for each manager and week: %(count)s.",
                count=formatLang(self.env, self.alerts_per_week, digits=1),
            )
        )
        if self.waiting_share:
            said.append(
                self.env._(
                    "Sales lost while clients were late and nobody called: "
                    "%(share)s %%.",
                    share=formatLang(self.env, 100 * self.waiting_share, digits=1),
                )
            )
        return said

    def _say_alerts(self):
        values = {
            "named": self.named_count,
            "right": self.right_count,
            "days": self.horizon_days,
        }
        if not self.named_count:
            return self.env._("No client was called at risk.")
        if self.named_count < MIN_SHARED:
            return self.env._(
                "Called at risk in all: %(named)s; of these bought nothing in the next "
                "%(days)s days: %(right)s.",
                **values,
            )
        return self.env._(
            "Of 100 clients we called at risk, %(share)s indeed bought nothing in the "
            "next %(days)s days.",
            share=round(100 * self.precision),
            **values,
        )

    def _say_recall(self):
        if not self.stopped_count:
            return self.env._("No active client stopped buying.")
        return self.env._(
            "Of 100 active clients who stopped buying, %(share)s had been called at "
            "risk.",
            share=round(100 * self.recall),
        )

    @api.model
    def _explain_known(self, known):
        """:return: why this history cannot be played, and what to do"""
        return self._explain_problem(
            known.problem,
            known.first and dt.date.fromordinal(known.first),
            known.last and dt.date.fromordinal(known.last),
            known.regulars,
            known.past.horizon,
        )

    @api.model
    def _explain_problem(self, problem, first_date, last_date, regulars, horizon):
        """:return: what is missing, and what to do, for a person"""
        if problem == "empty":
            return self.env._(
                "Nobody has bought anything yet. Confirm orders, import purchases from "
                "a file or connect the accounting system, and start again."
            )
        if problem == "short":
            return self.env._(
                "The history is too short: purchases are known from %(first)s to "
                "%(last)s. A month end needs half a year before it and %(days)s days "
                "after it. Import older purchases, or start again when time has "
                "passed.",
                first=format_date(self.env, first_date),
                last=format_date(self.env, last_date),
                days=horizon,
            )
        if problem == "few":
            return self.env._(
                "Clients who had bought three times or more: %(count)s; at least "
                "%(least)s are needed, or the numbers would be chance. Import older "
                "purchases, or start again when more clients have come back.",
                count=regulars,
                least=MIN_REGULARS,
            )
        return ""

    @api.model
    def _say_precision(self, status, named, right, horizon):
        """:return: how many of the clients with a status bought nothing afterwards"""
        labels = dict(
            self.env["client.profile"]
            ._fields["status"]
            ._description_selection(self.env)
        )
        values = {"status": labels[status], "days": horizon}
        if named < MIN_SHARED:
            return self.env._(
                "“%(status)s”, %(named)s in all; bought nothing in the next %(days)s "
                "days: %(right)s.",
                named=named,
                right=right,
                **values,
            )
        values["share"] = round(100 * right / named)
        if status in EXPECTED_TO_STOP:
            return self.env._(
                "Of 100 clients we called “%(status)s”, %(share)s indeed bought "
                "nothing in the next %(days)s days.",
                **values,
            )
        return self.env._(
            "Of 100 clients we called “%(status)s”, %(share)s bought nothing in the "
            "next %(days)s days.",
            **values,
        )
