import datetime as dt

from .common import SOURCE
from .test_client_profile import TODAY, ProfileCommon

REGULARS = 24
STOPPED = 8
FIRST = dt.date(2024, 9, 1)


class ReplayCommon(ProfileCommon):
    """Twenty months of clients who buy every three weeks; some of them stopped."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.regulars = cls.env["res.partner"].create(
            [
                {
                    "name": f"Client {number}",
                    "sync_source": SOURCE,
                    "sync_key": f"R-{number}",
                    "user_id": cls.client_user.id if number % 2 else False,
                }
                for number in range(REGULARS)
            ]
        )

    def _make_history(self, clients=REGULARS, first=FIRST):
        """Tell what was bought; the first eight clients stopped one month apart."""
        rows = []
        for client in range(clients):
            day, number = first + dt.timedelta(client), 0
            end = TODAY
            if client < STOPPED:
                end = dt.date(2025, 3, 20) + dt.timedelta(30 * client)
            while day <= end:
                rows.append(
                    self._make_row(
                        f"{client}-{number}",
                        partner_key=f"R-{client}",
                        date=day.isoformat(),
                    )
                )
                number += 1
                day += dt.timedelta(19 + (number * 7 + client) % 5)
        for start in range(0, len(rows), 1000):
            self._ask(*rows[start : start + 1000])

    def _make_replay(self, user=None, **values):
        env = self.env(user=user or self.client_manager)
        return env["client.risk.replay"].create(values)

    def _play(self, **values):
        """:return: a replay that a manager has started"""
        one = self._make_replay(**values)
        one.action_run()
        return one
