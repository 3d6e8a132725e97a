from odoo import api, fields, models

from ..tools import points as contact_points
from .prefetch import CLIENT_FIELDS

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
        prefetch=CLIENT_FIELDS,
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
        partners._pull_primary_contacts(PRIMARY_FIELDS, may_correct=False)
        return partners

    def write(self, vals):
        if self.env.context.get("contact_points") is IN_STEP:
            return super().write(vals)
        for part in self._split_by_step(vals):
            super().write(part)
            kinds = [kind for kind, field in PRIMARY_FIELDS.items() if field in part]
            self._pull_primary_contacts(
                kinds, may_correct="contact_point_ids" not in vals
            )
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

    def _pull_primary_contacts(self, kinds, *, may_correct=True):
        """Let the points follow what was just written to the columns.

        :param may_correct: a number like the first point may be its correction; not so
            when the points were given together with the column
        """
        if not kinds or self.env.context.get("contact_points") is IN_STEP:
            return
        owners_sudo = self.sudo().with_context(  # points follow whoever may write cards
            contact_points=IN_STEP
        )
        points_by_key = owners_sudo._get_points_by_kind(kinds)
        Point = owners_sudo.env["client.contact.point"]
        new_values, emptied = [], Point
        for owner in owners_sudo:
            for kind in kinds:
                points = points_by_key.get((owner, kind), Point)
                value = (owner[PRIMARY_FIELDS[kind]] or "").strip()
                if value:
                    new_values += owner._put_first(kind, value, points, may_correct)
                elif points:
                    emptied += points[0]
        Point.create(new_values)
        owners_by_kind = {
            kind: points.partner_id for kind, points in emptied.grouped("kind").items()
        }
        emptied.unlink()
        for kind, owners in owners_by_kind.items():
            owners._push_primary_contacts([kind])

    def _push_primary_contacts(self, kinds):
        """Let the columns follow the points, of which one was just changed.

        With the rights of the user: core guards the e-mail of his colleagues' cards.
        """
        owners = self.with_context(contact_points=IN_STEP).exists()
        points_by_key = owners.sudo()._get_points_by_kind(kinds)  # hidden ones count
        for owner in owners:
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

    def _put_first(self, kind, value, points, may_correct):
        """Make ``value`` the first of ``points``.

        :return: values of the points that are still to be created
        """
        self.ensure_one()
        first_text, normal, others = self._take_apart(kind, value)
        if first_text != value:
            self[PRIMARY_FIELDS[kind]] = first_text
        first = points[:1]
        same = points.filtered(
            lambda point: (
                point.normalized == normal if normal else point.value == first_text
            )
        )[:1]
        if not same and first and may_correct and self._is_correction(first, normal):
            same = first
        if same:
            same._become_first(first_text, first)
            new_values = []
        else:
            new_values = [self._prepare_first_values(kind, first_text, first)]
        known = set(points.mapped("normalized"))
        return new_values + [
            self._prepare_point_values(kind, other.value, note=other.note)
            for other in others
            if other.normalized not in known
        ]

    def _take_apart(self, kind, value):
        """:return: the text and normal form of the first number, the other numbers"""
        found, _rest = contact_points.split_values(
            kind, value, self._get_contact_country()
        )
        if not found:
            return value, "", []
        text = value if len(found) == 1 else found[0].value
        return text, found[0].normalized, found[1:]

    def _prepare_first_values(self, kind, value, first):
        sequence = first.sequence - 1 if first else 10
        return self._prepare_point_values(kind, value, sequence=sequence)

    def _prepare_point_values(self, kind, value, **values):
        return {"partner_id": self.id, "kind": kind, "value": value, **values}

    @api.model
    def _is_correction(self, point, normal):
        """A number never confirmed that differs by a slip of the finger was a slip."""
        if point.state == "confirmed":
            return False
        return not point.normalized or contact_points.is_slip(point.normalized, normal)
