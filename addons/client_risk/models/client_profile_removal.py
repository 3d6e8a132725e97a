import logging

from odoo import api, fields, models
from odoo.tools import SQL, split_every

from odoo.addons.client_base.models.concurrency import CONCURRENCY_ERRORS

from .removal_owner import REMOVAL_FIELDS

_logger = logging.getLogger(__name__)

TELL_BATCH = 200


class ClientProfileRemoval(models.AbstractModel):
    """Knows who is off active sales, and brings back those who buy or ask.

    The nightly pass does it for all clients, the immediate one for those at hand.
    """

    _name = "client.profile.removal"
    _description = "Removal and Return of Clients"

    removal_id = fields.Many2one(
        comodel_name="client.removal",
        string="Off Active Sales",
        compute="_compute_removal_id",
    )
    removal_reason_id = fields.Many2one(
        comodel_name="client.leaving.reason",
        string="Taken off Because",
        compute="_compute_removal_id",
    )
    removal_review_date = fields.Date(
        string="Look Again on", compute="_compute_removal_id"
    )

    @api.depends("status", "partner_id", "company_id")
    def _compute_removal_id(self):
        removals = self.env["client.removal"].search(
            [("partner_id", "in", self.partner_id.ids), ("state", "=", "removed")]
        )
        found = {(one.partner_id, one.company_id): one for one in removals}
        for profile in self:
            key = profile.partner_id, profile.company_id
            removal = found.get(key, removals.browse())
            profile.removal_id = removal
            profile.removal_reason_id = removal.reason_id
            profile.removal_review_date = removal.review_date

    # === ACTIONS ===

    def action_remove(self):
        """Open the dialog that takes these clients off active sales."""
        return self._open_decision("remove", self.env._("Take off Active Sales"))

    def action_keep(self):
        """Open the dialog that keeps these clients in active sales."""
        return self._open_decision("keep", self.env._("Keep in Active Sales"))

    def action_take_back(self):
        """Take these clients back into active sales."""
        self.check_access("read")
        return self.removal_id.action_take_back()

    def _open_decision(self, decision, title):
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": "client.decision",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_profile_ids": self.ids,
                "default_decision": decision,
            },
        }

    # === JUDGING ===

    @api.model
    def _get_facts(self, company):
        """Add who is removed, and do not propose them or those who are kept."""
        facts = super()._get_facts(company)
        today = self._get_today(company)
        removed = SQL(
            """EXISTS (
                SELECT 1
                  FROM client_removal removal
                 WHERE removal.partner_id = partner.id
                   AND removal.company_id = %s
                   AND removal.state = 'removed'
            )""",
            company.id,
        )
        kept = SQL(
            """EXISTS (
                SELECT 1
                  FROM client_keeping keeping
                 WHERE keeping.partner_id = partner.id
                   AND keeping.company_id = %s
                   AND keeping.until >= %s
            )""",
            company.id,
            today,
        )
        return {
            **facts,
            "removed": removed,
            "protected": SQL("%s OR %s OR %s", facts["protected"], removed, kept),
        }

    @api.model
    def _prepare_judging(self, company, today, partner_ids=None):
        result = super()._prepare_judging(company, today, partner_ids)
        self._bring_back(company, today, partner_ids)
        return result

    @api.model
    def _follow_up(self, company, today, partner_ids=None):
        result = super()._follow_up(company, today, partner_ids)
        self.env["res.partner"].invalidate_model(REMOVAL_FIELDS)
        self._attempt(lambda: self._tell_back(company, partner_ids))
        if partner_ids is None:
            self._attempt(lambda: self._ask_reviews(company, today))
        return result

    @api.model
    def _attempt(self, work):
        """Do work that must not break a night or a sale; the next night tries again."""
        try:
            with self.env.cr.savepoint():
                work()
        except CONCURRENCY_ERRORS:
            raise
        except Exception:
            self.env.transaction.clear()
            _logger.exception("Clients were judged, but not followed up")

    # === COMING BACK ===

    @api.model
    def _bring_back(self, company, today, partner_ids):
        """End the removals of those who have bought or asked since, in one statement.

        A purchase that was known when the client was taken off does not count.
        """
        self.env["client.removal"].flush_model()
        removed = self._fetch_removed(company, partner_ids)
        if not removed:
            return
        self.env.flush_all()
        self.env.cr.execute(
            SQL(
                """
                UPDATE client_removal removal
                   SET state = 'back',
                       ended_on = found.date,
                       end_cause = found.cause,
                       is_told = FALSE
                  FROM (
                      SELECT DISTINCT ON (event.id) event.id, event.date, event.cause
                        FROM (%s) AS event
                    ORDER BY event.id, event.date, event.cause
                       ) AS found
                 WHERE removal.id = found.id
                """,
                SQL(" UNION ALL ").join(
                    self._select_returns(company, today, list(removed))
                ),
            )
        )
        if self.env.cr.rowcount:
            self.env["client.removal"].invalidate_model()

    @api.model
    def _fetch_removed(self, company, partner_ids):
        """:return: client -> day of removal, of the clients at hand"""
        at_hand = (
            SQL("partner_id = ANY(%s)", list(partner_ids))
            if partner_ids is not None
            else SQL("TRUE")
        )
        rows = self.env.execute_query(
            SQL(
                """
                SELECT partner_id, date
                  FROM client_removal
                 WHERE state = 'removed'
                   AND company_id = %s
                   AND %s
                """,
                company.id,
                at_hand,
            )
        )
        return dict(rows)

    @api.model
    def _select_returns(self, company, today, partner_ids):
        """:return: SQL of what brings clients back: removal, day and cause"""
        selects = [self._select_bought_again(company, today, partner_ids)]
        for model, condition in self._get_request_conditions().items():
            if model in self.env:
                selects.append(self._select_requests(company, model, condition))
        return selects

    @api.model
    def _get_request_conditions(self):
        """:return: model of a document -> SQL of when it is something asked for"""
        return {
            "sale.order": SQL("document.state IN ('draft', 'sent', 'sale')"),
            "crm.lead": SQL("document.active"),
        }

    @api.model
    def _select_bought_again(self, company, today, partner_ids):
        Purchase = self.env["client.purchase"]
        query = Purchase._search(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", partner_ids),
                ("date", "<=", today),
                ("amount", ">", 0),
            ],
            bypass_access=True,  # a removal is company-wide
        )
        partner, date = (
            Purchase._field_to_sql(query.table, name, query)
            for name in ("partner_id", "date")
        )
        return SQL(
            """
            SELECT removal.id, bought.date, 'purchase' AS cause
              FROM client_removal removal
              JOIN (%s) AS bought(partner_id, date)
                ON bought.partner_id = removal.partner_id
             WHERE removal.state = 'removed'
               AND removal.company_id = %s
               AND bought.date >= removal.date
               AND bought.date > COALESCE(removal.bought_on, '-infinity')
            """,
            query.select(partner, date),
            company.id,
        )

    @api.model
    def _select_requests(self, company, model, condition):
        """Find documents made since the removal, whoever made them."""
        return SQL(
            """
            SELECT removal.id, document.create_date::date AS date, 'request' AS cause
              FROM client_removal removal
              JOIN res_partner contact
                ON contact.commercial_partner_id = removal.partner_id
              JOIN %(table)s document
                ON document.partner_id = contact.id
               AND document.create_date > removal.create_date
               AND (document.company_id = removal.company_id
                    OR document.company_id IS NULL)
             WHERE removal.state = 'removed'
               AND removal.company_id = %(company)s
               AND %(condition)s
            """,
            table=SQL.identifier(self.env[model]._table),
            company=company.id,
            condition=condition,
        )

    # === TELLING ===

    @api.model
    def _tell_back(self, company, partner_ids):
        domain = [
            ("company_id", "=", company.id),
            ("state", "=", "back"),
            ("is_told", "=", False),
        ]
        if partner_ids is not None:
            domain.append(("partner_id", "in", list(partner_ids)))
        untold = self.env["client.removal"].search(domain)
        for batch in split_every(TELL_BATCH, untold.ids, untold.browse):
            batch._tell_back()

    @api.model
    def _ask_reviews(self, company, today):
        """Ask about those whose review date has come: a day's worth a person."""
        due = self.env["client.removal"].search(
            [
                ("company_id", "=", company.id),
                ("state", "=", "removed"),
                ("is_review_asked", "=", False),
                ("review_date", "<=", today),
                ("partner_id.active", "=", True),
            ],
            order="review_date, id",
        )
        people, given = {}, {}
        for removal, user in due._get_people().items():
            given[user] = given.get(user, 0) + 1
            if given[user] <= user._get_reminder_cap():
                people[removal] = user
        asked = due.filtered(lambda one: one in people)
        asked._ask_review(people)
