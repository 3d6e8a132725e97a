from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import format_date

from ..tools import contact
from ..tools.duplicates.scan import PROPOSED
from .client_group_rule_reader import RULE_ERRORS
from .client_issue_finder import TIDY_KIND


class ClientIssueMender(models.AbstractModel):
    """The buttons that mend problems, one or many: through the cards, as the user.

    What was mended is looked at again at once, and closes itself.
    """

    _name = "client.issue.mender"
    _description = "Mender of Problems"

    proposal = fields.Char(
        compute="_compute_proposal",
        help="How the phones or e-mails are written, and how they would be.",
    )
    detail = fields.Char(string="In Particular", compute="_compute_detail")

    # === COMPUTE METHODS ===

    @api.depends("partner_id", "rule_id.kind", "state")
    def _compute_proposal(self):
        proposed = self._get_proposals()
        for issue in self:
            issue.proposal = ", ".join(
                f"{point.value} → {value}" for point, value in proposed.get(issue, ())
            )

    @api.depends("partner_id", "rule_id.kind", "rule_id.rule", "proposal")
    @api.depends_context("lang")
    def _compute_detail(self):
        alike = self._get_alike_cards()
        for issue in self:
            names = alike.get(issue.partner_id, ()) if issue.state == "open" else ()
            issue.detail = issue.proposal or issue._get_detail(", ".join(names))

    def _get_detail(self, alike):
        """:return: what of the card the rule speaks of, in the user's language"""
        rule, client = self.rule_id, self.partner_id
        if rule.kind == "duplicate":
            return alike
        if rule.kind == "email_format":
            return ", ".join(self._get_untidy_points().mapped("value"))
        text = rule.rule or ""
        if rule.kind != "domain" or self.state != "open":
            return False
        if "client_point_ids" in text:
            return self._get_points_named()
        if "entry_problem" in text:
            return client.missing_labels
        if "review_due" in text and client.review_due:
            return self.env._(
                "due %(date)s", date=format_date(self.env, client.review_due)
            )
        return False

    def _get_alike_cards(self):
        """:return: client -> names of the cards that it is likely a duplicate of

        Those that the user may not read are not named.
        """
        issues = self.filtered(lambda one: one.rule_id.kind == "duplicate")
        pairs = issues._get_pairs()
        readable = pairs.left_id._filtered_access("read")
        found = {}
        for pair in pairs:
            if pair.left_id in readable:
                found.setdefault(pair.right_id, []).append(pair.left_id.display_name)
        return found

    def _get_pairs(self):
        """:return: the ``client.duplicate`` that these problems are about"""
        if not self:
            return self.env["client.duplicate"]
        return self.env["client.duplicate"].search(
            Domain("state", "=", "open")
            & Domain("bits", ">=", PROPOSED)
            & Domain("right_id", "in", self.partner_id.ids)
        )

    def _get_points_named(self):
        """:return: the phones and e-mails of the client that its rule is about"""
        points = self.partner_id.client_point_ids
        found = points.browse()
        try:
            for condition in self.rule_id._read_rule().iter_conditions():
                if (condition.field_expr, condition.operator) == (
                    "client_point_ids",
                    "any",
                ):
                    found |= points.filtered_domain(condition.value)
        except RULE_ERRORS:
            return False  # the audit tells what is wrong with the rule
        return ", ".join(found.mapped("value"))

    def _get_untidy_points(self):
        """:return: the points of the client that the rule of this problem finds"""
        kind = TIDY_KIND.get(self.rule_id.kind)
        return self.partner_id.client_point_ids.filtered(
            lambda point: (
                point.kind == kind
                and point.partner_id.active
                and self._tidy(point) != point.value
            )
        )

    @api.model
    def _tidy(self, point):
        """:return: the tidy form of a phone or an e-mail, nothing when it is none"""
        if not point.normalized:
            return False if point.kind == "email" else point.value
        if point.kind == "email":
            return point.normalized
        if self.env["client.issue.rule"]._is_tidy_phone(point.value):
            return point.value
        return contact.format_phone(point.normalized)

    def _get_proposals(self):
        """:return: issue -> list of (point, the form it would have)"""
        found = {}
        for issue in self.filtered(
            lambda one: one.state == "open" and one.rule_id.kind in TIDY_KIND
        ):
            pairs = [(one, issue._tidy(one)) for one in issue._get_untidy_points()]
            found[issue] = [(point, value) for point, value in pairs if value]
        return found

    # === ACTION METHODS ===

    def action_accept(self):
        """Write phones and e-mails the way that is proposed, on the cards.

        :return: an action that says what it did
        """
        self.check_access("read")
        proposals = self._get_proposals()
        if not any(proposals.values()):
            raise UserError(
                self.env._("Nothing is proposed for what you chose: open the cards.")
            )
        for pairs in proposals.values():
            for point, value in pairs:
                point.value = value  # the rights of the card hold
        self._look_again()
        return self._tell_mended()

    def action_open_merge(self):
        """Open the merge of the likely duplicates, or the list of several.

        :return: an action
        """
        self.check_access("read")
        pairs = self._get_pairs()
        if not pairs:
            raise UserError(self.env._("No duplicates of these clients are known."))
        is_one = len(pairs) == 1 or len(pairs.cluster_id) == 1
        if is_one and pairs.has_access("write"):
            return pairs[0].action_open_merge()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_base.client_duplicate_action"
        )
        action.update(domain=[("id", "in", pairs.ids)], context={})
        if len(pairs) == 1:
            action.update(res_id=pairs.id, views=[(False, "form")])
        return action

    def action_open_edit(self):
        """Fill in on all these cards at once what they lack.

        :return: an action with the dialog
        """
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_base.client_bulk_edit_action"
        )
        action["context"] = {"default_partner_ids": self.partner_id.ids}
        return action

    def action_archive_clients(self):
        """Put the cards away: nobody works with these clients any longer.

        :return: an action that says how many
        """
        self.check_access("read")
        clients = self.partner_id
        clients.action_archive()
        self._look_again()
        return self._tell(self.env._("Cards put away: %(count)s.", count=len(clients)))

    def action_open_ignore(self):
        """Ask why these problems are to be ignored.

        :return: an action with the dialog
        """
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Ignore"),
            "res_model": "client.issue.ignore",
            "view_mode": "form",
            "views": [(False, "form")],
            "target": "new",
            "context": {"default_issue_ids": self.ids},
        }

    def action_reopen(self):
        """Mend after all what was ignored.

        :return: True
        """
        self.check_access("read")
        ignored = self.filtered(lambda one: one.state == "ignored")
        # sudo: nobody writes problems by hand
        ignored.sudo().write(
            {"state": "open", "ignore_reason": False, "closed_on": False}
        )
        self._look_again()
        return True

    def action_look_again(self):
        """Look at the cards now, and into their history: what was mended closes.

        :return: an action that says what it found
        """
        self.check_access("read")
        self._look_again(self.rule_id)
        return self._tell_mended()

    def _ignore(self, reason):
        self.check_access("read")
        ignored = self.filtered(lambda one: one.state == "open")
        # sudo: nobody writes problems by hand
        ignored.sudo().write(
            {
                "state": "ignored",
                "ignore_reason": reason,
                "closed_on": fields.Datetime.now(),  # an audit counts it until then
            }
        )
        # sudo: a task ends with its last problem, whosever it is
        self.env["client.audit"].sudo()._end_tasks()

    def _look_again(self, rules=None):
        self.env["client.issue"]._recheck(self.sudo().partner_id.ids, rules)

    # === SAYING WHAT WAS DONE ===

    def _tell_mended(self):
        """:return: an action that says how many of these problems are closed now"""
        closed = self.filtered(lambda one: one.state == "done")
        words = self.env._(
            "Mended: %(closed)s of %(count)s.", closed=len(closed), count=len(self)
        )
        if closed == self:
            return self._tell(words)
        rest = self.env._("The others need a look at the card.")
        return self._tell(f"{words} {rest}", kind="warning")

    @api.model
    def _tell(self, message, kind="success"):
        """:return: an action that shows a message and has the view read again"""
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": message,
                "type": kind,
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
