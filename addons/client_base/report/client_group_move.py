from odoo import fields, models
from odoo.tools import SQL


class ClientGroupMove(models.Model):
    """One entry into a group or one exit from it: a stay seen by its two ends."""

    _name = "client.group.move"
    _description = "Entry into or Exit from a Group"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "partner_id"

    date = fields.Date(readonly=True)
    kind = fields.Selection(
        selection=[("entry", "Entered"), ("exit", "Left")],
        string="What",
        readonly=True,
    )
    group_id = fields.Many2one(comodel_name="client.group", readonly=True)
    partner_id = fields.Many2one(
        comodel_name="res.partner", string="Client", readonly=True
    )
    stay_id = fields.Many2one(comodel_name="client.group.member", readonly=True)
    user_id = fields.Many2one(related="partner_id.user_id", string="Manager")
    origin = fields.Selection(related="stay_id.origin", string="Came In")
    reason = fields.Char(compute="_compute_reason")
    balance = fields.Integer(
        readonly=True, help="1 for an entry, -1 for an exit: summed up, the growth."
    )
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT stay.id * 2 AS id, stay.date_from AS date, 'entry' AS kind,
                   1 AS balance, stay.group_id, stay.partner_id, stay.id AS stay_id,
                   own.company_id
              FROM client_group_member AS stay
              JOIN client_group AS own ON own.id = stay.group_id
             UNION ALL
            SELECT stay.id * 2 + 1, stay.date_to, 'exit', -1, stay.group_id,
                   stay.partner_id, stay.id, own.company_id
              FROM client_group_member AS stay
              JOIN client_group AS own ON own.id = stay.group_id
             WHERE stay.date_to IS NOT NULL
            """
        )

    def _compute_reason(self):
        for move in self:
            stay = move.stay_id
            move.reason = stay.reason if move.kind == "entry" else stay.exit_reason
