from odoo import api, fields, models
from odoo.tools.translate import LazyTranslate

_lt = LazyTranslate(__name__)

REASONS = {
    "changed": _lt("Somebody gave it to another person since."),
    "gone": _lt("It was deleted."),
    "left": _lt("The former manager works here no longer."),
    "closed": _lt("It was brought to its end meanwhile."),
    "created": _lt("It came up meanwhile."),
    "no_right": _lt("The new manager has no right to such documents."),
    "chain": _lt("It came back through a later hand-over."),
}


class ClientHandoverLine(models.Model):
    """One value that a hand-over changed, and what became of it.

    Written by the hand-over alone; going back goes by it.
    """

    _name = "client.handover.line"
    _description = "What a Hand-over Moved"
    _inherit = ["client.bulk"]
    _order = "id"
    _rec_name = "record_name"

    handover_id = fields.Many2one(
        comodel_name="client.handover",
        required=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        related="handover_id.company_id", store=True, index=True
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Client",
        index=True,
        ondelete="set null",
    )
    kind = fields.Selection(
        selection=[
            ("client", "Client"),
            ("contact", "Contact"),
            ("lead", "Opportunity"),
            ("order", "Quotation"),
            ("activity", "Activity"),
            ("event", "Meeting"),
        ],
        required=True,
    )
    res_model = fields.Char(string="Model", required=True)
    res_id = fields.Many2oneReference(
        string="Record", model_field="res_model", required=True
    )
    record_name = fields.Char(string="What", compute="_compute_record_name")
    field = fields.Char(required=True, help="Technical name of what was changed.")
    old_user_id = fields.Many2one(
        comodel_name="res.users",
        string="Former Manager",
        index="btree_not_null",
        ondelete="restrict",
    )
    new_user_id = fields.Many2one(
        comodel_name="res.users",
        string="New Manager",
        ondelete="restrict",
    )
    is_following = fields.Boolean(
        help="The new manager follows the document because of the hand-over."
    )
    state = fields.Selection(
        selection=[
            ("moved", "Moved"),
            ("returned", "Returned"),
            ("kept", "Stays"),
        ],
        required=True,
    )
    reason_code = fields.Selection(
        selection=[(code, code) for code in REASONS],
        help="Why it stays, or came back in another way than usual.",
    )
    reason = fields.Char(compute="_compute_reason")

    _record_idx = models.Index("(res_model, res_id, id) WHERE state = 'moved'")

    @api.depends("res_model", "res_id", "partner_id")
    def _compute_record_name(self):
        for model, lines in self.grouped("res_model").items():
            names = {}
            if model in self.env and self.env[model].has_access("read"):
                records = self.env[model].with_context(active_test=False)
                records = records.browse(lines.mapped("res_id")).exists()
                for record in records._filtered_access("read"):
                    names[record.id] = record.display_name
            for line in lines:  # what one may not read is counted, not named
                line.record_name = names.get(line.res_id, "…")

    @api.depends("reason_code")
    @api.depends_context("lang")
    def _compute_reason(self):
        for line in self:
            code = line.reason_code
            line.reason = self.env._(REASONS[code]) if code else False

    def action_open_record(self):
        """Open what was moved."""
        self.ensure_one()
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "views": [[False, "form"]],
        }

    def _end(self, state, reason=False):
        """Say what became of the values, in one statement."""
        if self:
            self.write({"state": state, "reason_code": reason})
