from odoo import SUPERUSER_ID, api, models

TOUCHED = "client_base.issue.touched"


class ClientIssueCause(models.AbstractModel):
    """What is written here may mend problems of clients, or bring them back.

    The clients are noted, and looked at once before the commit, however much is
    written. A base without problems pays one look into a cache.
    """

    _name = "client.issue.cause"
    _description = "Cause of Problems"

    # Columns with the clients whom a record is about.
    _issue_clients = ()

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._note_for_issues()
        return records

    def write(self, vals):
        self._note_for_issues()  # it may be about another client afterwards
        result = super().write(vals)
        self._note_for_issues()
        return result

    def unlink(self):
        self._note_for_issues()
        return super().unlink()

    def _note_for_issues(self):
        """Note whose cards these are, to be looked at before the commit."""
        if not self.pool.ready or not self.env["client.audit"]._is_anything_known():
            return
        precommit = self.env.cr.precommit
        if TOUCHED not in precommit.data:
            precommit.data[TOUCHED] = set()
            nobody = self.env(user=SUPERUSER_ID, context={}, su=True)
            precommit.add(nobody["client.issue"]._recheck_touched)
        # sudo: only ids of cards, whoever writes them
        for name in self._issue_clients:
            precommit.data[TOUCHED].update(self.sudo().mapped(f"{name}.id"))


class ClientIssueRechecked(models.AbstractModel):
    """Looks at the cards that a transaction wrote."""

    _name = "client.issue.rechecked"
    _description = "Problems Looked at Again"

    @api.model
    def _recheck_touched(self):
        touched = self.env.cr.precommit.data.pop(TOUCHED, set())
        self.env.flush_all()  # what fails here is no rule's fault
        if touched:
            self._recheck(touched)
