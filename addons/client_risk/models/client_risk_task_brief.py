from markupsafe import Markup

from odoo import models
from odoo.tools.misc import get_lang


class ClientRiskTaskBrief(models.AbstractModel):
    """Says what to know before the call, in the language of whoever calls."""

    _name = "client.risk.task.brief"
    _description = "What to Know for a Call"

    def _make_briefs(self, people):
        """:param people: task -> who will read it
        :return: task -> the HTML of its note
        """
        briefs = {}
        for task, user in people.items():
            own = task.with_context(lang=get_lang(self.env, user.lang).code)
            lines = [own.profile_id.reason]
            briefs[task] = Markup("<ul>%s</ul>") % Markup().join(
                Markup("<li>%s</li>") % line for line in lines if line
            )
        return briefs
