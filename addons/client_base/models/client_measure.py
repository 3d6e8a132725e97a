from odoo import api, models


class ClientMeasure(models.AbstractModel):
    """Lets a table have measures that are no sums: shares, averages, stocks.

    The share of a group is not the mean of the shares of its rows, and what was there
    in a year is not the sum of what was there in its months. Such a measure is computed
    from the rows of each group, whatever people group by.
    """

    _name = "client.measure"
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
