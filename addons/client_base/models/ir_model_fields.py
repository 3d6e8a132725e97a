from odoo import models


class IrModelFields(models.Model):
    """Lets people delete fields of the card that they made, whatever asks for them."""

    _inherit = "ir.model.fields"

    def unlink(self):
        # the database would take the rules along without a word to the cards
        rules_sudo = self.env[
            "client.type.field"
        ].sudo()  # who deletes, may he see them
        rules_sudo.search([("field_id", "in", self.ids)]).unlink()
        return super().unlink()

    def _drop_column(self):
        """Forget the fields that go in what the completeness of a card depends on.

        It depends on each field of the card that people fill in. Odoo reads that list
        again after the deletion, and stumbles over the deleted ones before.
        """
        own = self.filtered(lambda one: one.state == "manual")
        gone = set(own.filtered(lambda one: one.model == "res.partner").mapped("name"))
        depends = self.env.registry.field_depends
        for field in self.env["res.partner"]._fields.values() if gone else ():
            names = depends[field]
            if not field.manual and gone.intersection(names):
                depends[field] = tuple(name for name in names if name not in gone)
        return super()._drop_column()
