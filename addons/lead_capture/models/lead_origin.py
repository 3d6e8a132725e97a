from odoo import fields, models


class LeadOrigin(models.AbstractModel):
    """Knows the requests that made a lead, and what they say unlike the card."""

    _name = "lead.origin"
    _description = "Lead that Came In"

    channel_id = fields.Many2one(
        comodel_name="lead.channel",
        string="Came In By",
        index="btree_not_null",
        readonly=True,
        copy=False,
        groups="client_base.group_client_user",
    )
    request_ids = fields.One2many(
        comodel_name="lead.request",
        inverse_name="lead_id",
        string="Requests",
        readonly=True,
        groups="client_base.group_client_user",
    )

    def _has_field_access(self, field, operation):
        """Whoever makes leads of requests fills in what the addon adds to them.

        He is no user of the client base, whom alone the others are shown to.
        """
        if super()._has_field_access(field, operation):
            return True
        return field._module == "lead_capture" and self._is_intake()

    def _is_intake(self):
        """:return: whether it is the account for requests that works here"""
        intake_id = self.env["ir.model.data"]._xmlid_to_res_id(
            "lead_capture.user_intake"
        )
        return self.env.uid == intake_id

    def _follow_arrival(self, requests):
        """Do what is due when requests have become leads or joined them.

        Runs once for a batch, in the transaction that makes the leads, as the account
        that takes requests. ``self`` are the leads, new or joined; other parts of the
        addon add theirs: who gets it, by when, what is answered.

        :param requests: the ``lead.request`` records, state "processed" or "joined"
        """
