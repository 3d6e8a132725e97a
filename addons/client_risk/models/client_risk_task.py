from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import format_date

from .client_profile import STATUSES


class ClientRiskTask(models.Model):
    """What somebody has to do about a client: call him, ask when he will buy next.

    Planned by the evaluation, given as an activity on the card: so many a day as a
    person can do, most money first. It ends by itself when it is not needed any more.
    """

    _name = "client.risk.task"
    _description = "Task about a Client"
    _inherit = ["client.risk.task.plan", "client.risk.task.giver"]
    _order = "money_at_stake desc, id"
    _rec_name = "partner_id"

    profile_id = fields.Many2one(
        comodel_name="client.profile",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
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
    currency_id = fields.Many2one(related="company_id.currency_id")
    kind = fields.Selection(
        selection=[("call", "Call"), ("ask_date", "Ask the Next Date")],
        string="What to Do",
        required=True,
        readonly=True,
    )
    status = fields.Selection(
        selection=STATUSES,
        string="Because",
        readonly=True,
        help="The status of the client when the task was planned.",
    )
    state = fields.Selection(
        selection=[
            ("waiting", "Waiting"),
            ("given", "Given"),
            ("done", "Done"),
            ("dropped", "Dropped"),
        ],
        required=True,
        default="waiting",
        readonly=True,
        index=True,
    )
    reason_code = fields.Selection(
        selection=[
            ("cap", "More than a day's tasks: waits for the next day"),
            ("backlog", "Three days' tasks are still to be done"),
            ("day_off", "Comes on the next working day"),
            ("nobody", "Nobody to give it to"),
            ("no_access", "This person does not work in the client's company"),
            ("failed", "Its text could not be made"),
            ("bought", "The client has bought"),
            ("told", "The client has told a date"),
            ("left", "No longer at risk"),
            ("call", "A call is due: ask then"),
            ("off_sales", "Removed from active sales"),
            ("irregular", "The client buys by project"),
            ("cancelled", "The sale was taken back"),
            ("not_wanted", "The company does not ask this client"),
            ("late", "Too long after the sale"),
            ("archived", "The client is archived"),
            ("merged", "The card was merged with another one"),
            ("removed", "Its activity was cancelled"),
            ("by_hand", "Somebody said that it is not needed"),
        ],
        readonly=True,
    )
    reason = fields.Char(compute="_compute_reason", string="How It Stands")
    responsible_id = fields.Many2one(
        comodel_name="res.users",
        string="Manager",
        readonly=True,
        index="btree_not_null",
        help="Who is in charge of the client, present or not.",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Given to",
        readonly=True,
        index="btree_not_null",
        help="The manager, or whoever acts for him.",
    )
    activity_id = fields.Many2one(
        comodel_name="mail.activity",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    given_on = fields.Date(readonly=True)
    ended_on = fields.Date(readonly=True)
    outcome = fields.Text(readonly=True, help="What was said when it was done.")
    money_at_stake = fields.Monetary(readonly=True)
    last_date = fields.Date(
        string="Last Purchase", readonly=True, help="When the task was planned."
    )
    entry_move_id = fields.Many2one(
        comodel_name="client.profile.move",
        string="Came to Be at Risk by",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    phone = fields.Char(related="partner_id.phone")
    brief = fields.Html(compute="_compute_brief", string="What to Know")
    client_reason = fields.Char(related="profile_id.reason", string="About the Client")

    _open_uniq = models.UniqueIndex(
        "(profile_id, kind) WHERE state IN ('waiting', 'given')",
        "The client has such a task already.",
    )
    _waiting_idx = models.Index("(money_at_stake DESC) WHERE state = 'waiting'")
    _given_idx = models.Index("(user_id, given_on) WHERE given_on IS NOT NULL")

    # === COMPUTE METHODS ===

    @api.depends("reason_code", "state", "outcome", "given_on")
    @api.depends_context("lang")
    def _compute_reason(self):
        labels = dict(self._fields["reason_code"]._description_selection(self.env))
        for task in self:
            reason = labels.get(task.reason_code) or task.outcome or ""
            if not reason and task.state == "waiting":
                reason = self.env._("Comes the next morning")
            elif not reason and task.state == "given":
                day = format_date(self.env, task.given_on)
                reason = self.env._("Since %(day)s", day=day)
            task.reason = reason

    @api.depends("profile_id")
    @api.depends_context("lang")
    def _compute_brief(self):
        briefs = self._make_briefs(dict.fromkeys(self, self.env.user))
        for task in self:
            task.brief = briefs.get(task, "")

    @api.depends("kind", "partner_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        for task in self:
            task.display_name = (
                f"{kinds.get(task.kind, '')}: {task.partner_id.display_name}"
            )

    # === ACTION METHODS ===

    def action_give(self):
        """Give waiting tasks to the reader now, whatever the cap says.

        :return: True
        """
        self.check_access("read")
        # sudo: nobody writes tasks by hand, they say what happened
        waiting_sudo = self.sudo().filtered(lambda one: one.state == "waiting")
        taken_sudo = waiting_sudo.try_lock_for_update()
        if not taken_sudo:
            raise UserError(self.env._("These tasks do not wait any more."))
        taken_sudo._give(dict.fromkeys(taken_sudo, self.env.user))
        return True

    def action_drop(self):
        """Say that these tasks are not needed, and cancel their activities.

        :return: True
        """
        self.check_access("read")
        self.sudo()._drop("by_hand")  # as above
        return True

    def action_tell_date(self):
        """Ask for the date that the client has told."""
        self.ensure_one()
        self.check_access("read")
        return self.profile_id.action_tell_date()

    def action_done(self):
        """Ask what came of the call, and end the task by that."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What Came of It"),
            "res_model": "client.risk.task.done",
            "view_mode": "form",
            "target": "new",
            "context": {"default_task_id": self.id},
        }

    def action_open_client(self):
        """Open the card of the client."""
        self.ensure_one()
        self.check_access("read")
        return self.partner_id.get_formview_action()

    # === BUSINESS METHODS ===

    def _drop(self, code):
        """End open tasks without their being done; cancel what is open of them."""
        over = self.filtered(lambda one: one.state in ("waiting", "given"))
        activities = over.activity_id.filtered("active")
        over._end({"state": "dropped", "reason_code": code})
        activities.unlink()

    def _end(self, values):
        for company, tasks in self.grouped("company_id").items():
            today = self.env["client.profile"]._get_today(company)
            tasks.write({**values, "ended_on": today})

    def _end_by_word(self, text):
        """The client has told a date: nothing is to be asked any more.

        :return: whether an activity tells of it on the card
        """
        open_tasks = self.filtered(lambda one: one.state in ("waiting", "given"))
        activities = open_tasks.activity_id.filtered("active")
        open_tasks._end({"state": "done", "reason_code": "told", "outcome": text})
        if activities:
            activities[:1].action_feedback(feedback=text)
            activities[1:].unlink()
        return bool(activities)

    def _end_by_activity(self, state, outcome=""):
        """Follow what became of the activities of given tasks."""
        given = self.filtered(lambda one: one.state == "given")
        if state == "done":
            given._end({"state": "done", "reason_code": False, "outcome": outcome})
            return
        archived = given.filtered(lambda one: not one.partner_id.active)
        archived._end({"state": "dropped", "reason_code": "archived"})
        (given - archived)._end({"state": "dropped", "reason_code": "removed"})
