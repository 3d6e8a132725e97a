import json

from odoo.tests import HttpCase, tagged

from .stage_common import StageCommon
from .time_common import TimeCommon

VISITOR = "Соломія Вітряк"
QUESTION = "Чи є у вас насіння жита?"
# A page of a site where the code of the form has been pasted, and a person at it.
VISIT = """
document.open();
document.write(%(page)s);
document.close();
const form = document.querySelector("form.lead-form");
const values = %(values)s;
for (const [name, value] of Object.entries(values)) {
    const field = form.querySelector(`[name="${name}"]`);
    field.value = value;
    field.dispatchEvent(new Event("input", { bubbles: true }));
}
form.querySelector("button[type=submit]").click();
const waiting = setInterval(() => {
    const thanks = document.querySelector(".lead-form-thanks");
    const refusal = form.querySelector("[role=alert]").textContent;
    if (thanks || refusal) {
        clearInterval(waiting);
        const said = thanks ? thanks.textContent : "";
        if (said.includes("Thank you")) console.log("test successful");
        else console.error(`refused: ${refusal || said}`);
    }
}, 50);
"""


@tagged("post_install", "-at_install")
class TestLeadFormTour(StageCommon, TimeCommon, HttpCase):
    """From a form on somebody's site to a won lead: a visitor and a salesperson."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        day_and_night = cls._create_calendar([(0, 24)], days=range(7))
        cls.team.client_calendar_id = day_and_night
        cls.team.crm_team_member_ids.filtered(
            lambda member: member.user_id == cls.client_manager
        ).is_lead_paused = True
        cls.need.required_field_ids = cls._get_field("expected_revenue")

    def _visit(self):
        """Paste the form into a page, fill it in and send it."""
        page = (
            "<!DOCTYPE html><html><body><h1>Shop</h1>"
            f"{self.channel.snippet}</body></html>"
        )
        values = {
            "name": VISITOR,
            "phone": "+380671234567",
            "email": "solomiia.vitriak@example.com",
            "message": QUESTION,
        }
        code = VISIT % {"page": json.dumps(page), "values": json.dumps(values)}
        self.browser_js("/web/health", code)

    def _send_and_process(self):
        """:return: the lead that the visitor's request became"""
        self._visit()
        request = self.env["lead.request"].search(
            [("channel_id", "=", self.channel.id)]
        )
        self.assertEqual(request.state, "new")
        with self.enter_registry_test_mode():
            self.env.ref("lead_capture.ir_cron_lead_request").method_direct_trigger()
        self.env.invalidate_all()
        lead = request.lead_id
        self.assertRecordValues(
            lead,
            [
                {
                    "user_id": self.client_user.id,
                    "team_id": self.team.id,
                    "stage_id": self.call.id,
                    "deadline_state": "ok",
                    "first_response_at": False,
                }
            ],
        )
        self.assertTrue(lead.response_deadline)
        return lead

    def _assert_answered_and_won(self, lead):
        self.assertRecordValues(
            lead,
            [
                {
                    "won_status": "won",
                    "waiting_since": False,
                    "deadline_state": "answered",
                    "expected_revenue": 48000,
                }
            ],
        )
        self.assertEqual(lead.response_ids.user_id, self.client_user)
        self.assertEqual(lead.response_ids.verdict, "in_time")
        self.assertEqual(
            [stage for stage, _entry, _end in self._get_way(lead)],
            ["Call", "Need", "Quotation", "Won"],
        )

    def test_visitor_is_answered_by_letter_and_the_lead_is_won(self):
        lead = self._send_and_process()
        self.start_tour(
            "/odoo/answer-now",
            "lead_form_letter_to_won",
            login="client_user",
            timeout=120,
        )
        self._assert_answered_and_won(lead)

    def test_visitor_is_answered_by_telephone_and_the_lead_is_won(self):
        lead = self._send_and_process()
        self.start_tour(
            "/odoo/answer-now",
            "lead_form_call_to_won",
            login="client_user",
            timeout=120,
        )
        self._assert_answered_and_won(lead)
