from odoo import models
from odoo.fields import Domain
from odoo.tools import SQL


class ClientGroupRecompute(models.AbstractModel):
    """Brings the stays in a group in line with its rule, by one statement.

    A stay by the rule is made by nobody: it has no author.

    Two of them at once, or one twice, make what one makes: the unique indexes on open
    stays decide, and whoever loses finds the stay there already.
    """

    _name = "client.group.recompute"
    _description = "Recomputation of a Group"

    def _recompute(self, partner_ids=None, *, is_quiet=False):
        """Let in who fits the rule, and out who does not.

        :param partner_ids: look at these clients only
        :param is_quiet: do nothing else for those who enter
        :return: ids of the partners who entered, and of those who left some group
        """
        self.ensure_one()
        self.env.flush_all()
        self._check_properties(self.env["res.partner"], self._read_rule())
        [(came, gone, displaced)] = self.env.execute_query(
            SQL(
                """
                WITH %(wanted)s,
                     %(gone)s,
                     %(displaced)s,
                     come AS (
                         INSERT INTO client_group_member (
                                     group_id, set_id, partner_id, date_from, origin,
                                     is_pinned, is_excluded, entry_state,
                                     create_date, write_date
                                   )
                         SELECT %(group)s, %(set)s, wanted.id, %(today)s, 'rule',
                                FALSE, FALSE, %(state)s, %(now)s, %(now)s
                           FROM wanted
                          -- room in the set is made before
                          WHERE (SELECT COUNT(*) FROM displaced) >= 0
                            AND NOT EXISTS (
                                SELECT
                                  FROM client_group_member AS present
                                 WHERE present.group_id = %(group)s
                                   AND present.partner_id = wanted.id
                                   AND present.date_to IS NULL
                                )
                             ON CONFLICT DO NOTHING
                      RETURNING partner_id
                     ),
                     unlinked AS (
                         DELETE FROM client_group_res_partner_rel AS link
                               USING (
                                     SELECT group_id, partner_id FROM gone
                                      UNION ALL
                                     SELECT group_id, partner_id FROM displaced
                                     ) AS ended
                               WHERE link.group_id = ended.group_id
                                 AND link.partner_id = ended.partner_id
                     ),
                     linked AS (
                         INSERT INTO client_group_res_partner_rel
                                     (group_id, partner_id)
                         SELECT %(group)s, partner_id FROM come
                             ON CONFLICT DO NOTHING
                     )
                SELECT (SELECT ARRAY_AGG(partner_id) FROM come),
                       (SELECT ARRAY_AGG(partner_id) FROM gone),
                       (SELECT ARRAY_AGG(partner_id) FROM displaced)
                """,
                wanted=self._prepare_wanted_sql(partner_ids),
                gone=self._prepare_gone_sql(partner_ids),
                displaced=self._prepare_displaced_sql(),
                group=self.id,
                set=self.set_id.id or None,
                today=self._get_today(),
                state="none" if is_quiet else self._get_entry_state(),
                now=self.env.cr.now(),
            )
        )
        came, gone = came or [], (gone or []) + (displaced or [])
        self._after_recompute(came, gone)
        return came, gone

    def _prepare_wanted_sql(self, partner_ids=None):
        """:return: the common table ``wanted``: who belongs to the group by the rule"""
        group_id = self._origin.id or 0
        return SQL(
            """
            wanted AS MATERIALIZED (
                SELECT partner.id
                  FROM res_partner AS partner
                 WHERE partner.id IN %(fitting)s
                   AND NOT EXISTS (
                       SELECT
                         FROM client_group_member AS ban
                        WHERE ban.group_id = %(group)s
                          AND ban.partner_id = partner.id
                          AND ban.is_excluded
                       )
                   AND NOT EXISTS (
                       SELECT
                         FROM client_group_member AS rival
                        WHERE rival.set_id = %(set)s
                          AND rival.partner_id = partner.id
                          AND rival.date_to IS NULL
                          AND rival.group_id != %(group)s
                          AND (rival.is_pinned OR rival.group_id = ANY(%(before)s))
                       )
            )
            """,
            fitting=self._search_fitting(partner_ids).subselect(),
            group=group_id,
            set=self.set_id.id or None,
            before=self._get_rival_ids(before=True),
        )

    def _prepare_gone_sql(self, partner_ids=None):
        """:return: the common table ``gone``: open stays that the rule ends"""
        return SQL(
            """
            gone AS (
                UPDATE client_group_member AS stay
                   SET %(ended)s, exit_code = 'rule'
                 WHERE stay.group_id = %(group)s
                   AND stay.date_to IS NULL
                   AND NOT COALESCE(stay.is_pinned, FALSE)
                   AND %(limited)s
                   AND NOT EXISTS (
                       SELECT FROM wanted WHERE wanted.id = stay.partner_id
                       )
             RETURNING stay.group_id, stay.partner_id
            )
            """,
            ended=self._prepare_ended_sql(),
            group=self.id,
            limited=(
                SQL("TRUE")
                if partner_ids is None
                else SQL("stay.partner_id = ANY(%s)", list(partner_ids))
            ),
        )

    def _prepare_displaced_sql(self):
        """:return: the common table ``displaced``: stays in later groups of the set"""
        return SQL(
            """
            displaced AS (
                UPDATE client_group_member AS stay
                   SET %(ended)s, exit_code = 'set', exit_group_id = %(group)s
                  FROM wanted
                 WHERE stay.set_id = %(set)s
                   AND stay.group_id = ANY(%(after)s)
                   AND stay.partner_id = wanted.id
                   AND stay.date_to IS NULL
                   AND NOT COALESCE(stay.is_pinned, FALSE)
             RETURNING stay.group_id, stay.partner_id
            )
            """,
            ended=self._prepare_ended_sql(),
            group=self.id,
            set=self.set_id.id or None,
            after=self._get_rival_ids(before=False),
        )

    def _prepare_ended_sql(self):
        return SQL(
            "date_to = GREATEST(stay.date_from, %(today)s),"
            " write_date = %(now)s, entry_state = CASE stay.entry_state"
            " WHEN 'todo' THEN 'none' ELSE stay.entry_state END",
            today=self._get_today(),
            now=self.env.cr.now(),
        )

    def _get_rival_ids(self, *, before):
        """:return: ids of the groups of the set that come before this one, or after"""
        if not self.set_id:
            return []
        rivals = self.env["client.group"].sudo().with_context(active_test=False)
        ordered = rivals.search([("set_id", "=", self.set_id.id)], order="sequence, id")
        own_key = (self.sequence, self._origin.id or float("inf"))
        others = ordered - self._origin
        return others.filtered(
            lambda group: ((group.sequence, group.id) < own_key) is before
        ).ids

    def _fetch_preview(self):
        """:return: how many clients would enter, and how many would leave"""
        self.env.flush_all()
        [counts] = self.env.execute_query(
            SQL(
                """
                WITH %(wanted)s,
                     present AS (
                         SELECT partner_id, is_pinned
                           FROM client_group_member
                          WHERE group_id = %(group)s
                            AND date_to IS NULL
                     )
                SELECT (
                       SELECT COUNT(*)
                         FROM wanted
                        WHERE id NOT IN (SELECT partner_id FROM present)
                       ),
                       (
                       SELECT COUNT(*)
                         FROM present
                        WHERE NOT COALESCE(is_pinned, FALSE)
                          AND partner_id NOT IN (SELECT id FROM wanted)
                       )
                """,
                wanted=self._prepare_wanted_sql(),
                group=self._origin.id or 0,
            )
        )
        return counts

    def _get_preview_domain(self):
        """:return: ``Domain`` of the clients that the rule would let be in the group"""
        self.ensure_one()
        banned = Domain([("group_id", "=", self.id), ("is_excluded", "=", True)])
        wanted = self._read_rule() & self._get_scope_domain()
        wanted &= Domain("client_group_member_ids", "not any", banned)
        if self.set_id:
            rivals = Domain("is_pinned", "=", True) | Domain(
                "group_id", "in", self._get_rival_ids(before=True)
            )
            rivals &= Domain(
                [
                    ("set_id", "=", self.set_id.id),
                    ("group_id", "!=", self.id),
                    ("date_to", "=", False),
                ]
            )
            wanted &= Domain("client_group_member_ids", "not any", rivals)
        return wanted

    def _after_recompute(self, came, gone):
        """Make the caches, and what is computed from the groups, follow."""
        if not (came or gone):
            return
        Partner = self.env["res.partner"]
        self.env["client.group.member"].invalidate_model(flush=False)
        self.env["client.group"].invalidate_model(
            ["member_ids", "partner_ids"], flush=False
        )
        self.modified(["member_ids", "partner_ids"])
        Partner.invalidate_model(
            ["client_group_ids", "client_group_member_ids"], flush=False
        )
        if self._has_followers():
            Partner.sudo().browse({*came, *gone}).modified(["client_group_ids"])
        Partner._renew_after_stays([*came, *gone])
        if came:
            self._request_entry()

    def _has_followers(self):
        """:return: whether something stored is to be computed anew for who moved"""
        field = self.env["res.partner"]._fields["client_group_ids"]
        idle = self._get_idle_followers()
        return any(
            follower.store
            and not (follower.model_name == "res.partner" and follower.name in idle)
            for follower in self.pool.get_dependent_fields(field)
        )

    def _get_idle_followers(self):
        """Name what depends on the groups of a client, but not on this very group.

        Computing it anew for everybody who moves takes longer than moving them.

        :return: set of names of fields of the client
        """
        idle = set()
        asked = Domain("field_name", "=", "client_group_ids")
        # sudo: what is asked of cards, whoever may see the rules
        if not self.env["client.type.field"].sudo().search_count(asked, limit=1):
            idle |= {"completeness", "missing_fields", "entry_problem"}
        if not self.review_interval:
            idle.add("review_due")
        return idle
