from freezegun import freeze_time

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .chat_common import OLENA, ChatCommon


@tagged("post_install", "-at_install")
class TestLeadChat(ChatCommon):
    """What comes in by a messenger, and whose it is."""

    def test_first_message_makes_client_and_lead(self):
        chat = self._write("Скільки коштує дуб?")
        self.assertRecordValues(
            chat,
            [
                {
                    "messenger": "telegram",
                    "chat_key": "700",
                    "name": "Олена",
                    "username": "Olena_Wood",
                    "last_text": "Скільки коштує дуб?",
                    "state": "open",
                }
            ],
        )
        self.assertTrue(chat.unanswered_since)
        self.assertEqual(chat.lead_id.partner_id, chat.partner_id)
        self.assertEqual(chat.partner_id.name, "Олена")
        self.assertPoints(chat.partner_id, ["olena_wood"], kind="telegram")

    def test_what_was_written_stands_in_the_chatter_as_the_clients_own(self):
        chat = self._write("<b>Дуб</b>\nчи ясен?")
        shown = self._get_shown(chat.lead_id)
        self.assertEqual(shown.author_id, chat.partner_id)
        self.assertIn("&lt;b&gt;Дуб&lt;/b&gt;", shown.body)
        self.assertIn("<br", shown.body)

    def test_further_messages_go_to_the_same_lead(self):
        chat = self._write("Перше")
        request = self._receive(self._make_update("Друге"))
        self.assertEqual((request.state, request.lead_id), ("joined", chat.lead_id))
        self.assertEqual(len(self._get_shown(chat.lead_id)), 2)

    def test_messages_of_one_batch_are_one_lead(self):
        requests = self._receive(self._make_update("Раз"), self._make_update("Два"))
        self.assertEqual(requests.mapped("state"), ["processed", "joined"])
        self.assertEqual(len(requests.lead_id), 1)
        chat = requests.chat_id
        self.assertEqual(self._get_messages(chat).mapped("body"), ["Раз", "Два"])

    def test_after_the_lead_is_lost_a_message_opens_a_new_one(self):
        chat = self._write("Перше")
        lost = chat.lead_id
        lost.action_set_lost()
        self._write("Я знову тут")
        self.assertNotEqual(chat.lead_id, lost)
        self.assertEqual(chat.lead_id.partner_id, lost.partner_id)

    def test_after_the_lead_is_won_a_message_opens_a_new_one(self):
        chat = self._write("Перше")
        won = chat.lead_id
        won.type = "opportunity"
        won.action_set_won()
        self._write("Ще одне питання")
        self.assertNotEqual(chat.lead_id, won)

    def test_same_update_again_is_one_message(self):
        update = self._make_update("Раз")
        first, again = self._receive(update), self._receive(update)
        self.assertEqual(first, again)
        self.assertEqual(len(first.chat_id.message_ids), 1)

    def test_message_with_another_update_is_one_message(self):
        update = self._make_update("Раз")
        self._receive(update)
        again = self._receive({**update, "update_id": self._next()})
        self.assertEqual(again.reason_code, "chat_known")
        self.assertEqual(len(again.chat_id.message_ids), 1)

    def test_client_is_known_by_the_name_on_his_card(self):
        card = self._create_client()
        card.contact_point_ids = [
            (0, 0, {"kind": "telegram", "value": "https://t.me/olena_wood"})
        ]
        self.assertEqual(self._write().partner_id, card)

    def test_name_on_two_cards_says_nothing(self):
        for name in ("Дуб", "Ясен"):
            self._create_client(
                name,
                contact_point_ids=[
                    (0, 0, {"kind": "telegram", "value": "@olena_wood"})
                ],
            )
        self.assertNotIn(self._write().partner_id.name, ("Дуб", "Ясен"))

    def test_person_is_the_same_in_another_channel(self):
        chat = self._write()
        other = self._create_channel("telegram", asks_phone=False)
        second = self._receive(self._make_update("Добрий день"), channel=other)
        self.assertNotEqual(second.chat_id, chat)
        self.assertEqual(second.partner_id, chat.partner_id)

    def test_shared_phone_finds_the_client(self):
        card = self._create_client(phone="+380671234567")
        contact = {"phone_number": "380671234567", "user_id": OLENA["id"]}
        request = self._receive(self._make_update(contact=contact))
        self.assertEqual(request.partner_id, card)
        self.assertEqual(request.chat_id.phone, "+380671234567")

    def test_phone_of_somebody_else_is_only_said(self):
        contact = {"phone_number": "380671234567", "first_name": "Іван", "user_id": 5}
        chat = self._receive(self._make_update(contact=contact)).chat_id
        self.assertFalse(chat.phone)
        self.assertIn("380671234567", self._get_messages(chat).body)

    def test_existing_card_is_not_changed(self):
        card = self._create_client(
            contact_point_ids=[(0, 0, {"kind": "telegram", "value": "@olena_wood"})],
            phone="+380501112233",
        )
        contact = {"phone_number": "380671234567", "user_id": OLENA["id"]}
        before = card.write_date
        self._receive(self._make_update("Вітаю"), self._make_update(contact=contact))
        self.assertEqual(card.phone, "+380501112233")
        self.assertEqual(card.write_date, before)

    def test_start_alone_is_no_request(self):
        request = self._receive(self._make_update("/start spring_sale"))
        self.assertRecordValues(
            request, [{"state": "rejected", "reason_code": "chat_start"}]
        )
        self.assertEqual(request.chat_id.start_payload, "spring_sale")
        self.assertTrue(self._get_messages(request.chat_id, "out").is_auto)
        self.assertFalse(request.chat_id.lead_id)

    def test_group_is_not_listened_to(self):
        update = self._make_update("Усім привіт", chat={"id": -5, "type": "group"})
        request = self._receive(update)
        self.assertRecordValues(
            request, [{"state": "rejected", "reason_code": "chat_group"}]
        )
        self.assertFalse(request.chat_id)

    def test_changed_message_is_told_on_the_lead(self):
        update = self._make_update("Два куби")
        chat = self._receive(update).chat_id
        changed = {**update["message"], "text": "Три куби"}
        self._receive({"update_id": self._next(), "edited_message": changed})
        self.assertEqual(self._get_messages(chat).body, "Три куби")
        self.assertIn("Три куби", chat.lead_id.message_ids[0].body)

    def test_changed_in_the_same_batch(self):
        update = self._make_update("Два куби")
        changed = {**update["message"], "text": "Три куби"}
        edit = {"update_id": self._next(), "edited_message": changed}
        chat = self._receive(update, edit).chat_id
        self.assertEqual(self._get_messages(chat).body, "Три куби")

    def test_person_who_stops_the_bot_cannot_be_answered(self):
        chat = self._write()
        self._receive(self._make_member("kicked"))
        self.assertEqual(chat.state, "blocked")
        points = self._get_points(chat.partner_id, "telegram")
        self.assertEqual(points.state, "failed")
        with self.assertRaisesRegex(UserError, "stopped"):
            chat.lead_id.action_answer_chat()
        self._receive(self._make_member("member"))
        self.assertEqual(chat.state, "open")

    def _make_member(self, status):
        return {
            "update_id": self._next(),
            "my_chat_member": {
                "chat": {"id": OLENA["id"], "type": "private"},
                "from": OLENA,
                "date": 1,
                "new_chat_member": {"status": status},
            },
        }

    @mute_logger("odoo.addons.lead_capture.models.lead_request_worker")
    def test_hostile_updates_are_kept_and_harm_nobody(self):
        hostile = [
            {"update_id": self._next(), "message": "text"},
            {"update_id": self._next(), "message": {"chat": [], "from": 5, "text": {}}},
            {"update_id": self._next(), "something_new": {"chat": {"id": 5}}},
            self._make_update("x" * 100_000),
            self._make_update("a", person={**OLENA, "first_name": "<script>" * 20}),
            self._make_update("a", photo="x", document=[1], location={"latitude": "a"}),
            self._make_update("a", date=10**18),
            self._make_update("a", person={**OLENA, "id": 701, "is_bot": True}),
            self._make_update("\x00\ud800"),
        ]
        for update in hostile[:-1]:
            with self.subTest(update=str(update)[:60]):
                self.assertIn(
                    self._receive(update).state, ("processed", "joined", "rejected")
                )
        longest = max(self.env["lead.chat.message"].search([]).mapped("body"), key=len)
        self.assertLessEqual(len(longest), 8000)

    def test_sales_person_sees_chats_of_own_leads_only(self):
        chat = self._write()
        chat.lead_id.user_id = self.client_manager
        mine = self.env["lead.chat"].with_user(self.client_user)
        self.assertFalse(mine.search([("id", "=", chat.id)]))
        self.assertFalse(
            mine.env["lead.chat.message"].search([("chat_id", "=", chat.id)])
        )
        chat.lead_id.user_id = self.client_user
        self.assertTrue(mine.search([("id", "=", chat.id)]))

    def test_others_cannot_call_anything(self):
        chat = self._write().with_user(self.internal_user)
        for name in ("action_answer", "action_open_lead", "action_open_client"):
            with self.subTest(name=name), self.assertRaises(AccessError):
                getattr(chat, name)()

    def test_timeline_tells_each_message_once(self):
        chat = self._write("Скільки?")
        rows = self.env["client.interaction"].search(
            [("partner_id", "=", chat.partner_id.id)]
        )
        self.assertRecordValues(
            rows, [{"channel": "telegram", "direction": "in", "subject": "Скільки?"}]
        )

    def test_merged_leads_keep_the_conversation(self):
        chat = self._write()
        target = self.env["crm.lead"].create({"name": "Ціль", "type": "opportunity"})
        target._merge_dependences(chat.lead_id)
        self.assertEqual(chat.lead_id, target)
        self.assertEqual(chat.message_ids.lead_id, target)

    def test_who_waits_is_on_top_the_longest_first(self):
        with freeze_time("2026-03-02 10:00:00"):
            late = self._write()
        with freeze_time("2026-03-02 09:00:00"):
            early = self._write(person={**OLENA, "id": 701, "username": "other"})
        third = self._write(person={**OLENA, "id": 702, "username": "third"})
        third.sudo().unanswered_since = False
        found = self.env["lead.chat"].search([("id", "in", (late | early | third).ids)])
        self.assertEqual(found.ids, [early.id, late.id, third.id])

    def test_conversation_escapes_what_was_written(self):
        chat = self._write("<script>alert(1)</script>")
        self.assertNotIn("<script>", chat.conversation)
        self.assertIn("&lt;script&gt;", chat.conversation)


