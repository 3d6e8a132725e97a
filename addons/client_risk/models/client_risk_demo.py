from datetime import timedelta

from odoo import Command, api, fields, models
from odoo.tools import split_every

from odoo.addons.client_base.models.client_sync_door import MAX_ROWS

from ..demo import trading_company

SOURCE = "1c"
USERS = (
    "base.user_demo",
    "client_risk.res_users_olena_demo",
    "client_risk.res_users_taras_demo",
    "client_risk.res_users_iryna_demo",
    "base.user_admin",
)
TYPES = {
    "company": "client_base.client_type_company",
    "builder": "client_base.client_type_builder_demo",
    "shop": "client_base.client_type_shop",
    "person": "client_base.client_type_person",
}
# The history of statuses: so many days, judged at the end of each week.
JUDGED_DAYS = 371
WEEK = 7
QUOTATIONS = 6


class ClientRiskDemo(models.AbstractModel):
    """Loads the demo company: clients, documents, and how they were judged before.

    Called by the demo data alone. What is there already, found by its key, stays.
    """

    _name = "client.risk.demo"
    _description = "Demo Company"

    @api.model
    def _load(self):
        """Load the company of ``demo.trading_company`` as of today.

        Nobody is written to: neither clients nor the managers they are given to.
        """
        self.with_context(
            mail_activity_quick_update=True,
            mail_auto_subscribe_no_notify=True,
            tracking_disable=True,
        )._load_company()

    @api.model
    def _load_company(self):
        company = self.env.company
        today = self.env["client.profile"]._get_today(company)
        clients = trading_company.make_clients()
        partners = self._load_clients(clients)
        former = trading_company.make_former_clients()
        self._name_former_clients()
        rows = trading_company.make_documents(clients + former, today)
        for batch in split_every(MAX_ROWS, rows, list):
            self.env["client.transaction"]._take_over(SOURCE, batch)
        self._load_products()
        self._load_plans(clients, partners, today)
        self._judge_past(company, today)
        self._load_told(clients, partners, today)
        company.client_risk_debt = True  # from now on: what is owed today is today's
        self.env["client.profile"]._judge_company(company)

    # === CLIENTS ===

    @api.model
    def _load_clients(self, clients):
        """:return: ``res.partner`` of each client, by key"""
        Partner = self.env["res.partner"]
        domain = [
            ("sync_source", "=", SOURCE),
            ("sync_key", "in", [one.key for one in clients]),
        ]
        known = {one.sync_key for one in Partner.search(domain)}
        users = [self.env.ref(one) for one in USERS]
        Partner.create(
            [
                self._prepare_client(one, users[one.manager])
                for one in clients
                if one.key not in known
            ]
        )
        return {one.sync_key: one for one in Partner.search(domain)}

    @api.model
    def _name_former_clients(self):
        """Give the clients of client_base the keys of the accounting system."""
        for name in trading_company.FORMER:
            client = self.env.ref(f"client_base.res_partner_{name}_demo", False)
            if client and not client.sync_key:
                client.write({"sync_source": SOURCE, "sync_key": f"demo-{name}"})

    @api.model
    def _prepare_client(self, client, user):
        return {
            "name": client.name,
            "is_company": client.type != "person",
            "legal_form": client.legal_form,
            "client_type_id": self.env.ref(TYPES[client.type]).id,
            "city": client.city,
            "street": client.street,
            "country_id": self.env.ref("base.ua").id,
            "phone": client.phone,
            "email": client.email,
            "user_id": user.id,
            "sync_source": SOURCE,
            "sync_key": client.key,
            "child_ids": [
                Command.create({"name": client.person, "function": client.post})
            ]
            if client.type != "person"
            else [],
        }

    # === WHAT IS PLANNED AND TOLD ===

    @api.model
    def _load_products(self):
        """Make the products known to Odoo, to be quoted."""
        self.env["product.template"]._load_records(
            [
                {
                    "xml_id": f"client_risk.product_{self._slug(key)}_demo",
                    "noupdate": True,
                    "values": {
                        "name": name,
                        "default_code": key,
                        "list_price": price,
                        "categ_id": self._load_category(category).id,
                    },
                }
                for key, name, category, price in trading_company.PRODUCTS
            ]
        )

    @api.model
    def _load_category(self, name):
        return self.env["product.category"]._load_records(
            [
                {
                    "xml_id": f"client_risk.product_category_{self._slug(name)}_demo",
                    "noupdate": True,
                    "values": {"name": name},
                }
            ]
        )

    @api.model
    def _slug(self, name):
        return name.lower().replace(" ", "_").replace("-", "_")

    @api.model
    def _load_plans(self, clients, partners, today):
        """Plan something with prospects: a quotation with some, a call with others."""
        planned = [partners[one.key] for one in clients if one.behaviour == "planned"]
        products = self.env["product.product"].search(
            [("default_code", "in", [one[0] for one in trading_company.PRODUCTS])],
            order="default_code",
        )
        self.env["sale.order"].create(
            [
                {
                    "partner_id": client.id,
                    "user_id": client.user_id.id,
                    "order_line": [
                        Command.create(
                            {
                                "product_id": products[place].id,
                                "product_uom_qty": 5 + place,
                            }
                        )
                    ],
                }
                for place, client in enumerate(planned[:QUOTATIONS])
            ]
        )
        for place, client in enumerate(planned[QUOTATIONS:]):
            client.activity_schedule(
                "mail.mail_activity_data_call",
                today + timedelta(days=place - 2),
                summary=self.env._("Ask what they build this season"),
                user_id=client.user_id.id,
            )

    @api.model
    def _load_told(self, clients, partners, today):
        """Some clients buy by project; some have told when they buy next."""
        profiles = self.env["client.profile"].search(
            [("company_id", "=", self.env.company.id)]
        )
        by_client = profiles.grouped("partner_id")

        def pick(behaviour, many=None):
            chosen = [one for one in clients if one.behaviour == behaviour][:many]
            return [by_client[partners[one.key]] for one in chosen]

        for profile in pick("project"):
            profile.is_irregular = True
        for place, profile in enumerate(pick("steady", 12)):
            profile.told_date = today + timedelta(days=3 + 2 * place)
        for profile in pick("late", 3):
            profile.told_date = today - timedelta(days=4)

    # === HISTORY OF STATUSES ===

    @api.model
    def _judge_past(self, company, today):
        """Judge at the end of each past week, by what was known then."""
        profiles = self.env["client.profile"]
        for ago in range(JUDGED_DAYS, 0, -WEEK):
            day = fields.Date.subtract(today, days=ago)
            self.env["client.risk.month"]._ensure(company, day)
            profiles._evaluate(company, day)
