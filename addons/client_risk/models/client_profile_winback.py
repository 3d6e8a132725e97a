from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL


class ClientProfileWinback(models.AbstractModel):
    """Knows who is silent longer than the average client of the segment.

    That is the list of winning back. Those who are on schedule by their own rhythm are
    in it, too, for it is the common definition; they are shown grey and left alone.
    """

    _name = "client.profile.winback"
    _description = "Silent Clients"

    silence_days = fields.Float(
        string="Silent after (Days)",
        readonly=True,
        digits=(10, 1),
        aggregator="avg",
        help="The period of the average client of the segment, or what the thresholds "
        "say.",
    )
    silence_state = fields.Selection(
        selection=[
            ("open", "Being won back"),
            ("queue", "Waits for a case"),
            ("nobody", "Has no manager"),
            ("rest", "Was asked lately"),
            ("called", "At risk: to be called"),
            ("schedule", "On schedule by his own rhythm"),
            ("drop", "Proposed for removal"),
        ],
        string="Winning Back",
        readonly=True,
        help="Set for clients who are silent longer than the average client of their "
        "segment buys.",
    )

    _silence_idx = models.Index(
        "(company_id, silence_state, winning_value DESC) "
        "WHERE silence_state IS NOT NULL"
    )

    # === ACTIONS ===

    def action_win_back(self):
        """Open a case of winning back for each of these clients, and show it."""
        self.check_access("write")
        profiles = self.filtered(lambda one: one.purchase_count and one.active)
        if not profiles:
            raise UserError(self.env._("Who has never bought cannot be won back."))
        if "removed" in profiles.mapped("status"):
            raise UserError(self.env._("Take the client back into active sales first."))
        Cases = self.env["client.reactivation"]
        known = Cases.search(
            [
                ("partner_id", "in", profiles.partner_id.ids),
                ("is_open", "=", True),
            ]
        )
        busy = {(one.partner_id, one.company_id) for one in known}
        fresh = profiles.filtered(
            lambda one: (one.partner_id, one.company_id) not in busy
        )
        cases = known | Cases._open_by_hand(fresh)
        for company, own in fresh.grouped("company_id").items():
            today = self._get_today(company)
            self.sudo()._mark_silent(company, today, own.partner_id.ids)
        return Cases._open_action(cases)

    def _prepare_reactivation(self, today, user):
        """:return: values of a case of this client that ``user`` opens"""
        self.ensure_one()
        plan = self.env["client.reactivation.step"]._get_plan(self.company_id)
        if not plan:
            raise UserError(self.env._("There is no plan: add a step first."))
        return {
            "partner_id": self.partner_id.id,
            "company_id": self.company_id.id,
            "user_id": (self.manager_id or user).id,
            "origin": "hand",
            "opened_on": today,
            "next_on": today,
            "bought_on": self.last_date,
            "silent_days": (today - self.last_date).days,
            "winning_value": self.winning_value,
        }

    # === JUDGING ===

    @api.model
    def _follow_up(self, company, today, partner_ids=None):
        """See at once who was won back; all else is done after the night."""
        result = super()._follow_up(company, today, partner_ids)
        if partner_ids is None:
            cron = self.env.ref("client_risk.ir_cron_client_reactivation", False)
            if cron:
                cron.sudo()._trigger()
        else:
            self._attempt(lambda: self._note_return(company, today, partner_ids))
        return result

    @api.model
    def _note_return(self, company, today, partner_ids):
        Cases = self.env["client.reactivation"]
        Cases._note_purchases(company, today, partner_ids)
        Cases._end_unwanted(company, today, partner_ids)
        self._mark_silent(company, today, partner_ids, is_listed=True)

    @api.model
    def _mark_silent(self, company, today, partner_ids=None, is_listed=False):
        """Write on profiles whether the clients are silent, in one statement.

        :param partner_ids: only of these clients; None for all
        :param is_listed: only of those who are in the list already; who buys can but
            leave it
        """
        self.env.flush_all()
        conditions = [SQL("profile.company_id = %s", company.id)]
        if partner_ids is not None:
            conditions.append(SQL("profile.partner_id = ANY(%s)", list(partner_ids)))
        if is_listed:
            conditions.append(SQL("profile.silence_state IS NOT NULL"))
        self.env.cr.execute(
            SQL(
                """
                UPDATE client_profile profile
                   SET silence_days = found.days,
                       silence_state = found.state
                  FROM (
                      SELECT silent.id, silent.days, %(state)s AS state
                        FROM (%(silent)s) AS silent
                       ) AS judged
                 CROSS JOIN LATERAL (
                      SELECT judged.id,
                             judged.state,
                             CASE WHEN judged.state IS NOT NULL
                                  THEN judged.days
                             END AS days
                       ) AS found
                 WHERE profile.id = found.id
                   AND (profile.silence_state, profile.silence_days)
                       IS DISTINCT FROM (found.state, found.days)
                """,
                state=self._select_silence_state(company, today),
                silent=SQL(
                    """
                    SELECT profile.id, profile.partner_id, profile.company_id,
                           profile.active, profile.last_date, profile.status,
                           profile.sector, profile.missed_on, profile.is_told,
                           profile.expected_date, profile.is_drop_proposed,
                           partner.user_id,
                           ROUND((%(days)s)::numeric, 1) AS days
                      FROM client_profile profile
                      JOIN res_partner partner ON partner.id = profile.partner_id
                     WHERE %(conditions)s
                    """,
                    days=self.env["client.risk.policy"]._select_silence(company),
                    conditions=SQL(" AND ").join(conditions),
                ),
            )
        )
        self.env["client.profile"].invalidate_model(["silence_days", "silence_state"])

    @api.model
    def _select_silence_state(self, company, today):
        """:return: SQL of the state of a row ``silent``, the first that fits"""
        return SQL(
            """
            CASE WHEN NOT silent.active OR silent.last_date IS NULL
                      OR silent.status IN ('removed', 'irregular')
                 THEN NULL
                 WHEN EXISTS (
                      SELECT 1
                        FROM client_reactivation cases
                       WHERE cases.partner_id = silent.partner_id
                         AND cases.company_id = silent.company_id
                         AND cases.state IN ('open', 'waiting', 'decide')
                      )
                 THEN 'open'
                 WHEN %(today)s - silent.last_date <= silent.days
                 THEN NULL
                 WHEN COALESCE(silent.missed_on, 'infinity') > %(today)s
                      OR (silent.is_told AND silent.expected_date >= %(today)s)
                 THEN 'schedule'
                 WHEN silent.sector = 'risk'
                 THEN 'called'
                 WHEN silent.is_drop_proposed
                 THEN 'drop'
                 WHEN EXISTS (
                      SELECT 1
                        FROM client_reactivation cases
                       WHERE cases.partner_id = silent.partner_id
                         AND cases.company_id = silent.company_id
                         AND ((cases.state = 'later' AND cases.later_on > %(today)s)
                              OR (cases.state = 'lost'
                                  AND cases.closed_on > %(today)s - %(rest)s))
                      )
                 THEN 'rest'
                 WHEN silent.user_id IS NULL
                 THEN 'nobody'
                 ELSE 'queue'
            END
            """,
            today=SQL("%s::date", today),
            rest=SQL("%s::int", company.client_reactivation_rest),
        )
