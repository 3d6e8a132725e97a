from odoo import api, models


class ReviewEvidence(models.AbstractModel):
    """A contact point that turned out to work shows that the card is right."""

    _name = "client.review.evidence"
    _description = "Evidence for the Review"

    @api.model_create_multi
    def create(self, vals_list):
        points = super().create(vals_list)
        points._note_confirmed()
        return points

    def write(self, vals):
        result = super().write(vals)
        if "state" in vals:
            self._note_confirmed()
        return result

    def _note_confirmed(self):
        confirmed = self.filtered(lambda point: point.state == "confirmed")
        self.env["res.partner"]._note_evidence(
            (point.partner_id.id, point.state_date) for point in confirmed
        )
