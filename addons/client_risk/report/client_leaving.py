from odoo import fields, models
from odoo.tools import SQL

KINDS = [("removed", "Taken off Active Sales"), ("lost", "Could Not Be Won Back")]


class ClientLeaving(models.Model):
    """One client who left for a reason that somebody told, and what he was worth.

    A removal, or a case of winning back that was lost. A case that ended because the
    client was removed is told by the removal.
    """

    _name = "client.leaving"
    _description = "Client Who Left, and Why"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "partner_id"
    _depends = {
        "client.profile": ["company_id", "partner_id", "turnover"],
        "client.reactivation": [
            "closed_on",
            "comment",
            "company_id",
            "partner_id",
            "reason_id",
            "state",
        ],
        "client.removal": [
            "comment",
            "company_id",
            "date",
            "ended_on",
            "partner_id",
            "reason_id",
        ],
    }

    date = fields.Date(readonly=True)
    kind = fields.Selection(selection=KINDS, string="How", readonly=True)
    reason_id = fields.Many2one(comodel_name="client.leaving.reason", readonly=True)
    comment = fields.Char(readonly=True)
    partner_id = fields.Many2one(
        comodel_name="res.partner", string="Client", readonly=True
    )
    company_id = fields.Many2one(comodel_name="res.company", readonly=True)
    currency_id = fields.Many2one(related="company_id.currency_id")
    manager_id = fields.Many2one(related="partner_id.user_id", string="Manager")
    client_type_id = fields.Many2one(related="partner_id.client_type_id")
    client_group_ids = fields.Many2many(
        related="partner_id.client_group_ids", string="Groups Now"
    )
    abc_class = fields.Selection(
        selection=[("A", "A"), ("B", "B"), ("C", "C")], string="ABC", readonly=True
    )
    client_count = fields.Integer(string="Clients", readonly=True)
    turnover = fields.Monetary(
        string="Bought in Two Years",
        readonly=True,
        help="What the client bought in the two years up to the last evaluation.",
    )
    is_back = fields.Boolean(string="Came Back", readonly=True)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT gone.*, 1 AS client_count, profile.abc_class, profile.turnover
              FROM (
                   SELECT removal.id::int8 * 2 AS id, removal.date,
                          'removed' AS kind, removal.reason_id, removal.comment,
                          removal.partner_id, removal.company_id,
                          removal.ended_on IS NOT NULL AS is_back
                     FROM client_removal removal
                    UNION ALL
                   SELECT tried.id::int8 * 2 + 1, tried.closed_on,
                          'lost', tried.reason_id, tried.comment,
                          tried.partner_id, tried.company_id,
                          FALSE
                     FROM client_reactivation tried
                    WHERE tried.state = 'lost'
                      AND NOT EXISTS (
                              SELECT 1
                                FROM client_removal removal
                               WHERE removal.partner_id = tried.partner_id
                                 AND removal.company_id = tried.company_id
                                 AND removal.date <= tried.closed_on
                                 AND (removal.ended_on IS NULL
                                      OR removal.ended_on >= tried.closed_on)
                          )
                   ) AS gone
         LEFT JOIN client_profile profile
                ON profile.partner_id = gone.partner_id
               AND profile.company_id = gone.company_id
            """
        )

    def action_open_client(self):
        """Open the card."""
        self.ensure_one()
        self.check_access("read")
        return self.partner_id.get_formview_action()
