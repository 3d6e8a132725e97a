import json

from odoo import api, fields, models
from odoo.tools import SQL


class ClientSyncKey(models.Model):
    """One client, or one of his people, as another system names it.

    Keeps what was told last, so that what a person has changed here since is told from
    what has changed there. Written by the door alone.
    """

    _name = "client.sync.key"
    _description = "Client in Another System"
    _inherit = ["client.card.bound"]
    _order = "source, key, id"
    _rec_name = "key"

    company_id = fields.Many2one(
        comodel_name="res.company", required=True, index=True, readonly=True
    )
    source = fields.Char(
        required=True, readonly=True, help="The name the other system gives itself."
    )
    key = fields.Char(required=True, readonly=True)
    parent_key = fields.Char(
        string="Key of the Client",
        required=True,
        readonly=True,
        default="",
        help="Of whom this person is a contact; empty for a client.",
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Client",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    version = fields.Float(
        digits=(40, 6),
        readonly=True,
        help="Orders what was told; an older word changes nothing.",
    )
    digest = fields.Char(readonly=True, help="A mark of what was told last.")
    told = fields.Json(readonly=True, help="What was told last, value by value.")
    write_date = fields.Datetime(string="Told Last")

    _key_uniq = models.Constraint(
        "UNIQUE (company_id, source, parent_key, key)",
        "The other system has told this client already.",
    )

    @api.model
    def _has_field_access(self, field, operation):
        """A key forged by hand would let its system write any card: ours, a user's."""
        if operation == "write" and not self.env.su:
            return False
        return super()._has_field_access(field, operation)

    @api.model
    def _note(self, source, lines):
        """Store what was told, in the order of the keys: two scripts never lock.

        :param lines: dicts of key, parent_key, partner_id, version, digest, told
        """
        self.env["res.partner"].flush_model(["active"])  # the cards have to be there
        lines = sorted(lines, key=lambda line: (line["parent_key"], line["key"]))
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO client_sync_key (
                            company_id, source, parent_key, key, partner_id, version,
                            digest, told, create_uid, write_uid, create_date, write_date
                          )
                   SELECT %(company)s, %(source)s, parent_key, key, partner_id, version,
                          digest, told, %(user)s, %(user)s, %(now)s, %(now)s
                     FROM jsonb_to_recordset(%(lines)s::jsonb) AS line (
                          parent_key varchar, key varchar, partner_id int4,
                          version numeric, digest varchar, told jsonb)
              ON CONFLICT (company_id, source, parent_key, key)
                DO UPDATE
                      SET partner_id = EXCLUDED.partner_id,
                          version = EXCLUDED.version,
                          digest = EXCLUDED.digest,
                          told = EXCLUDED.told,
                          write_uid = EXCLUDED.write_uid,
                          write_date = EXCLUDED.write_date
                """,
                company=self.env.company.id,
                source=source,
                user=self.env.uid,
                now=self.env.cr.now(),
                lines=json.dumps(lines, ensure_ascii=False),
            )
        )
        self.invalidate_model()
