from psycopg2.extras import Json

from odoo import api, models
from odoo.tools import SQL

from .card_rules import ACCEPT
from .client_merge_picture import CARDS

# What is never taken over: what the card is in the system, not what the client is.
OWN_FIELDS = set(models.MAGIC_COLUMNS) | {
    "active",
    "barcode",
    "calendar_last_notif_ack",
    "client_properties",
    "client_type_id",
    "color",
    "commercial_partner_id",
    "company_id",
    "email",
    "id",
    "is_company",
    "lang",
    "merged_into_id",
    "name",
    "phone",
    "second_card_reason",
    "signup_type",
    "sync_key",
    "sync_source",
    "type",
    "tz",
}
# Of these the person chooses as of the others, though they are never empty.
CHOSEN_FIELDS = {"name", "is_company", "client_type_id", "lang"}
KEY = ("sync_source", "sync_key")


class ClientMergeValues(models.AbstractModel):
    """Chooses what the surviving card says: its own value, else the first one's."""

    _name = "client.merge.values"
    _description = "Values of Merged Cards"

    @api.model
    def _get_value_fields(self):
        """:return: names of the fields that a merge may take from another card"""
        partner_fields = self.env["res.partner"]._fields
        plain = {
            name
            for name, field in partner_fields.items()
            if self._is_plain(field) and name not in OWN_FIELDS
        }
        return sorted(plain | CHOSEN_FIELDS)

    @api.model
    def _is_plain(self, field):
        """Tell whether a field is something that people say of a client."""
        if field.type in ("one2many", "many2many", "properties", "json"):
            return False
        if field.related or (field.compute and field.readonly):
            return False
        return field.name == "image_1920" or bool(field.store and field.column_type)

    @api.model
    def _get_default_survivor(self, cards):
        """:return: the card that knows and is known most"""
        cards_sudo = cards.sudo()  # users of a card are not everybody's to see
        has_companies = self._has_companies()

        def rank(card):
            is_user = bool(card.with_context(active_test=False).user_ids)
            is_closed = has_companies and bool(card.company_id)
            is_keyed = bool(card.sync_key)
            return (not is_user, is_closed, not is_keyed, -card.completeness, card.id)

        return cards_sudo.sorted(rank)[:1].with_env(self.env)

    @api.model
    def _has_companies(self):
        """:return: whether a card of one company is hidden from another one"""
        return self.env["res.company"].sudo().search_count([], limit=2) > 1

    @api.model
    def _get_choices(self, survivor, sources, choices):
        """:return: field -> the card whose value is taken, of the fields that change"""
        chosen = {}
        for name in self._get_value_fields():
            if name in choices:
                card = choices[name]
            elif survivor[name] or name in CHOSEN_FIELDS:
                card = survivor
            elif name == "parent_id" and survivor.is_company:
                card = survivor  # a firm becomes a branch only if somebody says so
            else:
                card = next((one for one in sources if one[name]), survivor)
            if card != survivor and card[name] != survivor[name]:
                chosen[name] = card
        return chosen

    @api.model
    def _take_values(self, survivor, sources, choices):
        cards = survivor | sources
        chosen = self._get_choices(survivor, sources, choices)
        values = {
            name: card._fields[name].convert_to_write(card[name], card)
            for name, card in chosen.items()
        }
        properties = cards._join_properties()
        keyed = sources.filtered("sync_key")[:1]
        key = {name: keyed[name] for name in KEY}
        if keyed and not survivor.sync_key:
            keyed.write(dict.fromkeys(KEY, False))
            self.env.flush_all()
            values |= key
        self.is_picture_taken = "image_1920" in values
        survivor.with_context(card_entry=ACCEPT, no_vat_validation=True).write(values)
        entry = survivor.with_context(card_entry=ACCEPT)
        entry._put_properties(properties)
        self._unite_company_values(survivor, sources, choices)

    @api.model
    def _unite_company_values(self, survivor, sources, choices):
        """Take over what each company says of a source alone: terms, price lists.

        The survivor's word goes first, then the first card's. What was chosen stands
        in the company of whoever merges.
        """
        names = [
            name
            for name in self._get_value_fields()
            if survivor._fields[name].company_dependent
        ]
        if not names:
            return
        survivor.flush_recordset()
        sources.flush_recordset()
        here = str(self.env.company.id)
        self.env.cr.execute(
            SQL(
                "UPDATE res_partner AS card SET %(values)s WHERE id = %(id)s",
                values=SQL(", ").join(
                    SQL(
                        "%(column)s = %(united)s",
                        column=SQL.identifier(name),
                        united=self._unite_column(
                            name, sources.ids, here if name in choices else ""
                        ),
                    )
                    for name in names
                ),
                id=survivor.id,
            )
        )
        survivor.invalidate_recordset(names)

    @api.model
    def _unite_column(self, name, source_ids, settled):
        """:return: SQL of the words of all companies but the one that is settled"""
        return SQL(
            """
            NULLIF(
                COALESCE(
                    (
                        SELECT JSONB_OBJECT_AGG(
                                   said.key, said.value ORDER BY source.place DESC
                               )
                          FROM UNNEST(%(ids)s) WITH ORDINALITY AS source(id, place)
                          JOIN res_partner AS other ON other.id = source.id
                         CROSS JOIN LATERAL JSONB_EACH(other.%(column)s) AS said
                         WHERE said.value <> 'null' AND said.key <> %(settled)s
                    ),
                    '{}'
                ) || COALESCE(card.%(column)s, '{}'),
                '{}'
            )
            """,
            ids=source_ids,
            column=SQL.identifier(name),
            settled=settled,
        )

    @api.model
    def _unite_points(self, source, survivor):
        """Give the survivor each phone, address and messenger it has not; note them."""
        present = {
            (point.kind, point.normalized or point.value): point
            for point in survivor.contact_point_ids
        }
        moved = source.contact_point_ids.browse()
        for point in source.contact_point_ids.sorted(
            lambda one: (one.sequence, one.id)
        ):
            known = present.get((point.kind, point.normalized or point.value))
            if known is None:
                moved |= point
            elif point.state == "confirmed" and known.state != "confirmed":
                known.write({"state": "confirmed"})
        last = max(survivor.contact_point_ids.mapped("sequence"), default=0)
        for step, point in enumerate(moved, 1):
            point.write({"partner_id": survivor.id, "sequence": last + 10 * step})

    @api.model
    def _fetch_points(self, cards):
        """:return: list of the raw columns of each contact point of the cards"""
        self.env.flush_all()
        rows = self.env.execute_query(
            SQL(
                """
                SELECT TO_JSONB(point)
                  FROM (
                        SELECT id, partner_id, sequence, state, state_event, state_date
                          FROM client_contact_point
                         WHERE partner_id = ANY(%s)
                      ORDER BY id
                       ) AS point
                """,
                cards.ids,
            )
        )
        return [data for (data,) in rows]

    def _restore_points(self):
        """Give the points back that are still where the merge put them.

        Those of a card that is deleted since stay.
        """
        self.env.cr.execute(
            SQL(
                """
                UPDATE client_contact_point point
                   SET partner_id = former.partner_id,
                       client_id = owner.commercial_partner_id,
                       sequence = former.sequence,
                       state = former.state,
                       state_event = former.state_event,
                       state_date = former.state_date
                  FROM JSONB_POPULATE_RECORDSET(NULL::client_contact_point, %s) former
                  JOIN res_partner AS owner ON owner.id = former.partner_id
                 WHERE point.id = former.id
                   AND point.partner_id = %s
                """,
                Json(self.points_before or []),
                self.survivor_id.id,
            )
        )

    def _note_changes(self, survivor):
        """Write into the journal which fields of the survivor say something else."""
        changed = self.changed.get(CARDS, {}).get(str(survivor.id), {})
        said = {
            name: changed[name] for name in self._get_value_fields() if name in changed
        }
        # sudo: nobody may write the journal by hand
        self.env["client.change"].sudo()._note(
            [
                {
                    "partner_id": survivor.id,
                    "merge_id": self.id,
                    "company_id": self.env.company.id,
                    "field": name,
                    "old_value": self._show(survivor, name, old),
                    "new_value": self._show(survivor, name, new),
                    "old_raw": old,
                    "new_raw": new,
                }
                for name, (old, new) in said.items()
            ]
        )

    @api.model
    def _show(self, survivor, name, raw):
        """:return: a raw value as a person reads it"""
        field = survivor._fields[name]
        if raw is None or raw is False:
            return ""
        if field.type == "many2one":
            return self.env[field.comodel_name].browse(raw).exists().display_name or ""
        if field.type == "selection":
            options = dict(field._description_selection(self.env))
            return options.get(raw, raw)
        return str(raw)
