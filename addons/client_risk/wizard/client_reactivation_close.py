from dateutil.relativedelta import relativedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Date

LATER_MONTHS = 3


class ClientReactivationClose(models.TransientModel):
    """A person tells what came of cases.

    “Won back” is nobody's to say: a purchase says it. Who agreed to buy is waited for.
    """

    _name = "client.reactivation.close"
    _description = "Outcome of Winning Back"

    case_ids = fields.Many2many(
        comodel_name="client.reactivation", string="Clients", required=True
    )
    outcome = fields.Selection(
        selection=[
            ("agreed", "Agreed to buy: wait for the purchase"),
            ("later", "Not now"),
            ("lost", "Lost"),
        ],
        required=True,
        default="agreed",
    )
    reason_id = fields.Many2one(comodel_name="client.leaving.reason")
    is_comment_needed = fields.Boolean(related="reason_id.is_comment_needed")
    comment = fields.Char()
    later_on = fields.Date(
        string="Try Again from",
        default=lambda self: (
            Date.context_today(self) + relativedelta(months=LATER_MONTHS)
        ),
    )

    def action_close(self):
        """Write the outcome on the cases that are open.

        :return: an action that closes the dialog
        """
        self.ensure_one()
        self.env["client.profile"].check_access("write")
        self.case_ids.check_access("read")
        self._check_told()
        # sudo: cases are written by what people tell here, not by hand
        open_sudo = self.case_ids.sudo().filtered("is_open")
        if not open_sudo:
            raise UserError(self.env._("These cases are closed already."))
        if self.outcome == "agreed":
            open_sudo._wait()
        else:
            open_sudo._close(self.outcome, **self._prepare_outcome())
            open_sudo._mark_profiles()
        return {"type": "ir.actions.act_window_close"}

    def _check_told(self):
        """Refuse an outcome without what belongs to it."""
        if self.outcome == "later" and (
            not self.later_on or self.later_on <= Date.context_today(self)
        ):
            raise UserError(self.env._("Choose a day that is still to come."))
        if self.outcome == "lost" and not self.reason_id:
            raise UserError(self.env._("Choose the reason."))
        if (
            self.outcome == "lost"
            and self.is_comment_needed
            and not (self.comment or "").strip()
        ):
            raise UserError(self.env._("Say in words what the reason is."))

    def _prepare_outcome(self):
        values = {"comment": self.comment}
        if self.outcome == "later":
            return {**values, "later_on": self.later_on}
        return {**values, "reason_id": self.reason_id.id}
