from odoo import api, fields, models
from odoo.tools import format_date

# What anybody may put into a letter, the template editors of Odoo aside.
LETTER_EXPRESSIONS = (
    "object.letter_greeting",
    "object.letter_contract_end",
    "object.letter_signature",
    "object.phone",
    "object.email",
    "object.vat",
    "object.letter_address",
)


class CardLetters(models.AbstractModel):
    """Gives reply templates the words that a bare column does not give.

    Each is a whole phrase in the language of the letter, and never empty where a
    letter would look torn without it.
    """

    _name = "client.card.letters"
    _description = "Letters to the Client"

    letter_greeting = fields.Char(
        string="Greeting",
        compute="_compute_letter_greeting",
        groups="base.group_user",
        help="A letter to a company greets the one who decides there, or its only "
        "contact person; otherwise nobody by name.",
    )
    letter_address = fields.Char(
        string="Address on One Line",
        compute="_compute_letter_address",
        groups="base.group_user",
    )
    letter_contract_end = fields.Char(
        string="End of the Contract in a Letter",
        compute="_compute_letter_contract_end",
        groups="client_base.group_client_user",
    )
    letter_signature = fields.Char(
        string="Signature in a Letter",
        compute="_compute_letter_signature",
        groups="base.group_user",
    )

    @api.depends("name", "is_company", "child_ids.name", "child_ids.is_decision_maker")
    @api.depends_context("lang")
    def _compute_letter_greeting(self):
        # whoever writes a letter needs the greeting, not the right to our columns
        for partner, partner_sudo in zip(self, self.sudo(), strict=True):
            name = partner_sudo._get_letter_addressee().name
            partner.letter_greeting = (
                self.env._("Hello, %(name)s!", name=name)
                if name
                else self.env._("Hello!")
            )

    def _get_letter_addressee(self):
        """:return: the person a letter is written to, or nobody"""
        self.ensure_one()
        if not self.is_company:
            return self
        people = self.child_ids.filtered(
            lambda person: person.type == "contact" and person.name
        )
        deciding = people.filtered("is_decision_maker")
        return deciding[:1] or (people if len(people) == 1 else people.browse())

    @api.depends("street", "street2", "zip", "city", "state_id", "country_id")
    @api.depends_context("lang")
    def _compute_letter_address(self):
        """Write the address as its country does, without the holes of empty parts."""
        for partner in self:
            lines = partner._display_address(without_company=True).splitlines()
            parts = (" ".join(line.split()).strip(" ,") for line in lines)
            partner.letter_address = ", ".join(filter(None, parts)) or False

    @api.depends("contract_end_date")
    @api.depends_context("lang")
    def _compute_letter_contract_end(self):
        for partner in self:
            partner.letter_contract_end = format_date(
                self.env, partner.contract_end_date, date_format="long"
            )

    @api.depends("user_id.name", "company_id.name")
    @api.depends_context("uid", "company")
    def _compute_letter_signature(self):
        """Sign as the sender; a mailing that nobody sends by hand, as the manager."""
        sender = self.env.user if self.env.uid != api.SUPERUSER_ID else None
        for partner in self:
            # his name is all that is read of the manager
            person = sender or partner.user_id.sudo()
            company = partner.company_id or self.env.company
            partner.letter_signature = ", ".join(
                filter(None, [person.name, company.name])
            )

    @api.model
    @api.private
    def mail_allowed_qweb_expressions(self):
        return (*super().mail_allowed_qweb_expressions(), *LETTER_EXPRESSIONS)
