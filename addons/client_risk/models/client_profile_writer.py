import io
import json

from odoo import api, models
from odoo.tools import SQL

from ..tools import columns
from ..tools.judge import REASONS
from ..tools.status import Status
from .client_risk_history import EPOCH

# Up to so many clients reach the database as JSON, more through COPY.
JSON_ROWS = 2000
ABC = ("A", "B", "C")
INT_COLUMNS = (
    "partner_id",
    "is_known",
    "status",
    "before",
    "reason",
    "abc",
    "purchase_count",
    "overdue_days",
    "is_told",
    "is_due",
    "is_drop_proposed",
)
DAY_COLUMNS = (
    "first_date",
    "last_date",
    "expected_date",
    "expected_from",
    "expected_to",
    "missed_on",
    "forecast_last",
    "forecast_date",
    "forecast_from",
    "forecast_to",
)
FLOAT_COLUMNS = (
    "period_days",
    "regularity",
    "alive_probability",
    "buy_chance",
    "silent_share",
    "usual_basket",
    "money_at_stake",
    "winning_value",
    "turnover",
    "trend_z",
    "trend_change",
    "frequency_change",
    "basket_change",
)
FLAGS = ("is_told", "is_due", "is_drop_proposed")


class ClientProfileWriter(models.AbstractModel):
    """Writes verdicts: columns go in, one statement stores what has changed."""

    _name = "client.profile.writer"
    _description = "Writing of Profiles"

    @api.model
    def _store(self, company, today, fresh, is_all):
        """Write the profiles that have changed, and the changes of status."""
        table = self._stage(fresh)
        is_known = fresh["is_known"] == 1
        if is_known.any():
            self._update(company, today, table)
        if not is_known.all():
            self._insert(company, today, table)
        if (fresh["before"] != fresh["status"]).any():
            self._insert_moves(company, today, table)
        if is_all:
            self._archive_strangers(company, table)
        self.env["client.profile"].invalidate_model()
        self.env["client.profile.move"].invalidate_model()
        self.env["res.partner"].invalidate_model(["client_sector", "client_status"])

    @api.model
    def _stage(self, fresh):
        """:return: SQL of a table ``fresh`` of the columns"""
        kinds = dict.fromkeys((*INT_COLUMNS, *DAY_COLUMNS), columns.INT)
        kinds |= dict.fromkeys(FLOAT_COLUMNS, columns.FLOAT)
        definition = SQL(", ").join(
            SQL("%s %s", SQL.identifier(name), SQL.identifier(kind))
            for name, kind in kinds.items()
        )
        ordered = {name: fresh[name] for name in kinds}
        if len(fresh["partner_id"]) <= JSON_ROWS:
            values = zip(*(one.tolist() for one in ordered.values()), strict=True)
            rows = [dict(zip(kinds, row, strict=True)) for row in values]
            return SQL(
                "jsonb_to_recordset(%s::jsonb) AS fresh(%s)",
                json.dumps(rows),
                definition,
            )
        self.env.cr.execute("DROP TABLE IF EXISTS client_profile_fresh")
        self.env.cr.execute(
            SQL(
                "CREATE TEMP TABLE client_profile_fresh (%s) ON COMMIT DROP", definition
            )
        )
        self.env.cr.copy_expert(
            "COPY client_profile_fresh FROM STDIN (FORMAT BINARY)",
            io.BytesIO(columns.write(ordered)),
        )
        return SQL("client_profile_fresh AS fresh")

    @api.model
    def _get_stored_columns(self):
        """:return: SQL of each column of a profile, by name"""
        statuses = SQL("%s::varchar[]", [status.code for status in Status])
        sectors = SQL("%s::varchar[]", [status.sector for status in Status])

        def plain(name):
            return SQL.identifier("fresh", name)

        return {
            "status": SQL("(%s)[fresh.status + 1]", statuses),
            "sector": SQL("(%s)[fresh.status + 1]", sectors),
            "reason_code": SQL(
                "(%s)[fresh.reason + 1]", SQL("%s::varchar[]", list(REASONS))
            ),
            "abc_class": SQL("(%s)[fresh.abc + 1]", SQL("%s::varchar[]", list(ABC))),
            "active": SQL("TRUE"),
            "purchase_count": plain("purchase_count"),
            "overdue_days": plain("overdue_days"),
            **{name: SQL("%s <> 0", plain(name)) for name in FLAGS},
            **{
                name: SQL("%s::date + (NULLIF(%s, 0) - 1)", EPOCH, plain(name))
                for name in DAY_COLUMNS
            },
            **{name: plain(name) for name in FLOAT_COLUMNS},
        }

    @api.model
    def _update(self, company, today, table):
        """Write what has changed in the profiles that are there.

        An update reads and writes each row once; to insert and find it there would read
        it twice.
        """
        values = self._get_stored_columns()
        fresh = SQL(", ").join(values.values())
        known = SQL(", ").join(SQL.identifier("profile", name) for name in values)
        self.env.cr.execute(
            SQL(
                """
                UPDATE client_profile profile
                   SET (%(names)s) = ROW(%(fresh)s),
                       since = CASE
                           WHEN fresh.before = fresh.status THEN profile.since
                           ELSE %(today)s
                       END,
                       write_date = %(now)s
                  FROM %(table)s
                 WHERE profile.partner_id = fresh.partner_id
                   AND profile.company_id = %(company)s
                   AND (%(known)s) IS DISTINCT FROM (%(fresh)s)
                """,
                names=SQL(", ").join(map(SQL.identifier, values)),
                fresh=fresh,
                known=known,
                company=company.id,
                today=today,
                table=table,
                now=self.env.cr.now(),
            )
        )

    @api.model
    def _insert(self, company, today, table):
        """Insert the profiles that are not there, in order of clients.

        Whoever is judged for the first time by somebody else meanwhile raises a
        serialization failure, and is judged again. Nobody in person writes a profile:
        the columns of users stay empty.
        """
        values = self._get_stored_columns()
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO client_profile (
                            partner_id, company_id, since, %(names)s,
                            create_date, write_date
                          )
                   SELECT fresh.partner_id, %(company)s, %(today)s, %(values)s,
                          %(now)s, %(now)s
                     FROM %(table)s
                    WHERE fresh.is_known = 0
              ON CONFLICT (partner_id, company_id) DO NOTHING
                """,
                names=SQL(", ").join(map(SQL.identifier, values)),
                values=SQL(", ").join(values.values()),
                company=company.id,
                today=today,
                table=table,
                now=self.env.cr.now(),
            )
        )

    @api.model
    def _insert_moves(self, company, today, table):
        statuses = SQL("%s::varchar[]", [status.code for status in Status])
        sectors = SQL("%s::varchar[]", [status.sector for status in Status])
        kept = ("purchase_count", "last_date", "overdue_days", "reason_code")
        numbers = ("alive_probability", "money_at_stake")
        self.env.cr.execute(
            SQL(
                """
                INSERT INTO client_profile_move (
                            profile_id, partner_id, company_id, date,
                            from_status, from_sector, to_status, to_sector, %(names)s,
                            create_date, write_date
                          )
                   SELECT profile.id, profile.partner_id, profile.company_id, %(today)s,
                          (%(statuses)s)[fresh.before + 1],
                          (%(sectors)s)[fresh.before + 1],
                          profile.status, profile.sector, %(values)s,
                          %(now)s, %(now)s
                     FROM %(table)s
                     JOIN client_profile profile
                       ON profile.partner_id = fresh.partner_id
                      AND profile.company_id = %(company)s
                    WHERE fresh.before <> fresh.status
                """,
                names=SQL(", ").join(map(SQL.identifier, kept + numbers)),
                values=SQL(", ").join(
                    SQL.identifier("profile", name) for name in kept + numbers
                ),
                company=company.id,
                today=today,
                statuses=statuses,
                sectors=sectors,
                table=table,
                now=self.env.cr.now(),
            )
        )

    @api.model
    def _archive_strangers(self, company, table):
        """Put away the profiles of those who are no clients any more."""
        self.env.cr.execute(
            SQL(
                """
                UPDATE client_profile profile
                   SET active = FALSE
                 WHERE profile.company_id = %s
                   AND profile.active
                   AND NOT EXISTS (
                           SELECT 1
                             FROM %s
                            WHERE fresh.partner_id = profile.partner_id
                       )
                """,
                company.id,
                table,
            )
        )
