from sys import maxsize

from odoo import api, fields, models
from odoo.fields import Domain

from ..tools import points
from .contact_point_owner import IN_STEP, PRIMARY_FIELDS

# Kind of point, the list of those who want no messages of it, and its address.
BLACKLISTS = (
    ("email", "mail.blacklist", "email"),
    ("phone", "phone.blacklist", "number"),
)


class ClientContactPoint(models.Model):
    """One phone, e-mail or messenger of a partner, with what is known of it.

    The first point of a kind is the primary one: for phones and e-mails it stands in
    ``res.partner.phone`` and ``res.partner.email`` too, and both stay in step.
    """

    _name = "client.contact.point"
    _inherit = ["client.review.evidence", "client.issue.cause"]
    _description = "Contact Point"
    _order = "kind, sequence, id"
    _rec_name = "value"
    _issue_clients = ("client_id",)

    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Contact",
        required=True,
        index=True,
        ondelete="cascade",
    )
    client_id = fields.Many2one(
        related="partner_id.commercial_partner_id",
        string="Client",
        store=True,
        index=True,
        help="The client this contact belongs to, or is.",
    )
    company_id = fields.Many2one(
        related="partner_id.company_id", store=True, index=True
    )
    kind = fields.Selection(
        selection=[
            ("phone", "Phone"),
            ("email", "E-mail"),
            ("telegram", "Telegram"),
            ("viber", "Viber"),
            ("whatsapp", "WhatsApp"),
        ],
        required=True,
        default="phone",
    )
    sequence = fields.Integer(
        default=10, help="The first one of a kind is the primary one."
    )
    value = fields.Char(
        required=True,
        help="As people read it. Searching and comparing go by its normal form.",
    )
    normalized = fields.Char(
        string="Normal Form",
        compute="_compute_normalized",
        store=True,
        index="btree_not_null",
        help="Empty when the value is not a phone, an address or a name at all.",
    )
    is_primary = fields.Boolean(
        string="Primary",
        compute="_compute_is_primary",
        help="The first one of its kind; phones and e-mails stand on the card too.",
    )
    note = fields.Char(help="For example: accountant, only after six, extension 12.")
    state = fields.Selection(
        selection=[
            ("unknown", "Not checked"),
            ("confirmed", "Works"),
            ("failed", "Does not work"),
        ],
        required=True,
        default="unknown",
        index=True,
    )
    state_event = fields.Selection(
        selection=[
            ("hand", "Said by a person"),
            ("bounce", "A message came back"),
            ("blacklist", "On the blacklist"),
        ],
        string="Known From",
        readonly=True,
    )
    state_date = fields.Datetime(string="Known Since", readonly=True)

    @api.depends(
        "kind",
        "value",
        "partner_id.country_id",
        "partner_id.commercial_partner_id.country_id",
        "partner_id.company_id.country_id",
    )
    def _compute_normalized(self):
        for point in self:
            found = next(iter(point._get_normal_forms(point.value)), False)
            present = point.normalized
            if not found and points.is_local_form(point.value, present):
                found = present
            point.normalized = found

    @api.depends(
        "partner_id.contact_point_ids.kind", "partner_id.contact_point_ids.sequence"
    )
    def _compute_is_primary(self):
        for partner, of_partner in self.grouped("partner_id").items():
            ordered = partner.contact_point_ids.sorted(
                lambda point: (point.sequence, point._origin.id or maxsize)
            )
            first_of_kind = {point.kind: point for point in reversed(ordered)}
            for point in of_partner:
                point.is_primary = point == first_of_kind.get(point.kind)

    # === CRUD METHODS ===

    @api.model_create_multi
    def create(self, vals_list):
        created = super().create([self._note_event(vals) for vals in vals_list])
        created._apply_blacklists()
        created._push_to_partners()
        created._touch_forms()
        return created

    def write(self, vals):
        if "partner_id" in vals or "kind" in vals:
            former = {point: (point.partner_id, point.kind) for point in self}
        else:
            former = {}
        if "value" in vals and "state" not in vals:
            replaced = self._get_replaced(vals["value"])
            super(ClientContactPoint, replaced).write(
                self._prepare_state_values("unknown", False)
            )
        result = super().write(self._note_event(vals))
        if vals.keys() & {"value", "kind"}:
            self._apply_blacklists()
        if vals.keys() & {"value", "sequence", "kind", "partner_id"}:
            self._touch_forms()
            self._push_to_partners()
            for partner, kind in former.values():
                partner._push_primary_contacts([kind])
        return result

    def unlink(self):
        partners = self.partner_id
        kinds = set(self.mapped("kind"))
        in_step = self.env.context.get("contact_points") is IN_STEP
        self._touch_forms()
        result = super().unlink()
        if not in_step:
            partners._push_primary_contacts(kinds)
        return result

    def _touch_forms(self):
        """Let the cards be compared by what their points say now."""
        partners_sudo = self.sudo().partner_id  # whoever may write points
        self.env["client.duplicate.form"]._touch(partners_sudo.ids)

    # === ACCESS ===

    def _check_access(self, operation):
        """A point is as open and as closed as the card it belongs to."""
        result = super()._check_access(operation)
        if result or self.env.su or not any(self._ids):
            return result
        of_card = "read" if operation == "read" else "write"
        cards = self.sudo().partner_id.sudo(False)
        closed = cards - cards._filtered_access(of_card)
        if not closed:
            return None
        forbidden = self.filtered(lambda point: point.sudo().partner_id in closed)
        return forbidden, closed._check_access(of_card)[1]

    @api.model
    def _search(self, domain, *args, bypass_access=False, **kwargs):
        if not self.env.su and not bypass_access:
            cards = self.env["res.partner"].with_context(active_test=False)
            domain = Domain(domain) & Domain("partner_id", "in", cards._search([]))
        return super()._search(domain, *args, bypass_access=bypass_access, **kwargs)

    # === ACTION METHODS ===

    def action_confirm(self):
        """Say that these points work."""
        return self.write({"state": "confirmed"})

    def action_fail(self):
        """Say that these points do not work."""
        return self.write({"state": "failed"})

    def action_open_partner(self):
        """Open the card of whoever has this phone or address."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "res.partner",
            "res_id": self.partner_id.id,
            "view_mode": "form",
            "views": [(False, "form")],
        }

    def action_make_primary(self):
        """Put each point before the others of its kind."""
        of_owners = self.partner_id.contact_point_ids.grouped(
            lambda point: (point.partner_id, point.kind)
        )
        moved = self.with_context(contact_points=IN_STEP)
        for point in moved:
            present = of_owners[point.partner_id, point.kind]
            if point != present[0]:
                point.sequence = min(present.mapped("sequence")) - 1
        self._push_to_partners()
        return True

    # === BUSINESS METHODS ===

    @api.model
    def _mark_by_value(self, kind, values, state, event):
        """Set the state of every point with one of the normal forms ``values``."""
        found_sudo = self.sudo().search(  # a bounce concerns cards nobody may read
            [("kind", "=", kind), ("normalized", "in", list(values))]
        )
        found_sudo.write(self._prepare_state_values(state, event))
        return found_sudo

    @api.model
    def _note_event(self, vals):
        """A state that comes without its event was said by a person."""
        if "state" not in vals or "state_event" in vals:
            return vals
        return {**vals, **self._prepare_state_values(vals["state"], "hand")}

    @api.model
    def _prepare_state_values(self, state, event):
        return {
            "state": state,
            "state_event": False if state == "unknown" else event,
            "state_date": False if state == "unknown" else fields.Datetime.now(),
        }

    def _become_first(self, value, first):
        """Write what differs, so that this point stands before ``first``."""
        if self.value != value:
            self.value = value
        if self != first:
            self.sequence = first.sequence - 1

    def _get_replaced(self, value):
        """:return: the points whose state says nothing of ``value``"""
        return self.filtered(
            lambda point: (
                point.state != "unknown"
                and point._get_normal_forms(value)[:1] != [point.normalized]
            )
        )

    def _get_normal_forms(self, value):
        """:rtype: list[str]"""
        country = self.partner_id._get_contact_country()
        return points.normal_forms(self.kind, value or "", country)

    def _push_to_partners(self):
        if self.env.context.get("contact_points") is IN_STEP:
            return
        primary = self.filtered(lambda point: point.kind in PRIMARY_FIELDS)
        for kind, changed in primary.grouped("kind").items():
            changed.partner_id._push_primary_contacts([kind])

    def _apply_blacklists(self):
        """A point whose address is on a blacklist already does not stay unknown."""
        for kind, model, field in BLACKLISTS:
            # sudo: the list itself is for marketing users only
            blacklist_sudo = self.env[model].sudo()
            if not blacklist_sudo.search([], limit=1):
                continue  # to look each address up costs more than to create the point
            by_address = self.filtered(
                lambda point, kind=kind: point.kind == kind and point.normalized
            ).grouped("normalized")
            blocked = blacklist_sudo.search([(field, "in", list(by_address))])
            for address in blocked.mapped(field):
                by_address[address].write(
                    self._prepare_state_values("failed", "blacklist")
                )

    @api.model
    def _unmark_blacklisted(self, kind, values):
        """Forget what only the blacklist said of the normal forms ``values``."""
        self.sudo().search(  # the list is about addresses, whoever may read the cards
            [
                ("kind", "=", kind),
                ("normalized", "in", list(values)),
                ("state_event", "=", "blacklist"),
            ]
        ).write(self._prepare_state_values("unknown", False))
