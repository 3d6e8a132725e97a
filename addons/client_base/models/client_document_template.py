import base64
import binascii

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import human_size
from odoo.tools.translate import LazyTranslate

from ..tools import document, document_sample
from .client_document_values import GROUPS, PERSON_FIELDS

_lt = LazyTranslate(__name__)

# Why a template is refused; the placeholders come from ``DocumentError.params``.
REFUSALS = {
    "wrong_type": _lt(
        "This is not a Word document. Save it in Word as .docx and try again."
    ),
    "too_big": _lt("The document is too large: %(limit)s at most."),
    "encrypted": _lt(
        "The document is protected with a password. Take the password off and try "
        "again."
    ),
    "bomb": _lt("The document would take too much space once unpacked."),
    "damaged": _lt("The document is damaged. Open it in Word, save it and try again."),
    "macros": _lt(
        "The document carries macros or programs. Save it in Word as a plain .docx."
    ),
    "external": _lt(
        "The document fetches something from outside, for example a linked picture. "
        "Put it into the document itself."
    ),
    "unclosed": _lt("A tag is not closed: %(text)s"),
    "syntax": _lt("A tag cannot be understood: %(text)s"),
    "not_allowed": _lt(
        "A template may only name values, choose with if and repeat with for. This is "
        "something else: %(text)s"
    ),
    "unknown": _lt("There is no such field: %(names)s"),
    "structure": _lt(
        "An if or a for begins in one kind of place of the document and ends in "
        "another. Put both into paragraphs, or both into rows of one table."
    ),
    "too_long": _lt("The finished document would be too long."),
}


class ClientDocumentTemplate(models.Model):
    """A Word document with tags in place of what differs from client to client."""

    _name = "client.document.template"
    _description = "Document Template"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        index=True,
        help="Empty: every company uses this template.",
    )
    data = fields.Binary(string="Word Document", attachment=True, required=True)
    filename = fields.Char()
    lang = fields.Selection(
        selection=lambda self: self.env["res.lang"].get_installed(),
        string="Language",
        help="In which language dates and names of countries are written. Empty: in "
        "the language of the client.",
    )
    type_ids = fields.Many2many(
        comodel_name="client.type",
        string="For Types",
        help="Empty: for every client.",
    )
    description = fields.Text(translate=True)
    name_pattern = fields.Char(
        string="Name of the Document",
        required=True,
        default="{{ document.name }} {{ client.name }}",
        help="May hold the same tags as the document.",
    )
    field_list = fields.Html(
        string="Fields to Use", compute="_compute_field_list", sanitize=False
    )

    # === COMPUTE METHODS ===

    @api.depends("type_ids")
    @api.depends_context("lang", "uid")
    def _compute_field_list(self):
        for template in self:
            template.field_list = template._prepare_field_list()

    def _prepare_field_list(self):
        """:return: Markup, a table with what to type and what it gives"""
        rows, group = [], None
        for path, label in self._get_known_fields().items():
            if group != (group := path.rpartition(".")[0]):
                title = self.env._(GROUPS[group])
                rows.append(
                    Markup("<tr><th colspan='2' class='fw-bold pt-4'>%s</th></tr>")
                    % title
                )
            tag = path.replace("contacts[]", "person")
            rows.append(
                Markup("<tr><td>%s</td><td><code>%s</code></td></tr>")
                % (label, f"{{{{ {tag} }}}}")
            )
        return Markup("<table class='table table-sm'>%s</table>") % Markup().join(rows)

    def _get_known_fields(self):
        """:return: path -> label of what a template may name"""
        return self.env["client.document.values"]._get_labels(self.type_ids)

    # === CONSTRAINTS ===

    @api.constrains("data", "name_pattern", "type_ids")
    def _check_document(self):
        for template in self:
            known = template._get_known_fields()
            try:
                template._open().check_names(known)
            except document.DocumentError as error:
                raise ValidationError(template._explain(error)) from error

    def _open(self):
        """:rtype: document.Template
        :raise document.DocumentError: when it is no template
        """
        self.ensure_one()
        content = self.with_context(bin_size=False, bin_size_data=False).data
        try:
            data = base64.b64decode(content or b"")
        except binascii.Error as error:
            raise document.DocumentError("damaged") from error
        return document.Template(data, self.name_pattern or "")

    def _explain(self, error):
        """:return: one sentence about a ``document.DocumentError``"""
        params = dict(error.params)
        if "limit" in params:
            params["limit"] = human_size(params["limit"])
        if "names" in params:
            params["names"] = ", ".join(params["names"])
        reason = REFUSALS.get(error.code, REFUSALS["damaged"])
        words = self.env._(reason)
        return words % params

    # === ACTION METHODS ===

    def action_download_sample(self):
        """Hand out a Word document to begin with, with every field in it."""
        self.check_access("read")
        content = document_sample.write_sample(self._prepare_sample())
        name = document.file_name(self.env._("Sample of a template"))
        holder = self.env["client.document"].create(
            {"sample": base64.b64encode(content), "sample_name": name}
        )
        return {
            "type": "ir.actions.act_url",
            "target": "self",
            "url": f"/web/content/client.document/{holder.id}/sample/{name}"
            "?download=true",
        }

    def _prepare_sample(self):
        """:return: ``document_sample.Sample``, for the types of the template"""
        known = self._get_known_fields()
        return document_sample.Sample(
            header="{{ company.name }}, {{ company.address }}",
            title="{{ document.name }}",
            paragraphs=(
                self.env._(
                    "To: %(tags)s", tags="{{ client.legal_form }} {{ client.name }}"
                ),
                "{{ client.address }}",
                self.env._(
                    "Tax ID: %(tag)s", tag="{{ client.tax_id|default('–', true) }}"
                ),
                self.env._("Date: %(tag)s", tag="{{ document.date }}"),
                self.env._("Write your text here. These are the people we work with:"),
            ),
            people=[
                (known[f"contacts[].{key}"], key)
                for key in PERSON_FIELDS
                if f"contacts[].{key}" in known
            ],
            signature=("{{ manager.name }}", "{{ manager.phone }} {{ manager.email }}"),
            list_title=self.env._("Everything a template may say"),
            fields=[
                (f"{{{{ {path} }}}}", label)
                for path, label in known.items()
                if document.ITEM not in path
            ],
        )
