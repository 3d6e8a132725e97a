from collections import Counter

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import format_list

from ..tools import document

MAX_CLIENTS = 100


class ClientDocument(models.TransientModel):
    """Makes documents for clients from a template, and attaches each to its card."""

    _name = "client.document"
    _description = "Document for Clients"

    partner_ids = fields.Many2many(
        comodel_name="res.partner",
        string="Clients",
        context={"active_test": False},
    )
    available_template_ids = fields.Many2many(
        comodel_name="client.document.template",
        compute="_compute_available_template_ids",
    )
    template_id = fields.Many2one(
        comodel_name="client.document.template",
        compute="_compute_template_id",
        store=True,
        precompute=True,
        readonly=False,
        domain="[('id', 'in', available_template_ids)]",
    )
    description = fields.Text(related="template_id.description")
    client_count = fields.Integer(compute="_compute_client_count")
    # A sample that is on its way to the browser needs a record to stand on.
    sample = fields.Binary(readonly=True, attachment=False)
    sample_name = fields.Char(readonly=True)
    missing = fields.Text(string="Still Missing", compute="_compute_missing")

    # === COMPUTE METHODS ===

    @api.model
    def default_get(self, fields):
        """Take the clients that were chosen in the list, or the one on the screen."""
        values = super().default_get(fields)
        if "partner_ids" in fields and not values.get("partner_ids"):
            context = self.env.context
            if context.get("active_model") == "res.partner":
                chosen = context.get("active_ids") or []
                values["partner_ids"] = [Command.set(chosen)]
        return values

    @api.depends("partner_ids")
    def _compute_available_template_ids(self):
        """A template for some types is offered when all the clients are of these."""
        templates = self.env["client.document.template"].search([("active", "=", True)])
        for wizard in self:
            types = [client.client_type_id for client in wizard._get_clients()]
            wizard.available_template_ids = templates.filtered(
                lambda one, types=types: (
                    not one.type_ids or all(type_ in one.type_ids for type_ in types)
                )
            )

    @api.depends("available_template_ids")
    def _compute_template_id(self):
        for wizard in self:
            offered = wizard.available_template_ids
            if wizard.template_id not in offered:
                wizard.template_id = offered if len(offered) == 1 else False

    @api.depends("partner_ids")
    def _compute_client_count(self):
        for wizard in self:
            wizard.client_count = len(wizard._get_clients())

    @api.depends("template_id", "partner_ids")
    def _compute_missing(self):
        for wizard in self:
            clients = wizard._get_clients()
            is_ready = bool(wizard.template_id) and 0 < len(clients) <= MAX_CLIENTS
            wizard.missing = is_ready and wizard._describe_missing(clients)

    def _get_clients(self):
        """:return: the clients, a contact person counts as the company he is of"""
        return self.partner_ids.commercial_partner_id

    def _describe_missing(self, clients):
        """:return: what the cards do not say, in words; ``False`` when nothing"""
        try:
            opened = self.template_id._open()
        except document.DocumentError as error:
            return self.template_id._explain(error)
        labels = self.template_id._get_known_fields()
        labels["contacts"] = self.env._("Contact persons")
        count = Counter(
            path
            for _client, values, _style in self._iterate_values(clients)
            for path in document.find_missing(opened.uses, values)
        )
        texts = [
            self._describe_hole(labels.get(path, path), holes, len(clients))
            for path, holes in sorted(count.items())
        ]
        return format_list(self.env, texts) if texts else False

    def _describe_hole(self, label, holes, total):
        if total == 1:
            return label
        return self.env._(
            "%(label)s (%(holes)s of %(total)s)", label=label, holes=holes, total=total
        )

    # === ACTION METHODS ===

    def action_make(self):
        """Make the documents; a single one is handed to the browser at once.

        :raise UserError: no template, no client, too many clients, or a template that
            does not fit any more
        """
        self.check_access("write")
        self.ensure_one()
        clients = self._get_clients()
        self._check_ready(clients)
        try:
            files = self._make_files(clients)
        except document.DocumentError as error:
            raise UserError(self.template_id._explain(error)) from error
        attachments = [self._attach(client, *file) for client, file in files]
        if len(attachments) == 1:
            return self._download(attachments[0])
        return self._notify(len(attachments))

    def _check_ready(self, clients):
        if not clients:
            raise UserError(self.env._("Choose at least one client."))
        if len(clients) > MAX_CLIENTS:
            raise UserError(
                self.env._(
                    "These are %(count)s clients. Choose %(limit)s at most.",
                    count=len(clients),
                    limit=MAX_CLIENTS,
                )
            )
        if self.template_id not in self.available_template_ids:
            raise UserError(self.env._("Choose a template that fits these clients."))

    def _make_files(self, clients):
        """:return: list of (client, (file name, bytes)), all or an error"""
        opened = self.template_id._open()
        return [
            (client, (opened.name(values, style), opened.fill(values, style)))
            for client, values, style in self._iterate_values(clients)
        ]

    def _iterate_values(self, clients):
        """Yield (client, values, style), each in the language of its document."""
        template = self.template_id
        default = self.env.lang
        for lang, some in clients.grouped(
            lambda client: template.lang or client.lang or default
        ).items():
            source = self.env["client.document.values"].with_context(lang=lang)
            style = source._get_style(lang)
            values_by_id = source._collect(
                some.with_context(lang=lang), template.with_context(lang=lang)
            )
            for client in some:
                yield client, values_by_id[client.id], style

    def _attach(self, client, name, content):
        """:return: ``ir.attachment`` that stands in the history of the client"""
        message = client.message_post(
            body=self.env._("Document: %(name)s", name=self.template_id.name),
            attachments=[(name, content)],
            subtype_xmlid="mail.mt_note",
        )
        return message.attachment_ids[:1]

    def _download(self, attachment):
        return {
            "type": "ir.actions.client",
            "tag": "client_base.download_and_close",
            "params": {"url": f"/web/content/{attachment.id}?download=true"},
        }

    def _notify(self, count):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "%(count)s documents are attached to the cards.", count=count
                ),
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
