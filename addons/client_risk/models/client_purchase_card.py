from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import format_amount, format_date

MONTHS = 24
MAX_CLAIMS = 5


class ClientPurchaseCard(models.AbstractModel):
    """Tells what the page "Purchases" of a card shows, when somebody opens it.

    Nothing of it is read with the card: each block is a query of its own over the
    history of one client. Texts are in the reader's language, amounts in the currency
    of the company one works in.
    """

    _name = "client.purchase.card"
    _description = "Purchases on the Card"
    _inherit = ["client.purchase.items"]

    def get_client_purchases(self):
        """Tell what the client of this card buys, pays and owes.

        :return: dict of verdict, months, totals, items, finance, claims; a block of
            which nothing is known is False
        :raise AccessError: for who does not work with clients, or may not see this one
        """
        self.ensure_one()
        self.check_access("read")
        if not self.env.user.has_group("client_base.group_client_user"):
            raise AccessError(
                self.env._("Only those who work with clients see what they buy.")
            )
        client = self.commercial_partner_id
        client.check_access("read")  # a person may be seen whose company may not
        months = self._fetch_purchase_months(client)
        return {
            "verdict": self._prepare_verdict(client),
            "months": self._prepare_months(months),
            "totals": self._prepare_totals(months),
            "items": self._prepare_items(client) if months else False,
            "finance": self._prepare_finance(client),
            "claims": self._prepare_claims(client),
        }

    @api.model
    def _to_text(self, amount):
        return format_amount(self.env, amount, self.env.company.currency_id)

    @api.model
    def _get_here(self, client):
        """:return: the domain of what belongs to the client in this company"""
        return [
            ("partner_id", "=", client.id),
            ("company_id", "=", self.env.company.id),
        ]

    # === VERDICT ===

    @api.model
    def _prepare_verdict(self, client):
        profile = self.env["client.profile"].search(self._get_here(client), limit=1)
        if not profile:
            return False
        labels = {
            name: dict(profile._fields[name]._description_selection(self.env))
            for name in ("status", "sector")
        }
        return {
            "id": profile.id,
            "sector": profile.sector,
            "sector_label": labels["sector"][profile.sector],
            "status_label": labels["status"][profile.status],
            "since": format_date(self.env, profile.since),
            "reason": profile.reason or "",
            "expected": self._describe_expected(profile),
            "at_stake": self._to_text(profile.money_at_stake)
            if profile.money_at_stake
            else "",
        }

    @api.model
    def _describe_expected(self, profile):
        """:return: the day told, or the window of the forecast; empty without any"""
        if not profile.expected_date:
            return ""
        if profile.is_told:
            return self.env._(
                "%(day)s, by the client's own word",
                day=format_date(self.env, profile.expected_date),
            )
        if not (profile.expected_from and profile.expected_to):
            return format_date(self.env, profile.expected_date)
        return self.env._(
            "%(first)s – %(last)s",
            first=format_date(self.env, profile.expected_from),
            last=format_date(self.env, profile.expected_to),
        )

    # === PURCHASES OVER TIME ===

    @api.model
    def _fetch_purchase_months(self, client):
        """:return: list of first day, whether it came back, amount, documents, last"""
        return self.env["client.purchase"]._read_group(
            self._get_here(client),
            ["date:month", "is_return"],
            ["amount:sum", "__count", "date:max"],
            order="date:month",
        )

    @api.model
    def _prepare_months(self, months):
        """:return: the last 24 months, those without a purchase too; False of none"""
        if not months:
            return False
        amounts = {}
        for month, _is_return, amount, _count, _last in months:
            day = fields.Date.to_date(month)
            amounts[day] = amounts.get(day, 0) + amount
        this = fields.Date.context_today(self).replace(day=1)
        days = [this - relativedelta(months=n) for n in reversed(range(MONTHS))]
        return [
            {
                "label": format_date(self.env, day, date_format="MMM yy"),
                "amount": amounts.get(day, 0),
                "text": self._to_text(amounts.get(day, 0)),
            }
            for day in days
        ]

    @api.model
    def _prepare_totals(self, months):
        """:return: what was bought in all and in a year, how often, the average"""
        if not months:
            return False
        year_ago = fields.Date.context_today(self) - relativedelta(years=1)
        bought = [one for one in months if not one[1]]
        count = sum(one[3] for one in bought)
        net = sum(one[2] for one in months)
        last = max((one[4] for one in bought), default=False)
        return {
            "total": self._to_text(net),
            "year": self._to_text(
                sum(one[2] for one in months if self._is_after(one[0], year_ago))
            ),
            "count": count,
            "average": self._to_text(net / count) if count else "",
            "last": format_date(self.env, last) if last else "",
            "returned": self._to_text(-sum(one[2] for one in months if one[1]))
            if any(one[1] for one in months)
            else "",
        }

    @api.model
    def _is_after(self, month, day):
        return fields.Date.to_date(month) > day.replace(day=1)

    # === FINANCE ===

    @api.model
    def _prepare_finance(self, client):
        """:return: billed, paid, debt, overdue and whose word it is; False of none"""
        company, today = self.env.company, fields.Date.context_today(self)
        balance = self.env["client.finance"]._fetch_balance(company, client, today)
        if not balance:
            return False
        since = balance["since"]
        return {
            "billed": self._to_text(balance["billed"]),
            "paid": self._to_text(balance["paid"]),
            "debt": self._to_text(abs(balance["debt"])),
            "is_advance": balance["debt"] < 0,
            "overdue": self._to_text(balance["overdue"]) if since else "",
            "overdue_days": (today - since).days if since else 0,
            "source": self._describe_source(balance),
        }

    @api.model
    def _describe_source(self, balance):
        if not balance["sources"]:
            return self.env._("By the invoices and payments in Odoo, as of now.")
        return self.env._(
            "As told by %(system)s on %(day)s.",
            system=balance["sources"],
            day=format_date(self.env, balance["told_on"]),
        )

    # === CLAIMS ===

    @api.model
    def _prepare_claims(self, client):
        """:return: list of the claims that are open, oldest first"""
        claims = self.env["client.claim"].search(
            [*self._get_here(client), ("closed_on", "=", False)], limit=MAX_CLAIMS
        )
        return [
            {
                "id": claim.id,
                "name": claim.name,
                "date": format_date(self.env, claim.date),
            }
            for claim in claims
        ]

    # === ACTIONS ===

    def _open_of_client(self, xmlid, **values):
        """:return: an action on what belongs to the client of this card"""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(xmlid)
        self.env[action["res_model"]].check_access("read")
        client = self.commercial_partner_id
        return {
            **action,
            "domain": [("partner_id", "=", client.id)],
            "context": {"default_partner_id": client.id},
            **values,
        }

    def action_open_client_profile(self):
        """Open what is known of the client's rhythm in this company."""
        self.ensure_one()
        here = self._get_here(self.commercial_partner_id)
        profile = self.env["client.profile"].search(here, limit=1)
        return {
            "type": "ir.actions.act_window",
            "res_model": "client.profile",
            "res_id": profile.id,
            "views": [(False, "form")],
        }

    def action_open_client_purchases(self):
        """Open all that the client bought."""
        return self._open_of_client("client_risk.client_purchase_action")

    def action_open_client_claims(self):
        """Open what the client was not content with."""
        return self._open_of_client("client_risk.client_claim_action")

    def action_new_client_claim(self):
        """Note what the client is not content with."""
        return self._open_of_client(
            "client_risk.client_claim_action", views=[(False, "form")]
        )
