from odoo import api, fields, models


class ClientReactivationStep(models.Model):
    """One attempt to win a client back; their list is the plan of every case.

    The plan ships ready. As many attempts are made as there are steps, and no more.
    """

    _name = "client.reactivation.step"
    _description = "Step of Winning Back"
    _order = "sequence, id"

    name = fields.Char(
        required=True, translate=True, help="What the task of the manager says."
    )
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=10)
    company_id = fields.Many2one(
        comodel_name="res.company", index=True, help="Empty: all companies."
    )
    delay_days = fields.Integer(
        string="After (Days)",
        help="So many days after the step before was done; the first one: after the "
        "case was opened.",
    )
    activity_type_id = fields.Many2one(
        comodel_name="mail.activity.type",
        string="Task",
        required=True,
        ondelete="restrict",
        domain="[('res_model', 'in', [False, 'res.partner'])]",
        default=lambda self: self.env.ref("mail.mail_activity_data_call", False),
    )
    note = fields.Text(
        string="What to Say", translate=True, help="Stands in the task for the manager."
    )
    mail_template_id = fields.Many2one(
        comodel_name="mail.template",
        string="E-mail",
        ondelete="set null",
        domain="[('model', '=', 'res.partner')]",
        help="Proposed to the manager when he writes to the client from the case.",
    )

    _delay_positive = models.Constraint(
        "CHECK (delay_days BETWEEN 0 AND 365)",
        "A step comes within a year of the one before.",
    )

    @api.model
    def _get_plan(self, company):
        """:return: the steps of a company, in their order"""
        return self.search(
            [("company_id", "in", [False, company.id])], order="sequence, id"
        )

    def _get_next(self, step):
        """Find what comes after a step in this plan, also when it is no more in it.

        :param step: empty for the beginning
        """
        if not step:
            return self[:1]
        place = (step.sequence, step.id)
        return self.filtered(lambda one: (one.sequence, one.id) > place)[:1]
