import random

from psycopg2 import Error

from odoo.fields import Command
from odoo.tools import SQL, mute_logger

from .common import ClientCommon

PHONE, OTHER_PHONE = "+380671234567", "+380509876543"

# Columns that say when a row was written; journals, to which a merge only adds.
STAMPS = ["create_date", "create_uid", "write_date", "write_uid"]
JOURNALS = {
    "client_change",
    "client_merge",
    "client_merge_line",
    "client_merge_source_rel",
    "client_profile_move",
    "client_risk_task",
    "mail_message",
    "mail_tracking_value",
}
# What is made anew says the same under another id.
NOT_COMPARED = {
    "client_duplicate": ["cluster_id"],
    "client_duplicate_cluster": ["id"],
    "client_duplicate_form": ["id"],
    # Odoo gives a letter that waits the address of its card whenever that is written
    "snailmail_letter": ["street", "street2", "zip", "city", "state_id", "country_id"],
}
# Cards of users are refused; a row of a company without its company is none.
NOT_MADE = {"res_users", "res_company", "res_partner"}
# Of these rows any may be pointed at; a rule puts its group right by itself.
FIT = {"client_group": "is_rule_on IS NOT TRUE"}
EXAMPLES = {
    "bool": "FALSE",
    "bytea": "''",
    "date": "'2026-03-02'",
    "timestamp": "'2026-03-02 09:00'",
    "varchar": "'x'",
    "text": "'x'",
    "json": "'{}'",
    "jsonb": "'{}'",
}


class PointingRows:
    """Makes rows that point at cards in whatever tables the database has.

    A row gets what its table insists on and nothing more. Tables whose rows need more
    than that (a check over several columns) are left out; ``made`` names the others.
    Followers, tags, keys and whatever else is there once come twice by themselves.
    """

    def __init__(self, env, seed):
        self.env = env
        self.random = random.Random(seed)
        self.mover = env["client.merge"]
        self.made = set()
        self._needed = self._fetch_needed()
        self._any_id = {}

    def make(self, cards, parts=0.5):
        """Let some rows of every table point at some of the cards.

        :param parts: the part of the tables in which an added card gets a row, 0 to 1
        """
        self.env.flush_all()
        for table, column in self.get_links():
            said = [{column: str(card.id)} for card in self._choose(cards, parts)]
            self._insert(table, said)
        for table, model_column, column in self.mover._get_loose_links():
            said = [
                {model_column: "'res.partner'", column: str(card.id)}
                for card in self._choose(cards, parts)
            ]
            self._insert(table, said)
        for table, column in self.mover._get_texts():
            chosen = self._choose(cards, parts)
            self._insert(table, [{column: f"'res.partner,{one.id}'"} for one in chosen])
        self.env.invalidate_all(flush=False)

    def get_links(self):
        return [link for link in self.mover._get_links() if link[0] not in NOT_MADE]

    def _choose(self, cards, parts):
        return [card for card in cards if self.random.random() < parts]

    def _insert(self, table, rows):
        """Insert rows; one that is there already, or is a bad one, is none."""
        if not rows:
            return
        needed = [
            {
                column: self._get_example(table, column, kind, target)
                for column, kind, target in self._needed.get(table, ())
            }
            | said
            for said in rows
        ]
        query = SQL(
            "INSERT INTO %s (%s) VALUES %s ON CONFLICT DO NOTHING",
            SQL.identifier(table),
            SQL(", ").join(map(SQL.identifier, needed[0])),
            SQL(", ").join(
                SQL("(%s)", SQL(", ").join(map(SQL, values.values())))
                for values in needed
            ),
        )
        try:
            with mute_logger("odoo.sql_db"), self.env.cr.savepoint(flush=False):
                self.env.cr.execute(query)
            self.made.add(table)
        except Error:
            for said in rows if len(rows) > 1 else ():
                self._insert(table, [said])

    def _get_example(self, table, column, kind, target):
        if target:
            return self._get_any_id(target)
        model = next((one for one in self.env.values() if one._table == table), None)
        field = model._fields.get(column) if model is not None else None
        if field is not None and field.type == "selection":
            return f"'{self.random.choice(field.get_values(self.env))}'"
        return EXAMPLES.get(kind, "0")

    def _get_any_id(self, table):
        if table not in self._any_id:
            rows = self.env.execute_query(
                SQL(
                    "SELECT id FROM %s WHERE %s ORDER BY id LIMIT 3",
                    SQL.identifier(table),
                    SQL(FIT.get(table, "TRUE")),
                )
            )
            self._any_id[table] = [str(id_) for (id_,) in rows]
        return self.random.choice(self._any_id[table] or ["NULL"])

    def _fetch_needed(self):
        """:return: table -> list of (column, type, table it points at or None)"""
        rows = self.env.execute_query(
            SQL(
                """
                SELECT attrelid::regclass::text, attname, typname, target.relname
                  FROM pg_attribute
                  JOIN pg_class ON pg_class.oid = attrelid
                  JOIN pg_type ON pg_type.oid = atttypid
             LEFT JOIN pg_constraint link
                    ON link.conrelid = attrelid
                   AND link.contype = 'f'
                   AND link.conkey = ARRAY[attnum]
             LEFT JOIN pg_class target ON target.oid = link.confrelid
                 WHERE pg_class.relkind = 'r'
                   AND pg_class.relnamespace = current_schema::regnamespace
                   AND attnum > 0
                   AND NOT attisdropped
                   AND attnotnull
                   AND NOT atthasdef
              ORDER BY 1, attnum
                """
            )
        )
        needed = {}
        for table, column, kind, target in rows:
            needed.setdefault(table, []).append((column, kind, target))
        return needed


