from odoo import SUPERUSER_ID, api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ..tools.assignment import CAUSES, Cause, Causes, read_causes
from .forged_defaults import without_defaults

# Said by the server alone: what became of a request, and whose work it is.
OWN_FIELDS = {
    "assignment_ids",
    "covered_user_id",
    "taken_at",
    "taken_by_id",
    "waiting_numbers",
    "queued_since",
}
BY_HAND = Cause("hand")


class LeadGiven(models.AbstractModel):
    """Takes down each time that a lead changes hands, and why."""

    _name = "lead.given"
    _description = "Lead with Assignments"

    assignment_ids = fields.One2many(
        comodel_name="lead.assignment",
        inverse_name="lead_id",
        string="Assignments",
        readonly=True,
        groups="client_base.group_client_user",
    )
    assignment_count = fields.Integer(
        compute="_compute_assignment_count", groups="client_base.group_client_user"
    )
    assignment_reason = fields.Char(
        string="Why Me?",
        compute="_compute_assignment_reason",
        groups="client_base.group_client_user",
        help="Why the request came to whoever has it now.",
    )

    def _compute_assignment_count(self):
        counts = dict(
            self.env["lead.assignment"]._read_group(
                [("lead_id", "in", self.ids)], ["lead_id"], ["__count"]
            )
        )
        for lead in self:
            lead.assignment_count = counts.get(lead._origin, 0)

    @api.depends("user_id", "assignment_ids")
    @api.depends_context("lang")
    def _compute_assignment_reason(self):
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (lead_id) lead_id, id
                  FROM lead_assignment
                 WHERE lead_id = ANY(%s)
              ORDER BY lead_id, moment DESC, id DESC
                """,
                self.ids,
            )
        )
        # sudo: the sentence about a lead that one may read
        last = self.env["lead.assignment"].sudo().browse(id_ for _lead, id_ in rows)
        found = {one.lead_id.id: one for one in last}
        for lead in self:
            one = found.get(lead._origin.id)
            is_current = (
                one and one.to_user_id and one.to_user_id == lead.sudo().user_id
            )
            lead.assignment_reason = one.reason if is_current else False

    # === CRUD METHODS ===

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._check_own_fields(vals)
        own = without_defaults(self, OWN_FIELDS)
        leads = super(LeadGiven, own).create(vals_list)
        leads._note_assignments({})
        return leads

    def write(self, vals):
        self._check_own_fields(vals)
        if "user_id" not in vals:
            return super().write(vals)
        leads_sudo = self.sudo()  # whoever may write may not read it afterwards
        former = {lead.id: lead.user_id.id for lead in leads_sudo}
        result = super().write(vals)
        changed = leads_sudo.filtered(lambda lead: former[lead.id] != lead.user_id.id)
        changed._note_assignments(former)
        changed._settle_after_change()
        return result

    def _check_own_fields(self, vals):
        if not self.env.su and OWN_FIELDS & vals.keys():
            raise AccessError(
                self.env._("Who has taken a request, and for whom, is not written.")
            )

    def _merge_dependences(self, opportunities):
        """Keep the assignments of the leads that are merged into this one."""
        result = super()._merge_dependences(opportunities)
        self.env["lead.assignment"].sudo()._follow_merge(self, opportunities)
        return result

    # === ACTION METHODS ===

    def action_open_assignments(self):
        """Show who had the request, from whom and why.

        :return: an action
        """
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "lead_capture.lead_assignment_action"
        )
        return {
            **action,
            "domain": [("lead_id", "=", self.id)],
            "context": {"create": False},
            "path": False,
        }

    # === ASSIGNMENTS ===

    def _give(self, user, kind, code="", **numbers):
        """Give leads to somebody for a reason that is taken down.

        For other parts of the addon; what it is written with leaves the team as it is.

        :param kind: one of the kinds of ``lead.assignment``
        :param numbers: what the sentence is made of; ``note`` is shown as it is
        """
        cause = Cause(kind, code, numbers)
        leads_sudo = self.sudo()  # who may give is the caller's question
        leads_sudo.with_context(**{CAUSES: Causes(cause)}).write({"user_id": user.id})

    def _get_cause(self):
        """:return: why the lead changes hands; by hand when nobody says it"""
        causes = read_causes(self.env.context.get(CAUSES))
        return (causes and causes.get(self.id)) or BY_HAND

    def _note_assignments(self, former):
        """:param former: id -> id of the user who had the lead before"""
        leads_sudo = self.sudo()  # rows that nobody may write
        self.env["lead.assignment"].sudo().create(
            [
                lead._prepare_assignment(former.get(lead.id))
                for lead in leads_sudo
                if former.get(lead.id) or lead.user_id
            ]
        )

    def _prepare_assignment(self, former_id):
        cause = self._get_cause()
        is_person = cause.kind in ("hand", "take", "handover")
        by_id = self.env.uid if is_person and not self._is_robot() else False
        return {
            "lead_id": self.id,
            "team_id": self.team_id.id,
            "company_id": self.company_id.id,
            "from_user_id": former_id,
            "to_user_id": self.user_id.id,
            "owner_user_id": self.covered_user_id.id,
            "by_user_id": by_id,
            "moment": fields.Datetime.now(),
            "kind": cause.kind,
            "rule_id": cause.rule,
            "reason_code": cause.code,
            "numbers": dict(cause.numbers),
        }

    @api.model
    def _is_robot(self):
        """Say whether no person is behind what is done."""
        return self.env.uid == SUPERUSER_ID or self._is_intake()

    def _settle_after_change(self):
        """Forget what was true of the former manager."""
        stale = self.filtered(
            lambda lead: lead.taken_by_id and lead.taken_by_id != lead.user_id
        )
        if stale:
            stale.write({"taken_by_id": False, "taken_at": False})
        # a person decided otherwise: it does not go back by itself any more
        covered = self.filtered(
            lambda lead: (
                lead.covered_user_id
                and (
                    lead._get_cause() == BY_HAND or lead.covered_user_id == lead.user_id
                )
            )
        )
        if covered:
            covered.write({"covered_user_id": False})
        waiting = self.filtered(lambda lead: lead.user_id and lead.queued_since)
        if waiting:
            waiting.write({"waiting_numbers": False, "queued_since": False})
