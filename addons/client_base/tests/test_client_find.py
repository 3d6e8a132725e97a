from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged, users

from ..tools.duplicates.cards import VERSION
from .common import ClientCommon

PHONE = "+380671110001"


@tagged("post_install", "-at_install")
class TestClientFind(ClientCommon):
    """A script asks which client a description means."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.card = cls._create_client(
            "Верба Опт", phone=PHONE, city="Київ", sync_source="1c", sync_key="C-1"
        )

    def _find(self, **values):
        return self.env(user=self.sync_user)["res.partner"].client_find(values)

    def test_phone_of_one_client_finds_him(self):
        found = self._find(phones=["067 111-00-01"])
        self.assertEqual((found["status"], found["id"]), ("found", self.card.id))
        self.assertTrue(found["reason"])

    def test_key_of_the_other_system_finds_him(self):
        self.assertEqual(self._find(source="1c", key="C-1")["id"], self.card.id)
        self.assertEqual(self._find(source="other", key="C-1")["status"], "none")

    def test_id_finds_him(self):
        self.assertEqual(self._find(id=self.card.id)["id"], self.card.id)

    def test_id_of_nobody_is_said_to_be_so(self):
        for unknown in (2**31 - 1, 2**70):
            found = self._find(id=unknown)
            self.assertEqual((found["status"], found["id"]), ("none", 0))
            self.assertNotIn("%", found["reason"])
        self.assertEqual(self._find(id=str(self.card.id))["id"], self.card.id)
        for nonsense in ("seven", -5, True, [1]):
            with self.assertRaises(UserError):
                self._find(id=nonsense, phones=[PHONE])

    def test_best_candidate_comes_first(self):
        self._create_client("Ромашка", phone="+380501112233")
        self._create_client("Верба Опт", phone="+380501112233", city="Київ")
        found = self._find(phones=["+380501112233"], city="Київ")
        scores = [one["score"] for one in found["candidates"]]
        self.assertGreater(len(set(scores)), 1, found)
        self.assertEqual(scores, sorted(scores, reverse=True))

    def test_name_alone_is_a_likeness(self):
        found = self._find(name="Верба-Опт", city="Киев", phones=["+380509998877"])
        self.assertEqual((found["status"], found["id"]), ("ambiguous", 0))
        [candidate] = found["candidates"]
        self.assertEqual(candidate["id"], self.card.id)
        self.assertTrue(0 < candidate["score"] <= 1)

    def test_stranger_is_nobody(self):
        found = self._find(name="Незнайома фірма", phones=["+380509998877"])
        self.assertEqual(found["status"], "none")
        self.assertEqual(found["candidates"], [])

    def test_cards_the_caller_may_not_read_are_counted_not_named(self):
        self.env["ir.rule"].create(
            {
                "name": "Own clients",
                "model_id": self.env["ir.model"]._get_id("res.partner"),
                "groups": [(4, self.env.ref("base.group_user").id)],
                "domain_force": f"[('id', '!=', {self.card.id})]",
            }
        )
        found = self._find(phones=[PHONE])
        self.assertEqual((found["status"], found["id"]), ("found", 0))
        self.assertEqual((found["candidates"], found["hidden_count"]), ([], 1))

    def test_what_is_no_description_is_refused_in_words(self):
        with self.assertRaises(UserError):
            self.env(user=self.sync_user)["res.partner"].client_find("Верба")
        with self.assertRaises(UserError):
            self._find(phones="067 111-00-01")

    @users("internal_user", "portal_user")
    def test_whoever_has_no_part_in_clients_is_refused(self):
        with self.assertRaises(AccessError):
            self.env["res.partner"].client_find({"phones": [PHONE]})

    def test_copy_without_its_files_finds_by_what_is_usual(self):
        """The file of the last search is not there, as in a restored database."""
        self.env["client.duplicate.scan"].create(
            {"state": "done", "version": VERSION, "frequencies": False, "weights": "{}"}
        )
        found = self._find(name="Такого Немає Ніде")
        self.assertEqual(found["status"], "none")
