from odoo import api, fields, models
from odoo.exceptions import UserError


class ClientReminder(models.Model):
    """One reminder of a client, caused by a rule on a date.

    Planned up to a month ahead, given as an activity on its day, and kept: a date is
    told once. Written by the scheduled action only.
    """

    _name = "client.reminder"
    _description = "Client Reminder"
    _inherit = ["client.reminder.giver"]
    _order = "remind_on, priority desc, due_date, id"
    _rec_name = "partner_id"

    rule_id = fields.Many2one(
        comodel_name="client.reminder.rule",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    kind = fields.Selection(related="rule_id.kind", string="About")
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Client",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    contact_id = fields.Many2one(
        comodel_name="res.partner",
        string="Person",
        readonly=True,
        index="btree_not_null",
        ondelete="cascade",
        help="The person at the client whose birthday it is.",
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        readonly=True,
        index=True,
    )
    due_date = fields.Date(
        string="Date",
        required=True,
        readonly=True,
        help="The birthday, the end of the contract, the day a touch was due.",
    )
    remind_on = fields.Date(
        required=True,
        readonly=True,
        index=True,
        help="A working day of the person who is reminded.",
    )
    responsible_id = fields.Many2one(
        comodel_name="res.users",
        readonly=True,
        index="btree_not_null",
        help="Who is in charge of the client, present or not.",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Reminded",
        readonly=True,
        index="btree_not_null",
        help="Who is reminded: the responsible person, or whoever acts for him.",
    )
    priority = fields.Selection(
        selection=[("0", "Low"), ("1", "Normal"), ("2", "High"), ("3", "Very high")],
        default="1",
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        selection=[
            ("waiting", "Waiting"),
            ("given", "Given"),
            ("done", "Done"),
            ("dropped", "Dropped"),
        ],
        default="waiting",
        required=True,
        readonly=True,
        index=True,
    )
    reason_code = fields.Selection(
        selection=[
            ("cap", "More than a day's reminders: waits for the next day"),
            ("open", "The one before it is still to be done"),
            ("nobody", "Nobody to give it to"),
            ("no_access", "This person does not work in the client's company"),
            ("failed", "Its text could not be made: see the rule"),
            ("changed", "The date on the card or the rule is another one now"),
            ("touched", "Somebody was in touch with the client"),
            ("archived", "The client is archived"),
            ("late", "Nobody could be reminded in time"),
            ("removed", "Its activity was cancelled"),
            ("by_hand", "Somebody said that it is not needed"),
        ],
        string="Reason",
        readonly=True,
    )
    reason = fields.Char(compute="_compute_reason", string="Why")
    activity_id = fields.Many2one(
        comodel_name="mail.activity",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    given_on = fields.Date(
        readonly=True,
        help="The day it was given, where the person is.",
    )

    _once_uniq = models.UniqueIndex(
        "(rule_id, partner_id, COALESCE(contact_id, 0), due_date)",
        "This client is reminded of on this date already.",
    )
    _due_idx = models.Index("(responsible_id, remind_on) WHERE state = 'waiting'")
    _open_idx = models.Index("(rule_id, partner_id) WHERE state = 'given'")
    _given_idx = models.Index("(user_id, given_on) WHERE given_on IS NOT NULL")

    # === COMPUTE METHODS ===

    @api.depends("reason_code", "remind_on", "state")
    @api.depends_context("lang")
    def _compute_reason(self):
        described = self._fields["reason_code"]._description_selection(self.env)
        labels = dict(described)
        for reminder in self:
            reason = labels.get(reminder.reason_code, "")
            if not reason and reminder.state == "waiting":
                reason = self.env._(
                    "Comes on %s", reminder._format_date(reminder.remind_on)
                )
            reminder.reason = reason

    @api.depends("partner_id", "contact_id", "rule_id")
    def _compute_display_name(self):
        for reminder in self:
            who = reminder.contact_id or reminder.partner_id
            reminder.display_name = f"{reminder.rule_id.name}: {who.display_name}"

    # === ACTION METHODS ===

    def action_give(self):
        """Give waiting reminders to the reader now, whatever the cap says."""
        self.check_access("read")
        self.partner_id.check_access("write")
        # sudo: nobody writes reminders by hand, they say what happened
        waiting_sudo = self.sudo().filtered(lambda one: one.state == "waiting")
        taken_sudo = waiting_sudo.try_lock_for_update()
        if not taken_sudo:
            raise UserError(self.env._("These reminders do not wait any more."))
        taken_sudo._give(dict.fromkeys(taken_sudo, self.env.user))
        return True

    def action_drop(self):
        """Say that these reminders are not needed, and cancel their activities."""
        self.check_access("read")
        self.partner_id.check_access("write")
        self.sudo()._drop("by_hand")  # as above
        return True

    def action_open_client(self):
        """Open the card of the client."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": "res.partner",
            "res_id": self.partner_id.id,
            "views": [(False, "form")],
        }

    # === BUSINESS METHODS ===

    def _drop(self, code):
        """End open reminders without their being done; cancel what is open of them."""
        over = self.filtered(lambda one: one.state in ("waiting", "given"))
        activities = over.activity_id.filtered("active")
        over.write({"state": "dropped", "reason_code": code})
        activities.unlink()

    def _end_by_activity(self, state):
        """Follow what became of the activities of given reminders."""
        given = self.filtered(lambda one: one.state == "given")
        if state == "done":
            given.write({"state": "done", "reason_code": False})
            return
        archived = given.filtered(lambda one: not one.partner_id.active)
        archived.write({"state": "dropped", "reason_code": "archived"})
        (given - archived).write({"state": "dropped", "reason_code": "removed"})

    def _follow_manager(self):
        """Hand the open activities over to whoever is responsible now.

        One that somebody gave to a third person stays with this person.
        """
        for rule, reminders in self.grouped("rule_id").items():
            responsible = rule._get_responsible(reminders.partner_id)
            people = self.env["res.users"].browse(
                {user.id for user in responsible.values() if user}
            )
            acting = people._get_acting_users()
            for person, moved in reminders.grouped(
                lambda one, found=responsible: found[one.partner_id]
            ).items():
                if person:
                    moved._move_to(person, acting[person])
