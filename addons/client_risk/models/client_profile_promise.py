from dataclasses import dataclass

from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import format_date

# Nobody knows his purchases further ahead; what is later would silence all for good.
MOST_YEARS = 3
# Context value that no caller from outside can send: what else the client said.
COMMENT = "client_told_comment"


@dataclass(frozen=True)
class ToldComment:
    """What was said beside a date, for the writing of that date."""

    text: str


class ClientProfilePromise(models.AbstractModel):
    """Remembers the dates that a client tells, and how often he keeps them."""

    _name = "client.profile.promise"
    _description = "Dates Told by a Client"
    _inherit = ["client.profile.judge", "client.profile.reason"]

    promise_ids = fields.One2many(
        comodel_name="client.promise",
        inverse_name="profile_id",
        string="Dates Told",
        readonly=True,
    )
    promise_kept_count = fields.Integer(string="Dates Kept", readonly=True)
    promise_missed_count = fields.Integer(string="Dates Missed", readonly=True)

    @api.constrains("told_date")
    def _check_told_date(self):
        for profile in self.filtered("told_date"):
            today = profile._get_today(profile.company_id)
            if profile.told_date > today + relativedelta(years=MOST_YEARS):
                raise ValidationError(
                    self.env._("Nobody knows that far ahead: choose a nearer day.")
                )

    def write(self, vals):
        """Write down every date that is told, by whichever way it is told."""
        before = {one.id: one.told_date for one in self} if "told_date" in vals else {}
        result = super().write(vals)
        if before:
            self.filtered(lambda one: one.told_date != before[one.id])._note_told_date()
        return result

    # === ACTIONS ===

    def action_tell_date(self):
        """Ask for the date that the client has told."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Date of the Next Purchase"),
            "res_model": "client.told.date",
            "view_mode": "form",
            "target": "new",
            "context": {"default_profile_id": self.id},
        }

    # === BUSINESS ===

    @api.model
    def _prepare_judging(self, company, today, partner_ids=None):
        result = super()._prepare_judging(company, today, partner_ids)
        self.env["client.promise"]._evaluate(company, today, partner_ids)
        return result

    def _tell_date(self, date, comment=""):
        """Write the date a client has told, with what else he said."""
        telling = self.with_context(**{COMMENT: ToldComment(comment)})
        if self.told_date == date:
            telling._note_told_date()  # nothing new to write, but asked and answered
        else:
            telling.told_date = date

    def _note_told_date(self):
        """Keep the date as a promise, end the tasks that it answers, tell the card."""
        said = self.env.context.get(COMMENT)
        comment = said.text if isinstance(said, ToldComment) else ""
        # sudo: promises and tasks are nobody's to write by hand
        self.env["client.promise"].sudo()._note(self.sudo(), comment)
        for profile in self.filtered(lambda one: one._is_told_ahead()):
            text = profile._get_told_sentence(comment)
            if not profile.sudo()._end_tasks_by_word(text):
                # sudo: who may say what a client told may not write on every card
                profile.partner_id.sudo()._message_log(
                    body=text, author_id=self.env.user.partner_id.id
                )

    def _is_told_ahead(self):
        """:return: whether the date told is not over yet"""
        return self.told_date and self.told_date >= self._get_today(self.company_id)

    def _end_tasks_by_word(self, text):
        """End what a told date answers; extended by the tasks.

        :return: whether somebody's activity tells of it on the card
        """
        return False

    def _get_told_sentence(self, comment):
        day = format_date(self.env, self.told_date)
        sentence = self.env._("The client will buy on %(day)s.", day=day)
        return f"{sentence} {comment}" if comment else sentence

    def _get_keeping_sentence(self):
        """:return: Keeps 4 of 5 dates; nothing of one who never named a date"""
        kept, missed = self.promise_kept_count, self.promise_missed_count
        if not kept + missed:
            return ""
        return self.env._(
            "Keeps %(kept)s of %(count)s dates.", kept=kept, count=kept + missed
        )

    @api.depends("is_told", "promise_kept_count", "promise_missed_count")
    def _compute_reason(self):
        return super()._compute_reason()

    def _get_reason(self):
        reason = super()._get_reason()
        if not self.is_told:
            return reason
        return " ".join(filter(None, (reason, self._get_keeping_sentence())))
