from odoo import models


class ClientReminder(models.Model):
    _inherit = "client.reminder"

    def _fetch_given(self, days):
        """Leave room for tasks: reminders and tasks share one day.

        Reminders come at a date and come first; up to half of the day stays free for
        the tasks that wait.
        """
        given = super()._fetch_given(days)
        users = self.env["res.users"].browse(user.id for user in days)
        reserved = users._count_reserved()
        tasks = self._fetch_given_tasks(days)
        return {
            user.id: given.get(user.id, 0)
            + max(tasks.get(user.id, 0), reserved.get(user.id, 0))
            for user in days
        }

    def _fetch_given_tasks(self, days):
        """:return: user id -> how many tasks he got today"""
        counts = {}
        for day in set(days.values()):
            users = [user.id for user in days if days[user] == day]
            rows = (
                self.env["client.risk.task"]
                .sudo()
                ._read_group(  # of everybody
                    [("user_id", "in", users), ("given_on", "=", day)],
                    ["user_id"],
                    ["__count"],
                )
            )
            counts |= {user.id: count for user, count in rows}
        return counts
