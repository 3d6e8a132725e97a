from itertools import cycle, pairwise

from odoo import api, models

# How many days after the purchase clients of the demo company said they would buy.
PUT_OUT = (0, 1, -2, 0, -9, 2)
TALKATIVE = 30
REMEMBERED = 5
A_DAY = 7


class ClientRiskDemo(models.AbstractModel):
    _inherit = "client.risk.demo"

    @api.model
    def _load_tasks(self):
        """Have some clients' dates of the past settled, and give the day's tasks."""
        company = self.env.company
        today = self.env["client.profile"]._get_today(company)
        profiles = self.env["client.profile"].search(
            [("company_id", "=", company.id), ("purchase_count", ">", REMEMBERED)],
            limit=TALKATIVE,
            order="id",
        )
        self._load_promises(company, profiles)
        self.env["client.promise"]._evaluate(company, today)
        tasks = self.env["client.risk.task"]
        tasks._assign_waiting()
        waiting = tasks.search(
            [("state", "=", "waiting"), ("responsible_id", "!=", False)]
        )
        for user, own in waiting.grouped("responsible_id").items():
            chosen = own[:A_DAY]  # also when it is a day off: nobody waits for a demo
            chosen._give(dict.fromkeys(chosen, user))
        tasks._explain_waiting()

    @api.model
    def _load_promises(self, company, profiles):
        """Each purchase was announced at the one before it, more or less well."""
        bought = self.env["client.purchase"]._read_group(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", profiles.partner_id.ids),
                ("amount", ">", 0),
            ],
            ["partner_id", "date:day"],
        )
        errors = cycle(PUT_OUT)
        by_client = profiles.grouped("partner_id")
        values = []
        for partner, profile in by_client.items():
            days = sorted(day for client, day in bought if client == partner)
            for told_on, day in pairwise(days[-REMEMBERED:]):
                date = max(day.fromordinal(day.toordinal() + next(errors)), told_on)
                values.append(
                    {
                        "profile_id": profile.id,
                        "partner_id": partner.id,
                        "company_id": company.id,
                        "told_on": told_on,
                        "date": date,
                        "user_id": partner.user_id.id or self.env.uid,
                    }
                )
        promises = self.env["client.promise"]
        promises.create(values)
        for promise in promises.search([("user_id", "=", self.env.uid)]):
            promise.user_id = promise.manager_id or promise.user_id
