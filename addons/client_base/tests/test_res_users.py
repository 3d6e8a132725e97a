from datetime import date

from freezegun import freeze_time

from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, new_test_user, tagged, users, warmup

from .common import USER, ClientCommon

MONDAY = date(2026, 3, 2)


@tagged("post_install", "-at_install")
class TestActingUser(ClientCommon):
    """Who acts for a manager who is not there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager, cls.deputy, cls.second, cls.head = (
            new_test_user(cls.env, name, USER, tz="Europe/Kyiv")
            for name in ("own_manager", "deputy", "second_deputy", "head")
        )
        cls.manager.client_deputy_id = cls.deputy
        cls.manager.client_head_id = cls.head
        cls.deputy.client_deputy_id = cls.second

    def _send_away(self, *people, begin="2026-03-01 22:00", end="2026-03-06 21:59"):
        for user in people:
            user.write({"out_of_office_from": begin, "out_of_office_to": end})

    def _add_leave(self, user, begin, end, **values):
        """:param begin: naive UTC, as a string"""
        resource = self.env["resource.resource"].search([("user_id", "=", user.id)])
        resource = resource or self.env["resource.resource"].create(
            {"name": user.name, "user_id": user.id, "tz": user.tz}
        )
        return self.env["resource.calendar.leaves"].create(
            {
                "resource_id": resource.id,
                "calendar_id": resource.calendar_id.id,
                "date_from": begin,
                "date_to": end,
                **values,
            }
        )

    def assertActing(self, user, expected, day=MONDAY):
        self.assertEqual(user._get_acting_user(day), expected)

    def test_one_who_is_there_acts_himself(self):
        self.assertFalse(self.manager._is_away(MONDAY))
        self.assertActing(self.manager, self.manager)

    def test_deputy_acts_for_one_out_of_office(self):
        self._send_away(self.manager)
        self.assertTrue(self.manager._is_away(MONDAY))
        self.assertActing(self.manager, self.deputy)

    def test_last_day_out_of_office_is_a_day_away(self):
        self._send_away(self.manager, end="2026-03-04 08:00")
        self.assertTrue(self.manager._is_away(date(2026, 3, 4)))
        self.assertFalse(self.manager._is_away(date(2026, 3, 5)))

    def test_absence_without_end_goes_on(self):
        self._send_away(self.manager, end=False)
        self.assertTrue(self.manager._is_away(date(2027, 1, 1)))

    def test_leave_of_the_own_calendar_is_an_absence(self):
        self._add_leave(self.manager, "2026-03-02 06:00", "2026-03-02 15:00")
        self.assertActing(self.manager, self.deputy)
        self.assertActing(self.manager, self.manager, date(2026, 3, 3))

    def test_two_hours_at_the_doctor_are_no_absence(self):
        self._add_leave(self.manager, "2026-03-02 06:00", "2026-03-02 08:00")
        self.assertFalse(self.manager._is_away(MONDAY))

    def test_training_is_no_absence(self):
        self._add_leave(
            self.manager, "2026-03-02 06:00", "2026-03-02 15:00", time_type="other"
        )
        self.assertFalse(self.manager._is_away(MONDAY))

    def test_leave_of_the_company_is_nobodys_absence(self):
        self._add_leave(
            self.manager, "2026-03-02 00:00", "2026-03-02 22:00", resource_id=False
        )
        self.assertFalse(self.manager._is_away(MONDAY))

    def test_leave_over_the_change_of_clocks_covers_its_last_day(self):
        # Kyiv: two hours before UTC until 29 March, three hours from then on
        self._add_leave(self.manager, "2026-03-27 06:00", "2026-03-30 14:00")
        self.assertTrue(self.manager._is_away(date(2026, 3, 30)))
        self.assertFalse(self.manager._is_away(date(2026, 3, 31)))

    def test_archived_one_is_away_for_good(self):
        self.manager.active = False
        self.assertTrue(self.manager._is_away(MONDAY))
        self.assertActing(self.manager, self.deputy)

    def test_deputy_of_the_deputy_acts_next(self):
        self._send_away(self.manager, self.deputy)
        self.assertActing(self.manager, self.second)

    def test_head_acts_when_no_deputy_is_there(self):
        self._send_away(self.manager, self.deputy, self.second)
        self.assertActing(self.manager, self.head)

    def test_deputies_of_each_other_end_at_the_head(self):
        self.deputy.client_deputy_id = self.manager
        self._send_away(self.manager, self.deputy)
        self.assertActing(self.manager, self.head)

    def test_head_gets_it_when_nobody_is_there(self):
        self._send_away(self.manager, self.deputy, self.second, self.head)
        self.assertActing(self.manager, self.head)

    def test_one_without_deputy_and_head_keeps_it(self):
        self._send_away(self.head)
        self.assertActing(self.head, self.head)

    @freeze_time("2026-03-01 22:30")
    def test_today_is_that_of_the_user(self):
        self._send_away(self.manager, begin="2026-03-01 22:10")
        self.assertActing(self.manager, self.deputy, None)  # Monday in Kyiv
        self._send_away(self.manager, begin="2026-03-02 06:00")
        self.manager.tz = "America/New_York"  # still Sunday
        self.assertActing(self.manager, self.manager, None)

    @warmup
    def test_many_are_asked_for_at_once(self):
        many = self.env["res.users"].concat(
            *(
                new_test_user(self.env, f"many{number}", USER, tz="Europe/Kyiv")
                for number in range(6)
            )
        )
        many.client_deputy_id = self.manager
        self._send_away(*many[:3])
        for count in (1, 6):
            self.env.flush_all()
            self.env.invalidate_all()
            with self.subTest(count=count), self.assertQueryCount(11):
                found = many[:count]._get_acting_users(MONDAY)
        self.assertEqual(
            [found[user] for user in many], [self.manager] * 3 + list(many[3:])
        )

    def test_nobody_is_his_own_deputy(self):
        with self.assertRaises(ValidationError):
            self.manager.client_deputy_id = self.manager

    def test_guest_is_no_deputy(self):
        with self.assertRaises(ValidationError):
            self.manager.client_deputy_id = self.portal_user

    @users("own_manager")
    def test_manager_names_his_deputy_himself(self):
        view = "base.view_users_form_simple_modif"
        with Form(self.env.user, view) as form:
            form.client_deputy_id = self.second
        self.assertEqual(self.manager.client_deputy_id, self.second)

    @users("own_manager")
    def test_manager_does_not_choose_his_head(self):
        with self.assertRaises(AccessError):
            self.env.user.sudo(False).client_head_id = self.second

    @users("portal_user")
    def test_guest_knows_of_no_deputies(self):
        own = self.env.user.sudo(False)
        self.assertNotIn("client_deputy_id", own.fields_get())
        for name in ("client_deputy_id", "client_head_id"):
            with self.subTest(field=name), self.assertRaises(AccessError):
                own.read([name])
        with self.assertRaises(AccessError):
            own.client_deputy_id = self.manager
