from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

from .client_handover_scope import KINDS

# What only the hand-over itself writes, and what a new one begins with.
INITIAL = {
    "state": "draft",
    "applied_by_id": False,
    "applied_on": False,
    "ended_on": False,
    "problem": False,
}
# What may be changed while clients are away; the rest is what was agreed on.
STILL_OPEN = {"date_until", "reason"}


class ClientHandover(models.Model):
    """One hand-over of clients to another manager, for good or until a date.

    Each value that it changes is a line, by which it is given back.
    """

    _name = "client.handover"
    _description = "Hand-over of Clients"
    _inherit = [
        "mail.thread",
        "client.handover.scope",
        "client.handover.mover",
        "client.handover.digest",
        "client.handover.worker",
    ]
    _order = "date_from desc, id desc"

    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    scope = fields.Selection(
        selection=[
            ("selection", "The clients chosen"),
            ("all", "All clients of the manager"),
        ],
        string="Which Clients",
        required=True,
        compute="_compute_scope",
        store=True,
        precompute=True,
        readonly=False,
    )
    partner_ids = fields.Many2many(
        comodel_name="res.partner",
        string="Chosen Clients",
        context={"active_test": False},
        copy=False,
    )
    from_user_id = fields.Many2one(
        comodel_name="res.users",
        string="From",
        index="btree_not_null",
        ondelete="restrict",
        tracking=True,
        help="Empty: the clients chosen, whosever they are.",
    )
    to_user_id = fields.Many2one(
        comodel_name="res.users",
        string="To",
        required=True,
        index=True,
        ondelete="restrict",
        tracking=True,
    )
    date_from = fields.Date(
        string="Starts On",
        required=True,
        default=fields.Date.context_today,
        tracking=True,
    )
    date_until = fields.Date(
        string="Last Day",
        tracking=True,
        help="The clients go back the day after. Empty: they are handed over for good.",
    )
    reason = fields.Char()
    move_contacts = fields.Boolean(string="Their people", default=True)
    move_leads = fields.Boolean(string="Open opportunities", default=True)
    move_orders = fields.Boolean(string="Open quotations", default=True)
    move_activities = fields.Boolean(string="Activities to do", default=True)
    move_events = fields.Boolean(string="Future meetings", default=True)
    state = fields.Selection(
        selection=[
            ("draft", "New"),
            ("planned", "Planned"),
            ("done", "Handed Over"),
            ("returned", "Returned"),
            ("undone", "Undone"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
    )
    applied_by_id = fields.Many2one(
        comodel_name="res.users", string="Handed Over By", readonly=True, copy=False
    )
    applied_on = fields.Datetime(string="Handed Over On", readonly=True, copy=False)
    ended_on = fields.Datetime(string="Returned On", readonly=True, copy=False)
    problem = fields.Char(
        readonly=True,
        copy=False,
        help="Why it could not be done on its day. It is tried again.",
    )
    line_ids = fields.One2many(
        comodel_name="client.handover.line",
        inverse_name="handover_id",
        string="What Was Moved",
        copy=False,
    )
    client_count = fields.Integer(string="Clients", compute="_compute_counts")
    contact_count = fields.Integer(string="People", compute="_compute_counts")
    lead_count = fields.Integer(string="Opportunities", compute="_compute_counts")
    order_count = fields.Integer(string="Quotations", compute="_compute_counts")
    activity_count = fields.Integer(string="Activities", compute="_compute_counts")
    event_count = fields.Integer(string="Meetings", compute="_compute_counts")
    kept_count = fields.Integer(string="Stays", compute="_compute_counts")
    acting_count = fields.Integer(
        compute="_compute_acting_count",
        help="Clients that somebody looks after for a colleague already.",
    )

    _state_idx = models.Index("(date_from) WHERE state IN ('planned', 'done')")

    # === COMPUTE METHODS ===

    @api.depends("from_user_id", "to_user_id", "date_from")
    def _compute_display_name(self):
        for handover in self:
            former = handover.from_user_id.name or "…"
            handover.display_name = f"{former} → {handover.to_user_id.name or '…'}"

    @api.depends("partner_ids")
    def _compute_scope(self):
        for handover in self:
            handover.scope = handover.scope or (
                "selection" if handover.partner_ids else "all"
            )

    @api.depends(
        "scope",
        "partner_ids",
        "from_user_id",
        "to_user_id",
        "company_id",
        "state",
        *(option for _model, option in KINDS.values() if option),
    )
    def _compute_counts(self):
        for handover in self:
            if handover.state in ("draft", "planned"):
                counts = handover._count_ahead()
            else:
                counts = handover._count_moved()
            for kind in (*KINDS, "kept"):
                handover[f"{kind}_count"] = counts.get(kind, 0)

    def _count_ahead(self):
        """:return: kind -> how many would move; "kept" -> how many would not"""
        if not self.env["client.handover.line"].has_access("read"):
            return {}
        # sudo: documents are counted, not shown
        moves = self.sudo()._fetch_moves(self._get_clients().ids)
        refused = self.sudo()._get_refused_kinds() if self.to_user_id else set()
        counts = {kind: len(found) for kind, found in moves.items()}
        kept = sum(counts.pop(kind, 0) for kind in refused)
        return counts | {"kept": kept}

    def _count_moved(self):
        """:return: kind -> how many records moved; "kept" -> how many values stay"""
        counts = {}
        for kind, state, count in self.env["client.handover.line"]._read_group(
            [("handover_id", "=", self.id), ("field", "=", "user_id")],
            ["kind", "state"],
            ["__count"],
        ):
            code = "kept" if state == "kept" else kind
            counts[code] = counts.get(code, 0) + count
        return counts

    @api.depends("scope", "partner_ids", "from_user_id", "to_user_id", "date_from")
    def _compute_acting_count(self):
        lines_sudo = self.env["client.handover.line"].sudo()  # they are counted
        for handover in self:
            handover.acting_count = lines_sudo.search_count(
                self._get_acting_domain()
                & Domain("handover_id.date_until", ">=", handover.date_from)
                & Domain("res_id", "in", handover._get_clients().ids)
                & Domain("handover_id", "not in", handover.ids)
            )

    # === CONSTRAINS AND ONCHANGE ===

    @api.constrains("date_from", "date_until")
    def _check_dates(self):
        for handover in self:
            if handover.date_until and handover.date_until < handover.date_from:
                raise ValidationError(
                    self.env._("The last day cannot be before the first one.")
                )

    @api.constrains("from_user_id", "to_user_id")
    def _check_two_managers(self):
        if any(handover.from_user_id == handover.to_user_id for handover in self):
            raise ValidationError(
                self.env._("Choose somebody else to hand the clients over to.")
            )

    @api.onchange("from_user_id")
    def _onchange_from_user_id(self):
        if not self.to_user_id:
            self.to_user_id = self.from_user_id.client_deputy_id

    # === CRUD METHODS ===

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            vals_list = [{**vals, **INITIAL} for vals in vals_list]
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su:
            if INITIAL.keys() & vals.keys():
                raise AccessError(
                    self.env._("What became of a hand-over is not written by hand.")
                )
            agreed = {
                name
                for name in vals.keys() & self._fields.keys()
                if self._fields[name]._modules == ("client_base",)
            }
            started = self.filtered(lambda item: item.state not in ("draft", "planned"))
            if started and agreed - STILL_OPEN:
                raise UserError(
                    self.env._("The clients are handed over already. Undo it first.")
                )
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_started(self):
        if any(handover.state != "draft" for handover in self):
            raise UserError(
                self.env._(
                    "A hand-over tells what became of the clients. It stays, even when "
                    "it was undone."
                )
            )

    # === ACTION METHODS ===

    def action_apply(self):
        """Hand the clients over today, or plan it for a later day.

        What was handed over already is left as it is.
        """
        for handover in self._claim():
            if handover.state in ("returned", "undone"):
                raise UserError(
                    self.env._("This hand-over is over. Make a new one instead.")
                )
            if handover.state != "done":
                handover._apply()
        return True

    def action_start_now(self):
        """Hand the clients over today although it was planned for later."""
        for handover in self._claim():
            if handover.state == "planned":
                handover.date_from = min(handover.date_from, handover._get_today())
                handover._apply()
        return True

    def action_undo(self):
        """Give everything back that nobody changed since, and list the rest."""
        for handover in self._claim():
            if handover.state in ("draft", "returned"):
                raise UserError(self.env._("Nothing is handed over."))
            if handover.state == "planned":
                handover.state = "undone"
            elif handover.state == "done":
                handover._end("undone")
        return True

    def action_return(self):
        """End an absence today: the clients go back to their managers."""
        for handover in self._claim():
            if handover.state == "returned":
                continue
            if handover.state != "done" or not handover.date_until:
                raise UserError(
                    self.env._("Only clients handed over until a date are given back.")
                )
            handover._end("returned")
        return True

    def action_open_kind(self):
        """Open what would move, or what was moved, of the kind in the context."""
        self.ensure_one()
        self.check_access("read")
        kind = self.env.context.get("handover_kind")
        if kind not in self._get_kinds():
            raise UserError(self.env._("Nothing of this kind moves along."))
        if self.state not in ("draft", "planned"):
            return self.with_context(
                **{f"search_default_kind_{kind}": 1}
            ).action_open_lines()
        found = self.sudo()._fetch_moves(self._get_clients().ids)[kind]
        return {
            "type": "ir.actions.act_window",
            "name": self.display_name,
            "res_model": KINDS[kind][0],  # opened with the rights of the reader
            "domain": [("id", "in", [id_ for id_, *_rest in found])],
            "views": [[False, "list"], [False, "form"]],
        }

    def action_open_lines(self):
        """Open what was moved and what became of it."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_base.client_handover_line_action"
        )
        action["domain"] = [("handover_id", "=", self.id)]
        action["context"] = {
            name: value
            for name, value in self.env.context.items()
            if name.startswith("search_default_")
        }
        return action

    def action_open_clients(self):
        """Open the clients that are handed over, or would be."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_base.res_partner_action"
        )
        if self.state in ("draft", "planned"):
            client_ids = self._get_clients().ids
        else:
            lines = self.line_ids.filtered(lambda line: line.kind == "client")
            client_ids = lines.partner_id.ids
        action["domain"] = [("id", "in", client_ids)]
        action["display_name"] = self.display_name
        action["context"] = {"active_test": False}
        return action

    # === BUSINESS METHODS ===

    @api.model
    def _get_acting_domain(self):
        """Lines of clients that somebody looks after until a date."""
        return Domain(
            [
                ("kind", "=", "client"),
                ("state", "=", "moved"),
                ("handover_id.state", "=", "done"),
                ("handover_id.date_until", "!=", False),
            ]
        )

    def _get_clients_ahead(self):
        """:return: ``res.partner`` still to be handed over"""
        is_ahead = self.state in ("draft", "planned")
        return self._get_clients() if is_ahead else self.env["res.partner"]

    def _claim(self):
        """Make sure that one may hand over, and that nobody else is at it just now.

        :return: the same with the rights of the system, in which all the work is done
        """
        self.check_access("write")
        # sudo: a card that is closed to the reader would not be seen at all
        for handover_sudo in self.sudo():
            chosen = handover_sudo.partner_ids | handover_sudo._get_clients_ahead()
            chosen.sudo(False).check_access("write")
        self.lock_for_update()
        self.invalidate_recordset(["state"])
        return self.sudo()
