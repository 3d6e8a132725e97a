from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.tests import tagged

from .common import LeadCommon

NOW = datetime(2026, 3, 18, 15, 0)  # a Wednesday


@tagged("post_install", "-at_install")
class TestLeadSilence(LeadCommon):
    """A channel that falls silent is told of, once."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.channel.user_id = cls.client_manager
        cls.env.company.resource_calendar_id.tz = "UTC"
        cls.cr.execute(
            "UPDATE lead_channel SET create_date = %s WHERE id = %s",
            (NOW - timedelta(days=70), cls.channel.id),
        )
        cls.channel.invalidate_recordset()

    def _fill(self, until):
        """Two requests an hour of each working day of eight weeks."""
        moment = NOW - timedelta(weeks=8)
        moments = []
        while moment < until:
            if moment.weekday() < 5 and 9 <= moment.hour < 18:
                moments.append(moment)
            moment += timedelta(minutes=30)
        requests = self._store(*({"phone": "1"} for _moment in moments))
        for request, received_at in zip(requests, moments, strict=True):
            request.received_at = received_at
        self.env.flush_all()

    def _watch(self, now):
        with freeze_time(now):
            self.channel._watch()

    def test_silence_is_told_once_and_taken_back(self):
        self._fill(until=NOW - timedelta(hours=5))
        self._watch(NOW)
        self._watch(NOW + timedelta(hours=1))
        self.assertEqual(len(self.channel.activity_ids), 1)
        self.assertEqual(self.channel.activity_ids.user_id, self.client_manager)
        self._store({"phone": "2"}, received_at=NOW + timedelta(hours=1))
        self._watch(NOW + timedelta(hours=1, minutes=5))
        self.assertFalse(self.channel.activity_ids)
        self.assertFalse(self.channel.silent_since)

    def test_usual_pause_is_no_silence(self):
        self._fill(until=NOW + timedelta(hours=3))
        self._watch(NOW + timedelta(hours=17))  # the night
        self.assertFalse(self.channel.activity_ids)

    def test_new_channel_is_judged_by_what_was_told(self):
        self._watch(NOW)
        self.assertFalse(self.channel.activity_ids)
        self.channel.usual_volume = 20
        self._watch(NOW)
        self.assertTrue(self.channel.activity_ids)

    def test_work_that_stands_still_is_told_and_begun_again(self):
        cron = self.env.ref("lead_capture.ir_cron_lead_request")
        cron.active = False
        self._store({"phone": "1"}, received_at=NOW - timedelta(hours=1))
        with freeze_time(NOW):
            self.env["lead.channel"]._watch_work()
        self.assertTrue(cron.active)
        self.assertEqual(self.channel.activity_ids.user_id, self.client_manager)
