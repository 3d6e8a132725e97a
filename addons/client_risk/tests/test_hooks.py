from odoo.tests import tagged

from ..hooks import uninstall_hook
from .common import RiskCommon


@tagged("post_install", "-at_install")
class TestUninstallHook(RiskCommon):
    """What people made out of our columns does not break when these go."""

    def _make_filter(self, model, domain="[]"):
        return self.env["ir.filters"].create(
            {"name": "x", "model_id": model, "user_ids": False, "domain": domain}
        )

    def test_searches_by_our_columns_go(self):
        ours = (
            self._make_filter("client.profile")
            + self._make_filter("client.flow")
            + self._make_filter(
                "res.partner", "[('client_status', '=', 'missed_date')]"
            )
            + self._make_filter("sale.order", "[('client_sector', '=', 'risk')]")
            + self._make_filter(
                "account.move", "[('partner_id.client_sector', '=', 'risk')]"
            )
        )
        theirs = self._make_filter("client.group") + self._make_filter(
            "res.partner", "[('client_type_id', '=', 1)]"
        )
        uninstall_hook(self.env)
        self.assertFalse(ours.exists())
        self.assertEqual(theirs.exists(), theirs)

    def test_mailing_by_our_columns_goes_to_nobody(self):
        ours, theirs = self.env["mailing.mailing"].create(
            [
                {
                    "subject": "News",
                    "mailing_model_id": self.env["ir.model"]._get_id("res.partner"),
                    "mailing_domain": f"[('{name}', '=', 'x')]",
                }
                for name in ("client_status", "city")
            ]
        )
        uninstall_hook(self.env)
        self.assertEqual(ours.mailing_domain, "[('id', '=', False)]")
        self.assertEqual(theirs.mailing_domain, "[('city', '=', 'x')]")

    def test_what_our_addon_owns_goes_with_it(self):
        """Odoo takes away what an addon has an external id for, and no more."""
        crons = self.env["ir.cron"].with_context(active_test=False).search([])
        ours = crons.filtered(lambda one: (one.model_id.model or "") in self._get_own())
        self.assertGreater(len(ours), 3)
        for cron in ours:
            self.assertTrue(cron.get_external_id()[cron.id].startswith("client_risk."))
        digest = self.env.ref("digest.digest_digest_default")
        self.assertFalse(
            self.env["ir.model.data"].search(
                [
                    ("module", "=", "client_risk"),
                    ("model", "=", "digest.digest"),
                    ("res_id", "=", digest.id),
                ]
            )
        )

    def _get_own(self):
        models = self.env.registry.items()
        return {name for name, one in models if one._original_module == "client_risk"}
