import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from .concurrency import CONCURRENCY_ERRORS
from .prefetch import CLIENT_FIELDS

_logger = logging.getLogger(__name__)

DEFAULT_REVIEW_INTERVAL = 365


class ReviewInterval(models.AbstractModel):
    """Says how often cards are reviewed: a group, a type, a company.

    A change of it moves the dates of all its cards with one statement.
    """

    _name = "client.review.interval"
    _description = "Review Interval"

    # The column with the days, and the path from a card to here.
    _review_interval_field = "review_interval"
    _review_owner_field = None

    def write(self, vals):
        changed = self.filtered(
            lambda owner: any(
                owner[name] != vals[name]
                for name in (self._review_interval_field, "active")
                if name in vals
            )
        )
        result = super().write(vals)
        if changed:
            self.env["res.partner"]._renew_review_due(changed._get_cards_domain())
        return result

    def unlink(self):
        cards = self.env["res.partner"].sudo().with_context(active_test=False)
        left = cards.search(self._get_cards_domain())
        result = super().unlink()
        if left:
            cards._renew_review_due([("id", "in", left.ids)])
        return result

    def _get_cards_domain(self):
        return Domain(self._review_owner_field, "in", self.ids)


class ReviewStay(models.AbstractModel):
    """Whoever enters or leaves a group is reviewed as often as the groups then say."""

    _name = "client.review.stay"
    _description = "Review by the Groups"

    @api.model_create_multi
    def create(self, vals_list):
        stays = super().create(vals_list)
        self.env["res.partner"]._renew_after_stays(stays.partner_id.ids)
        return stays

    def write(self, vals):
        partner_ids = self.partner_id.ids
        result = super().write(vals)
        if {"date_to", "group_id", "partner_id"} & vals.keys():
            self.env["res.partner"]._renew_after_stays(
                partner_ids + self.partner_id.ids
            )
        return result

    def unlink(self):
        partner_ids = self.partner_id.ids
        result = super().unlink()
        self.env["res.partner"]._renew_after_stays(partner_ids)
        return result


