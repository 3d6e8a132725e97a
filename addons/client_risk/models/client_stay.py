from odoo import fields, models

from .client_profile import SECTORS, STATUSES

# How a stretch begins, in the order of ``tools.stays``; then what people change.
ORIGINS = [
    ("opening", "There before"),
    ("new", "First purchase"),
    ("returned", "Came back"),
    ("changed", "Changed status"),
    ("handed", "Changed manager"),
]
ENDS = [
    ("left", "Left"),
    ("changed", "Changed status"),
    ("handed", "Changed manager"),
]


class ClientStay(models.Model):
    """One stretch of a client's active life, with one status and one manager.

    From a day until the first day on which it was over; no end while it lasts. What
    ``client.flow`` counts. Written at night by ``client.stay.counter`` alone.
    """

    _name = "client.stay"
    _description = "Stretch of a Client's Active Life"
    _inherit = ["client.stay.counter"]
    _order = "date_from desc, id desc"
    _rec_name = "partner_id"

    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Client",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    manager_id = fields.Many2one(comodel_name="res.users", readonly=True)
    status = fields.Selection(selection=STATUSES, required=True, readonly=True)
    sector = fields.Selection(selection=SECTORS, required=True, readonly=True)
    date_from = fields.Date(string="From", required=True, readonly=True)
    date_to = fields.Date(string="Until", readonly=True)
    origin = fields.Selection(selection=ORIGINS, required=True, readonly=True)
    end_kind = fields.Selection(selection=ENDS, string="Ended by", readonly=True)
    next_status = fields.Selection(
        selection=STATUSES,
        string="Then",
        readonly=True,
        help="The status that followed; none for who is no client any more.",
    )
    is_replayed = fields.Boolean(
        string="By the Purchases",
        readonly=True,
        help="Played again from purchases, at the ends of months, with the manager of "
        "today; not seen on the day itself.",
    )

    _open_idx = models.Index("(company_id, partner_id) WHERE date_to IS NULL")
