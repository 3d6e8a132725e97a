from odoo import fields, models


class ClientSyncKey(models.Model):
    """One client, or one of his people, as another system names it.

    Keeps what was told last, so that what a person has changed here since is told from
    what has changed there. Written by the door alone.
    """

    _name = "client.sync.key"
    _description = "Client in Another System"
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
