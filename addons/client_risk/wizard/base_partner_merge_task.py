from odoo import models


class MergePartnerAutomatic(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _hand_history_over(self, others, kept):
        """One client has one task of a kind, and promises one date."""
        super()._hand_history_over(others, kept)
        profiles = others | kept
        self._end_double_tasks(profiles, kept)
        self._withdraw_double_promises(profiles)
        profiles.task_ids.write({"profile_id": kept.id})
        profiles.promise_ids.write({"profile_id": kept.id})
        kept.env["client.promise"]._recount(kept.ids)

    def _end_double_tasks(self, profiles, kept):
        """Of several open tasks of a kind one stays: a given one, or the survivor's."""
        open_tasks = profiles.task_ids.filtered(
            lambda one: one.state in ("waiting", "given")
        )
        for tasks in open_tasks.grouped("kind").values():
            ranked = tasks.sorted(
                lambda one: (one.state != "given", one.profile_id != kept, one.id)
            )
            ranked[1:]._drop("merged")

    def _withdraw_double_promises(self, profiles):
        """Of several dates that are to come the latest counts."""
        promised = profiles.promise_ids.filtered(lambda one: one.state == "open")
        ranked = promised.sorted(lambda one: (one.date, one.id), reverse=True)
        ranked[1:].write({"state": "withdrawn"})
