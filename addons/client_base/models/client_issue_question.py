from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.tools import SQL
from odoo.tools.misc import get_lang

# Who may say that two cards are one client.
MERGES = "client_base.group_client_manager"


class ClientIssueQuestion(models.AbstractModel):
    """Asks whoever can mend problems to do so, by a task on the card of the client."""

    _name = "client.issue.question"
    _description = "Question About Problems"

    asked_on = fields.Date(
        string="Asked", readonly=True, help="The manager was asked to find it out."
    )
    asked_activity_id = fields.Many2one(
        comodel_name="mail.activity",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        groups=fields.NO_ACCESS,
    )

    def action_ask(self):
        """Ask the manager of each client to find out what is missing.

        One task for a client, however many problems; the second time none is added.
        Who may not merge cards asks the head of the clients to do it.

        :return: an action that says who was asked
        """
        self.check_access("read")
        todo = self.filtered(lambda one: one.state == "open" and not one.asked_on)
        if not todo:
            raise UserError(self.env._("This was asked already."))
        activities = self.env["mail.activity"].with_context(
            mail_activity_quick_update=True  # no e-mail for each
        )
        asked = todo._group_by_asked()
        tasks = activities.create(
            [
                issues._prepare_question(client, owner)
                for (client, owner), issues in asked.items()
            ]
        )
        # sudo: the fact is written beside the problem, which nobody writes by hand
        todo.sudo().asked_on = fields.Date.context_today(self)
        for issues, task in zip(asked.values(), tasks, strict=True):
            issues.sudo().asked_activity_id = task
        names = {owner.name for _client, owner in asked}
        return self._tell(
            self.env._("Asked: %(names)s.", names=", ".join(sorted(names)))
        )

    def _group_by_asked(self):
        """:return: (client, who can mend it) -> problems"""

        def get_key(issue):
            return issue.user_id, issue.company_id, issue.rule_id.kind == "duplicate"

        who = {
            key: issues[0]._get_whom_to_ask()
            for key, issues in self.grouped(get_key).items()
        }
        return self.grouped(lambda issue: (issue.partner_id, who[get_key(issue)]))

    def _get_whom_to_ask(self):
        """:return: ``res.users`` who can mend this; two cards are merged by the head"""
        owner = self.user_id or self.env.user
        if self.rule_id.kind != "duplicate" or owner.has_group(MERGES):
            return owner
        audits_sudo = self.env["client.audit"].sudo()  # who the head is, whoever asks
        head = owner.sudo().client_head_id or audits_sudo._get_fallback(self.company_id)
        return head.with_env(self.env) or owner

    def _prepare_question(self, client, owner):
        """:return: values of the one activity about a client"""
        words = self.with_context(lang=get_lang(self.env, owner.lang).code)
        problems = [
            ": ".join(filter(None, (one.rule_id.name, one.detail))) for one in words
        ]
        return {
            "res_model_id": self.env["ir.model"]._get_id("res.partner"),
            "res_id": client.id,
            "activity_type_id": self.env.ref("mail.mail_activity_data_todo").id,
            "summary": words.env._("Find out: %(what)s", what="; ".join(problems)),
            "user_id": owner.id,
            "date_deadline": min(
                filter(None, self.mapped("deadline")),
                default=fields.Date.context_today(self),
            ),
        }

    @api.model
    def _end_questions(self):
        """Take away the tasks of which no problem is left to mend.

        They are not marked as done: that would say that somebody was in touch with the
        client.
        """
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT asked_activity_id
                  FROM client_issue
                 WHERE asked_activity_id IS NOT NULL
              GROUP BY asked_activity_id
                HAVING BOOL_AND(state != 'open')
                """
            )
        )
        if not rows:
            return
        # sudo: a task ends with its cause, whoever mended that
        tasks_sudo = self.env["mail.activity"].sudo().browse(id_ for (id_,) in rows)
        self.sudo().search(
            [("asked_activity_id", "in", tasks_sudo.ids)]
        ).asked_activity_id = False
        tasks_sudo.filtered("active").unlink()
