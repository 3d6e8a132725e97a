from odoo import api, models
from odoo.exceptions import ValidationError


class ClientGroupReach(models.AbstractModel):
    """Keeps rules and entry actions, which the system runs, to the author's companies.

    Those of a group of every company are for people who work in every company.
    """

    _name = "client.group.reach"
    _description = "Reach of a Group"

    @api.model
    def _default_company_id(self):
        """A group of every company is made by people who work in every company."""
        companies = self.env["res.company"]
        return companies if companies._is_user_everywhere() else self.env.company

    @api.constrains(lambda self: self._get_far_reaching_fields())
    def _check_reach(self):
        """Rules and entry actions run with the rights of the system.

        Those of a group of every company are for people who work in every company.
        """
        if not all(one._is_within_reach() for one in self if one.rule or one.has_entry):
            raise ValidationError(
                self.env._(
                    "Choose the company of the group: without one, its rule and its "
                    "actions on entry would be about clients of companies in which you "
                    "do not work."
                )
            )

    @api.model
    def _get_far_reaching_fields(self):
        """:return: names of the fields by which a group acts on clients by itself"""
        entry = {name for name in self._fields if name.startswith("entry_")}
        stored = {name for name in entry if self._fields[name].store}
        return ["company_id", "rule", "is_rule_on", *sorted(stored)]

    def _check_preview(self):
        """Refuse to look where the user may not: the rule itself looks anywhere.

        :raise UserError: says why
        """
        self._check_readable(self.env["res.partner"], self._read_rule())
        self._check_reach()

    def _is_within_reach(self):
        """:return: whether the user works in all companies that the group is about"""
        if self.env["res.company"]._is_user_everywhere():
            return True
        company = self.company_id._origin
        return bool(company) and company <= self.env.user.company_ids
