import logging
import re

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL

from ..tools.duplicates.scan import PROPOSED
from .client_group_rule_reader import RULE_ERRORS
from .concurrency import CONCURRENCY_ERRORS

_logger = logging.getLogger(__name__)

# What a tidy phone looks like; everything else has a tidy form beside it.
TIDY_PHONE = r"^\+[0-9][0-9 ()-]*$"
# So many new rows change the plans of what comes next.
ANALYZED = 1000
# Kind of rule -> kind of the contact points whose form it looks at.
TIDY_KIND = {"phone_format": "phone", "email_format": "email"}


class ClientIssueFinder(models.AbstractModel):
    """Brings the problems of a rule in line with the cards, by one statement.

    Twice or two at once make what one makes: the unique index on rule, client and
    company decides, and whoever comes second finds the problem there already.
    """

    _name = "client.issue.finder"
    _description = "Finder of Problems"

    # === WHO HAS THE PROBLEM ===

    def _get_kind_domain(self):
        """:return: ``Domain`` of the clients that have the problem"""
        if self.kind == "domain":
            domain = self._read_rule()
            self._check_properties(self.env["res.partner"], domain)
            return domain
        return Domain("id", "in", self._select_clients())

    def _select_clients(self):
        """:return: a SELECT of the clients that one of our own checks finds"""
        if self.kind == "duplicate":
            self.env["client.duplicate"].flush_model()
            # the newer card of a pair: one problem is told once
            return SQL(
                "SELECT right_id FROM client_duplicate"
                " WHERE state = 'open' AND bits >= %s",
                PROPOSED,
            )
        self.env["client.contact.point"].flush_model()
        return SQL(
            """
            SELECT point.client_id
              FROM client_contact_point AS point
              JOIN res_partner AS person
                ON person.id = point.partner_id
               AND person.active
             WHERE %s
            """,
            self._get_untidy_sql(),
        )

    def _get_untidy_sql(self):
        if self.kind == "phone_format":
            return SQL(
                "point.kind = 'phone' AND point.normalized IS NOT NULL"
                " AND point.value !~ %s",
                TIDY_PHONE,
            )
        return SQL(
            "point.kind = 'email' AND point.value IS DISTINCT FROM point.normalized"
        )

    @api.model
    def _is_tidy_phone(self, value):
        return re.match(TIDY_PHONE, value or "") is not None

    # === BRINGING IN LINE ===

    def _sync_safely(self, company, fallback, partner_ids=None):
        """Sync; what is wrong with the rule is told on it and stops no other.

        :return: whether the rule could be run
        """
        self.ensure_one()
        try:
            with self._attempt():
                self._sync(company, fallback, partner_ids)
        except CONCURRENCY_ERRORS:
            raise
        except Exception as error:
            if not isinstance(error, RULE_ERRORS):
                _logger.exception("The audit rule %d does not run", self.id)
            self.env.transaction.clear()
            problem = self._explain(error)
            if self.rule_error != problem:
                self.rule_error = problem
            return False
        if self.rule_error:
            self.rule_error = False
        return True

    def _sync(self, company, fallback, partner_ids=None):
        """Open, reopen and close the problems of this rule in one company.

        :param company: the ``res.company`` whose clients are looked at
        :param fallback: ``res.users`` who has the clients without a manager
        :param partner_ids: look at these clients only
        :return: tuple of how many were found for the first time, came back, are gone
        """
        self.env.flush_all()
        [counts] = self.env.execute_query(
            SQL(
                """
                WITH %(found)s,
                     known AS MATERIALIZED (
                         SELECT issue.partner_id
                           FROM client_issue AS issue
                          WHERE %(here)s
                     ),
                     %(closed)s, %(reopened)s, %(followed)s, %(created)s
                SELECT (SELECT COUNT(*) FROM created),
                       (SELECT COUNT(*) FROM reopened),
                       (SELECT COUNT(*) FROM closed)
                """,
                found=self._prepare_found_sql(company, fallback, partner_ids),
                here=self._prepare_here_sql(company),
                closed=self._prepare_closed_sql(company, partner_ids),
                reopened=self._prepare_reopened_sql(company),
                followed=self._prepare_followed_sql(company),
                created=self._prepare_created_sql(company),
            )
        )
        if counts[0] > ANALYZED:
            self.env.cr.execute(SQL("ANALYZE client_issue"))
        self.env["client.issue"].invalidate_model(flush=False)
        self.invalidate_recordset(["issue_ids", "open_count"], flush=False)
        return counts

    def _prepare_found_sql(self, company, fallback, partner_ids):
        """:return: the common table ``found``: clients with the problem, and whose"""
        domain = self._get_owner_domain(company)
        owner = self.sudo().user_id.filtered_domain(domain) or fallback
        # sudo: whoever writes a card may not look up who works here
        workers = self.env["res.users"].sudo()._search(domain)
        return SQL(
            """
            found AS MATERIALIZED (
                SELECT partner.id, COALESCE(manager.id, %(owner)s) AS user_id
                  FROM res_partner AS partner
             LEFT JOIN res_users AS manager
                    ON manager.id = partner.user_id
                   AND manager.id IN %(workers)s
                 WHERE partner.id IN %(clients)s
            )
            """,
            owner=owner.id or None,
            workers=workers.subselect(),
            clients=self._search_clients(company, partner_ids).subselect(),
        )

    def _prepare_closed_sql(self, company, partner_ids):
        """:return: the common table ``closed``: problems whose cause is gone"""
        return SQL(
            """
            closed AS (
                UPDATE client_issue AS issue
                   SET state = 'done',
                       closing = 'gone',
                       closed_on = %(now)s,
                       write_date = %(now)s
                 WHERE %(here)s
                   AND issue.state != 'done'
                   AND %(limited)s
                   AND issue.partner_id NOT IN (SELECT id FROM found)
             RETURNING issue.id
            )
            """,
            here=self._prepare_here_sql(company),
            limited=(
                SQL("TRUE")
                if partner_ids is None
                else SQL("issue.partner_id = ANY(%s)", list(partner_ids))
            ),
            now=self.env.cr.now(),
        )

    def _prepare_reopened_sql(self, company):
        """:return: the common table ``reopened``: problems that came back"""
        return SQL(
            """
            reopened AS (
                UPDATE client_issue AS issue
                   SET state = 'open',
                       found_on = %(now)s,
                       deadline = %(deadline)s,
                       user_id = COALESCE(found.user_id, issue.user_id),
                       severity = %(severity)s,
                       weight = %(weight)s,
                       reopen_count = issue.reopen_count + 1,
                       closing = NULL,
                       closed_on = NULL,
                       asked_on = NULL,
                       asked_activity_id = NULL,
                       ignore_reason = NULL,
                       write_date = %(now)s
                  FROM found
                 WHERE %(here)s
                   AND issue.state = 'done'
                   AND issue.partner_id = found.id
             RETURNING issue.id
            )
            """,
            here=self._prepare_here_sql(company),
            **self._prepare_rule_values(company),
        )

    def _prepare_followed_sql(self, company):
        """:return: ``followed``: open problems of another manager or weight by now"""
        return SQL(
            """
            followed AS (
                UPDATE client_issue AS issue
                   SET user_id = COALESCE(found.user_id, issue.user_id),
                       severity = %(severity)s,
                       weight = %(weight)s,
                       write_date = %(now)s
                  FROM found
                 WHERE %(here)s
                   AND issue.state != 'done'
                   AND issue.partner_id = found.id
                   AND (issue.user_id, issue.severity, issue.weight)
                       IS DISTINCT FROM
                       (
                        COALESCE(found.user_id, issue.user_id),
                        %(severity)s, %(weight)s
                       )
             RETURNING issue.id
            )
            """,
            here=self._prepare_here_sql(company),
            **self._prepare_rule_values(company),
        )

    def _prepare_created_sql(self, company):
        """:return: the common table ``created``: problems found for the first time"""
        return SQL(
            """
            created AS (
                INSERT INTO client_issue (
                            rule_id, company_id, partner_id, user_id, severity, weight,
                            state, found_on, deadline, reopen_count,
                            create_date, write_date
                       )
                SELECT %(rule)s, %(company)s, found.id, found.user_id,
                       %(severity)s, %(weight)s,
                       'open', %(now)s, %(deadline)s, 0, %(now)s, %(now)s
                  FROM found
                 -- no join: a plan for a table that was small meets its own new rows
                 WHERE found.id NOT IN (SELECT partner_id FROM known)
                    ON CONFLICT DO NOTHING
             RETURNING id
            )
            """,
            rule=self.id,
            company=company.id,
            **self._prepare_rule_values(company),
        )

    def _prepare_here_sql(self, company):
        return SQL("issue.rule_id = %s AND issue.company_id = %s", self.id, company.id)

    def _prepare_rule_values(self, company):
        today = fields.Date.context_today(self._as_nobody(company))
        return {
            "severity": self.severity,
            "weight": self.weight,
            "deadline": fields.Date.add(today, days=self.deadline_days),
            "now": self.env.cr.now(),
        }
