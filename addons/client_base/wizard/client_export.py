import base64

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import split_every

from ..models.client_sheet import CARD_FIELDS
from ..tools import rows, sheet

EXPORT_BATCH = 1000
WRITERS = {"xlsx": sheet.write_xlsx, "xls": sheet.write_xls}


class ClientExport(models.TransientModel):
    """Writes clients to a file that can be changed in Excel and brought in again."""

    _name = "client.export"
    _description = "Export of Clients"

    scope = fields.Selection(
        selection=[
            ("selection", "The clients chosen"),
            ("group", "A group"),
            ("all", "All clients"),
        ],
        required=True,
        compute="_compute_scope",
        store=True,
        precompute=True,
        readonly=False,
    )
    partner_ids = fields.Many2many(
        comodel_name="res.partner", string="Clients", context={"active_test": False}
    )
    group_id = fields.Many2one(comodel_name="client.group")
    file_format = fields.Selection(
        selection=[("xlsx", "Excel (.xlsx)"), ("xls", "Excel 97-2003 (.xls)")],
        string="Format",
        required=True,
        default="xlsx",
    )
    client_count = fields.Integer(compute="_compute_client_count")
    data = fields.Binary(string="File", readonly=True, attachment=False)
    filename = fields.Char(readonly=True)

    @api.depends("partner_ids", "group_id")
    def _compute_scope(self):
        for export in self:
            if export.partner_ids:
                export.scope = "selection"
            elif export.group_id:
                export.scope = "group"
            else:
                export.scope = export.scope or "all"

    @api.depends("scope", "partner_ids", "group_id")
    def _compute_client_count(self):
        for export in self:
            clients = export._get_clients()
            export.client_count = clients.search_count(export._get_domain())

    def action_export(self):
        """Write the file and hand it to the browser."""
        self._check_may_export()
        self.ensure_one()
        partners = self._get_clients().search(self._get_domain())
        if not partners:
            raise UserError(self.env._("There is no client to export."))
        self.filename = f"{self.env._('Clients')}.{self.file_format}"
        self.data = base64.b64encode(self._write(partners))
        return {
            "type": "ir.actions.act_url",
            "target": "self",
            "url": f"/web/content/client.export/{self.id}/data/"
            f"{self.filename}?download=true",
        }

    def _check_may_export(self):
        if not self.env.user.has_group("base.group_allow_export"):
            raise AccessError(
                self.env._("You may not export. Ask your administrator for the right.")
            )

    def _get_clients(self):
        """:return: ``res.partner`` to search in; what was chosen may be archived"""
        is_chosen = self.scope == "selection"
        return self.env["res.partner"].with_context(active_test=not is_chosen)

    def _get_domain(self):
        """What an import knows again: a person is exported as the client he is of."""
        self.ensure_one()
        domain = self.env["res.partner"]._get_client_domain() & Domain(
            "company_id", "in", [False, *self.env.companies.ids]
        )
        if self.scope == "selection":
            clients = self.partner_ids.commercial_partner_id
            return domain & Domain("id", "in", clients.ids)
        if self.scope == "group":
            return domain & Domain("client_group_ids", "in", self.group_id.ids)
        return domain

    def _write(self, partners):
        """:return: bytes of the file, in the column layout that an import reads"""
        labels = self.env["client.sheet"]._get_labels()
        codes = [
            "client_id",
            *CARD_FIELDS,
            *self._get_property_codes(partners),
            *rows.PERSON_CODES,  # of the first person only
            "sync_key",
            "version_mark",
        ]
        try:
            return WRITERS[self.file_format](
                [labels[code] for code in codes],
                self._iterate_lines(partners, codes),
                title=self.env._("Clients"),
            )
        except sheet.SheetError as error:
            reason = self.env["client.import.reason"]._explain_bad_file(error)
            raise UserError(reason) from error

    def _get_property_codes(self, partners):
        """:return: codes of the extra fields of the types that ``partners`` have"""
        columns = self.env["client.sheet"]._get_property_columns()
        if not columns:
            return []
        groups = (
            self.env["res.partner"]
            .with_context(active_test=False)
            ._read_group([("id", "in", partners.ids)], ["client_type_id"])
        )
        type_ids = {kind.id for (kind,) in groups}
        return [code for code in columns if columns[code].type_id in type_ids]

    def _iterate_lines(self, partners, codes):
        sheet_model = self.env["client.sheet"]
        kinds = sheet_model._get_kinds(codes=codes)
        for batch in split_every(EXPORT_BATCH, partners.ids, partners.browse):
            values_by_id = sheet_model._read_cells(batch, kinds)
            for partner in batch:
                values = values_by_id[partner.id]
                texts = {
                    code: sheet.fit_text(cell.text) for code, cell in values.items()
                }
                texts |= rows.person_texts(values["contact"].raw)
                texts["client_id"] = str(partner.id)
                texts["version_mark"] = sheet_model._make_mark(values, kinds)
                yield [texts.get(code, "") for code in codes]
            self.env.invalidate_all()
