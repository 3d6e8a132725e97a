from odoo import api, fields, models
from odoo.fields import Domain


class IssueOwner(models.AbstractModel):
    """Says on the card what is to be mended about it, to whoever is to mend it."""

    _name = "client.issue.owner"
    _description = "Owner of Problems"

    issues_to_mend = fields.Char(
        string="To Mend",
        compute="_compute_issues_to_mend",
        groups="client_base.group_client_user",
    )

    @api.depends_context("uid", "lang")
    def _compute_issues_to_mend(self):
        issues = self.env["client.issue"]
        found = {}
        if self.env["client.audit"]._is_anything_known():
            # sudo: what this transaction has mended is not to be mended any longer
            issues.sudo()._recheck_touched()
            found = issues.search(self._get_issue_domain()).grouped("partner_id")
        for partner in self:
            problems = found.get(partner._origin, ())
            partner.issues_to_mend = "; ".join(
                ": ".join(filter(None, (one.rule_id.name, one.detail)))
                for one in problems
            )

    def _get_issue_domain(self):
        return Domain("partner_id", "in", self._origin.ids) & Domain(
            "state", "=", "open"
        )

    def action_open_issues(self):
        """Open the problems of these cards that the user may see."""
        self.env["client.issue"].check_access("read")  # a portal user has a card, too
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_base.client_issue_action"
        )
        action.update(domain=list(self._get_issue_domain()), context={})
        return action
