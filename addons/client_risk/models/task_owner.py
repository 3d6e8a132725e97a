from odoo import fields, models
from odoo.exceptions import UserError


class TaskOwner(models.AbstractModel):
    """Lets people be given tasks about a client."""

    _name = "client.task.owner"
    _description = "Client with Tasks"

    client_task_ids = fields.One2many(
        comodel_name="client.risk.task",
        inverse_name="partner_id",
        string="Tasks",
        groups="client_base.group_client_user",
    )

    def write(self, vals):
        """Let open tasks follow the manager at once.

        A hand-over moves the activities itself, and writes down which.
        """
        result = super().write(vals)
        if "user_id" in vals and not self.env.context.get("mail_activity_quick_update"):
            # sudo: of every company
            self.env["client.risk.task"].sudo().search(
                [("partner_id", "in", self.ids), ("state", "=", "given")]
            )._follow_manager_safely()
        return result

    def action_tell_client_date(self):
        """Ask for the date that the client has told."""
        self.ensure_one()
        self.check_access("read")
        return self._get_own_profile().action_tell_date()

    def _get_own_profile(self):
        """:return: the profile in the company one works in, made when there is none"""
        client, company = self.commercial_partner_id, self.env.company
        Profile = self.env["client.profile"]
        Profile.check_access("write")
        domain = [("partner_id", "=", client.id), ("company_id", "=", company.id)]
        found = Profile.search(domain)
        if not found:
            Profile._judge_clients(client, company)
            found = Profile.search(domain)
        if not found:
            raise UserError(self.env._("This contact is not a client."))
        return found
