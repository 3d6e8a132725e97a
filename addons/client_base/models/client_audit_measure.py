from datetime import datetime, time, timedelta

from odoo import models
from odoo.tools import SQL

from ..tools.duplicates.scan import PROPOSED
from .client_audit_line import GOOD, NEUTRAL, NUMBERS, SHARES

ACTIVE_DAYS = 90
NEW_DAYS = 30
STATES = ("confirmed", "unknown", "failed")
# What is or is not true of a client: a column of facts and a metric each.
FLAGS = (
    "no_contact",
    "duplicate",
    "no_source",
    "no_history",
    "not_reviewed",
    "no_manager",
    "active",
)


class ClientAuditMeasure(models.AbstractModel):
    """Takes all figures of an audit by one statement.

    Each client is looked at once; it counts in all, for its manager, its type and
    each of its groups.
    """

    _name = "client.audit.measure"
    _description = "Figures of an Audit"

    def _measure(self):
        """Store the figures of this audit anew, compared with the audit before."""
        self.ensure_one()
        self.env.flush_all()
        self.line_ids.unlink()
        self.env.flush_all()
        self.env.execute_query(
            SQL(
                """
                WITH %(client)s, %(point)s, %(issue)s, %(pair)s, %(fact)s,
                     %(member)s, %(summed)s, %(paired)s, %(figure)s
                INSERT INTO client_audit_line (
                            audit_id, company_id, date, scope, group_id, user_id,
                            type_id, sequence, metric, value, count, total,
                            previous_value, delta, trend, create_date, write_date
                       )
                SELECT %(audit)s, %(company)s, %(date)s, figure.scope, figure.group_id,
                       figure.user_id, figure.type_id, figure.sequence, figure.metric,
                       figure.value, figure.count, figure.total,
                       before.value,
                       figure.value - before.value,
                       %(trend)s,
                       %(now)s, %(now)s
                  FROM figure
             LEFT JOIN client_audit_line AS before
                    ON before.audit_id = %(before)s
                   AND before.metric = figure.metric
                   AND before.scope = figure.scope
                   AND (before.group_id, before.user_id, before.type_id)
                       IS NOT DISTINCT FROM
                       (figure.group_id, figure.user_id, figure.type_id)
             RETURNING id
                """,
                client=self._prepare_client_sql(),
                point=self._prepare_point_sql(),
                issue=self._prepare_issue_sql(),
                pair=self._prepare_pair_sql(),
                fact=self._prepare_fact_sql(),
                member=self._prepare_member_sql(),
                summed=self._prepare_summed_sql(),
                paired=self._prepare_paired_sql(),
                figure=self._prepare_figure_sql(),
                trend=self._prepare_trend_sql(),
                audit=self.id,
                company=self.company_id.id,
                date=self.date,
                before=self.previous_id.id or 0,
                now=self.env.cr.now(),
            )
        )
        self.invalidate_recordset()
        self.env["client.audit.line"].invalidate_model(flush=False)

    # === CLIENTS ===

    def _prepare_client_sql(self):
        """:return: ``client``: the clients of the company, and when last touched"""
        rules = self.env["client.issue.rule"]._as_nobody(self.company_id)
        partners = rules.env["res.partner"]
        clients = partners._search(rules._get_scope_domain(self.company_id))
        return SQL(
            """
            touch AS MATERIALIZED (%(touches)s),
            client AS MATERIALIZED (
                SELECT partner.id, partner.user_id, partner.client_type_id,
                       partner.completeness, partner.contact_quality,
                       partner.source_id, partner.review_due, partner.create_date,
                       touch.last_touch_date
                  FROM res_partner AS partner
             LEFT JOIN touch
                    ON touch.partner_id = partner.id
                 WHERE partner.id IN %(clients)s
            )
            """,
            touches=partners._select_last_touches(),
            clients=clients.subselect(),
        )

    def _prepare_point_sql(self):
        """:return: ``point``: how many phones and e-mails of each state"""
        columns = [
            SQL(
                "COUNT(*) FILTER (WHERE point.kind = %s AND point.state = %s) AS %s",
                kind,
                state,
                SQL.identifier(f"{kind}_{state}"),
            )
            for kind in ("phone", "email")
            for state in STATES
        ]
        return SQL(
            """
            point AS MATERIALIZED (
                SELECT point.client_id, %s
                  FROM client_contact_point AS point
                  JOIN client
                    ON client.id = point.client_id
                  JOIN res_partner AS person
                    ON person.id = point.partner_id
                   AND person.active
              GROUP BY point.client_id
            )
            """,
            SQL(", ").join(columns),
        )

    def _prepare_issue_sql(self):
        """:return: ``issue``: open problems of each client, and their weight"""
        return SQL(
            """
            issue AS MATERIALIZED (
                SELECT issue.partner_id,
                       COUNT(*) AS number,
                       SUM(issue.weight) AS weight
                  FROM client_issue AS issue
                 WHERE issue.company_id = %s
                   AND issue.state = 'open'
              GROUP BY issue.partner_id
            )
            """,
            self.company_id.id,
        )

    def _prepare_pair_sql(self):
        """:return: ``pair``: each client with each of its likely duplicates"""
        return SQL(
            """
            likely AS MATERIALIZED (
                SELECT pair.id, pair.cluster_id, pair.left_id, pair.right_id
                  FROM client_duplicate AS pair
                  JOIN client AS one
                    ON one.id = pair.left_id
                  JOIN client AS other
                    ON other.id = pair.right_id
                 WHERE pair.state = 'open'
                   AND pair.bits >= %s
            ),
            pair AS MATERIALIZED (
                SELECT id, cluster_id, left_id AS client_id FROM likely
                 UNION ALL
                SELECT id, cluster_id, right_id FROM likely
            )
            """,
            PROPOSED,
        )

    def _prepare_fact_sql(self):
        """:return: ``fact``: what is true of each client, as 0 and 1 and counts"""
        since = self.date - timedelta(days=ACTIVE_DAYS)
        return SQL(
            """
            fact AS MATERIALIZED (
                SELECT client.id,
                       client.user_id,
                       client.client_type_id,
                       COALESCE(client.completeness, 0) AS completeness,
                       (client.completeness = 100)::int AS complete,
                       (COALESCE(client.contact_quality, 'none')
                           IN ('none', 'failed'))::int AS no_contact,
                       (client.source_id IS NULL)::int AS no_source,
                       (client.user_id IS NULL)::int AS no_manager,
                       (client.last_touch_date IS NULL)::int AS no_history,
                       (client.review_due < %(today)s)::int AS not_reviewed,
                       (client.last_touch_date >= %(active)s)::int AS active,
                       (client.create_date >= %(new)s)::int AS new,
                       (client.id IN (SELECT client_id FROM pair))::int AS duplicate,
                       COALESCE(issue.number, 0) AS open_issues,
                       LEAST(COALESCE(issue.weight, 0), %(weight)s) AS weight,
                       point.*
                  FROM client
             LEFT JOIN point
                    ON point.client_id = client.id
             LEFT JOIN issue
                    ON issue.partner_id = client.id
            )
            """,
            today=self.date,
            active=datetime.combine(since, time.min),
            new=datetime.combine(self.date - timedelta(days=NEW_DAYS), time.min),
            weight=self._get_full_weight(),
        )

    def _get_full_weight(self):
        """:return: what all rules together weigh for one client"""
        return sum(self._get_rules().mapped("weight")) or 1

    # === WHAT THEY COUNT FOR ===

    def _prepare_member_sql(self):
        """:return: ``member``: each client with everything that it counts for"""
        return SQL(
            """
            member AS MATERIALIZED (
                SELECT id, 'all' AS scope, NULL::int AS group_id, NULL::int AS user_id,
                       NULL::int AS type_id
                  FROM fact
                 UNION ALL
                SELECT id, 'user', NULL, user_id, NULL
                  FROM fact
                 WHERE user_id IS NOT NULL
                 UNION ALL
                SELECT id, 'type', NULL, NULL, client_type_id
                  FROM fact
                 WHERE client_type_id IS NOT NULL
                 UNION ALL
                SELECT fact.id, 'group', rel.group_id, NULL, NULL
                  FROM fact
                  JOIN client_group_res_partner_rel AS rel
                    ON rel.partner_id = fact.id
                  JOIN client_group
                    ON client_group.id = rel.group_id
                   AND client_group.active
                   AND (client_group.company_id IS NULL
                        OR client_group.company_id = %s)
            )
            """,
            self.company_id.id,
        )

    def _prepare_summed_sql(self):
        names = [
            *FLAGS,
            *(f"{kind}_{state}" for kind in ("phone", "email") for state in STATES),
            *("completeness", "complete", "new", "open_issues", "weight"),
        ]
        sums = [
            SQL(
                "COALESCE(SUM(fact.%(name)s), 0) AS %(name)s", name=SQL.identifier(name)
            )
            for name in names
        ]
        return SQL(
            """
            summed AS MATERIALIZED (
                SELECT member.scope, member.group_id, member.user_id, member.type_id,
                       COUNT(*) AS clients, %s
                  FROM member
                  JOIN fact
                    ON fact.id = member.id
              GROUP BY member.scope, member.group_id, member.user_id, member.type_id
            )
            """,
            SQL(", ").join(sums),
        )

    def _prepare_paired_sql(self):
        """:return: ``paired``: likely duplicates with a card in each of the scopes"""
        return SQL(
            """
            paired AS MATERIALIZED (
                SELECT member.scope, member.group_id, member.user_id, member.type_id,
                       COUNT(DISTINCT pair.id) AS pairs,
                       COUNT(DISTINCT pair.cluster_id) AS clusters
                  FROM member
                  JOIN pair
                    ON pair.client_id = member.id
              GROUP BY member.scope, member.group_id, member.user_id, member.type_id
            )
            """
        )

    # === FIGURES ===

    def _prepare_figure_sql(self):
        """:return: ``figure``: a row for each scope and metric"""
        order = {name: n for n, (name, _label) in enumerate(NUMBERS + SHARES)}
        rows = [
            SQL("(%s, %s, %s, %s)", order[metric], metric, count, total)
            for metric, count, total in self._get_shares() + self._get_numbers()
        ]
        return SQL(
            """
            figure AS (
                SELECT summed.scope, summed.group_id, summed.user_id, summed.type_id,
                       row.sequence, row.metric, row.count,
                       COALESCE(row.total, 0) AS total,
                       CASE WHEN row.total IS NULL THEN row.count
                            WHEN row.metric = 'completeness'
                            THEN ROUND(summed.completeness / row.total::numeric, 1)
                            ELSE ROUND(100 * row.count / row.total::numeric, 1)
                        END AS value
                  FROM summed
             LEFT JOIN paired
                    ON (paired.scope, paired.group_id, paired.user_id, paired.type_id)
                       IS NOT DISTINCT FROM
                       (summed.scope, summed.group_id, summed.user_id, summed.type_id)
            CROSS JOIN LATERAL (VALUES %(rows)s)
                       AS row (sequence, metric, count, total)
                 WHERE row.total IS DISTINCT FROM 0
            )
            """,
            rows=SQL(", ").join(rows),
        )

    def _get_shares(self):
        """:return: list of (metric, how many, of how many)"""
        shares = []
        for kind in ("phone", "email"):
            names = [f"{kind}_{state}" for state in STATES]
            columns = [SQL("summed.%s", SQL.identifier(name)) for name in names]
            total = SQL("(%s)", SQL(" + ").join(columns))
            shares += [(*pair, total) for pair in zip(names, columns, strict=True)]
        shares += [
            (name, SQL("summed.%s", SQL.identifier(name)), SQL("summed.clients"))
            for name in FLAGS
        ]
        full = SQL("summed.clients * %s", self._get_full_weight())
        return [
            *shares,
            ("completeness", SQL("summed.complete"), SQL("summed.clients")),
            ("order", SQL("%s - summed.weight", full), full),
        ]

    def _get_numbers(self):
        """:return: list of (metric, how many, NULL)"""
        numbers = {
            "clients": SQL("summed.clients"),
            "new": SQL("summed.new"),
            "open_issues": SQL("summed.open_issues"),
            "duplicate_pairs": SQL("COALESCE(paired.pairs, 0)"),
            "duplicate_clusters": SQL("COALESCE(paired.clusters, 0)"),
        }
        return [(name, count, SQL("NULL")) for name, count in numbers.items()]

    def _prepare_trend_sql(self):
        return SQL(
            """
            CASE WHEN before.value IS NULL THEN 'first'
                 WHEN figure.value = before.value THEN 'same'
                 WHEN figure.metric = ANY(%(neutral)s) THEN 'changed'
                 WHEN (figure.value > before.value)
                      = (figure.metric = ANY(%(good)s)) THEN 'better'
                 ELSE 'worse'
            END
            """,
            neutral=sorted(NEUTRAL),
            good=sorted(GOOD),
        )
