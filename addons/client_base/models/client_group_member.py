from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError

# What only the system writes, and how a stay begins that somebody makes by hand.
JOURNAL = {
    "origin": "hand",
    "exit_code": False,
    "exit_user_id": False,
    "exit_group_id": False,
    "entry_date": False,
    "entry_error": False,
}
# Whose stay it is does not change either.
SETTLED = {*JOURNAL, "entry_state", "group_id", "partner_id", "set_id"}

from .client_group_entry import LATER


class ClientGroupMember(models.Model):
    """One stay of a client in a group, from a day to a day.

    An open stay has no end. Ended stays are kept: they are the group's history. A stay
    that is excluded, ended or not, keeps the rule of the group from letting the client
    in. Why somebody entered and left is a code with its data, so that everybody reads
    the sentence in his language.
    """

    _name = "client.group.member"
    _inherit = ["client.review.stay"]
    _description = "Stay of a Client in a Group"
    _order = "date_from desc, id desc"
    _rec_name = "partner_id"

    group_id = fields.Many2one(
        comodel_name="client.group",
        required=True,
        index=True,
        ondelete="cascade",
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Client",
        required=True,
        index=True,
        ondelete="cascade",
    )
    set_id = fields.Many2one(
        related="group_id.set_id",
        store=True,
        index="btree_not_null",
    )
    date_from = fields.Date(required=True, default=fields.Date.context_today)
    date_to = fields.Date(index=True)
    origin = fields.Selection(
        selection=[
            ("hand", "By hand"),
            ("import", "From a file"),
            ("rule", "By the rule"),
        ],
        required=True,
        default="hand",
        readonly=True,
    )
    is_pinned = fields.Boolean(
        string="Pinned",
        compute="_compute_is_pinned",
        store=True,
        precompute=True,
        readonly=False,
        help="Stays in the group although its rule says no.",
    )
    is_excluded = fields.Boolean(
        string="Excluded",
        help="The rule of the group never lets this client in again.",
    )
    exit_code = fields.Selection(
        selection=[
            ("rule", "No longer fits the rule"),
            ("hand", "By hand"),
            ("set", "Entered another group of the set"),
            ("merge", "Merged with another card"),
        ],
        readonly=True,
    )
    exit_user_id = fields.Many2one(comodel_name="res.users", readonly=True)
    exit_group_id = fields.Many2one(comodel_name="client.group", readonly=True)
    reason = fields.Char(
        string="Why in It",
        compute="_compute_reason",
        help="Why the client entered the group.",
    )
    exit_reason = fields.Char(string="Why Out", compute="_compute_reason")
    entry_state = fields.Selection(
        selection=[
            ("none", "Nothing to do"),
            ("todo", "Waiting"),
            ("done", "Done"),
            ("failed", "Failed"),
        ],
        string="Entry Actions",
        default="none",
        required=True,
        readonly=True,
        copy=False,
        help="What the group does when a client enters: once a stay.",
    )
    entry_date = fields.Date(readonly=True, copy=False)
    entry_error = fields.Char(readonly=True, copy=False)
    company_id = fields.Many2one(related="group_id.company_id")

    _excluded_idx = models.Index("(group_id, partner_id) WHERE is_excluded")
    _entry_todo_idx = models.Index("(group_id, id) WHERE entry_state = 'todo'")
    _open_uniq = models.UniqueIndex(
        "(group_id, partner_id) WHERE date_to IS NULL",
        "This client is in the group already.",
    )
    _open_set_uniq = models.UniqueIndex(
        "(set_id, partner_id) WHERE date_to IS NULL AND set_id IS NOT NULL",
        "A client can be in one group of this set only.",
    )

    # === COMPUTE METHODS ===

    @api.depends("origin")
    def _compute_is_pinned(self):
        for stay in self:
            stay.is_pinned = stay.origin != "rule"

    @api.depends("origin", "exit_code", "exit_user_id", "exit_group_id", "date_to")
    @api.depends_context("lang")
    def _compute_reason(self):
        for stay in self:
            stay.reason = stay._tell_entry()
            stay.exit_reason = stay._tell_exit() if stay.date_to else False

    def _tell_entry(self):
        self.ensure_one()
        if self.origin == "rule":
            return (
                self.env._("Fits the rule")
                if not self.date_to
                else self.env._("Fitted the rule")
            )
        if self.origin == "import":
            return self.env._("From a file")
        # sudo: the name of a colleague
        return self.env._("By hand by %(user)s", user=self.create_uid.sudo().name or "")

    def _tell_exit(self):
        self.ensure_one()
        if self.exit_code == "rule":
            return self.env._("No longer fits the rule")
        if self.exit_code == "merge":
            return self.env._("Merged with another card")
        if self.exit_code == "set":
            # sudo: the group may be one of another company
            other = self.exit_group_id.sudo().name
            return self.env._("Entered “%(group)s”", group=other or "")
        if self.exit_user_id:
            user = self.exit_user_id.sudo().name  # of a colleague
            return self.env._("Taken out by %(user)s", user=user)
        return self.env._("Taken out")

    # === CONSTRAINS ===

    @api.constrains("date_from", "date_to")
    def _check_dates(self):
        if any(stay.date_to and stay.date_to < stay.date_from for stay in self):
            raise ValidationError(
                self.env._("A stay in a group cannot end before it begins.")
            )

    # === CRUD METHODS ===

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            vals_list = [self._as_by_hand(vals) for vals in vals_list]
        today = fields.Date.context_today(self)
        # excluded ahead: kept out from the first day on
        vals_list = [
            {
                **vals,
                "date_to": vals.get("date_from") or today,
                "exit_code": "hand",
                "exit_user_id": self.env.uid,
            }
            if vals.get("is_excluded") and not vals.get("date_to")
            else vals
            for vals in vals_list
        ]
        entering = [vals for vals in vals_list if not vals.get("date_to")]
        for group_id, partner_ids in self._group_by_group(entering).items():
            group = self.env["client.group"].browse(group_id)
            group._welcome(partner_ids)
        for vals in entering:
            group = self.env["client.group"].browse(vals.get("group_id"))
            vals.setdefault("entry_state", group._get_entry_state())
        stays = super().create(vals_list)
        stays._renew_clients()
        if self.env.context.get("group_entry") is LATER:
            stays.group_id._request_entry_later()
        else:
            stays.group_id._request_entry()
        return stays

    def write(self, vals):
        if not self.env.su and SETTLED & vals.keys():
            raise AccessError(
                self.env._("Who entered a group and why is not rewritten by hand.")
            )
        if vals.get("date_to") and "exit_code" not in vals:
            ending = self.filtered(lambda stay: not stay.date_to)
            ending_vals = {"exit_code": "hand", "exit_user_id": self.env.uid}
            super(ClientGroupMember, ending).write(ending_vals)
            ending._exclude_fitting()
        result = super().write(vals)
        if vals.keys() & {"date_to", "group_id", "partner_id"}:
            self._renew_clients()
        if vals.get("is_excluded") and "date_to" not in vals:
            self.filtered(lambda stay: not stay.date_to)._end("hand")
        return result

    @api.model
    def _as_by_hand(self, vals):
        """:return: ``vals`` with nothing in them that only the system knows"""
        state = "none"
        if not (vals.get("date_to") or vals.get("is_excluded")):
            group = self.env["client.group"].browse(vals.get("group_id"))
            state = group._get_entry_state()
        own = {name: vals[name] for name in vals if name != "set_id"}
        return {**own, **JOURNAL, "entry_state": state}

    @api.model
    def _group_by_group(self, vals_list):
        """:rtype: dict[int, list[int]]"""
        partner_ids = {}
        for vals in vals_list:
            if vals.get("group_id") and vals.get("partner_id"):
                partner_ids.setdefault(vals["group_id"], []).append(vals["partner_id"])
        return partner_ids

    # === BUSINESS METHODS ===

    def _renew_clients(self):
        """Let the groups know their clients now, and not when all is written."""
        self.partner_id._recompute_recordset(["client_group_ids"])
        self.group_id.invalidate_recordset(["partner_ids"])

    def _end(self, code, group=None):
        """End open stays, for ``code`` as the reason."""
        today = fields.Date.context_today(self)
        for date_from, stays in self.grouped("date_from").items():
            # sudo: why somebody left is not written by hand
            stays.sudo().write(
                {
                    "date_to": max(date_from, today),
                    "exit_code": code,
                    "exit_user_id": code == "hand" and self.env.uid,
                    "exit_group_id": group and group.id,
                }
            )

    def _exclude_fitting(self):
        """Keep out whom the rule would put back at once: a person took them out."""
        for group, stays in self.grouped("group_id").items():
            fitting = group._get_fitting_ids(stays.partner_id.ids)
            stays.filtered_domain([("partner_id", "in", list(fitting))]).write(
                {"is_excluded": True}
            )

    def action_toggle_pinned(self):
        """Let the rule decide about these stays, or let it not."""
        self.check_access("write")
        for stay in self:
            stay.is_pinned = not stay.is_pinned
        return True

    def action_end(self):
        """Take the clients out of the group; the rule does not put them back."""
        self.check_access("write")
        self.filtered(lambda stay: not stay.date_to).write(
            {"date_to": fields.Date.context_today(self)}
        )
        return True

    def action_let_rule_decide(self):
        """Forget that the clients were excluded."""
        self.check_access("write")
        self.filtered("is_excluded").write({"is_excluded": False})
        return True
