from datetime import timedelta

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Domain

from ..models.client_bulk_edit_writer import CLEARED

SHOWN = 40
INITIAL = {"state": "draft", "problem": False}


class ClientBulkEdit(models.Model):
    """One change of many cards at once, looked at before and undone after.

    No dialog that is forgotten: what it changed stays in the journal and can be taken
    back later. What was never applied is cleared away.
    """

    _name = "client.bulk.edit"
    _description = "Change of Many Clients"
    _inherit = ["client.bulk.edit.writer"]
    _order = "id desc"

    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    partner_ids = fields.Many2many(
        comodel_name="res.partner",
        string="Clients",
        context={"active_test": False},
    )
    state = fields.Selection(
        selection=[("draft", "New"), ("done", "Changed"), ("undone", "Undone")],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
    )
    client_type_id = fields.Many2one(comodel_name="client.type", string="Type")
    user_id = fields.Many2one(comodel_name="res.users", string="Manager")
    source_id = fields.Many2one(comodel_name="utm.source")
    industry_id = fields.Many2one(comodel_name="res.partner.industry")
    company_size = fields.Selection(selection="_get_sizes")
    deal_potential = fields.Selection(selection="_get_potentials")
    preferred_channel = fields.Selection(selection="_get_channels")
    interest_level = fields.Selection(selection="_get_interests")
    contract_end_date = fields.Date(string="Contract Ends")
    country_id = fields.Many2one(comodel_name="res.country")
    state_id = fields.Many2one(
        comodel_name="res.country.state",
        string="Region",
        domain="[('country_id', '=?', country_id)]",
    )
    city = fields.Char()
    add_tag_ids = fields.Many2many(
        comodel_name="res.partner.category",
        relation="client_bulk_edit_add_tag_rel",
        string="Add Tags",
    )
    remove_tag_ids = fields.Many2many(
        comodel_name="res.partner.category",
        relation="client_bulk_edit_remove_tag_rel",
        string="Remove Tags",
    )
    add_group_ids = fields.Many2many(
        comodel_name="client.group",
        relation="client_bulk_edit_add_group_rel",
        string="Add to Groups",
    )
    remove_group_ids = fields.Many2many(
        comodel_name="client.group",
        relation="client_bulk_edit_remove_group_rel",
        string="Take out of Groups",
    )
    is_reviewed = fields.Boolean(string="Everything Is Correct Today")
    clear_client_type_id = fields.Boolean(string="No type")
    clear_user_id = fields.Boolean(string="No manager")
    clear_source_id = fields.Boolean(string="No source")
    clear_industry_id = fields.Boolean(string="No industry")
    clear_company_size = fields.Boolean(string="No size")
    clear_deal_potential = fields.Boolean(string="No potential")
    clear_preferred_channel = fields.Boolean(string="No channel")
    clear_interest_level = fields.Boolean(string="No interest")
    clear_contract_end_date = fields.Boolean(string="No contract end")
    clear_country_id = fields.Boolean(string="No country")
    clear_state_id = fields.Boolean(string="No region")
    clear_city = fields.Boolean(string="No city")
    change_ids = fields.One2many(
        comodel_name="client.change",
        inverse_name="bulk_edit_id",
        string="Changes",
    )
    partner_count = fields.Integer(string="Chosen", compute="_compute_preview")
    change_count = fields.Integer(string="Would Change", compute="_compute_preview")
    same_count = fields.Integer(string="Have It Already", compute="_compute_preview")
    denied_count = fields.Integer(string="Not Allowed", compute="_compute_preview")
    preview = fields.Html(compute="_compute_preview")
    done_count = fields.Integer(string="Changed", compute="_compute_done_count")
    kept_count = fields.Integer(
        string="Changed Since", compute="_compute_done_count", help="Not taken back."
    )
    problem = fields.Text(readonly=True, copy=False)

    # === COMPUTE METHODS ===

    def _get_choices(self, field):
        return self.env["res.partner"]._fields[field]._description_selection(self.env)

    @api.model
    def _get_sizes(self):
        return self._get_choices("company_size")

    @api.model
    def _get_potentials(self):
        return self._get_choices("deal_potential")

    @api.model
    def _get_channels(self):
        return self._get_choices("preferred_channel")

    @api.model
    def _get_interests(self):
        return self._get_choices("interest_level")

    @api.depends(
        "partner_ids",
        "state",
        "add_tag_ids",
        "remove_tag_ids",
        "add_group_ids",
        "remove_group_ids",
        "is_reviewed",
        *CLEARED,
        *CLEARED.values(),
    )
    def _compute_preview(self):
        for edit in self:
            allowed = edit._get_allowed()
            plan = edit._plan(allowed) if edit.state == "draft" else {}
            edit.partner_count = len(edit.partner_ids)
            edit.change_count = len(plan)
            edit.same_count = len(allowed) - len(plan)
            edit.denied_count = edit.partner_count - len(allowed)
            edit.preview = plan and edit._show(plan)

    def _show(self, plan):
        """:return: a table of the first clients, before and after"""
        labels = self.env["client.sheet"]._get_change_labels()
        row = Markup("<tr><td>%s</td><td>%s</td><td>%s → <b>%s</b></td></tr>")
        texts = self._get_texts(dict(list(plan.items())[:SHOWN]))
        rows = [
            row % (client.display_name, labels[code], old or "—", new or "—")
            for client, changes in texts.items()
            for code, old, new in changes
        ]
        if len(plan) > SHOWN:
            rest = self.env._("and %(count)s more", count=len(plan) - SHOWN)
            rows.append(Markup('<tr><td colspan="3">%s</td></tr>') % rest)
        return Markup('<table class="table table-sm">%s</table>') % Markup().join(rows)

    @api.depends("change_ids.state")
    def _compute_done_count(self):
        groups = self.env["client.change"]._read_group(
            [("bulk_edit_id", "in", self.ids)],
            ["bulk_edit_id", "state"],
            ["partner_id:count_distinct"],
        )
        counts = {(edit, state): count for edit, state, count in groups}
        for edit in self:
            edit.done_count = counts.get((edit, "applied"), 0)
            edit.kept_count = counts.get((edit, "kept"), 0)

    # === CONSTRAINS AND CRUD METHODS ===

    @api.constrains("user_id")
    def _check_manager(self):
        if any(edit.user_id.share for edit in self):
            raise ValidationError(
                self.env._("A portal user is not the manager of a client.")
            )

    @api.model_create_multi
    def create(self, vals_list):
        if not self.env.su:
            vals_list = [{**vals, **INITIAL} for vals in vals_list]
        return super().create(vals_list)

    def write(self, vals):
        if not self.env.su:
            if INITIAL.keys() & vals.keys():
                raise AccessError(self.env._("What was done is not written by hand."))
            if any(edit.state != "draft" for edit in self):
                raise UserError(self.env._("This change is made. Undo it instead."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_done(self):
        if any(edit.state != "draft" for edit in self):
            raise UserError(self.env._("A change of many clients stays, undone too."))

    @api.autovacuum
    def _gc_drafts(self):
        """Clear away what nobody applied: a person looked, and went."""
        limit = 1000
        yesterday = fields.Datetime.now() - timedelta(days=1)
        drafts = self.search(
            Domain("state", "=", "draft") & Domain("write_date", "<", yesterday),
            limit=limit,
        )
        drafts.unlink()
        return len(drafts), len(drafts) == limit

    # === ACTION METHODS ===

    def action_apply(self):
        """Change the cards; made once, it is not made again."""
        self._claim()
        for edit in self:
            if edit.state == "undone":
                raise UserError(self.env._("This change was undone. Make a new one."))
            if edit.state == "draft":
                edit._apply()
        return self._reopen()

    def action_undo(self):
        """Give back what nobody changed since; the rest is marked in the journal."""
        self._claim()
        for edit in self:
            if edit.state == "draft":
                raise UserError(self.env._("Nothing is changed yet."))
            if edit.state == "done":
                edit._undo()
        return self._reopen()

    def action_open_changes(self):
        """Open the journal of this change."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_base.client_change_action"
        )
        action["domain"] = [("bulk_edit_id", "=", self.id)]
        return action

    def _claim(self):
        """Make sure that one may do it, and that nobody else is at it just now."""
        self.check_access("write")
        self.lock_for_update()
        self.invalidate_recordset(["state"])

    def _reopen(self):
        """:return: what shows the result in the same dialog"""
        if len(self) != 1:
            return True
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "client_base.client_bulk_edit_action"
            ),
            "res_id": self.id,
        }
