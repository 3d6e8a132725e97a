import logging

from odoo import api, models
from odoo.tools import SQL

from odoo.addons.client_base.models.concurrency import CONCURRENCY_ERRORS
from odoo.addons.client_base.tools.duplicates.cards import Card
from odoo.addons.client_base.tools.duplicates.scan import PROPOSED

_logger = logging.getLogger(__name__)

COMPARE_BATCH = 20
MAX_ALIKE = 5


class LeadRequestAlike(models.AbstractModel):
    """Looks for cards much like one that was just made: when nothing else waits.

    It takes longer than the rest, and nobody's answer depends on it.
    """

    _name = "lead.request.alike"
    _description = "Cards Like a New One"

    @api.model
    def _compare_batch(self, progress):
        """:return: whether there is more to compare and time left for it"""
        rows = self.env.execute_query(
            SQL(
                """
                  SELECT id
                    FROM lead_request
                   WHERE state = 'processed'
                     AND reason_code = 'new_card'
                     AND is_compared IS NOT TRUE
                ORDER BY id
                   LIMIT %s
              FOR UPDATE SKIP LOCKED
                """,
                COMPARE_BATCH,
            )
        )
        requests = self.env["lead.request"].browse(id_ for (id_,) in rows)
        for request in requests:
            request._propose_alike_safely()
        requests.write({"is_compared": True})
        return bool(requests) and progress(0) > 0 and not self._count_due()

    def _propose_alike_safely(self):
        """Propose; whoever cannot be compared stands in nobody's way."""
        self.env.flush_all()
        try:
            with self.env.cr.savepoint():
                self._propose_alike()
        except CONCURRENCY_ERRORS:
            raise
        except Exception:
            self.env.transaction.clear()
            _logger.exception("The card of request %d is compared with none", self.id)

    def _propose_alike(self):
        """Show on the lead the cards that its new card may be once more."""
        partner = self.partner_id
        if not self.lead_id or not partner.active:
            return
        client = partner.commercial_partner_id
        own_ids = set((client | client.child_ids).ids)
        lookup = self.env["client.duplicate.lookup"].sudo()  # counted when not named
        country = self.company_id.country_id.code or "UA"
        scores = {}
        for card in client | partner:
            for pair in lookup._find_alike(
                self._make_card(card), self.company_id, country
            ):
                other_id = pair.right or pair.left
                if other_id not in own_ids and pair.score >= PROPOSED:
                    former = scores.get(other_id, 0)
                    scores[other_id] = max(former, pair.probability)
        best = sorted(scores, key=lambda id_: (-scores[id_], id_))[:MAX_ALIKE]
        self.env["lead.candidate"]._note_alike(
            self.lead_id, {id_: scores[id_] for id_ in best}, self.company_id
        )

    @api.model
    def _make_card(self, partner):
        points = partner.contact_point_ids
        by_kind = {
            kind: tuple(
                point.normalized or point.value
                for point in points
                if point.kind == kind
            )
            for kind in ("phone", "email")
        }
        return Card(
            id=0,
            name=partner.name or "",
            is_company=partner.is_company,
            phones=by_kind["phone"],
            emails=by_kind["email"],
            tax_id=partner.vat or "",
            city=partner.city or "",
        )
