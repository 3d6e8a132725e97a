from odoo import fields, models

HOW = [
    ("phone", "By telephone"),
    ("person", "In person"),
    ("message", "By letter or message outside of Odoo"),
]


class LeadAnswer(models.TransientModel):
    """Says that somebody answered the client where Odoo does not see it."""

    _name = "lead.answer"
    _description = "Answer outside of Odoo"

    lead_id = fields.Many2one(
        comodel_name="crm.lead", required=True, ondelete="cascade", readonly=True
    )
    how = fields.Selection(selection=HOW, required=True, default="phone")
    note = fields.Text(string="What Was Said")

    def action_answer(self):
        """Stop the clock of the lead and leave a note on it.

        :return: an action that closes the dialog
        :raise AccessError: for a lead that is not the reader's to work on
        """
        self.ensure_one()
        self.check_access("read")
        lead = self.lead_id
        lead.check_access("write")
        lead._note_answer(self.env.user, fields.Datetime.now())
        labels = dict(self._fields["how"]._description_selection(self.env))
        said = [self.env._("Answered: %(how)s", how=labels[self.how]), self.note]
        lead.message_post(
            body="\n".join(filter(None, said)), subtype_xmlid="mail.mt_note"
        )
        return {"type": "ir.actions.act_window_close"}
