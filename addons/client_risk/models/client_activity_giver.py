from odoo import api, models
from odoo.tools import plaintext2html
from odoo.tools.misc import get_lang


class ClientActivityGiver(models.AbstractModel):
    """Gives activities on cards of clients to whoever acts for their managers."""

    _name = "client.activity.giver"
    _description = "Giving of Activities about Clients"

    @api.model
    def _get_acting(self, people):
        """Find who acts for each of these users today; archived ones act for nobody.

        :return: user -> user, or an empty one
        """
        none = self.env["res.users"]
        found = people._get_acting_users()
        return {user: one if one.active else none for user, one in found.items()} | {
            none: none
        }

    def _get_responsible(self):
        """:return: whose work this record is, first choice first; ``res.users``"""
        self.ensure_one()
        return self.partner_id.user_id | self.user_id

    def _get_people(self):
        """Choose who is to hear of each record: of those responsible the first there.

        :return: record -> user; records nobody is there for are left out
        """
        acting = self._get_acting(self.partner_id.user_id | self.user_id)
        chosen = {}
        for record in self:
            there = (acting[one] for one in record._get_responsible())
            user = next((one for one in there if one), None)
            if user:
                chosen[record] = user
        return chosen

    @api.model
    def _give_activities(self, people, prepare):
        """Give an activity for each record, in one batch.

        :param people: record -> who gets it
        :param prepare: of a record in the language of the user: type, summary, note and
            day of the activity, as values
        :return: ``mail.activity``, in the order of ``people``
        """
        model_id = self.env["ir.model"]._get_id("res.partner")
        values = [
            {
                "res_model_id": model_id,
                "res_id": record.partner_id.id,
                "user_id": user.id,
                **prepare(record.with_context(lang=get_lang(self.env, user.lang).code)),
            }
            for record, user in people.items()
        ]
        for one in values:
            one["note"] = plaintext2html(one.get("note") or "")
        # sudo: whoever brought it about; quick: no e-mail for each
        activities_sudo = self.env["mail.activity"].sudo()
        return activities_sudo.with_context(mail_activity_quick_update=True).create(
            values
        )
