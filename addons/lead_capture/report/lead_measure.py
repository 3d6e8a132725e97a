from odoo import api, models


class LeadMeasure(models.AbstractModel):
    """Lets a report have measures that are no sums: shares and medians.

    The share of a group is not the mean of the shares of its rows. Such a measure is
    computed from the rows of each group, whatever people group by.
    """

    _name = "lead.measure"
    _description = "Measures That Are No Sums"

    @api.model
    def _get_measures(self, query):
        """Give the SQL of each such measure over the rows of a group.

        :rtype: dict[str, SQL]
        """
        return {}

    def _read_group_select(self, aggregate_spec, query):
        """Compute such a measure in its own way."""
        name, _separator, function = aggregate_spec.partition(":")
        measures = self._get_measures(query) if function in ("sum", "avg") else {}
        if name in measures:
            self._field_to_sql(self._table, name, query)  # may the user read it?
            return measures[name]
        return super()._read_group_select(aggregate_spec, query)

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
