from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools import channels

CHANNELS = [
    ("email", "E-mail"),
    ("phone", "Phone"),
    ("meeting", "Meeting"),
    ("telegram", "Telegram"),
    ("viber", "Viber"),
    ("whatsapp", "WhatsApp"),
    ("sms", "SMS"),
    ("other", "Other"),
]

# What was sent within so many days says which channel works.
EFFECTIVE_DAYS = 365
# What the client says within so many days after it was turned to is an answer.
ANSWER_DAYS = 7

LAST_TOUCH = {
    "=": SQL("MAX(date) ="),
    "<": SQL("MAX(date) <"),
    "<=": SQL("MAX(date) <="),
    ">": SQL("MAX(date) >"),
    ">=": SQL("MAX(date) >="),
}


class InteractionOwner(models.AbstractModel):
    """Knows what was offered to a client, and when it was last spoken to.

    A contact person has the history of its client.
    """

    _name = "client.interaction.owner"
    _description = "Client with a History"

    client_offer_ids = fields.One2many(
        comodel_name="client.offer",
        inverse_name="partner_id",
        string="Offers",
        groups="client_base.group_client_user",
    )
    client_offer_count = fields.Integer(
        string="Number of Offers",
        compute="_compute_client_offer_count",
        groups="client_base.group_client_user",
    )
    client_interaction_ids = fields.One2many(
        comodel_name="client.interaction",
        inverse_name="partner_id",
        string="Interactions",
        groups="client_base.group_client_user",
    )
    client_interaction_count = fields.Integer(
        string="Number of Interactions",
        compute="_compute_history",
        groups="client_base.group_client_user",
    )
    last_touch_date = fields.Datetime(
        string="Last Touch",
        compute="_compute_history",
        search="_search_last_touch_date",
        groups="client_base.group_client_user",
        help="When the client was last spoken or written to, or spoke or wrote to us.",
    )
    last_touch_channel = fields.Selection(
        selection=CHANNELS,
        string="Last Touch By",
        compute="_compute_history",
        groups="client_base.group_client_user",
    )
    effective_channel = fields.Selection(
        selection=CHANNELS,
        string="Answers Best",
        compute="_compute_history",
        groups="client_base.group_client_user",
        help="The channel this client answered best within the last year.",
    )

    # === COMPUTE AND SEARCH METHODS ===

    @api.depends("client_offer_ids")
    def _compute_client_offer_count(self):
        counts = dict(
            self.env["client.offer"]._read_group(
                [("partner_id", "in", self.commercial_partner_id.ids)],
                ["partner_id"],
                ["__count"],
            )
        )
        for partner in self:
            partner.client_offer_count = counts.get(partner.commercial_partner_id, 0)

    @api.depends("message_ids", "client_offer_ids.date")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_history(self):
        histories = self._fetch_histories(self.commercial_partner_id.ids)
        for partner in self:
            client = partner.commercial_partner_id
            count, date, channel, rates = histories.get(
                client.id, (0, False, False, {})
            )
            partner.client_interaction_count = count
            partner.last_touch_date = date
            partner.last_touch_channel = channel
            partner.effective_channel = channels.best_channel(rates)

    @api.model
    def _search_last_touch_date(self, operator, value):
        # the rows are read past their rules: who may not read the answer gets none
        self._check_field_access(self._fields["last_touch_date"], "read")
        if operator == "in":
            return Domain.OR(self._get_last_touch_domain("=", each) for each in value)
        if operator not in LAST_TOUCH or not value:
            return NotImplemented
        return self._get_last_touch_domain(operator, value)

    @api.model
    def _get_last_touch_domain(self, operator, moment):
        """:param moment: nothing stands for clients that were never touched"""
        if not moment:
            return Domain("commercial_partner_id", "not in", self._select_touched())
        last = SQL("%s %s", LAST_TOUCH[operator], moment)
        return Domain("commercial_partner_id", "in", self._select_touched(last))

    # === ACTION METHODS ===

    def action_open_offers(self):
        """Open what was offered to this client."""
        self.ensure_one()
        self.env["client.offer"].check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_base.client_offer_action"
        )
        action["domain"] = [("partner_id", "=", self.commercial_partner_id.id)]
        action["context"] = {"default_partner_id": self.id}
        return action

    def action_new_offer(self):
        """Open an empty offer to this client."""
        self.ensure_one()
        self.env["client.offer"].check_access("create")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("New Offer"),
            "res_model": "client.offer",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_partner_id": self.commercial_partner_id.id,
                "default_contact_id": not self.is_company and self.id,
            },
        }

    def action_open_interactions(self):
        """Open everything that was said between us and this client."""
        self.ensure_one()
        self.env["client.interaction"].check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_base.client_interaction_action"
        )
        action["domain"] = [("partner_id", "=", self.commercial_partner_id.id)]
        action["context"] = {}
        return action

    # === BUSINESS METHODS ===

    @api.model
    def _search_history(self, domain):
        """Find interactions of the chosen companies, also those the user may not read.

        That somebody spoke to a client is told to everybody who sees its card; what
        was said, and by whom, is not. Without chosen companies (a cron) all count.

        :rtype: odoo.tools.query.Query
        """
        domain = Domain(domain)
        if not self.env.su or self.env.context.get("allowed_company_ids"):
            companies_sudo = self.env["res.company"].sudo()
            others = companies_sudo.search([("id", "not in", self.env.companies.ids)])
            domain &= Domain("company_id", "not in", others.ids)
        return self.env["client.interaction"].sudo()._search(domain)

    @api.model
    def _get_touch_domain(self):
        return Domain("is_touch", "=", True) & Domain(
            "date", "<=", fields.Datetime.now()
        )

    @api.model
    def _select_touched(self, condition=None):
        """:return: a SELECT of the clients whose touches fulfil ``condition``"""
        touches = self._search_history(self._get_touch_domain())
        partner = SQL.identifier("client_interaction", "partner_id")
        touches.groupby = partner
        touches.having = condition
        return touches.select(partner)

    @api.model
    def _select_last_touches(self):
        """:return: a SELECT of ``partner_id`` and ``last_touch_date`` of each client"""
        touches = self._search_history(self._get_touch_domain())
        touches.groupby = SQL("partner_id")
        return touches.select(SQL("partner_id"), SQL("MAX(date) AS last_touch_date"))

    @api.model
    def _fetch_histories(self, client_ids):
        """Sum up what was said between us and the clients.

        :return: of each the number of interactions, date and channel of the last
            touch, and how many were sent and answered by each channel
        :rtype: dict[int, tuple[int, datetime, str, dict[str, tuple[int, int]]]]
        """
        history = self._search_history([("partner_id", "in", client_ids)])
        rows = self.env.execute_query(self._select_histories(history))
        return {
            client_id: (count, date, channel, rates or {})
            for client_id, count, date, channel, rates in rows
        }

    @api.model
    def _select_histories(self, history):
        """One statement: to plan the many sources takes longer than to read them."""
        now = fields.Datetime.now()
        return SQL(
            """
            WITH history AS (
                SELECT partner_id,
                       id,
                       date,
                       channel,
                       direction,
                       is_answered,
                       is_touch AND date <= %(now)s AS is_past
                  FROM %(from_)s
                 WHERE %(where)s
            ), touch AS (
                SELECT partner_id,
                       channel,
                       direction,
                       is_answered,
                       date,
                       MIN(date) FILTER (WHERE direction = 'in') OVER (
                           PARTITION BY partner_id
                               ORDER BY date DESC
                                   ROWS UNBOUNDED PRECEDING
                       ) AS next_answer
                  FROM history
                 WHERE is_past
                   AND date >= %(since)s
            ), rate AS (
                SELECT partner_id,
                       channel,
                       COUNT(*) AS sent,
                       COUNT(*) FILTER (
                           WHERE is_answered
                              OR next_answer <= date + %(days)s * INTERVAL '1 day'
                       ) AS answered
                  FROM touch
                 WHERE direction = 'out'
                   AND channel != 'other'
              GROUP BY partner_id, channel
            ), rates AS (
                SELECT partner_id,
                       JSONB_OBJECT_AGG(
                           channel, JSONB_BUILD_ARRAY(sent, answered)
                       ) AS by_channel
                  FROM rate
              GROUP BY partner_id
            )
            SELECT history.partner_id,
                   COUNT(*),
                   MAX(date) FILTER (WHERE is_past),
                   (
                       ARRAY_AGG(channel ORDER BY date DESC, id DESC)
                       FILTER (WHERE is_past)
                   )[1],
                   rates.by_channel
              FROM history
         LEFT JOIN rates
                ON rates.partner_id = history.partner_id
          GROUP BY history.partner_id, rates.by_channel
            """,
            now=now,
            since=now - timedelta(days=EFFECTIVE_DAYS),
            days=ANSWER_DAYS,
            from_=history.from_clause,
            where=history.where_clause or SQL("TRUE"),
        )
