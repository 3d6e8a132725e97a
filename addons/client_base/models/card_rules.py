from odoo import api, fields, models

# What every card should say, whatever the kind of client.
COMPLETENESS_FIELDS = (
    "name",
    "phone",
    "email",
    "city",
    "client_type_id",
    "source_id",
    "user_id",
)


class CardRules(models.AbstractModel):
    """Knows what a card should say, and what of it is still missing."""

    _name = "client.card.rules"
    _description = "Rules of the Card"

    completeness = fields.Integer(
        string="Complete, %",
        compute="_compute_completeness",
        store=True,
        aggregator="avg",
        groups="client_base.group_client_user",
    )
    missing_fields = fields.Char(
        compute="_compute_completeness",
        store=True,
        groups="client_base.group_client_user",
        help="Technical names of the fields to be filled in, with commas.",
    )
    missing_labels = fields.Char(
        string="Still Missing",
        compute="_compute_missing_labels",
        groups="client_base.group_client_user",
    )

    @api.depends(lambda self: self._get_completeness_fields())
    def _compute_completeness(self):
        wanted = self._get_completeness_fields()
        for partner in self:
            missing = [name for name in wanted if not partner[name]]
            partner.completeness = round(100 * (1 - len(missing) / len(wanted)))
            partner.missing_fields = ",".join(missing) or False

    @api.depends("missing_fields")
    @api.depends_context("lang")
    def _compute_missing_labels(self):
        labels = {
            name: description["string"]
            for name, description in self.fields_get(
                self._get_completeness_fields(), ["string"]
            ).items()
        }
        for partner in self:
            partner.missing_labels = ", ".join(
                labels.get(name, name)
                for name in (partner.missing_fields or "").split(",")
                if name
            )

    @api.model
    def _get_completeness_fields(self):
        return COMPLETENESS_FIELDS
