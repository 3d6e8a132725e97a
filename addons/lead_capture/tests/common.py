from odoo.addons.client_base.tests.common import ClientCommon


class LeadCommon(ClientCommon):
    """A sales team of its own and a channel of every kind that a test asks for."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.intake_user = cls.env.ref("lead_capture.user_intake")
        cls.team = cls.env["crm.team"].create(
            {"name": "Sales of the Tests", "company_id": cls.env.company.id}
        )
        cls.channel = cls._create_channel()

    @classmethod
    def _create_channel(cls, kind="form", **values):
        count = cls.env["lead.channel"].search_count([])
        return cls.env["lead.channel"].create(
            {
                "name": f"Channel {count}",
                "code": f"channel_{count}",
                "kind": kind,
                "team_id": cls.team.id,
                **values,
            }
        )
