from odoo.fields import Command

from .common import LeadCommon


class StageCommon(LeadCommon):
    """A team with a pipeline of its own: call, need, quotation, won."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        shared = cls.env["crm.stage"].search([("team_ids", "=", False)])
        shared.excluded_team_ids = [Command.link(cls.team.id)]
        people = cls.client_user | cls.client_manager
        cls.team.write(
            {
                "user_id": cls.client_manager.id,
                "member_ids": [Command.set(people.ids)],
            }
        )
        cls.call, cls.need, cls.quotation, cls.won = cls.env["crm.stage"].create(
            [
                {"name": name, "sequence": number, "team_ids": cls.team.ids}
                for number, name in enumerate(["Call", "Need", "Quotation"])
            ]
            + [
                {
                    "name": "Won",
                    "sequence": 9,
                    "is_won": True,
                    "team_ids": cls.team.ids,
                }
            ]
        )
        cls.need.required_field_ids = cls._get_field("phone")
        cls.lead = cls._create_lead("Лавка на розі")

    @classmethod
    def _get_field(cls, *names):
        fields = cls.env["ir.model.fields"]
        return fields.concat(*(fields._get("crm.lead", name) for name in names))

    @classmethod
    def _create_lead(cls, name, **values):
        return cls.env["crm.lead"].create(
            {
                "name": name,
                "type": "opportunity",
                "team_id": cls.team.id,
                "user_id": cls.client_user.id,
                **values,
            }
        )

    def _get_way(self, lead):
        """:return: (stage, how it came, how it ended) in order"""
        stays = self.env["lead.stage.log"].sudo()
        return [
            (stay.stage_id.name, stay.entry_code, stay.end_code)
            for stay in stays.search([("lead_number", "=", lead.id)], order="id")
        ]

    def _get_tasks(self, lead):
        """:return: what is open to be done about a lead"""
        tasks = self.env["mail.activity"].sudo()
        return tasks.search(
            [("res_model", "=", "crm.lead"), ("res_id", "=", lead.id)], order="id"
        )
