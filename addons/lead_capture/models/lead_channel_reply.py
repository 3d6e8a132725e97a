from odoo import fields, models
from odoo.fields import Domain


class LeadChannelReply(models.AbstractModel):
    """A channel that answers by itself: we have your request, and when we write."""

    _name = "lead.channel.reply"
    _description = "Channel with an Auto-reply"

    is_auto_replied = fields.Boolean(
        string="Auto-reply",
        help="Whoever writes gets a letter at once: that we have his request, and when "
        "a person answers. It stops no clock.",
    )
    reply_template_id = fields.Many2one(
        comodel_name="mail.template",
        string="In Working Hours",
        domain="[('model', '=', 'crm.lead')]",
        ondelete="restrict",
        default=lambda self: self._get_default_template("reply"),
        help="In the language of the client, else of the channel.",
    )
    away_template_id = fields.Many2one(
        comodel_name="mail.template",
        string="Outside Working Hours",
        domain="[('model', '=', 'crm.lead')]",
        ondelete="restrict",
        default=lambda self: self._get_default_template("away"),
        help="Of the team. Empty: the same letter at any time.",
    )
    auto_reply_ids = fields.One2many(
        comodel_name="lead.auto.reply", inverse_name="channel_id"
    )
    auto_reply_count = fields.Integer(compute="_compute_auto_reply_count")

    def _get_default_template(self, name):
        return self.env.ref(
            f"lead_capture.mail_template_auto_{name}", raise_if_not_found=False
        )

    def _compute_auto_reply_count(self):
        counts = dict(
            self.env["lead.auto.reply"]._read_group(
                Domain("channel_id", "in", self.ids), ["channel_id"], ["__count"]
            )
        )
        for channel in self:
            channel.auto_reply_count = counts.get(channel, 0)

    def _choose_template(self, is_away):
        """:return: ``mail.template`` of the auto-reply, or none"""
        if not self.is_auto_replied:
            return self.reply_template_id.browse()
        away = self.away_template_id if is_away else self.away_template_id.browse()
        return away or self.reply_template_id

    def _get_auto_reply_text(self, lead):
        """Take down that the client of a lead is answered by chat now.

        :return: the text to be sent; "" when none is due, or he had one lately
        :rtype: str
        """
        self.ensure_one()
        return self.env["lead.auto.reply"]._answer_by_chat(self, lead)

    def action_open_auto_replies(self):
        """Show the auto-replies that the channel has sent."""
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "lead_capture.lead_auto_reply_action"
        )
        return {
            **action,
            "domain": [("channel_id", "in", self.ids)],
            "context": {},
        }
