from odoo import models
from odoo.fields import Domain

from ..models.card_rules import ACCEPT
from ..models.contact_point_owner import PRIMARY_FIELDS


class MergePartnerAutomatic(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        """Keep our rows: core deletes the ones that collide with a unique index."""
        self._end_double_stays(src_partners, dst_partner)
        self._follow_handovers(src_partners, dst_partner)
        self._end_double_reminders(src_partners, dst_partner)
        # sudo: what is told apart is so for everybody, whoever merges
        pairs_sudo = self.env["client.duplicate"].sudo()
        pairs_sudo._carry_told(dst_partner, src_partners)
        mark = pairs_sudo._fetch_marks(dst_partner).get(dst_partner.id)
        # a form that came over would say that its keys are those of the other card
        self.env["client.duplicate.form"].sudo()._forget(src_partners.ids)
        result = super()._update_foreign_keys(src_partners, dst_partner)
        self._end_loops(dst_partner)
        self.env.registry.clear_cache()  # a company may have another card from now on
        self._drop_double_points(dst_partner)
        self._agree_on_primary_contacts(dst_partner)
        pairs_sudo._follow_told(dst_partner, mark)
        return result

    def _update_values(self, src_partners, dst_partner):
        """Pass on what core loses or would have twice.

        Two cards never hold one key of the accounting system; the fields of a type are
        taken over where the survivor has none.
        """
        cards_sudo = (dst_partner + src_partners).sudo()  # whoever may merge cards
        keyed_sudo = cards_sudo.filtered("sync_key")[:1]
        key = {name: keyed_sudo[name] for name in ("sync_source", "sync_key")}
        properties = cards_sudo._join_properties()
        pairs_sudo = self.env["client.duplicate"].sudo()
        mark = pairs_sudo._fetch_marks(dst_partner).get(dst_partner.id)
        src_partners.sudo().with_context(card_entry=ACCEPT).write(
            {"sync_source": False, "sync_key": False}
        )
        self.env.flush_all()
        result = super()._update_values(src_partners, dst_partner)
        if keyed_sudo:
            dst_partner.sudo().write(key)
        dst_partner._put_properties(properties)
        pairs_sudo._follow_told(dst_partner, mark)
        return result

    def _end_double_stays(self, src_partners, dst_partner):
        """A client is in a group, and in a set of them, once; the rest is history."""
        # sudo: whoever may merge cards, nothing of any company may be lost
        open_stays = (
            self.env["client.group.member"]
            .sudo()
            .search(
                Domain("partner_id", "in", (src_partners | dst_partner).ids)
                & Domain("date_to", "=", False),
                order="date_from, id",
            )
        )
        in_one_of = open_stays.grouped(lambda stay: stay.set_id or stay.group_id)
        for stays in in_one_of.values():
            kept = stays.filtered(lambda stay: stay.partner_id == dst_partner)[:1]
            for stay in stays - (kept or stays[:1]):
                stay._end("merge")
        self.env.flush_all()

    def _agree_on_primary_contacts(self, partner):
        """Its own phone and e-mail stay the first; without them the first that came."""
        empty = [kind for kind, name in PRIMARY_FIELDS.items() if not partner[name]]
        partner._push_primary_contacts(empty)  # an empty column would delete a point
        partner._pull_primary_contacts(
            [one for one in PRIMARY_FIELDS if one not in empty]
        )

    def _end_loops(self, dst_partner):
        """A card that was merged into one of these cards is the client itself now."""
        card_sudo = dst_partner.sudo()  # only a merge says which card stays
        if card_sudo.merged_into_id == dst_partner:
            card_sudo.merged_into_id = False

    def _follow_handovers(self, src_partners, dst_partner):
        """What was handed over goes back to its manager under the new card, too."""
        # sudo: whoever may merge cards, as above
        lines_sudo = self.env["client.handover.line"].sudo()
        lines_sudo.search(
            [("res_model", "=", "res.partner"), ("res_id", "in", src_partners.ids)]
        ).res_id = dst_partner.id

    def _end_double_reminders(self, src_partners, dst_partner):
        """Two cards' reminders of one rule and day are one; a given one is kept.

        Core would delete all those of the other cards as soon as one of them collides.
        """
        cards = src_partners | dst_partner
        reminders_sudo = self.env["client.reminder"].sudo()  # as above
        found_sudo = reminders_sudo.search(
            Domain("partner_id", "in", cards.ids)
            | Domain("contact_id", "in", cards.ids)
        )
        known = {}
        doubles_sudo = reminders_sudo
        for one in found_sudo.sorted(lambda one: (not one.given_on, one.id)):
            partner = dst_partner if one.partner_id in cards else one.partner_id
            contact = dst_partner if one.contact_id in cards else one.contact_id
            key = (one.rule_id, partner, contact, one.due_date)
            if known.setdefault(key, one) != one:
                doubles_sudo += one
        doubles_sudo.activity_id.filtered("active").unlink()
        doubles_sudo.unlink()
        self.env.flush_all()

    def _drop_double_points(self, partner):
        """One number that several of the merged cards had is one number."""
        known = {}
        doubles = self.env["client.contact.point"].sudo()  # as above
        points = doubles.search([("partner_id", "=", partner.id)])
        for point in points.sorted(lambda point: point.state != "confirmed"):
            key = (point.kind, point.normalized or point.value)
            if key in known:
                doubles += point
            known.setdefault(key, point)
        doubles.unlink()