@tagged("post_install", "-at_install")
class TestLeadGateway(ChatCommon):
    """Another messenger, by a gateway that posts JSON."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gateway = cls._create_channel(
            "webhook", reply_url="https://gateway.example.com/answers"
        )

    def test_message_makes_a_lead(self):
        payload = {
            "chat": "+380671234567",
            "message": "m1",
            "text": "Чи є ясен?",
            "name": "Ірина",
            "phone": "+380671234567",
            "messenger": "viber",
        }
        request = self._receive(payload, channel=self.gateway)
        self.assertRecordValues(
            request.chat_id,
            [{"messenger": "viber", "name": "Ірина", "phone": "+380671234567"}],
        )
        self.assertPoints(request.partner_id, ["+380671234567"])
        self.assertEqual(request.event_key, "+380671234567:m1")

    def test_address_that_is_not_safe_is_refused(self):
        for url in ("http://gateway.example.com", "ftp://x", "https://u:p@x.com", "x"):
            with self.subTest(url=url), self.assertRaises(ValidationError):
                self.gateway.reply_url = url

    def test_private_address_gets_nothing(self):
        for host in ("127.0.0.1", "10.1.2.3", "[::1]", "169.254.169.254"):
            chat = self._open_chat(host)
            with self.subTest(host=host):
                self._run_outbox()
                message = self._get_messages(chat, "out")[-1:]
                self.assertRecordValues(
                    message, [{"state": "failed", "reason_code": "private"}]
                )

    def _open_chat(self, host):
        self.gateway.reply_url = f"https://{host}/x"
        payload = {"chat": "5", "message": str(self._next()), "text": "Ось"}
        chat = self._receive(payload, channel=self.gateway).chat_id
        chat.lead_id._answer_chat(chat, "Так", self.env["ir.attachment"])
        return chat
