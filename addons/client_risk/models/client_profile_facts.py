from odoo import api, models
from odoo.tools import SQL


class ClientProfileFacts(models.AbstractModel):
    """Knows of clients what no purchase tells: what is planned, promised, owed."""

    _name = "client.profile.facts"
    _description = "What Is Known of Clients"

    @api.model
    def _get_facts(self, company):
        """Give the condition of each fact, to be read over ``partner`` and ``profile``.

        Their names are those of ``tools.classify.Facts``, and ``protected``: not to be
        proposed for removal.

        :return: SQL of each condition, by name; never NULL
        """
        quoted, busy = self._has_quotation(company), self._has_activity()
        return {
            "irregular": SQL("COALESCE(profile.is_irregular, FALSE)"),
            "planned": SQL("%s OR %s OR %s", quoted, busy, self._has_offer(company)),
            "protected": SQL("%s OR %s", quoted, busy),
        }

    # An EXISTS, not an IN: for one client the database looks into his rows, for all it
    # reads each table once, as it finds cheaper.

    @api.model
    def _has_quotation(self, company):
        return SQL(
            """EXISTS (
                SELECT
                  FROM sale_order sold
                  JOIN res_partner contact ON contact.id = sold.partner_id
                 WHERE contact.commercial_partner_id = partner.id
                   AND sold.company_id = %s
                   AND sold.state IN ('draft', 'sent')
            )""",
            company.id,
        )

    @api.model
    def _has_activity(self):
        return SQL(
            """EXISTS (
                SELECT
                  FROM mail_activity activity
                  JOIN res_partner contact ON contact.id = activity.res_id
                 WHERE contact.commercial_partner_id = partner.id
                   AND activity.res_model = 'res.partner'
                   AND activity.active
            )"""
        )

    @api.model
    def _has_offer(self, company):
        return SQL(
            """EXISTS (
                SELECT
                  FROM client_offer offer
                  JOIN res_partner contact ON contact.id = offer.partner_id
                 WHERE contact.commercial_partner_id = partner.id
                   AND offer.outcome = 'open'
                   AND (offer.company_id = %s OR offer.company_id IS NULL)
            )""",
            company.id,
        )
