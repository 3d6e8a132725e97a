import secrets

from odoo import api, fields, models

KINDS = [
    ("form", "Web Form"),
    ("webhook", "Webhook"),
    ("email", "E-mail"),
    ("call", "Telephony"),
    ("telegram", "Telegram"),
    ("manual", "By Hand, File or Script"),
]


class LeadChannel(models.Model):
    """A way in for requests: what it is, whose they become, how they are read."""

    _name = "lead.channel"
    _description = "Channel of Requests"
    # a kind that receives in its own way stands before the door
    _inherit = [
        "lead.channel.mailbox",
        "lead.channel.reply",
        "lead.channel.call",
        "lead.channel.form",
        "lead.channel.file",
        "lead.channel.watch",
        "lead.channel.chat",
        "lead.channel.map",
        "lead.channel.door",
        "mail.thread",
    ]
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True,
        copy=False,
        help="How scripts name the channel: small letters, digits and underscores.",
    )
    kind = fields.Selection(selection=KINDS, required=True, default="form")
    sequence = fields.Integer(default=10)
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        comodel_name="res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    token = fields.Char(
        required=True,
        copy=False,
        readonly=True,
        default=lambda self: self._make_secret(),
        groups="client_base.group_client_manager",
        help="The part of the address that names this channel.",
    )
    secret = fields.Char(
        copy=False,
        default=lambda self: self._make_secret(),
        groups="client_base.group_client_manager",
        help="What a sender signs his messages with.",
    )
    is_signed = fields.Boolean(
        string="Signed Only",
        help="Refuse what is not signed with the secret of the channel.",
    )
    team_id = fields.Many2one(
        comodel_name="crm.team",
        string="Sales Team",
        index="btree_not_null",
    )
    user_id = fields.Many2one(
        comodel_name="res.users",
        string="Responsible",
        domain="[('share', '=', False)]",
        help="Who gets a request that nobody else can get, and the alarms.",
    )
    source_id = fields.Many2one(comodel_name="utm.source")
    medium_id = fields.Many2one(comodel_name="utm.medium")
    campaign_id = fields.Many2one(comodel_name="utm.campaign")
    lang = fields.Selection(
        selection=lambda self: self.env["res.lang"].get_installed(),
        string="Language",
        help="Of the people who come in by this channel, when they do not say it.",
    )
    usual_volume = fields.Float(
        string="Usual Requests a Day",
        digits=(16, 1),
        help="So many come in on a usual day. A silence that is too long for it raises "
        "an alarm.",
    )
    request_ids = fields.One2many(
        comodel_name="lead.request", inverse_name="channel_id", string="Requests"
    )

    _code_uniq = models.Constraint(
        "UNIQUE (company_id, code)", "There is a channel with this code already."
    )
    _token_uniq = models.Constraint(
        "UNIQUE (token)", "There is a channel with this token already."
    )

    @api.model
    def _make_secret(self):
        return secrets.token_urlsafe(32)

    def action_renew_address(self):
        """Make a new token and a new secret; the old ones open nothing from now on."""
        self.check_access("write")
        for channel in self:
            channel.write({"token": self._make_secret(), "secret": self._make_secret()})
        return True
