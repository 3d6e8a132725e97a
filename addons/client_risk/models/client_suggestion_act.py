import datetime as dt

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import SQL

from ..tools.suggestions import refused_until

ANSWERABLE = ("open", "later", "refused", "gone")


class ClientSuggestionAct(models.AbstractModel):
    """What a person does with suggestions: quote, open an opportunity, put off, refuse.

    Whoever may read a suggestion may answer it; documents are made by his own rights.
    """

    _name = "client.suggestion.act"
    _description = "Acts on Suggestions"

    can_make_lead = fields.Boolean(compute="_compute_can_make_lead")

    @api.depends_context("uid")
    def _compute_can_make_lead(self):
        is_here = "crm.lead" in self.env and self.env["crm.lead"].has_access("create")
        for suggestion in self:
            suggestion.can_make_lead = is_here

    # === ACTIONS ===

    def action_quote(self):
        """Put the items into the open draft quotation of this person, or a new one.

        :return: an action that opens it, or the list when there are several
        """
        self.check_access("read")
        orders = self.env["sale.order"]
        for suggestions in self._group_by_client():
            orders |= suggestions._quote_client()
        return self._open_documents(orders)

    def action_make_lead(self):
        """Open an opportunity for each client, where there is CRM.

        :return: an action that opens it, or the list when there are several
        """
        self.check_access("read")
        if "crm.lead" not in self.env:
            raise UserError(self.env._("Opportunities need the application CRM."))
        leads = self.env["crm.lead"]
        for suggestions in self._group_by_client():
            leads |= suggestions._make_lead()
        return self._open_documents(leads)

    def action_refuse(self):
        """Ask why the client does not want it."""
        return self._ask_answer("refused", self.env._("The Client Refused"))

    def action_remind_later(self):
        """Ask when to come back to it."""
        return self._ask_answer("later", self.env._("Remind Me Later"))

    def action_reopen(self):
        """Take the answer back.

        :return: True
        """
        self.check_access("read")
        answered = self.filtered(lambda one: one.state in ("refused", "later"))
        # sudo: the answer of whoever may read it
        answered.sudo().write(
            {"state": "open", "refused_until": False, "remind_on": False}
        )
        return True

    def action_open_document(self):
        """Open the quotation or the opportunity made of it."""
        self.ensure_one()
        self.check_access("read")
        if not self.document_model or self.document_model not in self.env:
            raise UserError(self.env._("Nothing has been made of it yet."))
        return self._open_documents(
            self.env[self.document_model].browse(self.document_id)
        )

    def action_open_client(self):
        """Open the card."""
        self.ensure_one()
        return self.partner_id.get_formview_action()

    # === ANSWERS ===

    def _ask_answer(self, answer, title):
        self.check_access("read")
        return {
            "type": "ir.actions.act_window",
            "name": title,
            "res_model": "client.suggestion.answer",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_answer": answer,
                "default_suggestion_ids": [Command.set(self.ids)],
            },
        }

    def _refuse(self, reason, note=False):
        """Note that the client does not want it: silence for half a year."""
        today = fields.Date.context_today(self)
        self._answer(
            "refused",
            refused_until=refused_until(today),
            refuse_reason=reason,
            refuse_note=note,
        )

    def _put_off(self, day):
        """Hide it until a day."""
        if not day or day <= fields.Date.context_today(self):
            raise UserError(self.env._("Choose a day to come."))
        self._answer("later", remind_on=day)

    def _answer(self, state, **values):
        self.check_access("read")
        if self.filtered(lambda one: one.state == "bought"):
            raise UserError(self.env._("The client has bought it already."))
        # sudo: nobody writes suggestions by hand; these are the answers people give
        self.sudo().write(
            {
                "state": state,
                "answered_on": fields.Date.context_today(self),
                "answered_by_id": self.env.uid,
                "remind_on": False,
                "refused_until": False,
                **values,
            }
        )

    # === DOCUMENTS ===

    def _group_by_client(self):
        """:return: recordsets, one for each client in each company"""
        keys = self.grouped(lambda one: (one.partner_id, one.company_id))
        return list(keys.values())

    def _take(self):
        """Lock what is to be offered: two clicks make one line.

        :return: those that nobody has offered yet
        """
        # sudo: to lock a row one needs no right to write it by hand
        self.sudo().lock_for_update()
        self.invalidate_recordset(["state"])
        return self.filtered(lambda one: one.state in ANSWERABLE)

    def _quote_client(self):
        """:return: the quotation of one client that holds the items"""
        waiting = self._take()
        done = self - waiting
        if not waiting:
            return self.env["sale.order"].browse(
                {
                    one.document_id
                    for one in done
                    if one.document_model == "sale.order" and one.document_id
                }
            )
        order = waiting._get_quotation()
        known = order.order_line.product_id
        lines = [
            Command.create(values)
            for values in waiting._prepare_lines()
            if values.get("product_id") not in known.ids
        ]
        order.write({"order_line": lines})
        waiting._link(order)
        return order

    def _get_quotation(self):
        """:return: this person's open draft quotation for the client, else a new one"""
        client, company = self.partner_id, self.company_id
        Order = self.env["sale.order"].with_company(company)
        known = Order.search(
            [
                ("partner_id", "child_of", client.id),
                ("company_id", "=", company.id),
                ("user_id", "=", self.env.uid),
                ("state", "=", "draft"),
            ],
            limit=1,
            order="id desc",
        )
        return known or Order.create(
            {
                "partner_id": client.id,
                "company_id": company.id,
                "user_id": self.env.uid,
            }
        )

    def _prepare_lines(self):
        """:return: values of a line of each; a heading where no product is known"""
        usual = self._fetch_usual_products()
        lines = []
        for suggestion in self:
            item = suggestion.item_id
            product = usual.get(suggestion.id) or item.product_id.id
            if product:
                lines.append({"product_id": product})
            else:
                lines.append(
                    {"display_type": "line_section", "name": item.display_name}
                )
        return lines

    def _fetch_usual_products(self):
        """:return: {suggestion: the product of it that the client bought last}"""
        self.env["sale.order.line"].flush_model(["product_id", "state"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT DISTINCT ON (suggestion.id) suggestion.id, product.id
                  FROM client_suggestion suggestion
                  JOIN client_item item ON item.id = suggestion.item_id
                  JOIN res_partner contact
                    ON contact.commercial_partner_id = suggestion.partner_id
                  JOIN sale_order sold
                    ON sold.partner_id = contact.id
                   AND sold.company_id = suggestion.company_id
                   AND sold.state = 'sale'
                  JOIN sale_order_line line ON line.order_id = sold.id
                  JOIN product_product product
                    ON product.id = line.product_id AND product.active
                  JOIN product_template template
                    ON template.id = product.product_tmpl_id
                   AND template.active
                   AND template.sale_ok
                   AND template.categ_id = item.categ_id
                 WHERE suggestion.id = ANY(%s) AND item.kind = 'category'
              ORDER BY suggestion.id, sold.date_order DESC, line.id
                """,
                self.ids,
            )
        )
        return dict(rows)

    def _make_lead(self):
        """:return: the opportunity of one client"""
        waiting = self._take()
        if not waiting:
            return self.env["crm.lead"].browse(
                {
                    one.document_id
                    for one in self
                    if one.document_model == "crm.lead" and one.document_id
                }
            )
        lead = self.env["crm.lead"].create(waiting._prepare_lead())
        waiting._link(lead)
        return lead

    def _prepare_lead(self):
        names = ", ".join(self.item_id.mapped("display_name"))
        return {
            "name": self.env._("Offer: %(items)s", items=names),
            "type": "opportunity",
            "partner_id": self.partner_id.id,
            "company_id": self.company_id.id,
            "user_id": self.env.uid,
            "expected_revenue": sum(self.mapped("amount")),
            "description": "\n".join(self.mapped("why")),
        }

    def _link(self, document):
        self._answer("quoted", document_model=document._name, document_id=document.id)

    @api.model
    def _open_documents(self, documents):
        action = {
            "type": "ir.actions.act_window",
            "res_model": documents._name,
            "name": documents._description,
        }
        if len(documents) == 1:
            return {**action, "view_mode": "form", "res_id": documents.id}
        return {
            **action,
            "view_mode": "list,form",
            "domain": [("id", "in", documents.ids)],
        }

    @api.model
    def _get_default_reminder(self):
        """:return: the day to come back to what is put off, unless one is chosen"""
        return fields.Date.context_today(self) + dt.timedelta(days=30)
