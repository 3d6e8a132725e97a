from odoo import api, models


class LeadMeasure(models.AbstractModel):
    """Lets a report about leads have shares and medians, and open the lead of a row."""

    _name = "lead.measure"
    _inherit = ["client.measure"]
    _description = "Measures That Are No Sums"

    @api.model
    def _get_columns(self, query, *names):
        """:return: SQL of some columns of the report"""
        return [self._field_to_sql(self._table, name, query) for name in names]

    def action_open_lead(self):
        """Open the lead of a row.

        :return: an action
        """
        self.ensure_one()
        self.check_access("read")
        return self.lead_id.get_formview_action()
