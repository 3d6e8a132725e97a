from odoo import api, fields, models

from ..tools import points as contact_points

# Which column of the partner holds the primary point of a kind.
PRIMARY_FIELDS = {"phone": "phone", "email": "email"}

# A context value that no caller from outside can send: what is written with it comes
# from the other side of the pair column/point, which is in step already.
IN_STEP = object()


class ContactPointOwner(models.AbstractModel):
    """Keeps ``phone`` and ``email`` of a partner in step with its contact points.

    Works below every way of writing: forms, RPC, imports and core code.
    """

    _name = "client.contact.owner"
    _description = "Owner of Contact Points"

    contact_point_ids = fields.One2many(
        comodel_name="client.contact.point",
        inverse_name="partner_id",
        string="Phones, E-mails, Messengers",
        groups="client_base.group_client_user",
    )
    client_point_ids = fields.One2many(
        comodel_name="client.contact.point",
        inverse_name="client_id",
        string="Contact Points of the Client",
        groups="client_base.group_client_user",
        help="Its own and those of the people who work there.",
    )
    contact_quality = fields.Selection(
        selection=[
            ("none", "No contacts"),
            ("failed", "None works"),
            ("unknown", "Not checked"),
            ("confirmed", "Works"),
        ],
        compute="_compute_contact_quality",
        store=True,
        index=True,
        groups="client_base.group_client_user",
        help="The best that is known of the phones, e-mails and messengers.",
    )

    @api.depends("contact_point_ids.state", "client_point_ids.state")
    def _compute_contact_quality(self):
        for partner in self:
            states = {
                point.state
                for point in partner.contact_point_ids | partner.client_point_ids
            }
            partner.contact_quality = next(
                (
                    state
                    for state in ("confirmed", "unknown", "failed")
                    if state in states
                ),
                "none",
            )

    # === CRUD METHODS ===

    @api.model_create_multi
    def create(self, vals_list):
        partners = super().create(vals_list)
        for partner, vals in zip(partners, vals_list, strict=True):
            if "contact_point_ids" in vals:
                partner._restore_columns(vals)
        partners._pull_primary_contacts(PRIMARY_FIELDS)
        return partners

    def write(self, vals):
        if self.env.context.get("contact_points") is IN_STEP:
            return super().write(vals)
        for part in self._split_by_step(vals):
            super().write(part)
            kinds = [kind for kind, field in PRIMARY_FIELDS.items() if field in part]
            self._pull_primary_contacts(kinds)
        return True

    def _restore_columns(self, vals):
        """Points that came along with ``vals`` put themselves into the columns."""
        given = {
            field: vals[field] for field in PRIMARY_FIELDS.values() if vals.get(field)
        }
        if given:
            self.with_context(contact_points=IN_STEP).write(given)

    @api.model
    def _split_by_step(self, vals):
        """A cleared column is about the present points, a filled one outranks new ones.

        :return: list of values to write one after another
        """
        if "contact_point_ids" not in vals:
            return [vals]
        cleared = {
            field: vals[field]
            for field in PRIMARY_FIELDS.values()
            if field in vals and not vals[field]
        }
        came_along = {"contact_point_ids": vals["contact_point_ids"]}
        rest = {
            field: value
            for field, value in vals.items()
            if field not in cleared and field not in came_along
        }
        return [part for part in (cleared, came_along, rest) if part]

    # === BUSINESS METHODS ===

    def _get_contact_country(self):
        """:return: ISO code of the country whose local numbers this partner writes."""
        country = (
            self.country_id
            or self.commercial_partner_id.country_id
            or (self.company_id or self.env.company).country_id
        )
        return country.code or ""

    def _pull_primary_contacts(self, kinds):
        """Let the points follow what was just written to the columns."""
        if not kinds or self.env.context.get("contact_points") is IN_STEP:
            return
        owners_sudo = self.sudo().with_context(  # points follow whoever may write cards
            contact_points=IN_STEP
        )
        points_by_key = owners_sudo._get_points_by_kind(kinds)
        new_values, emptied = [], []
        for owner in owners_sudo:
            for kind in kinds:
                points = points_by_key.get((owner, kind), owner.contact_point_ids[:0])
                value = (owner[PRIMARY_FIELDS[kind]] or "").strip()
                if value:
                    new_values += owner._put_first(kind, value, points)
                elif points:
                    emptied.append((owner, kind, points[0]))
        owners_sudo.env["client.contact.point"].create(new_values)
        for owner, kind, point in emptied:
            point.unlink()
            owner._push_primary_contacts([kind])

    def _push_primary_contacts(self, kinds):
        """Let the columns follow the points, of which one was just changed."""
        owners_sudo = self.sudo().with_context(  # the point is the user's way in
            contact_points=IN_STEP
        )
        points_by_key = owners_sudo._get_points_by_kind(kinds)
        for owner in owners_sudo.exists():
            for kind in set(kinds) & PRIMARY_FIELDS.keys():
                points = points_by_key.get((owner, kind))
                value = points[0].value if points else False
                if (owner[PRIMARY_FIELDS[kind]] or False) != value:
                    owner[PRIMARY_FIELDS[kind]] = value

    def _get_points_by_kind(self, kinds):
        """:rtype: dict[tuple[res.partner, str], client.contact.point]"""
        points = self.env["client.contact.point"].search(
            [("partner_id", "in", self.ids), ("kind", "in", list(kinds))]
        )
        return points.grouped(lambda point: (point.partner_id, point.kind))

    def _put_first(self, kind, value, points):
        """Make ``value`` the first of ``points``.

        :return: values of the points that are still to be created
        """
        self.ensure_one()
        country = self._get_contact_country()
        parts = contact_points.normal_forms(kind, value, country) or [""]
        normal = parts[0]
        first = points[:1]
        same = points.filtered(
            lambda point: point.normalized == normal if normal else point.value == value
        )[:1]
        if same:
            if same.value != value:
                same.value = value
            if same != first:
                same.sequence = first.sequence - 1
        elif first and self._is_correction(first, normal):
            first.value = value
            same = first
        known = set(points.mapped("normalized"))
        new_values = [
            self._prepare_point_values(kind, part)
            for part in parts[1:]
            if part not in known
        ]
        if not same:
            new_values.insert(
                0,
                {
                    **self._prepare_point_values(kind, value),
                    "sequence": (first.sequence or 10) - 1 if first else 10,
                },
            )
        return new_values

    def _prepare_point_values(self, kind, value, **values):
        return {"partner_id": self.id, "kind": kind, "value": value, **values}

    @api.model
    def _is_correction(self, point, normal):
        """A number never confirmed that differs by a slip of the finger was a slip."""
        if point.state == "confirmed":
            return False
        return not point.normalized or contact_points.is_slip(point.normalized, normal)
