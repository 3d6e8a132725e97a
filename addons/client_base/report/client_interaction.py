from collections.abc import Collection

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..models.interaction_owner import CHANNELS

# Ids are (id of the source's row) * SLOTS + (number of the source): the same row keeps
# its id, and a 32 bit integer, all that XML-RPC carries, is enough for 33 million rows.
SLOTS = 64

# Columns of a source and their types: rows of all sources must agree on them, or the
# database does not look into the sources for one client.
COLUMNS = {
    "date": "timestamp",
    "partner_id": "int4",
    "contact_id": "int4",
    "kind": "text",
    "channel": "text",
    "direction": "text",
    "user_id": "int4",
    "company_id": "int4",
    "subject": "text",
    "res_model": "text",
    "res_id": "int4",
    "is_touch": "boolean",
    "is_answered": "boolean",
}


class ClientInteraction(models.Model):
    """One line of a client's history: a message, call, meeting, mailing, offer...

    A query over the tables of others, made anew for each user: it follows the rules
    of what it shows, and it needs no rebuilding when an addon comes or goes.
    """

    _name = "client.interaction"
    _description = "Interaction with a Client"
    _inherit = ["client.interaction.source"]
    _order = "date desc, id desc"
    _rec_name = "name"
    _auto = False
    _depends = {
        "calendar.attendee": ["event_id", "partner_id", "state"],
        "calendar.event": [
            "active",
            "allday",
            "name",
            "privacy",
            "start",
            "start_date",
            "user_id",
        ],
        "client.contact.point": ["client_id", "kind", "normalized"],
        "client.offer": [
            "company_id",
            "contact_id",
            "date",
            "name",
            "partner_id",
            "user_id",
        ],
        "mail.activity": [
            "active",
            "activity_type_id",
            "calendar_event_id",
            "date_done",
            "res_id",
            "res_model",
            "summary",
            "user_id",
        ],
        "mail.message": [
            "author_id",
            "date",
            "email_from",
            "is_internal",
            "mail_activity_type_id",
            "message_id",
            "message_type",
            "model",
            "res_id",
            "subject",
            "subtype_id",
        ],
        "mailing.mailing": ["reply_to_mode", "subject", "user_id"],
        "mailing.trace": [
            "is_test_trace",
            "mass_mailing_id",
            "message_id",
            "model",
            "reply_datetime",
            "res_id",
            "sent_datetime",
            "trace_status",
            "trace_type",
        ],
        "res.partner": ["commercial_partner_id", "company_id", "partner_share"],
        "res.users": ["partner_id", "share"],
        "res.users.settings": ["calendar_default_privacy", "user_id"],
    }

    name = fields.Char(string="What", compute="_compute_name")
    date = fields.Datetime(readonly=True)
    partner_id = fields.Many2one(
        comodel_name="res.partner", string="Client", readonly=True
    )
    contact_id = fields.Many2one(
        comodel_name="res.partner", string="Person", readonly=True
    )
    kind = fields.Selection(
        selection=[
            ("message", "Message"),
            ("call", "Call"),
            ("meeting", "Meeting"),
            ("activity", "Activity"),
            ("mailing", "Mailing"),
            ("sms", "SMS"),
            ("offer", "Offer"),
        ],
        readonly=True,
    )
    channel = fields.Selection(
        selection=CHANNELS,
        readonly=True,
    )
    direction = fields.Selection(
        selection=[
            ("in", "From the client"),
            ("out", "To the client"),
            ("none", "Both ways"),
        ],
        readonly=True,
    )
    user_id = fields.Many2one(comodel_name="res.users", string="By", readonly=True)
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    subject = fields.Char(readonly=True)
    res_model = fields.Char(string="Document Model", readonly=True)
    res_id = fields.Many2oneReference(
        string="Document", model_field="res_model", readonly=True
    )
    is_touch = fields.Boolean(
        string="Touch",
        readonly=True,
        help="Somebody turned to somebody; a mailing to many is none.",
    )
    is_answered = fields.Boolean(
        string="Answered",
        readonly=True,
        help="Known to be answered, without a look at what came later.",
    )
    source = fields.Integer(readonly=True)
    source_id = fields.Integer(string="Row of the Source", readonly=True)
    manager_id = fields.Many2one(
        related="partner_id.user_id", string="Manager of the Client"
    )
    client_group_ids = fields.Many2many(
        related="partner_id.client_group_ids", string="Groups of the Client"
    )
    client_type_id = fields.Many2one(
        related="partner_id.client_type_id", string="Type of the Client"
    )

    # === SQL ===

    @property
    def _table_query(self):
        return SQL(" UNION ALL ").join(
            SQL(
                """SELECT source.id * %(slots)s + %(slot)s AS id,
                          %(slot)s AS source,
                          source.id AS source_id,
                          %(columns)s
                     FROM (%(select)s) AS source""",
                slots=SLOTS,
                slot=slot,
                columns=self._get_columns(),
                select=select,
            )
            for slot, select in enumerate(self._get_sources().values())
        )

    @api.model
    def _get_columns(self):
        return SQL(", ").join(
            SQL(
                "source.%s::%s AS %s",
                SQL.identifier(name),
                SQL(type_),
                SQL.identifier(name),
            )
            for name, type_ in COLUMNS.items()
        )

    def exists(self):
        """Ask past the rules: a row that is there may still be refused."""
        found_sudo = self.sudo().search([("id", "in", self.ids)])
        return self & found_sudo.sudo(False)

    def _check_access(self, operation):
        """A row is as open and as closed as what it shows."""
        result = super()._check_access(operation)
        if result or self.env.su or not any(self._ids):
            return result
        closed = self - self.search([("id", "in", self.ids)])
        if not closed:
            return None
        error = self.env["ir.rule"]._make_access_error
        return closed, lambda: error(operation, closed)

    @api.model
    def _search(self, domain, *args, **kwargs):
        domain = Domain(domain).map_conditions(self._add_source)
        return super()._search(domain, *args, **kwargs)

    @api.model
    def _add_source(self, condition):
        """Say in which source an id is to be found: its own index does the rest."""
        if condition.field_expr != "id" or condition.operator not in ("in", "="):
            return condition
        value = condition.value
        ids = value if isinstance(value, Collection) else [value]
        by_source = {}
        for id_ in filter(None, ids):
            by_source.setdefault(id_ % SLOTS, []).append(id_ // SLOTS)
        return condition & Domain.OR(
            Domain("source", "=", source) & Domain("source_id", "in", source_ids)
            for source, source_ids in by_source.items()
        )

    # === COMPUTE METHODS ===

    @api.depends("subject", "kind", "source", "source_id")
    def _compute_name(self):
        kinds = dict(self._fields["kind"]._description_selection(self.env))
        untitled = self.filtered(
            lambda row: not row.subject and row.kind in ("message", "sms")
        )
        messages_sudo = self.env["mail.message"].sudo()  # whoever sees the row
        previews = {
            message.id: message.preview
            for message in messages_sudo.browse(untitled.mapped("source_id")).exists()
        }
        for row in self:
            preview = previews.get(row.source_id) if row in untitled else ""
            row.name = row.subject or preview or kinds.get(row.kind)

    # === ACTION METHODS ===

    def action_open_source(self):
        """Open the document this is about, or the client when that is closed to you."""
        self.ensure_one()
        self.check_access("read")
        model, id_ = self.res_model, self.res_id
        if not self._is_open_to_user(model, id_):
            model, id_ = "res.partner", self.partner_id.id
        return {
            "type": "ir.actions.act_window",
            "res_model": model,
            "res_id": id_,
            "views": [(False, "form")],
        }

    @api.model
    def _is_open_to_user(self, model, id_):
        if not id_ or model not in self.env or not self.env[model].has_access("read"):
            return False
        record = self.env[model].browse(id_).exists()
        return bool(record) and record.has_access("read")
