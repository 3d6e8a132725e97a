from odoo import api, fields, models, tools
from odoo.fields import Domain

from ..tools import card_rules
from .client_entry import DUPLICATE_POLICIES, WARN

# What of a type decides how complete its cards are.
COUNTED = {"entry_policy", "properties_definition"}


class ClientType(models.Model):
    """A kind of client, such as a shop, a builder or a private buyer.

    It carries the extra fields that only this kind has, what a card of the kind has to
    say, and how often its cards are to be looked through.
    """

    _name = "client.type"
    _inherit = ["client.card.recount", "client.review.interval"]
    _description = "Client Type"
    _order = "sequence, id"
    _review_owner_field = "client_type_id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    color = fields.Integer()
    company_id = fields.Many2one(
        comodel_name="res.company",
        index=True,
        help="Empty: every company uses this type.",
    )
    description = fields.Text(translate=True)
    review_interval = fields.Integer(
        string="Review Every (days)",
        default=365,
        help="A card not confirmed for this many days is due for a review. 0: as the "
        "company says.",
    )
    entry_policy = fields.Selection(
        selection=[
            (card_rules.BLOCK, "Do not save the card"),
            (card_rules.LIST, "Save it and list it as a problem"),
            (card_rules.COUNT, "Save it and only count"),
        ],
        string="Required Field Is Empty",
        required=True,
        default=card_rules.LIST,
        help="Files and the accounting system are never stopped: what they bring in is "
        "saved and listed.",
    )
    duplicate_policy = fields.Selection(
        selection=DUPLICATE_POLICIES,
        string="Client Is Known Already",
        required=True,
        default=WARN,
        help="When somebody creates a card of a client who certainly has one. Files "
        "and the accounting system are never stopped.",
    )
    field_ids = fields.One2many(
        comodel_name="client.type.field",
        inverse_name="type_id",
        string="Rules",
        copy=True,
    )
    properties_definition = fields.PropertiesDefinition(string="Own Fields")
    # Odoo edits a definition where there are values; on the type these are nobody's.
    example_type_id = fields.Many2one(
        comodel_name="client.type",
        string="Type of the Example",
        compute="_compute_example_type_id",
    )
    example_properties = fields.Properties(
        definition="example_type_id.properties_definition",
        string="Example of the Own Fields",
        copy=False,
    )
    partner_ids = fields.One2many(
        comodel_name="res.partner",
        inverse_name="client_type_id",
        string="Clients",
    )
    client_count = fields.Integer(compute="_compute_client_count")

    _review_interval_positive = models.Constraint(
        "CHECK (review_interval >= 0)",
        "The review interval cannot be negative.",
    )

    def _compute_example_type_id(self):
        for client_type in self:
            client_type.example_type_id = client_type._origin

    @api.depends("partner_ids")
    def _compute_client_count(self):
        counts = dict(
            self.env["res.partner"]._read_group(
                [("client_type_id", "in", self.ids)], ["client_type_id"], ["__count"]
            )
        )
        for client_type in self:
            client_type.client_count = counts.get(client_type, 0)

    # === CRUD METHODS ===

    @api.model_create_multi
    def create(self, vals_list):
        with self._recount_once() as types:
            created = super(ClientType, types).create(vals_list)
            created._recount_after_change(set())
        return created.with_env(self.env)

    def write(self, vals):
        with self._recount_once() as types:
            result = super(ClientType, types).write(vals)
            types._recount_after_change(set(self.ids) if COUNTED & vals.keys() else ())
        return result

    def unlink(self):
        with self._recount_once() as types:
            result = super(ClientType, types).unlink()
            types._recount_after_change({False})  # whose cards have no type from now on
        return result

    # === ACTION METHODS ===

    def action_open_clients(self):
        """Open the clients of this type."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_base.res_partner_action"
        )
        action["domain"] = [("client_type_id", "=", self.id)]
        action["context"] = {"default_client_type_id": self.id}
        return action

    # === BUSINESS METHODS ===

    @api.model
    def _get_policies(self):
        """:return: id of the type -> policy; False stands for cards without a type"""
        types = self.with_context(active_test=False).search(Domain.TRUE)  # a few
        # Core itself makes cards without a type: of users, of whoever sent a message.
        return {
            False: card_rules.LIST,
            **{client_type.id: client_type.entry_policy for client_type in types},
        }

    @api.model
    @tools.ormcache()
    def _get_duplicate_policies(self):
        """:return: id of the type -> what happens when a known client is created"""
        # sudo: the policy holds for whoever creates a card
        types_sudo = self.sudo().with_context(active_test=False).search(Domain.TRUE)
        return {one.id: one.duplicate_policy for one in types_sudo}
