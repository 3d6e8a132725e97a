from odoo.tests import tagged

from ..hooks import IMPLIED, uninstall_hook
from .common import LeadCommon

CORE_MODELS = ("crm.lead", "crm.stage", "crm.team", "digest.digest")


@tagged("post_install", "-at_install")
class TestUninstallHook(LeadCommon):
    """Nobody keeps a right, and nothing asks for a column, that went with the addon."""

    def _make_filter(self, model, domain="[]", **values):
        return self.env["ir.filters"].create(
            {"name": "x", "model_id": model, "user_ids": False, "domain": domain}
            | values
        )

    def test_searches_by_our_columns_go(self):
        ours = (
            self._make_filter("lead.request")
            + self._make_filter("lead.funnel")
            + self._make_filter("crm.lead", "[('waiting_reason', '!=', False)]")
            + self._make_filter("crm.lead", context="{'group_by': ['channel_id']}")
        )
        theirs = self._make_filter("client.group") + self._make_filter(
            "crm.lead", "[('stage_id', '=', 1)]"
        )
        uninstall_hook(self.env)
        self.assertFalse(ours.exists())
        self.assertEqual(theirs.exists(), theirs)

    def test_mailing_to_leads_by_our_columns_goes_to_nobody(self):
        ours, theirs = self.env["mailing.mailing"].create(
            [
                {
                    "subject": "News",
                    "mailing_model_id": self.env["ir.model"]._get_id("crm.lead"),
                    "mailing_domain": f"[('{name}', '!=', False)]",
                }
                for name in ("channel_id", "city")
            ]
        )
        uninstall_hook(self.env)
        self.assertEqual(ours.mailing_domain, "[('id', '=', False)]")
        self.assertEqual(theirs.mailing_domain, "[('city', '!=', False)]")

    def test_copies_of_our_letters_are_put_away(self):
        letter = self.env.ref("lead_capture.mail_template_auto_reply")
        copy, theirs = (
            letter.copy({"subject": "x", "body_html": f"<p t-out='object.{name}'/>"})
            for name in ("channel_id.name", "name")
        )
        uninstall_hook(self.env)
        self.assertEqual((copy.active, theirs.active), (False, True))

    def test_our_groups_give_no_rights_in_the_sales_application(self):
        for group, implied in IMPLIED.items():
            self.assertIn(self.env.ref(implied), self.env.ref(group).implied_ids)
        self.assertTrue(self.client_user.has_group("sales_team.group_sale_salesman"))
        uninstall_hook(self.env)
        self.assertFalse(self.client_user.has_group("sales_team.group_sale_salesman"))
        self.assertFalse(self.client_manager.has_group("sales_team.group_sale_manager"))

    def test_sequence_of_the_numbers_goes(self):
        uninstall_hook(self.env)
        self.env.cr.execute("SELECT to_regclass('lead_request_number_seq')")
        self.assertEqual(self.env.cr.fetchone(), (None,))

    def test_addresses_go_with_the_channels(self):
        mailbox = self._create_channel("email", alias_name="requests-of-the-tests")
        mailbox.active = False
        alias = mailbox.alias_id
        self.assertTrue(alias)
        uninstall_hook(self.env)
        self.env.flush_all()
        self.assertFalse(alias.exists())

    def test_what_our_addon_owns_goes_with_it(self):
        """Odoo takes away what an addon has an external id for, and no more."""
        crons = self.env["ir.cron"].with_context(active_test=False).search([])
        ours = crons.filtered(lambda one: self._is_ours(one.model_id.model or ""))
        self.assertGreater(len(ours), 3)
        for cron in ours:
            self.assertTrue(cron.get_external_id()[cron.id].startswith("lead_capture."))

    def test_records_of_others_stay(self):
        """What is changed in records of other addons has no external id of ours."""
        owned = self.env["ir.model.data"].search(
            [("module", "=", "lead_capture"), ("model", "in", CORE_MODELS)]
        )
        self.assertFalse(owned.filtered(lambda one: not one.name.endswith("_demo")))

    def _is_ours(self, model):
        return (
            model in self.env
            and self.env.registry[model]._original_module == "lead_capture"
        )
