from odoo import api, models


class ClientInteractionSource(models.AbstractModel):
    _name = "client.interaction.source"
    _inherit = ["client.interaction.source", "lead.chat.interaction"]

    @api.model
    def _get_sources(self):
        sources = super()._get_sources()
        # a user who may not read conversations has none in his timeline
        if self.env.su or self.env["lead.chat.message"].has_access("read"):
            sources["chat"] = self._select_chats()
        return sources