class CardReview(models.AbstractModel):
    """Keeps when a card was last found to be correct, and when that is due again.

    A person says so, or a fact does: the client answered, a phone was confirmed. The
    day of the fact counts, and the date never goes back.
    """

    _name = "client.card.review"
    _description = "Review of the Card"

    reviewed_on = fields.Date(
        copy=False,
        prefetch=CLIENT_FIELDS,
        groups="client_base.group_client_user",
        help="The day somebody last found this card to be correct, or the client "
        "showed that it is: by an answer, or a phone or e-mail that works.",
    )
    # Neither the intervals nor the stays in groups are dependencies: a change of them
    # can be of 100,000 cards, which one statement renews.
    review_due = fields.Date(
        compute="_compute_review_due",
        store=True,
        index=True,
        prefetch=CLIENT_FIELDS,
        groups="client_base.group_client_user",
        help="As often as the most demanding group of the client says, else its type, "
        "else the company.",
    )

    @api.depends("reviewed_on", "client_type_id", "company_id")
    def _compute_review_due(self):
        companies_sudo = self.env["res.company"].sudo().search(Domain.TRUE)  # all count
        shortest = min(
            companies_sudo.mapped("client_review_interval"),
            default=DEFAULT_REVIEW_INTERVAL,
        )
        # groups and types of any company ask for reviews
        for partner, card_sudo in zip(self, self.sudo(), strict=True):
            since = partner.reviewed_on or fields.Date.to_date(partner.create_date)
            days = card_sudo._get_own_review_interval() or shortest
            partner.review_due = since and since + timedelta(days=days)

    def action_mark_reviewed(self):
        """Say that the cards are still correct."""
        return self.write({"reviewed_on": fields.Date.context_today(self)})

    # === INTERVALS ===

    def _get_own_review_interval(self):
        """:return: days, or nothing when only what is common to all companies counts"""
        self.ensure_one()
        intervals = [
            group.review_interval
            for group in self.client_group_ids
            if group.active and group.review_interval
        ]
        return (
            min(intervals, default=0)
            or self.client_type_id.review_interval
            or self.company_id.client_review_interval
        )

    @api.model
    def _get_review_interval_sql(self, card):
        """:return: the days of ``_get_own_review_interval``, for an alias of a card"""
        return SQL(
            """COALESCE(
                (
                    SELECT MIN(client_group.review_interval)
                      FROM client_group_res_partner_rel AS rel
                      JOIN client_group
                        ON client_group.id = rel.group_id
                     WHERE rel.partner_id = %(card)s.id
                       AND client_group.active
                       AND client_group.review_interval > 0
                ),
                (
                    SELECT NULLIF(client_type.review_interval, 0)
                      FROM client_type
                     WHERE client_type.id = %(card)s.client_type_id
                ),
                (
                    SELECT MIN(res_company.client_review_interval)
                      FROM res_company
                     WHERE %(card)s.company_id IS NULL
                           AND res_company.active
                        OR res_company.id = %(card)s.company_id
                ),
                %(default)s
            )""",
            card=card,
            default=DEFAULT_REVIEW_INTERVAL,
        )

    @api.model
    def _renew_review_due(self, domain):
        """Set the date of all cards of a domain anew.

        To be called by whoever puts cards into groups past the ORM.

        :param domain: on ``res.partner``
        """
        self._flush_for_review()
        # sudo: the date is true for everybody, whoever changed the interval
        cards = self.sudo().with_context(active_test=False)._search(domain)
        card = SQL.identifier("card")
        self.env.execute_query(
            SQL(
                """
                WITH new (id, due) AS (
                    SELECT card.id,
                           COALESCE(card.reviewed_on, card.create_date::date) + %(days)s
                      FROM res_partner AS card
                     WHERE card.id IN %(cards)s
                )
                UPDATE res_partner AS card
                   SET review_due = new.due
                  FROM new
                 WHERE card.id = new.id
                   AND card.review_due IS DISTINCT FROM new.due
             RETURNING card.id
                """,
                days=self._get_review_interval_sql(card),
                cards=cards.subselect(),
            )
        )
        self.env["res.partner"].invalidate_model(["review_due"])

    @api.model
    def _renew_after_stays(self, partner_ids):
        """Set the dates of those who entered or left some group anew."""
        groups_sudo = self.env["client.group"].sudo()  # of any company
        if partner_ids and groups_sudo.search([("review_interval", ">", 0)], limit=1):
            self._renew_review_due([("id", "in", list(partner_ids))])

    @api.model
    def _flush_for_review(self):
        partners = self.env["res.partner"]
        partners.flush_model(
            [
                "client_group_ids",
                "client_type_id",
                "commercial_partner_id",
                "company_id",
                "partner_share",
                "review_due",
                "reviewed_on",
            ]
        )
        self.env["client.group"].flush_model(["active", "review_interval"])
        self.env["client.type"].flush_model(["review_interval"])
        self.env["res.company"].flush_model(["active", "client_review_interval"])

    # === EVIDENCE ===

    @api.model
    def _note_evidence(self, facts):
        """Renew the review of cards that turned out to be right, and of their clients.

        Nothing else on the card is touched, and no rule of the card stops it. A card
        that somebody else writes at this moment is left for the next fact: no incoming
        message may be lost for it.

        :param facts: pairs of (id of the partner, moment in UTC)
        :return: how many cards were renewed
        """
        facts = [(id_, moment) for id_, moment in facts if id_ and moment]
        if not facts:
            return 0
        self._flush_for_review()
        try:
            with self.env.cr.savepoint(flush=False):
                renewed = self.env.execute_query(self._get_evidence_query(facts))
        except CONCURRENCY_ERRORS:
            _logger.info("Evidence for %d cards came while they changed", len(facts))
            return 0
        if renewed:
            partners = self.env["res.partner"]
            partners.invalidate_model(["reviewed_on", "review_due"])
        return len(renewed)

    @api.model
    def _get_evidence_query(self, facts):
        ids, moments = zip(*facts, strict=True)
        zone = self.env.company.resource_calendar_id.tz or "UTC"
        return SQL(
            """
            WITH fact AS (
                SELECT UNNEST(ARRAY[person.id, person.commercial_partner_id]) AS id,
                       timezone(
                           %(zone)s, timezone('UTC', LEAST(given.moment, %(now)s))
                       )::date AS day
                  FROM UNNEST(%(ids)s::int[], %(moments)s::timestamp[])
                    AS given (id, moment)
                  JOIN res_partner AS person
                    ON person.id = given.id
                   AND person.partner_share
            ), latest AS (
                SELECT id, MAX(day) AS day FROM fact GROUP BY id
            )
            UPDATE res_partner AS card
               SET reviewed_on = latest.day,
                   review_due = latest.day + %(days)s
              FROM latest
             WHERE card.id = latest.id
               AND (card.reviewed_on IS NULL OR card.reviewed_on < latest.day)
         RETURNING card.id
            """,
            zone=zone,
            now=fields.Datetime.now(),
            ids=list(ids),
            moments=list(moments),
            days=self._get_review_interval_sql(SQL.identifier("card")),
        )
