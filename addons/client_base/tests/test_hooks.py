from odoo.tests import tagged

from ..hooks import uninstall_hook
from .common import ClientCommon


@tagged("post_install", "-at_install")
class TestUninstallHook(ClientCommon):
    """What people made out of our columns does not break when these go."""

    def _make_filter(self, **values):
        return self.env["ir.filters"].create(
            {"name": "x", "model_id": "res.partner", "user_ids": False, **values}
        )

    def test_searches_by_our_columns_go(self):
        ours = (
            self._make_filter(domain="[('client_type_id', '=', 1)]")
            + self._make_filter(context="{'group_by': ['review_due:month']}")
            + self._make_filter(model_id="client.group")
        )
        theirs = self._make_filter(domain="[('city', '=', 'reviewed_one')]")
        uninstall_hook(self.env)
        self.assertFalse(ours.exists())
        self.assertTrue(theirs.exists())

    def test_mailings_by_our_columns_go_to_nobody(self):
        values = {
            "subject": "News",
            "mailing_model_id": self.env["ir.model"]._get_id("res.partner"),
        }
        domain = "[('client_group_ids', 'in', [1])]"
        ours, theirs = self.env["mailing.mailing"].create(
            [
                {**values, "mailing_domain": domain},
                {**values, "mailing_domain": "[('city', '=', 'x')]"},
            ]
        )
        kept = self.env["mailing.filter"].create(
            {
                "name": "Ours",
                "mailing_model_id": values["mailing_model_id"],
                "mailing_domain": domain,
            }
        )
        uninstall_hook(self.env)
        self.assertEqual(ours.mailing_domain, "[('id', '=', False)]")
        self.assertEqual(theirs.mailing_domain, "[('city', '=', 'x')]")
        self.assertFalse(kept.exists())

    def test_letters_that_use_our_columns_are_put_away(self):
        letter = self.env.ref("client_base.mail_template_offer")
        copy = letter.copy()
        theirs = letter.copy({"body_html": "<p t-out='object.name'/>"})
        uninstall_hook(self.env)
        self.assertEqual((copy.active, theirs.active), (False, True))
