from psycopg2.errors import UniqueViolation

from odoo import api, models
from odoo.exceptions import ConcurrencyError
from odoo.tools import SQL

from ..tools import request_file

CODE = "excel"


class LeadChannelFile(models.AbstractModel):
    """A channel for files: rows come with a meaning for each column already."""

    _name = "lead.channel.file"
    _description = "Channel of Files"

    def _read_payload(self, payload):
        """Take a row of a file as its columns were understood."""
        values = request_file.read_payload(payload) if self.kind == "manual" else None
        return super()._read_payload(payload) if values is None else values

    @api.model
    def _sql_has_rhythm(self):
        """Eighty rows of an exhibition do not say that eighty come every Tuesday."""
        self.env["client.import.row"].flush_model(["request_id"])
        return SQL(
            """
            %s AND NOT EXISTS (
                SELECT 1
                  FROM client_import_row
                 WHERE client_import_row.request_id = lead_request.id)
            """,
            super()._sql_has_rhythm(),
        )

    @api.model
    def _find_for_files(self, company):
        """:return: the channel that files of a company come in by, if there is one"""
        domain = [("kind", "=", "manual"), ("company_id", "=", company.id)]
        channels = self.search(domain)
        return channels.filtered(lambda one: one.code == CODE) or channels[:1]

    @api.model
    def _make_for_files(self, company):
        """Find the channel for files, or make one: nobody has to set anything up."""
        found = self._find_for_files(company)
        if found:
            return found
        # sudo: whoever may bring in a file need not be able to set up channels
        channels_sudo = self.env["lead.channel"].sudo()
        every = channels_sudo.with_context(active_test=False)
        taken = set(every.search([("company_id", "=", company.id)]).mapped("code"))
        code = next(
            one
            for one in (CODE, *(f"{CODE}_{n}" for n in range(2, len(taken) + 3)))
            if one not in taken
        )
        team = self.env["crm.team"].with_company(company)._get_default_team_id()
        values = {
            "name": self.env._("Excel Files"),
            "code": code,
            "kind": "manual",
            "company_id": company.id,
            "team_id": team.id,
        }
        try:
            with self.env.cr.savepoint():
                return channels_sudo.create(values).sudo(False)
        except UniqueViolation as error:  # made by somebody else this very moment
            raise ConcurrencyError(str(error)) from error
