from odoo import api, models


class Base(models.AbstractModel):
    """Tells the rules of the groups what was written.

    A rule may look at any model, so that each may be the one that is written. For a
    model no rule looks at, this costs one look into a dict.
    """

    _inherit = "base"

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        watched = self._get_fields_of_groups()
        if watched:
            self.env["client.group"]._touch(self._name, watched, records.ids)
        return records

    def write(self, vals):
        watched = self._get_fields_of_groups()
        touched = watched and [name for name in vals if name in watched]
        if touched:
            links = [name for name in touched if self._fields[name].relational]
            self.env["client.group"]._touch_former(self, links)
        result = super().write(vals)
        if touched:
            self.env["client.group"]._touch(self._name, touched, self.ids)
        return result

    def unlink(self):
        watched = self._get_fields_of_groups()
        if watched:
            self.env["client.group"]._touch_former(self, watched)
        return super().unlink()

    def _write_multi(self, vals_list):
        watched = self._get_fields_of_groups()
        if watched:  # computed fields come by here only
            names = {name for vals in vals_list for name in vals if name in watched}
            self.env["client.group"]._touch(self._name, names, self.ids)
        return super()._write_multi(vals_list)

    def _get_fields_of_groups(self):
        """:return: field -> rules that look at it, for this model; falsy when none"""
        if not self.pool.ready or self._abstract or self._transient:
            return None
        return self.env["client.group"]._get_watched().get(self._name)
