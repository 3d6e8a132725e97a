from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import format_date

# What may be said anew of a removal; who, when and what became of it is history.
SAID_FIELDS = {"reason_id", "comment", "review_date"}


class ClientRemoval(models.Model):
    """One removal of a client from active sales: a person's decision, with its reason.

    It lasts until a person takes the client back, or until the client buys or asks for
    something. Written by the dialog of removal, ended by the evaluation of clients.
    """

    _name = "client.removal"
    _description = "Removal from Active Sales"
    _inherit = ["client.activity.giver"]
    _order = "date desc, id desc"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Client",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        comodel_name="res.company", required=True, readonly=True, index=True
    )
    manager_id = fields.Many2one(related="partner_id.user_id", string="Manager")
    user_id = fields.Many2one(
        comodel_name="res.users", string="Decided by", required=True, readonly=True
    )
    date = fields.Date(string="Taken off on", required=True, readonly=True)
    bought_on = fields.Date(
        string="Last Purchase Then",
        readonly=True,
        help="The last purchase that was known when the client was taken off.",
    )
    reason_id = fields.Many2one(
        comodel_name="client.leaving.reason",
        required=True,
        index=True,
        ondelete="restrict",
    )
    comment = fields.Char()
    review_date = fields.Date(
        string="Look Again on",
        required=True,
        help="On this day the manager is asked whether the client should come back.",
    )
    is_review_asked = fields.Boolean(
        readonly=True, help="Whether a task was given for the review date."
    )
    state = fields.Selection(
        selection=[("removed", "Off Active Sales"), ("back", "Back")],
        required=True,
        readonly=True,
        default="removed",
    )
    ended_on = fields.Date(string="Back on", readonly=True)
    end_cause = fields.Selection(
        selection=[
            ("purchase", "Bought"),
            ("request", "Asked for something"),
            ("by_hand", "Taken back by hand"),
            ("merge", "Cards were merged"),
        ],
        string="Back Because",
        readonly=True,
    )
    ended_by_id = fields.Many2one(
        comodel_name="res.users", string="Taken Back by", readonly=True
    )
    is_told = fields.Boolean(
        readonly=True, help="Whether the manager knows that the client is back."
    )

    _open_uniq = models.UniqueIndex(
        "(partner_id, company_id) WHERE state = 'removed'",
        "This client is off active sales already.",
    )
    _untold_idx = models.Index("(company_id) WHERE state = 'back' AND NOT is_told")
    _review_idx = models.Index(
        "(company_id, review_date) WHERE state = 'removed' AND NOT is_review_asked"
    )

    def write(self, vals):
        """Let a head correct reason and review date, and nothing else."""
        if not self.env.su and set(vals) - SAID_FIELDS:
            raise AccessError(
                self.env._("Only the reason and the review date can be corrected.")
            )
        if "review_date" in vals:
            vals = {**vals, "is_review_asked": False}
        return super().write(vals)

    # === ACTIONS ===

    def action_take_back(self):
        """Take the clients back into active sales.

        :return: True
        """
        self.check_access("read")
        self._check_may_take_back()
        # sudo: how a removal ended is nobody's to write by hand
        open_sudo = self.sudo().filtered(lambda one: one.state == "removed")
        open_sudo._end("by_hand")
        open_sudo._judge_clients()
        return True

    def action_open_client(self):
        """Open the card."""
        self.ensure_one()
        return self.partner_id.get_formview_action()

    # === BUSINESS ===

    def _check_may_take_back(self):
        if self.env.user.has_group("client_base.group_client_manager"):
            return
        self.env["client.profile"].check_access("write")
        if any(one.manager_id != self.env.user for one in self):
            raise AccessError(
                self.env._("Only a head and the client's own manager take him back.")
            )

    def _end(self, cause):
        """End removals by what a person did."""
        today = {
            company: self.env["client.profile"]._get_today(company)
            for company in self.company_id
        }
        for company, removals in self.grouped("company_id").items():
            removals.write(
                {
                    "state": "back",
                    "ended_on": today[company],
                    "end_cause": cause,
                    "ended_by_id": self.env.uid,
                    "is_told": True,  # whoever did it knows
                }
            )
        if cause == "by_hand":
            note = self.env._("Taken back into active sales.")
            self._log(dict.fromkeys(self, note))

    def _log(self, notes):
        """:param notes: removal -> what the card's history says"""
        bodies = {one.partner_id.id: Markup("%s") % text for one, text in notes.items()}
        self.partner_id._message_log_batch(bodies=bodies)

    def _judge_clients(self):
        for company, removals in self.grouped("company_id").items():
            self.env["client.profile"]._judge_clients(removals.partner_id, company)

    @api.model
    def _get_open(self, partners, company):
        """:return: the removals of these clients that last"""
        return self.search(
            [
                ("partner_id", "in", partners.commercial_partner_id.ids),
                ("company_id", "=", company.id),
                ("state", "=", "removed"),
            ]
        )

    @api.model
    def _bring_back_for(self, documents):
        """Judge at once the removed clients who ask for something by documents."""
        # sudo: whoever writes a document, a removal is nobody's to write
        partners = documents.sudo().partner_id.commercial_partner_id
        open_sudo = self.sudo().search(
            [("partner_id", "in", partners.ids), ("state", "=", "removed")]
        )
        if open_sudo:
            open_sudo._judge_clients()

    # === TELLING ===

    def _tell_back(self):
        """Tell the managers that their clients are back, and write it on the cards."""
        self._give_activities(self._get_people(), ClientRemoval._prepare_back)
        self._log({one: one._explain_back() for one in self})
        self.is_told = True

    def _explain_back(self):
        """:return: a sentence: why the client is back"""
        day = format_date(self.env, self.ended_on)
        if self.end_cause == "purchase":
            return self.env._("Back in active sales: bought on %(day)s.", day=day)
        return self.env._(
            "Back in active sales: asked for something on %(day)s.", day=day
        )

    def _prepare_back(self):
        return {
            "activity_type_id": self.env.ref("mail.mail_activity_data_todo").id,
            "summary": self._explain_back(),
            "note": self.env._(
                "Was taken off on %(day)s: %(reason)s. %(comment)s",
                day=format_date(self.env, self.date),
                reason=self.reason_id.name,
                comment=self.comment or "",
            ),
            "date_deadline": self.env["client.profile"]._get_today(self.company_id),
        }

    def _ask_review(self, people):
        """Ask once for each review date whether the client should come back.

        :param people: removal -> who is asked
        """
        self._give_activities(people, ClientRemoval._prepare_review)
        self.is_review_asked = True

    def _prepare_review(self):
        return {
            "activity_type_id": self.env.ref("mail.mail_activity_data_todo").id,
            "summary": self.env._("Off active sales: still right?"),
            "note": self.env._(
                "Taken off on %(day)s: %(reason)s. %(comment)s\nTake the client back, "
                "or choose another date to look again.",
                day=format_date(self.env, self.date),
                reason=self.reason_id.name,
                comment=self.comment or "",
            ),
            "date_deadline": self.env["client.profile"]._get_today(self.company_id),
        }
