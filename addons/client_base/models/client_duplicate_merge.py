import logging
from itertools import product

from odoo import api, fields, models
from odoo.exceptions import LockError, UserError
from odoo.fields import Domain

from .concurrency import CONCURRENCY_ERRORS, MAX_FAILURES

_logger = logging.getLogger(__name__)

# So many clients are merged while one waits: a few seconds.
AT_ONCE = 10


class ClientDuplicateMerge(models.AbstractModel):
    """Merges the clients of chosen pairs: a few at once, many in the background.

    In the background each client is committed alone: a killed process goes on where it
    was, and what cannot be merged says why and stops nobody.
    """

    _name = "client.duplicate.merge"
    _description = "Merging of Chosen Duplicates"

    merge_asked_by_id = fields.Many2one(
        comodel_name="res.users",
        string="Being Merged for",
        readonly=True,
        index="btree_not_null",
        help="With whose rights the cards are merged in the background.",
    )
    merge_problem = fields.Char(
        string="Why Not Merged",
        readonly=True,
        help="What kept the cards from being merged when it was tried last.",
    )

    def action_merge(self):
        """Make the cards of these pairs one, each client with the usual choices.

        Many clients are merged in the background; whoever asked is told when it is
        done. Of several clients those that cannot be merged say why.

        :return: the ``client.merge`` of each client that is merged now
        :raise UserError: when none of the clients can be merged
        """
        self.check_access("write")
        chosen = self.filtered(
            lambda pair: pair.state == "open" and not pair.sudo().merge_asked_by_id
        )
        clients = chosen._get_clients()
        if len(clients) > AT_ONCE:
            chosen._ask_to_merge(len(clients))
            return self.env["client.merge"]
        if len(clients) > 1:
            return chosen._merge_clients(clients)
        return self._merge_client(clients[0]) if clients else self.env["client.merge"]

    def _merge_clients(self, clients):
        """:return: the merges of the clients that could be merged"""
        merges = self.env["client.merge"]
        problems = []
        for cards in clients:
            merge, problem = self._try_to_merge(cards)
            merges += merge
            if problem:
                problems.append(problem)
        if problems and not merges:
            raise UserError("\n".join(dict.fromkeys(problems)))
        self._tell_result(self.env.user, len(problems))
        return merges

    @api.model
    def _merge_client(self, cards):
        merges = self.env["client.merge"]
        survivor = merges._get_default_survivor(cards)
        return merges._merge(survivor, cards - survivor)

    def _try_to_merge(self, cards):
        """Merge the cards of a client, or note on the pairs of self why not.

        :return: the ``client.merge`` or none, and in words why it is none
        """
        problem = False
        merge = self.env["client.merge"]
        try:
            with self.env.cr.savepoint():
                merge = self._merge_client(cards)
        except LockError as error:
            problem = str(error)
        except CONCURRENCY_ERRORS:
            raise
        except UserError as error:
            problem = str(error)
        except Exception:
            _logger.exception("%d cards could not be merged", len(cards))
            problem = self.env._("This failed. The log of the server tells why.")
        self._note_problem(cards, problem)
        return merge, problem

    def _note_problem(self, cards, problem):
        """Note on the pairs of self between some cards what became of them."""
        # sudo: nobody writes pairs by hand
        pairs_sudo = self.sudo().exists()
        pairs_sudo.filtered(lambda pair: (pair.left_id | pair.right_id) <= cards).write(
            {"merge_problem": problem, "merge_asked_by_id": False}
        )

    def _get_clients(self):
        """Chain the cards of these pairs together, best pair first.

        :return: list of the cards of each client; who was told apart stays apart
        """
        is_apart = self._get_apart_among(self.left_id | self.right_id)
        clients = {}
        for pair in self.sorted(lambda one: (-one.bits, one.id)):
            ours = clients.get(pair.left_id, pair.left_id)
            theirs = clients.get(pair.right_id, pair.right_id)
            if not any(is_apart(*sorted(two)) for two in product(ours.ids, theirs.ids)):
                clients |= dict.fromkeys(ours | theirs, ours | theirs)
        return list(dict.fromkeys(clients.values()))

    # === IN THE BACKGROUND ===

    def _ask_to_merge(self, client_count):
        """Let the scheduled action merge the cards of these pairs."""
        # sudo: whoever may decide decides by the buttons
        self.sudo().write({"merge_asked_by_id": self.env.uid, "merge_problem": False})
        self.env.ref("client_base.ir_cron_client_duplicate_merge")._trigger()
        self._tell(
            self.env.user,
            self.env._(
                "Clients to be merged in the background: %(count)d.", count=client_count
            ),
        )

    @api.model
    def _cron_merge(self):
        """Merge what people asked for, a committed client at a time."""
        asked = Domain("merge_asked_by_id", "!=", False)
        progress = self.env["ir.cron"]._commit_progress
        for user in self.search(asked).merge_asked_by_id:
            own = self.with_user(user).with_context(
                lang=user.lang, allowed_company_ids=user.company_ids.ids
            )
            # sudo: what he asked for, though he may have lost the right to see it
            mine_sudo = own.sudo().search(
                [("merge_asked_by_id", "=", user.id), ("state", "=", "open")]
            )
            if not mine_sudo._merge_behind(progress):
                return

    def _merge_behind(self, progress):
        """:return: whether there is time left"""
        user = self.merge_asked_by_id
        clients = [cards.sudo(False) for cards in self._get_clients()]
        time_left = progress(remaining=len(clients))
        for cards in clients:
            self._merge_one_behind(cards.exists())
            time_left = progress(1)
            if not time_left:
                break
        else:
            left = self.exists()
            # pairs of two clients that are told apart have been decided
            left.write({"merge_asked_by_id": False})
            failed = [("state", "=", "open"), ("merge_problem", "!=", False)]
            self._tell_result(user, self.search_count(failed))
            progress(0)
        return bool(time_left)

    def _merge_one_behind(self, cards):
        for _attempt in range(MAX_FAILURES):
            try:
                self.sudo(False)._try_to_merge(cards)
            except CONCURRENCY_ERRORS:
                self.env.cr.rollback()
                self.env.invalidate_all()
            else:
                return
        problem = self.env._("Others were writing these cards all the time. Try again.")
        self._note_problem(cards, problem)

    # === TELLING ===

    @api.model
    def _tell_result(self, user, failed):
        if failed:
            message = self.env._(
                "The clients you chose are merged. Pairs that could not be: %(count)d. "
                "They say why.",
                count=failed,
            )
        else:
            message = self.env._("The clients you chose are merged.")
        self._tell(user, message, "warning" if failed else "info")

    @api.model
    def _tell(self, user, message, kind="info"):
        user._bus_send("simple_notification", {"type": kind, "message": message})
