import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

import numpy as np
from markupsafe import Markup

from odoo import models
from odoo.tools import SQL, format_amount, format_date
from odoo.tools.misc import get_lang

from ..tools import basket
from ..tools.history import LOOK_BACK_DAYS


@dataclass(frozen=True)
class Known:
    """What is read at once of the clients of several tasks.

    ``bought`` has (ordinal, position, category, product, product id or 0) of each line
    by client, ``amounts`` of the last day by client, ``talks`` as
    ``_fetch_histories`` gives them; ``now`` is today in business time.
    """

    now: float
    bought: dict
    product_ids: list
    amounts: dict
    talks: dict


class ClientRiskTaskBrief(models.AbstractModel):
    """Says what to know before the call, in the language of whoever calls.

    What is read, is read for all tasks of a company together.
    """

    _name = "client.risk.task.brief"
    _description = "What to Know for a Call"

    def _make_briefs(self, people):
        """:param people: task -> who will read it
        :return: task -> the HTML of its note
        """
        briefs = {}
        # sudo: purchases and talks are told in figures, to whoever may read the task
        for company, tasks in self.sudo().grouped("company_id").items():
            known = tasks._fetch_known(company)
            for task in tasks:
                lang = get_lang(self.env, people[task].lang).code
                own = task.with_context(lang=lang)
                briefs[task.id] = own._to_html(own._get_brief_lines(known))
        return {task: briefs[task.id] for task in self}

    def _to_html(self, lines):
        """:param lines: list of (label, text) of what there is to know, not HTML"""
        items = Markup().join(
            Markup("<li><b>%s</b> %s</li>") % (label, text) for label, text in lines
        )
        reason = Markup("<p>%s</p>") % self.profile_id.reason
        return reason + Markup("<ul>%s</ul>") % items

    def _get_link(self):
        """:return: HTML by which the date told is written down from the card"""
        return Markup('<p><a href="/odoo/client-tasks/%s">%s</a></p>') % (
            self.id,
            self.env._("Write down the date the client tells"),
        )

    # === LINES ===

    def _get_brief_lines(self, known):
        """:return: list of (label, text), none of them empty"""
        client = self.partner_id.id
        described = self._describe_basket(known)
        last = self._tell_last_purchase(known.amounts.get(client))
        lines = [
            (self.env._("Last purchase:"), last),
            (self.env._("Usually buys:"), self._tell_usual(described)),
            (self.env._("No longer buys:"), self._tell_lost(described)),
            (self.env._("Last talk:"), self._tell_talk(known.talks.get(client))),
            (self.env._("Date told:"), self._tell_promise()),
        ]
        return [(label, text) for label, text in lines if text]

    def _tell_last_purchase(self, amount):
        profile = self.profile_id
        if not profile.last_date:
            return self.env._("none yet")
        day = format_date(self.env, profile.last_date)
        if not amount:
            return day
        return f"{day}, {format_amount(self.env, amount, profile.currency_id)}"

    def _tell_usual(self, described):
        profile = self.profile_id
        items = [
            self.env._(
                "%(item)s (%(count)s of %(all)s times)",
                item=item.name,
                count=item.count,
                all=described.count,
            )
            for item in described.usual
        ]
        if not profile.usual_basket:
            return ", ".join(items)
        about = self.env._(
            "for about %(amount)s",
            amount=format_amount(
                self.env,
                round(profile.usual_basket),
                profile.currency_id,
                trailing_zeroes=False,
            ),
        )
        return ", ".join([about, *items])

    def _tell_lost(self, described):
        return ", ".join(
            self.env._(
                "%(item)s (last on %(day)s)",
                item=item.name,
                day=format_date(self.env, dt.date.fromordinal(item.last)),
            )
            for item in described.lost
        )

    def _tell_talk(self, talk):
        moment, channel = talk[1:3] if talk else (False, False)
        if not moment:
            return self.env._("none is known")
        day = format_date(self.env, moment)
        channels = self.env["res.partner"]._fields["last_touch_channel"]
        label = dict(channels._description_selection(self.env)).get(channel)
        return f"{day}, {label}" if label else day

    def _tell_promise(self):
        profile = self.profile_id
        last = profile.promise_ids.sorted("id")[-1:]
        parts = [profile._get_keeping_sentence()]
        if last and last.state in ("open", "missed"):
            sentence = self.env._(
                "%(day)s, said on %(told)s.",
                day=format_date(self.env, last.date),
                told=format_date(self.env, last.told_on),
            )
            parts = [sentence, last.comment or "", *parts]
        return " ".join(filter(None, parts))

    # === READING ===

    def _describe_basket(self, known):
        """:rtype: tools.basket.Basket"""
        products = self.env["product.product"].browse(known.product_ids)
        lines = []
        for day, position, category, product, id_ in known.bought[self.partner_id.id]:
            own = products.browse(id_).with_prefetch(products.ids)
            lines.append(
                basket.Bought(
                    day,
                    position,
                    category or (own.categ_id.name if id_ else ""),
                    product or (own.name if id_ else ""),
                )
            )
        return basket.describe(lines, self.profile_id.period_days, known.now)

    def _fetch_known(self, company):
        """:rtype: Known"""
        today = self.env["client.profile"]._get_today(company)
        _types, month = self.env["client.risk.month"]._unpack(company, today)
        ruler = month.ruler
        bought = defaultdict(list)
        product_ids = set()
        rows = self._fetch_bought_lines(company, today)
        days = np.array([day.toordinal() for _client, day, *_rest in rows], dtype=int)
        positions = ruler.at(days).tolist()
        for (client, _day, *rest), day, position in zip(
            rows, days.tolist(), positions, strict=True
        ):
            bought[client].append((day, position, *rest))
            product_ids.add(rest[-1])
        partners = self.partner_id
        return Known(
            now=float(ruler.at(np.array([today.toordinal()]))[0]),
            bought=bought,
            product_ids=sorted(product_ids - {0}),
            amounts=self._fetch_last_amounts(company),
            talks=partners._fetch_histories(partners.ids),
        )

    def _fetch_bought_lines(self, company, today):
        """:return: rows of client id, day, category, product, product id or 0"""
        since = today - dt.timedelta(days=LOOK_BACK_DAYS)
        self.env.flush_all()
        return self.env.execute_query(
            SQL(
                """
                SELECT partner_id, day, category, product, product_id
                  FROM (%s) AS line
                 WHERE partner_id = ANY(%s)
                   AND amount > 0
                """,
                self.env["client.purchase.lines"]._select_lines(company, since, today),
                self.partner_id.ids,
            )
        )

    def _fetch_last_amounts(self, company):
        """:return: client id -> what was bought on the day of the last purchase"""
        last = {one.partner_id.id: one.last_date for one in self.profile_id}
        days = [day for day in last.values() if day]
        if not days:
            return {}
        Purchase = self.env["client.purchase"]
        found = Purchase._read_group(
            [
                ("company_id", "=", company.id),
                ("partner_id", "in", list(last)),
                ("date", "in", list(set(days))),
                ("amount", ">", 0),
            ],
            ["partner_id", "date:day"],
            ["amount:sum"],
        )
        return {
            partner.id: amount
            for partner, day, amount in found
            if day == last.get(partner.id)
        }
