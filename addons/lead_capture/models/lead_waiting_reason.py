from odoo import api, models


class LeadWaitingReason(models.AbstractModel):
    """Says in one or two sentences why nobody has got a request yet."""

    _name = "lead.waiting.reason"
    _description = "Reason of Waiting"

    @api.depends("waiting_numbers", "user_id")
    @api.depends_context("lang")
    def _compute_waiting_reason(self):
        for lead in self:
            numbers = lead.waiting_numbers
            lead.waiting_reason = (
                lead._explain_waiting(numbers)
                if numbers and not lead.user_id
                else False
            )

    @api.model
    def _explain_waiting(self, numbers):
        """:param numbers: ``code``, ``fit``, ``full``, ``away``... and ``lang``"""
        makers = {
            "full": self._explain_full,
            "absent": self._explain_absent,
            "nobody": self._explain_unfit,
            "no_rule": lambda _numbers: self.env._("No rule is for such a request."),
            "no_team": lambda _numbers: self.env._(
                "The request has no sales team, and its channel nobody responsible."
            ),
            "failed": lambda _numbers: self.env._(
                "It could not be given out. Tell your administrator."
            ),
        }
        make = makers.get(numbers.get("code"))
        return make(numbers) if make else False

    @api.model
    def _explain_full(self, numbers):
        language = self._get_language(numbers)
        if numbers["full"] == numbers["fit"]:
            if language:
                return self.env._(
                    "All who speak %(language)s are at their limit: %(full)s of "
                    "%(fit)s are full.",
                    language=language,
                    full=numbers["full"],
                    fit=numbers["fit"],
                )
            return self.env._(
                "All who may get it are at their limit: %(full)s of %(fit)s are full.",
                full=numbers["full"],
                fit=numbers["fit"],
            )
        return self._explain_absent(numbers)

    @api.model
    def _explain_absent(self, numbers):
        """:return: Of 3 who speak Ukrainian: 1 full, 2 away."""
        parts = ", ".join(
            said for said in self._get_counts(numbers) if said is not None
        )
        language = self._get_language(numbers)
        if language:
            return self.env._(
                "Of %(fit)s who speak %(language)s: %(parts)s.",
                fit=numbers["fit"],
                language=language,
                parts=parts,
            )
        return self.env._(
            "Of %(fit)s who may get it: %(parts)s.", fit=numbers["fit"], parts=parts
        )

    @api.model
    def _get_counts(self, numbers):
        """Yield how many are full, away and so on, where there are some."""
        get = numbers.get
        if get("full"):
            yield self.env._("%(count)s full", count=get("full"))
        if get("away"):
            yield self.env._("%(count)s away", count=get("away"))
        if get("off_hours"):
            yield self.env._("%(count)s not at work now", count=get("off_hours"))
        if get("paused"):
            yield self.env._("%(count)s get nothing new", count=get("paused"))
        if get("company"):
            yield self.env._("%(count)s of another company", count=get("company"))

    @api.model
    def _explain_unfit(self, numbers):
        language = self._get_language(numbers)
        if language:
            return self.env._(
                "Nobody who may get it speaks %(language)s.", language=language
            )
        return self.env._("Nobody in the team is for such a request.")

    @api.model
    def _get_language(self, numbers):
        """:return: the name of the language that decided, or nothing"""
        language = self.env["res.lang"].browse(numbers.get("lang") or ()).exists()
        return (language.name or "").partition(" / ")[0].partition(" (")[0]
