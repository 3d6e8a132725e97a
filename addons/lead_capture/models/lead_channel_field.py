from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..tools import field_map

# What a line of a map may fill: nothing else of a payload reaches a lead.
TARGETS = [
    ("contact_name", "Name of the Person"),
    ("phone", "Phone"),
    ("email", "E-mail"),
    ("company", "Company"),
    ("description", "Message"),
    ("product", "Product"),
    ("region", "City or Region"),
    ("name", "Subject"),
    ("function", "Position"),
    ("tax_id", "Tax ID"),
    ("website", "Website"),
    ("lang", "Language"),
    ("source", "Source (UTM)"),
    ("medium", "Medium (UTM)"),
    ("campaign", "Campaign (UTM)"),
    ("page", "Page of the Site"),
    ("event_key", "Key of the Event"),
    ("note", "Line of the Message"),
]


class LeadChannelField(models.Model):
    """One line of the map of a channel: what stands where, and what it fills."""

    _name = "lead.channel.field"
    _description = "Field of a Channel"
    _order = "sequence, id"
    _rec_name = "path"

    channel_id = fields.Many2one(
        comodel_name="lead.channel", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    path = fields.Char(
        string="What Is Sent",
        required=True,
        help="Name of the field as it is sent. Within an object: contact.phone; in a "
        "list: phones.0 for the first, phones.* for all.",
    )
    target = fields.Selection(
        selection=TARGETS, string="Fills", required=True, default="note"
    )
    label = fields.Char(
        help="What the visitor sees on the form, and how the line is called in the "
        "message. Empty: the usual word, in the language of the channel."
    )
    is_in_form = fields.Boolean(string="On the Form", default=True)
    is_required = fields.Boolean(string="Required")
    sample_value = fields.Char(
        string="Gives",
        compute="_compute_sample_value",
        help="What this line finds in the sample.",
    )

    _path_uniq = models.Constraint(
        "UNIQUE (channel_id, path, target)", "This line is there already."
    )

    @api.depends("path", "target", "channel_id.sample")
    @api.depends_context("lang")
    def _compute_sample_value(self):
        for channel, lines in self.grouped("channel_id").items():
            payload, _problem = channel._read_sample()
            for line in lines:
                line.sample_value = payload and line._try(payload)

    def _try(self, payload):
        """:return: what the line gives, or a sentence that says why nothing"""
        found = field_map.follow(payload, self.path or "")
        if found.problem == "object":
            names = ", ".join(found.inside[:8])
            return self.env._("Several values inside: %(names)s", names=names)
        if found.problem == "empty":
            return self.env._("It is there and empty")
        if found.problem:
            return self.env._("Not in the sample")
        return field_map.tidy(found.text, self.target)

    @api.constrains("path")
    def _check_path(self):
        texts = {
            "empty": self.env._("Say what is sent."),
            "long": self.env._("The path is too long."),
            "part": self.env._(
                "A path has names with dots between them: contact.phone, phones.0."
            ),
        }
        for line in self:
            problem = field_map.check_path(line.path or "")
            if problem:
                raise ValidationError(texts[problem])

    def _to_map_line(self):
        return field_map.MapLine(self.path, self.target, self._get_label())

    def _get_label(self):
        """:return: the word for the field, in the language of the environment"""
        if self.label:
            return self.label
        if self.target == "note":
            return self.path
        if self.target == "contact_name":
            return self.env._("Your Name")
        words = self._fields["target"]._description_selection(self.env)
        return dict(words)[self.target]
