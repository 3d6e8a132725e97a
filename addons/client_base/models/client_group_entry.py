import logging
from datetime import timedelta

from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command, Domain
from odoo.tools import plaintext2html

from .card_rules import ACCEPT
from .concurrency import CONCURRENCY_ERRORS, MAX_FAILURES

_logger = logging.getLogger(__name__)

# Clients for whom whoever saved something waits; more are the scheduled action's.
AT_ONCE = 50
BATCH = 200

# Context value that no caller from outside can send: a card is being created, and what
# others do with it, such as following it, has to wait until it is there.
LATER = object()
WAITING = "client_base.group.entry"


class ClientGroupEntry(models.AbstractModel):
    """What is done for a client who enters a group, once a stay.

    A stay waits in the state ``todo``; the state is committed together with what was
    done, so that a killed process neither forgets nor doubles anything.
    """

    _name = "client.group.entry"
    _description = "What Happens on Entry into a Group"

    entry_activity_type_id = fields.Many2one(
        comodel_name="mail.activity.type",
        string="Task",
        domain=[("res_model", "in", [False, "res.partner"])],
        help="For the manager of the client, or whoever stands in for him. The letters "
        "of this kind of task open filled in, ready to be sent.",
    )
    entry_template_ids = fields.Many2many(
        related="entry_activity_type_id.mail_template_ids", string="Letters Offered"
    )
    entry_summary = fields.Char(string="Task Title", translate=True)
    entry_note = fields.Text(
        string="Task Text",
        translate=True,
        help="{client} and {group} stand for their names.",
    )
    entry_days = fields.Integer(
        string="Due In (days)", default=1, help="Days from the entry. 0: the same day."
    )
    entry_day_limit = fields.Integer(
        string="Tasks a Day at Most",
        default=100,
        help="The other clients wait for the next day. 0: no limit.",
    )
    entry_tag_ids = fields.Many2many(
        comodel_name="res.partner.category",
        relation="client_group_entry_tag_rel",
        string="Add Tags",
    )
    entry_manager_id = fields.Many2one(
        comodel_name="res.users",
        string="Set Manager",
        domain=[("share", "=", False)],
    )
    entry_manager_policy = fields.Selection(
        selection=[("empty", "When the client has none"), ("always", "Always")],
        string="Replace Manager",
        default="empty",
        required=True,
    )
    entry_list_id = fields.Many2one(
        comodel_name="mailing.list",
        string="Add to Mailing List",
        help="Whoever opted out of it or is blacklisted stays out.",
    )
    entry_for_present = fields.Boolean(
        string="Also for those who fit already",
        copy=False,
        help="When the rule is switched on: do this for everybody who enters by that.",
    )
    has_entry = fields.Boolean(compute="_compute_has_entry")
    entry_todo_count = fields.Integer(compute="_compute_entry_counts")
    entry_failed_count = fields.Integer(compute="_compute_entry_counts")

    _entry_days_not_negative = models.Constraint(
        "CHECK (entry_days >= 0 AND entry_day_limit >= 0)",
        "Days and limits cannot be negative.",
    )

    # === COMPUTE METHODS ===

    @api.depends(
        "entry_activity_type_id", "entry_tag_ids", "entry_manager_id", "entry_list_id"
    )
    def _compute_has_entry(self):
        for group in self:
            group.has_entry = bool(
                group.entry_activity_type_id
                or group.entry_tag_ids
                or group.entry_manager_id
                or group.entry_list_id
            )

    @api.depends("member_ids.entry_state")
    def _compute_entry_counts(self):
        todo = self._count_stays(Domain("entry_state", "=", "todo"))
        failed = self._count_stays(Domain("entry_state", "=", "failed"))
        for group in self:
            group.entry_todo_count = todo.get(group, 0)
            group.entry_failed_count = failed.get(group, 0)

    # === ACTION METHODS ===

    def action_retry_entry(self):
        """Try again what failed when clients entered."""
        self.check_access("write")
        failed = self.member_ids.filtered(lambda stay: stay.entry_state == "failed")
        # sudo: what came of it is not written by hand
        failed.sudo().write({"entry_state": "todo", "entry_error": False})
        self._request_entry()
        return True

    # === BUSINESS METHODS ===

    def _get_entry_state(self):
        """:return: the state in which a stay of this group begins"""
        return "todo" if self.sudo().has_entry else "none"

    def _request_entry(self):
        """Do what is to be done for a few clients; many are left for later."""
        for group in self._as_nobody().filtered("has_entry"):
            waiting = group._get_waiting(AT_ONCE + 1)
            if len(waiting) <= AT_ONCE:
                group._do_entry(waiting.try_lock_for_update())
            else:
                group.env.ref("client_base.ir_cron_client_group")._trigger()

    def _request_entry_later(self):
        """Do what is to be done before the commit."""
        precommit = self.env.cr.precommit
        if WAITING not in precommit.data:
            precommit.data[WAITING] = set()
            nobody = self.env(user=SUPERUSER_ID, context={}, su=True)
            precommit.add(nobody["client.group"]._request_waiting)
        precommit.data[WAITING].update(self.ids)

    def _request_waiting(self):
        group_ids = self.env.cr.precommit.data.pop(WAITING, ())
        self.browse(group_ids).exists()._request_entry()

    def _get_waiting(self, limit):
        """:return: the stays to be worked on, no more than the day's limit allows"""
        stays = self.env["client.group.member"]
        if self.entry_activity_type_id and self.entry_day_limit:
            done_today = stays.search_count(
                [("group_id", "=", self.id), ("entry_date", "=", self._get_today())]
            )
            limit = min(limit, max(self.entry_day_limit - done_today, 0))
        if not limit:
            return stays
        domain = [("group_id", "=", self.id), ("entry_state", "=", "todo")]
        return stays.search(domain, limit=limit, order="id")

    @api.model
    def _cron_entry(self):
        """Do what is left, a committed batch at a time."""
        progress = self.env["ir.cron"]._commit_progress
        waiting = Domain("entry_state", "=", "todo")
        groups = self.env["client.group.member"]._read_group(waiting, ["group_id"])
        for (group,) in groups:
            if not group._as_nobody()._work_through_entries(progress):
                return

    def _work_through_entries(self, progress):
        """:return: whether there is time for the next group"""
        failures = 0
        while True:
            try:
                taken = self._get_waiting(BATCH).try_lock_for_update()
                self._do_entry(taken)
                self.env.flush_all()
                time_left = progress(len(taken))
            except CONCURRENCY_ERRORS:
                self.env.cr.rollback()  # somebody wrote one of these cards: once more
                self.env.invalidate_all()
                failures += 1
                if failures > MAX_FAILURES:
                    return True  # the next run tries again
                continue
            if not taken or not time_left:
                return bool(time_left)

    def _do_entry(self, stays):
        """Act for these stays together; when that fails, for each alone."""
        if not stays:
            return
        try:
            with self._attempt():
                # a half-empty card is no reason to do nothing for its client
                partners = stays.partner_id.with_context(card_entry=ACCEPT)
                self._act_on_entry(partners)
                stays.write({"entry_state": "done", "entry_date": self._get_today()})
        except CONCURRENCY_ERRORS:
            raise
        except Exception as error:  # noqa: BLE001 - one client must not stop the rest
            self.env.transaction.clear()
            if len(stays) == 1:
                self._tell_failure(stays, error)
                return
            for stay in stays:
                self._do_entry(stay)

    def _tell_failure(self, stay, error):
        text = str(error) if isinstance(error, UserError) else type(error).__name__
        _logger.info("Entry actions of stay %d failed: %s", stay.id, type(error))
        stay.write({"entry_state": "failed", "entry_error": text})

    def _act_on_entry(self, partners):
        """Do what the group says for clients who entered it."""
        self.ensure_one()
        if self.entry_manager_id:
            is_always = self.entry_manager_policy == "always"
            partners.filtered(lambda p: is_always or not p.user_id).write(
                {"user_id": self.entry_manager_id.id}
            )
        if self.entry_tag_ids:
            tags = [Command.link(tag.id) for tag in self.entry_tag_ids]
            partners.write({"category_id": tags})
        if self.entry_activity_type_id:
            self._create_tasks(partners)
        if self.entry_list_id:
            self._subscribe(partners)

    # === TASKS ===

    def _create_tasks(self, partners):
        """Give each manager a task; nobody gets a second one while one is open."""
        users = partners.user_id | self.user_id
        acting = users._get_acting_users()
        vals_list = [
            self._prepare_task_values(
                partner, acting.get(partner.user_id or self.user_id, users.browse())
            )
            for partner in partners
        ]
        known = self._get_open_tasks(partners)
        # the systray tells of the tasks: hundreds of e-mails would not be read
        self.env["mail.activity"].with_context(mail_activity_quick_update=True).create(
            [
                vals
                for vals in vals_list
                if (vals["res_id"], vals["summary"]) not in known
            ]
        )

    def _prepare_task_values(self, partner, user):
        group = self.with_context(lang=user.lang or self.env.lang)
        note = group.entry_note or ""
        for mark, value in (("{client}", partner.name), ("{group}", group.name)):
            note = note.replace(mark, value or "")
        return {
            "activity_type_id": self.entry_activity_type_id.id,
            "summary": group.entry_summary or group.name,
            "note": plaintext2html(note) if note else False,
            "date_deadline": self._get_today() + timedelta(days=self.entry_days),
            "user_id": user.id,
            "res_model_id": self.env["ir.model"]._get_id("res.partner"),
            "res_id": partner.id,
        }

    def _get_open_tasks(self, partners):
        """:return: set of (id of the client, title)"""
        tasks = self.env["mail.activity"].search(
            [
                ("res_model", "=", "res.partner"),
                ("res_id", "in", partners.ids),
                ("activity_type_id", "=", self.entry_activity_type_id.id),
            ]
        )
        return {(task.res_id, task.summary) for task in tasks}

    # === MAILING LIST ===

    def _subscribe(self, partners):
        """Add the addresses to the list, but for those who do not want that."""
        names = {p.email_normalized: p.name for p in partners if p.email_normalized}
        emails = list(names)
        blacklist = self.env["mail.blacklist"].search([("email", "in", emails)])
        contacts = self.env["mailing.contact"].search(
            [("email_normalized", "in", emails)]
        )
        # once on the list, opted out of it or not, stays as it is
        told = contacts.filtered(lambda contact: self.entry_list_id in contact.list_ids)
        wanted = names.keys() - set(blacklist.mapped("email"))
        wanted -= set(told.mapped("email_normalized"))
        by_email = contacts.grouped("email_normalized")
        known = [by_email[email][0] for email in wanted if email in by_email]
        self.env["mailing.subscription"].create(
            [
                {"contact_id": contact.id, "list_id": self.entry_list_id.id}
                for contact in known
            ]
        )
        self.env["mailing.contact"].create(
            [
                {
                    "name": names[email],
                    "email": email,
                    "list_ids": [Command.link(self.entry_list_id.id)],
                }
                for email in sorted(wanted - by_email.keys())
            ]
        )