class Picture:
    """All rows of all tables that point at some cards, and the cards themselves."""

    def __init__(self, env, cards):
        env.cr.precommit.run()  # what follows a card before the commit is there
        env.flush_all()
        self.env = env
        self.ids = cards.ids
        self.rows = {}
        mover = env["client.merge"]
        wizard = env["base.partner.merge.automatic.wizard"]
        passing = env["client.import.row"]._get_passing_tables()
        links = {*wizard._get_fk_on("res_partner"), ("res_partner", "id")}
        for table, column in sorted(links):
            if table not in passing:
                self._take(table, column, SQL.identifier(column), self.ids)
        for table, model_column, column in mover._get_loose_links():
            condition = SQL(
                "%s = 'res.partner' AND %s",
                SQL.identifier(model_column),
                SQL.identifier(column),
            )
            self._take(table, column, condition, self.ids)
        for table, column in mover._get_texts():
            said = [f"res.partner,{id_}" for id_ in self.ids]
            self._take(table, column, SQL.identifier(column), said)

    def _take(self, table, column, condition, values):
        rows = self.env.execute_query(
            SQL(
                "SELECT TO_JSONB(row) - %s::text[] FROM %s AS row"
                " WHERE %s = ANY(%s) ORDER BY 1",
                STAMPS + NOT_COMPARED.get(table, []),
                SQL.identifier(table),
                condition,
                values,
            )
        )
        self.rows[table, column] = [row for (row,) in rows]

    def get_differences(self, former):
        """:return: list of (table, column, what differs), short enough to read"""
        found = []
        for (table, column), rows in self.rows.items():
            before = former.rows[table, column]
            gone = [row for row in before if row not in rows]
            new = [row for row in rows if row not in before]
            if table in JOURNALS:
                ids = {row.get("id") for row in rows}
                gone, new = [row for row in gone if row.get("id") not in ids], []
            if gone or new:
                found.append((table, column, self._shorten(gone, new)))
        return found

    def _shorten(self, gone, new):
        """:return: the columns that differ of rows in both, whole rows of one alone"""
        present = {row.get("id", repr(row)): row for row in new}
        short = []
        for row in gone:
            other = present.pop(row.get("id", repr(row)), None)
            if other is None:
                short.append(("gone", row))
                continue
            changed = [name for name in row if row[name] != other[name]]
            short.append({name: (row[name], other[name]) for name in changed})
        return short + [("new", row) for row in present.values()]


class MergeCommon(ClientCommon):
    """Two cards of one firm, of which one has a person, and the manager who merges."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kept = cls._create_client(
            "Вербиченко Трейд", phone=PHONE, email="a@example.com", is_company=True
        )
        cls.gone = cls._create_client(
            "ТОВ Вербиченко", phone=OTHER_PHONE, street="Садова 7", is_company=True
        )
        cls.person = cls._create_client("Петро", parent_id=cls.gone.id, phone=PHONE)
        cls.group = cls.env["client.group"].create({"name": "Autumn fair"})
        cls.tag = cls.env["res.partner.category"].create({"name": "Dealer"})

    def _merge(self, survivor=None, sources=None, choices=None):
        return (
            self.env["client.merge"]
            .with_user(self.client_manager)
            ._merge(survivor or self.kept, sources or self.gone, choices)
        )

    def _fill(self):
        """Give both cards a bit of everything, some of it twice."""
        cards = self.kept | self.gone
        cards.client_group_ids = self.group
        self.gone.category_id = self.tag
        self.gone.write({"sync_source": "1c", "sync_key": "000001"})
        self.gone.message_post(body="Called in May")
        cards.message_subscribe(self.client_user.partner_id.ids)
        self.gone.activity_schedule("mail.mail_activity_data_call", summary="Call")
        self.env["ir.attachment"].create(
            {"name": "Contract", "res_model": "res.partner", "res_id": self.gone.id}
        )
        self.env["client.offer"].create({"partner_id": self.gone.id, "name": "Prices"})
        self.env["calendar.event"].create(
            {
                "name": "Fair",
                "start": "2026-03-02 09:00",
                "stop": "2026-03-02 10:00",
                "partner_ids": [Command.set(cards.ids)],
            }
        )
        self.env["ir.model.data"].create(
            {
                "module": "shop",
                "name": "client_7",
                "model": "res.partner",
                "res_id": self.gone.id,
            }
        )
        self.env.flush_all()
