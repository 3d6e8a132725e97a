import json
from ast import literal_eval
from contextlib import contextmanager
from itertools import pairwise

from psycopg2 import Error as DatabaseError

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

MAX_RULE_LENGTH = 20_000
RULE_ERRORS = (
    ArithmeticError,
    AttributeError,
    DatabaseError,
    LookupError,
    RecursionError,
    TypeError,
    UserError,
    ValueError,
)


class ClientGroupRuleReader(models.AbstractModel):
    """Reads a rule as data and tells what is wrong with it, in words."""

    _name = "client.group.rule.reader"
    _description = "Reader of Rules of Groups"

    @contextmanager
    def _attempt(self):
        """Undo in the database what is done inside when that fails.

        Unlike a savepoint that flushes, it runs nothing that waits for the commit, and
        lets drafts of forms live.
        """
        self.env.flush_all()
        with self.env.cr.savepoint(flush=False):
            yield
            self.env.flush_all()

    def _read_rule(self):
        """:return: the rule as a ``Domain``"""
        self.ensure_one()
        text = self.rule or ""
        if len(text) > MAX_RULE_LENGTH:
            raise UserError(self.env._("It is too long."))
        try:
            value = literal_eval(text)
        except (SyntaxError, ValueError, TypeError, MemoryError, RecursionError):
            value = None
        if not isinstance(value, list):
            raise UserError(
                self.env._(
                    "It is no list of conditions. Dates are written like 'today -30d'."
                )
            )
        return Domain(value)

    def _check_readable(self, model, domain):
        """Refuse fields that whoever writes the rule may not read."""
        # whoever is behind the elevated rights must not look through a rule
        reader = model.with_user(self.env.uid)
        for condition in domain.iter_conditions():
            last = self._check_path(reader, condition.field_expr)
            if condition.operator in ("any", "not any"):
                self._check_readable(last, Domain(condition.value))

    def _check_path(self, reader, path):
        """:return: the model that ``path`` leads to"""
        for name in path.split("."):
            field = reader._fields.get(name)
            if field is None:
                raise UserError(
                    self.env._("There is no field “%(field)s”.", field=name)
                )
            if not reader._has_field_access(field, "read"):
                raise UserError(
                    self.env._("You may not read the field “%(field)s”.", field=name)
                )
            if not field.relational:
                break  # what follows is a property or a part of a date
            reader = reader.env[field.comodel_name]
            if not reader.has_access("read"):
                raise UserError(
                    self.env._(
                        "You may not read “%(model)s”.", model=reader._description
                    )
                )
        return reader

    def _check_properties(self, model, domain):
        """Refuse properties that no definition has, such as one that was deleted.

        PostgreSQL would find nobody by them, and the group would lose its clients.
        """
        for condition in domain.iter_conditions():
            end = model
            for name, below in pairwise([*condition.field_expr.split("."), None]):
                field = end._fields.get(name)
                if field is not None and field.type == "properties" and below:
                    self._check_property(field, below, end.env)
                if field is None or not field.relational:
                    break
                end = end.env[field.comodel_name]
            if condition.operator.removesuffix("!") in ("any", "not any"):
                self._check_properties(end, Domain(condition.value))

    def _check_property(self, field, name, env):
        owner = env[field.model_name]._fields[field.definition_record].comodel_name
        definitions = env[owner].sudo()  # of a type of any company
        definitions.flush_model([field.definition_record_field])
        known = SQL(
            "SELECT 1 FROM %(table)s WHERE %(definition)s @> %(wanted)s::jsonb LIMIT 1",
            table=SQL.identifier(definitions._table),
            definition=SQL.identifier(field.definition_record_field),
            wanted=json.dumps([{"name": name}]),
        )
        if not env.execute_query(known):
            raise UserError(self.env._("There is no field “%(field)s”.", field=name))

    def _explain(self, error):
        """:return: what is wrong with the rule, one line without SQL"""
        if isinstance(error, UserError):
            return str(error.args[0])
        if isinstance(error, DatabaseError):
            return self.env._("A value does not suit its field.")
        lines = str(error).strip("'").splitlines() or [type(error).__name__]
        return lines[0][:200]
