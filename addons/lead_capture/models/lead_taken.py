from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.tools import SQL, format_datetime

from ..tools.assignment import CAUSES, Cause, Causes, read_causes

HEAD = "client_base.group_client_manager"


class LeadTaken(models.AbstractModel):
    """Is taken by one person at a time; everybody sees by whom."""

    _name = "lead.taken"
    _description = "Lead that is Taken"

    taken_by_id = fields.Many2one(
        comodel_name="res.users",
        index="btree_not_null",
        readonly=True,
        copy=False,
        groups="client_base.group_client_user",
        help="Who works on the request at the moment.",
    )
    taken_at = fields.Datetime(
        readonly=True,
        copy=False,
        groups="client_base.group_client_user",
    )
    taken_state = fields.Selection(
        selection=[("free", "Free"), ("me", "Taken by me"), ("other", "Taken")],
        compute="_compute_taken_state",
        groups="client_base.group_client_user",
    )

    @api.depends("taken_by_id")
    @api.depends_context("uid")
    def _compute_taken_state(self):
        for lead in self:
            if not lead.taken_by_id:
                lead.taken_state = "free"
            else:
                is_mine = lead.taken_by_id == self.env.user
                lead.taken_state = "me" if is_mine else "other"

    def write(self, vals):
        if "user_id" in vals:
            self._check_not_taken_by_other(vals["user_id"])
        return super().write(vals)

    # === ACTION METHODS ===

    def action_take(self):
        """Take requests on: from now on they are worked on by the reader alone.

        Of two people who take one at the same time, one gets it, and the other hears
        who has it.

        :return: True
        :raise UserError: somebody else has taken one, or it is somebody else's
        """
        self.check_access("write")
        leads_sudo = self.sudo()  # the rules of taking are here, and asked below
        leads_sudo._check_takeable(self.env.user)
        taken = leads_sudo._take(self.env.user)
        self._complain_about_taken(leads_sudo - taken)
        foreign = taken.filtered(lambda lead: lead.user_id != self.env.user)
        if foreign:
            causes = Causes(Cause("take"))
            foreign.with_context(**{CAUSES: causes}).write({"user_id": self.env.uid})
        return True

    def action_release(self):
        """Let go of requests that were taken; whose they are stays as it is.

        :return: True
        """
        self.check_access("write")
        leads_sudo = self.sudo()  # as for taking
        if not self.env.user.has_group(HEAD):
            leads_sudo._complain_about_taken(leads_sudo)
        leads_sudo.write({"taken_by_id": False, "taken_at": False})
        return True

    def action_give_to(self, user_id, reason):
        """Give requests to somebody else, whoever has taken them: the head's right.

        :param user_id: id of the colleague
        :param reason: why, in a few words; everybody who reads the request sees it
        :return: True
        """
        self.check_access("write")
        if not self.env.user.has_group(HEAD):
            raise AccessError(
                self.env._("Only the head gives requests to somebody else.")
            )
        is_id = type(user_id) is int and 0 < user_id < 2**31  # not a bool
        user = self.env["res.users"].browse(user_id if is_id else ()).exists()
        reason = (reason or "").strip() if isinstance(reason, str) else ""
        if not user or user.share or not user.active or not reason:
            raise UserError(self.env._("Say to whom it goes and why."))
        self._give(user, "hand", note=reason)
        return True

    # === TAKING ===

    def _take(self, user):
        """Take in one statement what is free; what is taken by ``user`` stays his.

        :return: the leads that are his now
        """
        self.flush_recordset(["taken_by_id"])
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE crm_lead
                   SET taken_by_id = %(user)s,
                       taken_at = COALESCE(taken_at, %(now)s)
                 WHERE id = ANY(%(leads)s)
                   AND (taken_by_id IS NULL OR taken_by_id = %(user)s)
             RETURNING id
                """,
                user=user.id,
                now=fields.Datetime.now(),
                leads=sorted(self.ids),
            )
        )
        self.invalidate_recordset(["taken_by_id", "taken_at", "taken_state"])
        return self.browse(id_ for (id_,) in rows)

    def _check_takeable(self, user):
        """Refuse what is closed, or not this person's to take."""
        if any(not lead.active or lead.won_status != "pending" for lead in self):
            raise UserError(self.env._("The request is closed."))
        self._complain_about_taken(self)
        if user.has_group(HEAD):
            return
        for lead in self:
            if lead.user_id and lead.user_id != user:
                raise UserError(
                    self.env._(
                        "“%(lead)s” is the request of %(user)s. Ask your head.",
                        lead=lead.name,
                        user=lead.user_id.name,
                    )
                )
            team = lead.team_id
            if not lead.user_id and team and user not in team.member_ids | team.user_id:
                raise UserError(
                    self.env._(
                        "“%(lead)s” waits for somebody of the team %(team)s.",
                        lead=lead.name,
                        team=team.name,
                    )
                )

    def _complain_about_taken(self, leads):
        """:raise UserError: one of the leads is taken by somebody else"""
        for lead in leads:
            if lead.taken_by_id and lead.taken_by_id != self.env.user:
                raise UserError(
                    self.env._(
                        "%(user)s works on “%(lead)s” since %(moment)s.",
                        user=lead.taken_by_id.name,
                        lead=lead.name,
                        moment=format_datetime(self.env, lead.taken_at),
                    )
                )

    def _check_not_taken_by_other(self, user_id):
        """Let nobody but the head pull a request away from whoever works on it."""
        if self.env.su or read_causes(self.env.context.get(CAUSES)):
            return
        if self.env.user.has_group(HEAD):
            return
        self._complain_about_taken(
            self.sudo().filtered(lambda lead: lead.user_id.id != user_id)
        )

    def _note_answer(self, user, moment):
        """Whoever answers has taken the request; nobody's becomes his."""
        super()._note_answer(user, moment)
        leads_sudo = self.sudo()  # an answer may come in by mail
        free = leads_sudo.filtered(
            lambda lead: not lead.taken_by_id and lead.user_id.id in (False, user.id)
        )
        if not free or not self._is_human(user):
            return
        taken = free._take(user)
        nobodys = taken.filtered(lambda lead: not lead.user_id)
        if nobodys:
            nobodys._give(user, "take", "answer")
