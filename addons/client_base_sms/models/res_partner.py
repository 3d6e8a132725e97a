from odoo import api, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def action_open_sms(self):
        """Write an SMS to these clients: a mailing by whoever may make mailings."""
        self.check_access("read")
        if self.env["mailing.mailing"].has_access("create"):
            return self._prepare_sms_mailing_action([("id", "in", self.ids)])
        return self._prepare_sms_composer_action("mass", {"default_res_ids": self.ids})

    def action_open_sms_composer(self):
        """Write an SMS to this client."""
        self.ensure_one()
        self.check_access("read")
        return self._prepare_sms_composer_action("comment", {"default_res_id": self.id})

    def _prepare_sms_composer_action(self, mode, context):
        """:param mode: ``comment`` for one client, ``mass`` for many"""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("SMS"),
            "res_model": "sms.composer",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_res_model": "res.partner",
                "default_composition_mode": mode,
                "default_mass_keep_log": True,
                **context,
            },
        }

    @api.model
    def _prepare_sms_mailing_action(self, domain, title=False):
        """:param domain: who gets it, looked up when the mailing is sent"""
        action = self._prepare_mailing_action(domain, title)
        context = {"default_mailing_type": "sms", "mailing_sms": True}
        return {
            **action,
            "name": self.env._("SMS"),
            "context": {**action["context"], **context},
        }
