from odoo import fields, models
from odoo.exceptions import UserError


class ClientIssueIgnore(models.TransientModel):
    """Asks why problems are to be ignored."""

    _name = "client.issue.ignore"
    _description = "Ignore Problems"

    issue_ids = fields.Many2many(
        comodel_name="client.issue", string="Problems", required=True
    )
    reason = fields.Char(
        string="Why",
        required=True,
        help="For example: a client of the founder, has no e-mail. It is seen beside "
        "the problem; when the cause goes and comes back, it is looked at again.",
    )

    def action_ignore(self):
        """Ignore the problems, with the reason."""
        self.ensure_one()
        if not (self.reason or "").strip():
            raise UserError(self.env._("Say why the problems are to be ignored."))
        self.issue_ids._ignore(self.reason)
        return {"type": "ir.actions.act_window_close"}
