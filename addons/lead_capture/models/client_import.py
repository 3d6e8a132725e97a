from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tools import SQL

from odoo.addons.client_base.tools import columns, sheet
from odoo.addons.client_base.tools.column_fields import ROW_NUMBER_NAMES

from ..tools import request_file
from .client_import_request_words import COLUMNS, TEMPLATE

WHO = {f"{request_file.PREFIX}{target}" for target in request_file.WHO}
WAITING = ("new", "failed")


class ClientImport(models.Model):
    """A file may hold requests: each row comes in by the door like any other."""

    _name = "client.import"
    _inherit = ["client.import", "client.import.request"]

    kind = fields.Selection(
        selection_add=[("request", "Requests")],
        ondelete={"request": "cascade"},
    )
    request_channel_id = fields.Many2one(
        comodel_name="lead.channel",
        string="Come In By",
        index="btree_not_null",
        ondelete="restrict",
        domain="[('kind', '=', 'manual'), ('company_id', '=', company_id)]",
        default=lambda self: self._default_request_channel(),
        help="The channel says whose team gets the requests. Empty: a channel for "
        "Excel files is made.",
    )
    request_source_id = fields.Many2one(
        comodel_name="utm.source",
        string="Source",
        help="Of all requests of the file that do not say theirs, for example the "
        "exhibition they come from.",
    )
    keeps_requests = fields.Boolean(
        string="They Stay with Me",
        help="New leads are yours, unless their client has a manager. Otherwise the "
        "rules of the team say who gets them.",
    )
    request_new_count = fields.Integer(
        string="New Leads", compute="_compute_request_counts"
    )
    request_joined_count = fields.Integer(
        string="Joined",
        compute="_compute_request_counts",
        help="Requests of clients who have an open lead.",
    )
    request_rejected_count = fields.Integer(
        string="Requests Rejected", compute="_compute_request_counts"
    )
    request_waiting_count = fields.Integer(
        string="Waiting",
        compute="_compute_request_counts",
        help="Being worked on, or failed and tried again.",
    )

    def _default_request_channel(self):
        """:return: where the user's last file went, else the first way for files"""
        if self.env.context.get("default_kind") != "request":
            return False
        domain = [
            ("kind", "=", "request"),
            ("user_id", "=", self.env.uid),
            ("request_channel_id.active", "=", True),
            ("company_id", "=", self.env.company.id),
        ]
        last = self.search(domain, limit=1).request_channel_id
        return last or self.env["lead.channel"]._find_for_files(self.env.company)

    def _compute_request_counts(self):
        """What became of the requests; those of colleagues are counted, not named."""
        self.env["lead.request"].flush_model(["state"])
        self.env["client.import.row"].flush_model(["request_id", "state"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT row.import_id, request.state, COUNT(*)
                  FROM client_import_row AS row
                  JOIN lead_request AS request
                    ON request.id = row.request_id
                 WHERE row.import_id = ANY(%s)
                   AND row.state IN ('done', 'undone', 'kept')
              GROUP BY row.import_id, request.state
                """,
                self.ids,
            )
        )
        counts = {(file_id, state): count for file_id, state, count in rows}
        for file in self:
            found = {state: n for (id_, state), n in counts.items() if id_ == file.id}
            file.request_new_count = found.get("processed", 0)
            file.request_joined_count = found.get("joined", 0)
            file.request_rejected_count = found.get("rejected", 0)
            file.request_waiting_count = sum(found.get(one, 0) for one in WAITING)

    @api.constrains("kind", "request_channel_id", "company_id")
    def _check_request_channel(self):
        for file in self.filtered("request_channel_id"):
            channel = file.request_channel_id
            if channel.kind != "manual" or channel.company_id != file.company_id:
                raise ValidationError(
                    self.env._("Files come in by a channel for files of the company.")
                )

    # === COLUMNS ===

    def _make_signature(self, header):
        signature = super()._make_signature(header)
        return f"requests:{signature}" if self.kind == "request" else signature

    def _guess_codes(self, header, sample):
        if self.kind != "request":
            return super()._guess_codes(header, sample)
        own = {columns.normalize_header(name): code for code, name in self._spell_own()}
        found = request_file.guess_targets(
            header,
            sample,
            columns.normalize_header,
            super()._guess_codes,
            ROW_NUMBER_NAMES,
        )
        codes = [f"{request_file.PREFIX}{one}" if one else "" for one in found]
        return [
            own.get(columns.normalize_header(label), code)
            for label, code in zip(header, codes, strict=True)
        ]

    def _spell_own(self):
        """Yield code and name of the columns of the empty file, in each language."""
        for lang, _name in self.env["res.lang"].get_installed():
            env = self.with_context(lang=lang).env
            for code, name in TEMPLATE.items():
                yield code, env._(name)

    def _guess_country(self, codes, sample):
        plain = [code.removeprefix(request_file.PREFIX) for code in codes]
        return super()._guess_country(plain, sample)

    def _get_column_labels(self):
        if self.kind != "request":
            return super()._get_column_labels()
        return {code: self.env._(name) for code, name in COLUMNS.items()}

    def _get_columns(self):
        """A meaning that such a file cannot have is left out."""
        is_ours = self.kind == "request"
        return [
            column
            for column in super()._get_columns()
            if (column.code in COLUMNS) == is_ours
        ]

    def _check_columns(self, codes):
        if self.kind != "request":
            return super()._check_columns(codes)
        if not WHO & codes:
            raise UserError(
                self.env._(
                    "No column says who asks. Choose a column for the person, the "
                    "firm, a phone or an e-mail."
                )
            )
        return None

    # === JUDGING ===

    def _judge_file(self, file_columns):
        if self.kind == "request":
            yield from self._judge_requests()
        else:
            yield from super()._judge_file(file_columns)

    def _judge_again(self, file_rows):
        # a row with a request asks nobody anything
        return None if self.kind == "request" else super()._judge_again(file_rows)

    # === ACTIONS ===

    def get_formview_id(self, access_uid=None):
        """Show a file with requests by its own form, wherever it is opened from."""
        if self.kind == "request":
            return self.env.ref("lead_capture.client_import_view_form_request").id
        return super().get_formview_id(access_uid)

    def action_open_rows(self):
        """Open the rows, the ones to decide first."""
        action = super().action_open_rows()
        if self.kind != "request":
            return action
        view = self.env.ref("lead_capture.client_import_row_view_list_request")
        return {
            **action,
            "views": [(view.id, "list"), (False, "kanban"), (False, "form")],
        }

    def action_open_requests(self):
        """Open what became of the rows, as far as the user may see it.

        :return: an action
        """
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "lead_capture.lead_request_action"
        )
        return {
            **action,
            "domain": [("import_row_ids.import_id", "=", self.id)],
            "help": self._get_no_requests_help(),
            "display_name": self.env._("Requests of %(name)s", name=self.name),
            "context": {
                name: value
                for name, value in self.env.context.items()
                if name.startswith("search_default_")
            },
            "path": False,
        }

    def _get_no_requests_help(self):
        return Markup('<p class="o_view_nocontent_smiling_face">%s</p><p>%s</p>') % (
            self.env._("None of these requests is yours to see"),
            self.env._(
                "They went to colleagues, or none is like this. The numbers in the "
                "file say what became of all of them."
            ),
        )

    def action_download_request_template(self):
        """Give an empty file with the columns that are understood.

        :return: an action
        """
        if not self.has_access("create"):
            raise AccessError(self.env._("You may not bring in files."))
        return {
            "type": "ir.actions.act_url",
            "target": "self",
            "url": "/lead_capture/import/template",
        }

    def _make_request_template(self):
        """:return: bytes of a file with one row as an example"""
        example = {
            "req_contact_name": self.env._("Olena Viter"),
            "req_company": "Vitriak Ltd",
            "req_phone": "+380 67 555 01 01",
            "req_email": "olena@example.com",
            "req_region": self.env._("Lviv"),
            "req_product": self.env._("Facade paint, 10 l"),
            "req_description": self.env._("A price for 40 buckets with delivery"),
            "req_note": self.env._("Call after 14:00"),
        }
        header = [self.env._(name) for name in TEMPLATE.values()]
        return sheet.write_xlsx(header, [[example[code] for code in TEMPLATE]])

    # === BRINGING IN ===

    def _queue(self, ready):
        if self.kind == "request" and not self.request_channel_id:
            self.request_channel_id = self.env["lead.channel"]._make_for_files(
                self.company_id
            )
        return super()._queue(ready)
