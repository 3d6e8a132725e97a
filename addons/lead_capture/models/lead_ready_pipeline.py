from odoo import api, models
from odoo.tools import LazyTranslate

_lt = LazyTranslate(__name__)

CALL = "mail.mail_activity_data_call"
MAIL = "mail.mail_activity_data_email"
MEETING = "mail.mail_activity_data_meeting"
TODO = "mail.mail_activity_data_todo"

# code, name, longest stay in working days, fields asked for, condition, its words
STAGES = (
    ("call", _lt("Call"), 2, (), "[]", ""),
    (
        "need",
        _lt("Need"),
        4,
        (),
        "['|', ('phone', '!=', False), ('email_from', '!=', False)]",
        _lt("a phone or an e-mail"),
    ),
    ("quotation", _lt("Quotation"), 5, ("partner_id", "expected_revenue"), "[]", ""),
    ("meeting", _lt("Meeting"), 7, ("date_deadline",), "[]", ""),
    ("rework", _lt("Reworked Quotation"), 5, (), "[]", ""),
    ("closing", _lt("Closing"), 8, (), "[]", ""),
    ("won", _lt("Won"), 0, (), "[]", ""),
)
INSTRUCTIONS = {
    "call": _lt("Reach the client. Three attempts at different times, then a letter."),
    "need": _lt("Find out what is needed, by when, for how much, and who decides."),
    "quotation": _lt("Send a quotation and hear what they think of it."),
    "meeting": _lt("Meet, show, agree on what is to be changed."),
    "rework": _lt("Send what was agreed on, and hear whether it fits."),
    "closing": _lt("Ask for the decision; help with papers and dates."),
}
# stage, activity, what to do, days, for whom; counted from the task before
STEPS = (
    ("call", CALL, _lt("Call the client"), 0, "owner"),
    ("call", CALL, _lt("Call again, at another time of the day"), 1, "owner"),
    ("call", MAIL, _lt("Write that you could not reach the client"), 1, "owner"),
    ("need", CALL, _lt("Ask what is needed, by when and who decides"), 0, "owner"),
    ("need", CALL, _lt("Ask what is still open"), 2, "owner"),
    ("quotation", TODO, _lt("Send the quotation"), 1, "owner"),
    ("quotation", CALL, _lt("Ask what they think of the quotation"), 2, "owner"),
    ("meeting", MEETING, _lt("Agree on a meeting"), 0, "owner"),
    ("meeting", TODO, _lt("Write down what was agreed on"), 3, "owner"),
    ("rework", TODO, _lt("Send the reworked quotation"), 1, "owner"),
    ("rework", CALL, _lt("Ask whether it fits now"), 2, "owner"),
    ("closing", CALL, _lt("Ask for the decision"), 1, "owner"),
    ("closing", CALL, _lt("Ask again, offer help with the papers"), 3, "owner"),
    ("closing", TODO, _lt("See why it is not closed"), 3, "head"),
    ("won", CALL, _lt("Thank the client, ask how it went"), 7, "owner"),
)


class LeadReadyPipeline(models.AbstractModel):
    """A pipeline of seven stages with their criteria, lengths and tasks.

    A team takes it with a click and has stages of its own then, which it may change.
    """

    _name = "lead.ready.pipeline"
    _description = "Ready Pipeline"

    @api.model
    def _get_choices(self):
        """:return: code and name of each stage, for a selection"""
        return [(code, str(name)) for code, name, *_rest in STAGES]

    @api.model
    def _get_triggers(self):
        """:return: code of a stage -> condition by which leads come there themselves"""
        return {}

    @api.model
    def _make(self, team):
        """Make the stages of a team.

        :return: code -> stage
        """
        stages = self.env["crm.stage"].create(
            [
                self._prepare_stage(team, number, *row)
                for number, row in enumerate(STAGES)
            ]
        )
        made = dict(zip((row[0] for row in STAGES), stages, strict=True))
        steps = self.env["lead.stage.step"].create(
            [
                {
                    "stage_id": made[code].id,
                    "sequence": number,
                    "activity_type_id": self.env.ref(kind).id,
                    "summary": str(summary),
                    "days": days,
                    "recipient": recipient,
                }
                for number, (code, kind, summary, days, recipient) in enumerate(STEPS)
            ]
        )
        self._translate(made, steps)
        return made

    @api.model
    def _prepare_stage(self, team, number, code, name, days, asked, condition, words):
        fields = self.env["ir.model.fields"]
        trigger = self._get_triggers().get(code)
        return {
            "name": str(name),
            "ready_code": code,
            "sequence": number * 10 + 10,
            "team_ids": team.ids,
            "is_won": code == "won",
            "longest_stay": days,
            "required_field_ids": [fields._get("crm.lead", one).id for one in asked],
            "criteria_domain": condition,
            "criteria_text": str(words),
            "instruction": str(INSTRUCTIONS.get(code, "")),
            "is_automatic": bool(trigger),
            "auto_domain": trigger or "[]",
        }

    @api.model
    def _translate(self, made, steps):
        """Say it in every language that people use here."""
        for lang, _name in self.env["res.lang"].get_installed():
            for code, name, _days, _asked, _condition, words in STAGES:
                made[code].with_context(lang=lang).write(
                    {
                        "name": name._translate(lang),
                        "criteria_text": words and words._translate(lang),
                        "instruction": code in INSTRUCTIONS
                        and INSTRUCTIONS[code]._translate(lang),
                    }
                )
            for step, row in zip(steps, STEPS, strict=True):
                step.with_context(lang=lang).summary = row[2]._translate(lang)
