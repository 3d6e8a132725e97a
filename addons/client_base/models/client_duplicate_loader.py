from odoo import api, models
from odoo.tools import SQL, split_every

from ..tools.duplicates.cards import NormalCard

BATCH = 10_000


class ClientDuplicateLoader(models.AbstractModel):
    """Reads the forms in which cards are compared."""

    _name = "client.duplicate.loader"
    _description = "Reader of Cards as They Are Compared"

    @api.model
    def _load(self, partner_ids, company):
        """Load the forms of some cards.

        :param company: only of cards that this company and everybody knows; whoever
            may not read a card is told that there is one, and no more
        :return: list of ``tools.duplicates.cards.NormalCard``, by id
        """
        self.env["res.partner"].flush_model(["company_id"])
        rows = self.env.execute_query(
            SQL(
                """
                SELECT form.content
                  FROM client_duplicate_form form
                  JOIN res_partner card ON card.id = form.partner_id
                 WHERE form.partner_id = ANY(%(cards)s)
                   AND form.content <> ''
                   AND COALESCE(card.company_id, %(company)s) = %(company)s
              ORDER BY form.partner_id
                """,
                cards=list(partner_ids),
                company=company.id,
            )
        )
        return [NormalCard.from_text(content) for (content,) in rows]

    @api.model
    def _iterate(self, made):
        """Load the forms of all cards, a part at a time: text takes a lot of room.

        :param made: what ``_refresh`` has made in this run, as it answers: need not be
            read again as long as the card has the same stamp; emptied
        :return: iterator of ``tools.duplicates.cards.NormalCard``, by id
        """
        rows = self.env.execute_query(
            SQL("SELECT partner_id, stamp FROM client_duplicate_form ORDER BY 1")
        )
        for part in split_every(BATCH, rows, list):
            known = {id_: made.pop(id_, (None, None)) for id_, _stamp in part}
            other = self._fetch_content(
                [id_ for id_, one in part if known[id_][0] != one]
            )
            for id_, _stamp in part:
                form = known[id_][1]
                if other.get(id_):
                    form = NormalCard.from_text(other[id_])
                if form:  # else it is kept as an older release kept it
                    yield form

    @api.model
    def _fetch_content(self, partner_ids):
        """:return: id of a card -> the line of its form"""
        rows = self.env.execute_query(
            SQL(
                "SELECT partner_id, content FROM client_duplicate_form"
                " WHERE partner_id = ANY(%s)",
                partner_ids,
            )
        )
        return dict(rows)
