from odoo import fields, models
from odoo.tools import SQL

KINDS = [
    ("own", "Own Client"),
    ("rule", "By a Rule"),
    ("cover", "For an Absent Colleague"),
    ("return", "Back to the Owner"),
    ("hand", "By Hand"),
    ("take", "Taken"),
    ("escalation", "Escalation"),
    ("responsible", "Responsible for the Channel"),
    ("handover", "Hand-over of Clients"),
]


class LeadAssignment(models.Model):
    """One time that a request came to somebody: from whom, to whom, when and why.

    Written by the server whenever the manager of a request changes, whoever changes
    it; nobody writes, changes or deletes it by hand.
    """

    _name = "lead.assignment"
    _description = "Assignment of a Request"
    _inherit = ["lead.assignment.reason"]
    _order = "moment desc, id desc"
    _rec_name = "lead_id"

    lead_id = fields.Many2one(
        comodel_name="crm.lead",
        string="Request",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    partner_id = fields.Many2one(related="lead_id.partner_id", string="Client")
    team_id = fields.Many2one(
        comodel_name="crm.team", string="Sales Team", readonly=True, index=True
    )
    channel_id = fields.Many2one(related="lead_id.channel_id", store=True)
    company_id = fields.Many2one(comodel_name="res.company", readonly=True, index=True)
    from_user_id = fields.Many2one(
        comodel_name="res.users",
        string="From",
        readonly=True,
        index="btree_not_null",
    )
    to_user_id = fields.Many2one(
        comodel_name="res.users",
        string="To",
        readonly=True,
        index="btree_not_null",
        help="Empty: the request went back to those that wait.",
    )
    owner_user_id = fields.Many2one(
        comodel_name="res.users",
        string="For",
        readonly=True,
        help="The absent colleague whose work it is.",
    )
    by_user_id = fields.Many2one(
        comodel_name="res.users",
        string="By",
        readonly=True,
        help="Who did it; empty when no person did.",
    )
    moment = fields.Datetime(readonly=True, required=True)
    kind = fields.Selection(selection=KINDS, readonly=True, required=True, index=True)
    rule_id = fields.Many2one(
        comodel_name="lead.dispatch.rule",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    reason_code = fields.Char(readonly=True)
    numbers = fields.Json(readonly=True)
    reason = fields.Char(compute="_compute_reason", string="Why")

    _lead_moment_idx = models.Index("(lead_id, moment DESC, id DESC)")

    def _follow_merge(self, head, tail):
        """Keep what was known of leads that are merged into ``head``."""
        self.flush_model()
        self.env.cr.execute(
            SQL(
                "UPDATE lead_assignment SET lead_id = %s WHERE lead_id = ANY(%s)",
                head.id,
                tail.ids,
            )
        )
        self.invalidate_model(["lead_id"])
        (head | tail).invalidate_recordset(["assignment_ids"])
