import datetime as dt

from odoo import api, models
from odoo.tools import format_date


class ClientSuggestionReason(models.AbstractModel):
    """Says in one sentence why something is suggested, with its numbers.

    The kind and the numbers are stored, the sentence is in the reader's language.
    """

    _name = "client.suggestion.reason"
    _description = "Reason of a Suggestion"

    @api.depends(
        "kind",
        "item_id",
        "because_id",
        "confidence",
        "line_count",
        "period_days",
        "last_date",
        "client_type_id",
    )
    @api.depends_context("lang")
    def _compute_why(self):
        makers = self._get_why_makers()
        for suggestion in self:
            make = makers.get(suggestion.kind)
            suggestion.why = make(suggestion) if make else ""

    @api.model
    def _get_why_makers(self):
        """:return: {kind: function that gives the sentence of a suggestion}"""
        return {
            "pair": lambda one: one._explain_pair(),
            "segment": lambda one: one._explain_segment(),
            "repeat": lambda one: one._explain_repeat(),
            "lost": lambda one: one._explain_lost(),
        }

    def _explain_pair(self):
        return self.env._(
            "%(share)s %% of those who buy “%(because)s” also buy “%(item)s”.",
            share=round(100 * self.confidence),
            because=self.because_id.display_name or self.env._("the same"),
            item=self.item_id.display_name,
        )

    def _explain_segment(self):
        if self.client_type_id:
            return self.env._(
                "%(share)s %% of clients of the type “%(type)s” buy “%(item)s”.",
                share=round(100 * self.confidence),
                type=self.client_type_id.display_name,
                item=self.item_id.display_name,
            )
        return self.env._(
            "%(share)s %% of such clients buy “%(item)s”.",
            share=round(100 * self.confidence),
            item=self.item_id.display_name,
        )

    def _explain_repeat(self):
        period = round(self.period_days)
        due = self.last_date + dt.timedelta(days=period)
        if period <= 1:
            return self.env._(
                "Buys “%(item)s” every day (%(count)s times), last on %(day)s: "
                "due since %(due)s.",
                item=self.item_id.display_name,
                count=self.line_count,
                day=format_date(self.env, self.last_date),
                due=format_date(self.env, due),
            )
        return self.env._(
            "Buys “%(item)s” every %(period)s days (%(count)s times), last on %(day)s: "
            "due since %(due)s.",
            item=self.item_id.display_name,
            period=period,
            count=self.line_count,
            day=format_date(self.env, self.last_date),
            due=format_date(self.env, due),
        )

    def _explain_lost(self):
        return self.env._(
            "Bought “%(item)s” in %(share)s of 100 purchases (%(count)s times), but "
            "not since %(day)s.",
            item=self.item_id.display_name,
            share=round(100 * self.confidence),
            count=self.line_count,
            day=format_date(self.env, self.last_date),
        )
