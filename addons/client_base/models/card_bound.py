from odoo import api, models
from odoo.fields import Domain


class ClientCardBound(models.AbstractModel):
    """A line about cards is seen by whoever may read them, and by nobody else.

    A company may show each salesperson his own clients alone, by a rule on contacts
    that we do not know of.
    """

    _name = "client.card.bound"
    _description = "Line About Cards"

    # Many2one fields with the cards that a line tells of.
    _bound_cards = ("partner_id",)

    def _check_access(self, operation):
        result = super()._check_access(operation)
        if result or self.env.su or not any(self._ids):
            return result
        lines_sudo = self.sudo()
        cards = self.env["res.partner"].union(
            *(lines_sudo[name].sudo(False) for name in self._bound_cards)
        )
        closed = cards - cards._filtered_access("read")
        if not closed:
            return None
        forbidden_sudo = lines_sudo.filtered(
            lambda line: any(line[name] & closed for name in self._bound_cards)
        )
        return forbidden_sudo.sudo(False), closed._check_access("read")[1]

    @api.model
    def _search(self, domain, *args, bypass_access=False, **kwargs):
        if not self.env.su and not bypass_access:
            cards = self.env["res.partner"].with_context(active_test=False)
            readable = cards._search([])
            domain = Domain.AND(
                [domain, *(Domain(name, "in", readable) for name in self._bound_cards)]
            )
        return super()._search(domain, *args, bypass_access=bypass_access, **kwargs)
