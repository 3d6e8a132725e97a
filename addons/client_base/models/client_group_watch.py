import logging

from psycopg2 import Error as DatabaseError

from odoo import SUPERUSER_ID, api, models
from odoo.exceptions import ConcurrencyError, UserError
from odoo.fields import Domain
from odoo.tools import SQL, ormcache

_logger = logging.getLogger(__name__)

TOUCHED = "client_base.group.touched"
ROUNDS = "client_base.group.rounds"
# Entry actions write cards, which may touch other rules; two rules that undo each
# other's work must not go on for ever. What is left is the scheduled action's.
MAX_ROUNDS = 3


class ClientGroupWatch(models.AbstractModel):
    """Runs the rules at once for the clients that a transaction wrote.

    Each write notes which fields of which records it touched; before the commit, each
    rule that mentions one of them is run once, for the clients concerned only.

    Whatever is wrong with a rule, nobody is kept from writing a card by it: the
    scheduled action runs the rule again and tells what is wrong.
    """

    _name = "client.group.watch"
    _description = "Rules Run at Once"

    @api.model
    def _get_watch_fields(self):
        """What changes which rules are to be watched."""
        return {"rule", "is_rule_on", "active", "company_id", "set_id", "sequence"}

    def _forget_watched(self):
        self.env["client.group"].flush_model()  # the list is read by SQL
        self.env.registry.clear_cache()

    @api.model
    @ormcache()
    def _get_watched(self):
        """:return: model -> field -> list of (id of a group, path from the client)"""
        self.env.cr.execute(
            SQL("SELECT id FROM client_group WHERE is_rule_on AND active ORDER BY id")
        )
        group_ids = [id_ for (id_,) in self.env.cr.fetchall()]
        watched = {}
        for group in self.env["client.group"].sudo().browse(group_ids):
            try:
                domain = group._read_rule() & group._get_scope_domain()
                mentions = RuleMentions(self.env).collect(domain)
            except (DatabaseError, ConcurrencyError):
                raise  # no rule's fault; the list would be kept without it
            except Exception:  # noqa: BLE001 - every write of a card comes by here
                _logger.info("The rule of group %d is not watched", group.id)
                continue
            for model, name, path in mentions:
                watched.setdefault(model, {}).setdefault(name, []).append(
                    (group.id, path)
                )
        return watched

    @api.model
    def _touch(self, model, names, ids):
        """Note that fields of records were written; the rules follow before commit."""
        touched = self._await_commit()
        for name in names:
            touched.setdefault((model, name), set()).update(ids)

    @api.model
    def _touch_former(self, records, names):
        """Note whose ``records`` are before they become somebody else's, or nobody's.

        :param names: fields about to be written
        """
        watched = self._get_watched()[records._name]
        mentions = {mention for name in names for mention in watched[name]}
        for path in {path for _group_id, path in mentions if path}:
            found = self._find_clients(path, records.ids)
            for group_id, at in mentions:
                if at == path:
                    touched = self._await_commit()
                    touched.setdefault(group_id, set()).update(found)

    @api.model
    def _await_commit(self):
        """:return: dict of what was touched, by (model, field) or by id of a group"""
        precommit = self.env.cr.precommit
        if TOUCHED not in precommit.data:
            precommit.data[TOUCHED] = {}
            nobody = self.env(user=SUPERUSER_ID, context={}, su=True)
            precommit.add(nobody["client.group"]._run_touched)
        return precommit.data[TOUCHED]

    @api.model
    def _run_touched(self):
        """Run the rules for the clients that this transaction touched."""
        data = self.env.cr.precommit.data
        touched = data.pop(TOUCHED, {})
        data[ROUNDS] = data.get(ROUNDS, 0) + 1
        if data[ROUNDS] > MAX_ROUNDS:
            return
        self.env.flush_all()  # what fails here is no rule's fault
        partner_ids = self._resolve_touched(touched)
        for group in self.browse(partner_ids).exists().sorted():
            group._recompute_or_tell(partner_ids[group.id])

    @api.model
    def _resolve_touched(self, touched):
        """:return: id of a group -> ids of the clients its rule is to look at"""
        watched = self._get_watched()
        record_ids = {}  # by group, model and path
        partner_ids = {}
        for key, ids in touched.items():
            if not isinstance(key, tuple):
                partner_ids.setdefault(key, set()).update(ids)
                continue
            model, name = key
            for group_id, path in watched.get(model, {}).get(name, ()):
                record_ids.setdefault((path, frozenset(ids)), set()).add(group_id)
        for (path, ids), group_ids in record_ids.items():
            found = self._find_clients(path, ids)
            for group_id in group_ids:
                partner_ids.setdefault(group_id, set()).update(found)
        return partner_ids

    @api.model
    def _find_clients(self, path, ids):
        """:return: ids of the clients from whom ``path`` leads to one of ``ids``"""
        if not path:
            return ids
        partners = self.env["res.partner"].sudo().with_context(active_test=False)
        try:
            return partners._search(Domain(path, "in", list(ids))).get_result_ids()
        except (UserError, DatabaseError):
            raise  # what waits to be written may be refused; that is no rule's fault
        except Exception:  # noqa: BLE001 - a way that cannot be gone back
            _logger.info("No client is found by the way %s", path)
            return ()


class RuleMentions:
    """Finds the stored fields that a rule looks at, however far from the client."""

    def __init__(self, env):
        self._env = env
        self._found = set()
        self._seen = set()
        self._computing = []

    def collect(self, domain):
        """:return: set of (model, field, path from the client to that model)"""
        self._walk(self._env["res.partner"], domain, "")
        return self._found

    def _walk(self, model, domain, path):
        for condition in domain.iter_conditions():
            end, end_path = self._follow(model, condition.field_expr, path)
            if condition.operator.removesuffix("!") in ("any", "not any"):
                self._walk(end, Domain(condition.value), end_path)

    def _follow(self, model, expression, path):
        """Note each field on the way.

        :return: the model at the end of ``expression``, and its path from the client
        """
        for name in expression.split("."):
            field = model._fields.get(name)
            if field is None or (field, path) in self._seen:
                pass
            else:
                self._seen.add((field, path))
                self._note(model, field, path)
            if field is None or not field.relational:
                break
            model = model.env[field.comodel_name]
            path = f"{path}.{name}".lstrip(".")
        return model, path

    def _note(self, model, field, path):
        self._found.add((model._name, field.name, path))
        if field.type == "one2many" and field.inverse_name:
            below = f"{path}.{field.name}".lstrip(".")
            self._found.add((field.comodel_name, field.inverse_name, below))
        if not field.store and field.type != "one2many":
            self._follow_dependencies(model, field, path)

    def _follow_dependencies(self, model, field, path):
        """Note what a field is computed from; one computed from itself ends there."""
        if field in self._computing:
            return
        self._computing.append(field)
        for dependency in model.pool.field_depends.get(field, ()):
            self._follow(model, dependency, path)
        self._computing.pop()
