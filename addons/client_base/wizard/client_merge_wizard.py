from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command


class ClientMergeWizard(models.TransientModel):
    """Chooses what the one card is to say, field by field."""

    _name = "client.merge.wizard"
    _description = "Merge Cards of One Client"

    partner_ids = fields.Many2many(
        comodel_name="res.partner",
        string="Cards",
        required=True,
        context={"active_test": False},
    )
    survivor_id = fields.Many2one(
        comodel_name="res.partner",
        string="Card That Stays",
        required=True,
        domain="[('id', 'in', partner_ids)]",
        help="The others are archived and point at it.",
    )
    line_ids = fields.One2many(
        comodel_name="client.merge.wizard.line",
        inverse_name="wizard_id",
        string="Fields That Differ",
    )

    @api.model
    def _open(self, cards):
        """:return: an action with the dialog for these cards"""
        if len(cards) < 2:
            raise UserError(self.env._("Choose two cards or more."))
        survivor = self.env["client.merge"]._get_default_survivor(cards)
        wizard = self.create(
            {"partner_ids": [Command.set(cards.ids)], "survivor_id": survivor.id}
        )
        wizard._propose()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Merge Cards of One Client"),
            "res_model": self._name,
            "res_id": wizard.id,
            "view_mode": "form",
            "target": "new",
            "context": {"client_card_number": True},
        }

    @api.onchange("survivor_id")
    def _onchange_survivor_id(self):
        if self.survivor_id:
            self.line_ids = [Command.clear(), *self._prepare_lines()]

    def _propose(self):
        self.line_ids = [Command.clear(), *self._prepare_lines()]

    def _prepare_lines(self):
        """:return: commands that make a line of each field in which cards differ"""
        merge = self.env["client.merge"]
        survivor = self.survivor_id._origin
        cards = self.partner_ids._origin
        # sudo: what the reader may not see is united, and is not shown
        chosen = merge._get_choices(survivor.sudo(), (cards - survivor).sudo(), {})
        return [
            Command.create({"field": name, "card_id": chosen.get(name, survivor).id})
            for name in merge._get_value_fields()
            if survivor._has_field_access(survivor._fields[name], "read")
            and len({self._freeze(card, name) for card in cards} - {""}) > 1
        ]

    @api.model
    def _freeze(self, card, name):
        """:return: what a card says in a field, to be compared and shown"""
        if name == "image_1920":
            return ""  # a picture is taken over where there is none
        field = card._fields[name]
        value = field.convert_to_export(card[name], card)
        if field.type == "selection":
            value = dict(field._description_selection(self.env)).get(card[name], "")
        return str(value or "").strip()

    def action_merge(self):
        """Make the cards one.

        :return: an action that shows the surviving card
        """
        self.ensure_one()
        survivor = self.survivor_id
        choices = {line.field: line.card_id for line in self.line_ids}
        if not (survivor | self.line_ids.card_id) <= self.partner_ids:
            raise UserError(self.env._("Choose among the cards that are merged."))
        merge = self.env["client.merge"]._merge(
            survivor, self.partner_ids - survivor, choices
        )
        return merge.action_open_survivor()


class ClientMergeWizardLine(models.TransientModel):
    """One field in which the cards differ, and whose value stays."""

    _name = "client.merge.wizard.line"
    _description = "Field of Merged Cards"

    wizard_id = fields.Many2one(
        comodel_name="client.merge.wizard", required=True, ondelete="cascade"
    )
    field = fields.Char(string="Name of the Field", required=True)
    label = fields.Char(string="Field", compute="_compute_values")
    values = fields.Text(string="What the Cards Say", compute="_compute_values")
    partner_ids = fields.Many2many(related="wizard_id.partner_ids")
    card_id = fields.Many2one(
        comodel_name="res.partner",
        string="Take from",
        required=True,
        domain="[('id', 'in', partner_ids)]",
    )
    value = fields.Char(string="Value That Stays", compute="_compute_value")

    @api.depends("field", "wizard_id.partner_ids")
    def _compute_values(self):
        labels = self.env["res.partner"].fields_get(attributes=["string"])
        for line in self:
            line.label = labels.get(line.field, {}).get("string", line.field)
            line.values = "\n".join(
                f"#{card.id} {line.wizard_id._freeze(card, line.field)}"
                for card in line.wizard_id.partner_ids._origin
                if line.field in card._fields
            )

    @api.depends("field", "card_id")
    def _compute_value(self):
        for line in self:
            known = line.card_id and line.field in line.card_id._fields
            line.value = (
                line.wizard_id._freeze(line.card_id, line.field) if known else ""
            )
