from datetime import timedelta

from odoo import api, fields, models

# Of a call that began earlier nobody wants to be told that it rings.
FRESH = timedelta(minutes=2)


class LeadCallNotice(models.AbstractModel):
    """Shows on the screen who calls, to whoever is to take the call."""

    _name = "lead.call.notice"
    _description = "Notice of Calls"

    def _show_calls(self, former):
        """Tell of calls that ring, and take the notice back when they do not any more.

        :param former: ``lead.call`` -> its state before; none for a new one
        """
        since = fields.Datetime.now() - FRESH
        for call in self.filtered(lambda one: one.direction == "in"):
            was = former.get(call, ("", False, False))[0]
            if call.state == "ringing" and call.started_at > since:
                call._show_ringing()
            elif was == "ringing" and call.state != "ringing":
                call._get_listeners()._bus_send(
                    "lead_capture.call_over", {"call_id": call.id}
                )

    def _get_listeners(self):
        """:return: whom it rings at, else the manager of the client, or who acts"""
        self.ensure_one()
        call_sudo = self.sudo()  # whose client it is, for whoever hears of it
        owner = call_sudo.owner_id or call_sudo._get_open_lead().user_id
        if call_sudo.user_id:
            return call_sudo.user_id
        if not owner or owner.share or not owner.active:
            return self.env["res.users"]
        return owner | (owner._get_acting_user() or owner)

    def _get_open_lead(self):
        self.ensure_one()
        found = self._find_open_leads() if self.client_number else {}
        client = self.contact_id.commercial_partner_id
        lead = found.get(client.id) or found.get(self.client_number)
        return lead or self.env["crm.lead"]

    def _show_ringing(self):
        self.ensure_one()
        lead = self._get_open_lead()
        for user in self._get_listeners():
            # their own eyes and their own language: nothing is said that they may
            # not read
            own = (
                self.with_user(user)
                .with_context(lang=user.lang, allowed_company_ids=user.company_ids.ids)
                .sudo(False)
            )
            user._bus_send("lead_capture.call", own._prepare_notice(lead.id))

    def _prepare_notice(self, lead_id):
        """:return: what is shown to the user of the environment, as plain values"""
        self.ensure_one()
        call_sudo = self.sudo()  # what of it may be read is asked below
        contact = self.env["res.partner"].browse(call_sudo.contact_id.id)
        lead = self.env["crm.lead"].browse(lead_id or ())
        contact = contact if contact and contact.has_access("read") else contact[:0]
        lead = lead if lead and lead.has_access("read") else lead[:0]
        return {
            "call_id": self.id,
            "title": self._get_notice_title(contact),
            "lines": self._get_notice_lines(contact, lead),
            "partner_id": contact.id,
            "lead_id": lead.id,
        }

    def _get_notice_title(self, contact):
        call_sudo = self.sudo()  # the number is known to whoever is called
        if contact:
            return self.env._("Calling: %(name)s", name=contact.display_name)
        if call_sudo.contact_id:
            return self.env._("Calling: a client of a colleague")
        number = call_sudo.client_number or self.env._("hidden number")
        return self.env._("Calling: %(name)s", name=number)

    def _get_notice_lines(self, contact, lead):
        """:return: list of short sentences"""
        call_sudo = self.sudo()  # as in the title
        if not call_sudo.contact_id:
            return [self.env._("Nobody in the base has this number.")]
        lines = [call_sudo.client_number]
        owner = call_sudo.owner_id
        if owner == self.env.user:
            lines.append(self.env._("Your client."))
        elif owner:
            lines.append(self.env._("Client of %(name)s.", name=owner.name))
        if contact and contact.last_touch_date:
            day = fields.Date.context_today(self, contact.last_touch_date)
            lines.append(
                self.env._(
                    "Last spoken or written to on %(day)s.",
                    day=self.env["ir.qweb.field.date"].value_to_html(day, {}),
                )
            )
        if contact and (bought := self._get_last_purchase(contact)):
            lines.append(self.env._("Last order: %(order)s.", order=bought))
        if lead:
            lines.append(self.env._("Open: %(lead)s.", lead=lead.display_name))
        return lines

    @api.model
    def _get_last_purchase(self, contact):
        """:return: day and sum of the last order, where there are orders at all"""
        if "sale.order" not in self.env or not self.env["sale.order"].has_access(
            "read"
        ):
            return ""
        order = self.env["sale.order"].search(
            [
                ("partner_id", "child_of", contact.commercial_partner_id.id),
                ("state", "=", "sale"),
            ],
            order="date_order desc, id desc",
            limit=1,
        )
        if not order:
            return ""
        day = fields.Date.context_today(self, order.date_order)
        return ", ".join(
            (
                self.env["ir.qweb.field.date"].value_to_html(day, {}),
                order.currency_id.format(order.amount_total),
            )
        )
