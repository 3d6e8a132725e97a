from odoo.addons.client_base.tests.common import ClientCommon

SOURCE = "1c"


class RiskCommon(ClientCommon):
    """Two clients whom the accounting system knows by their keys."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client = cls._create_client(sync_source=SOURCE, sync_key="C-1")
        cls.other_client = cls._create_client(
            "Теплодім Опт", sync_source=SOURCE, sync_key="C-2"
        )
        cls.env["client.transaction"].flush_model()

    @classmethod
    def _make_row(cls, key="S-1", **values):
        return {
            "key": key,
            "partner_key": "C-1",
            "date": "2026-02-03",
            "kind": "shipment",
            "amount": 1000,
            "version": 1,
            **values,
        }

    @classmethod
    def _get_stored(cls, key="S-1"):
        """:return: the transaction of a key, whoever may read it"""
        transactions = cls.env["client.transaction"].sudo()
        return transactions.with_context(active_test=False).search([("key", "=", key)])

    def _tell(self, *rows, source=SOURCE, env=None):
        """:return: the statuses of the rows, told by the accounting system"""
        answers = self._ask(*rows, source=source, env=env)
        return [answer["status"] for answer in answers]

    def _ask(self, *rows, source=SOURCE, env=None):
        env = env or self.env(user=self.sync_user)
        return env["client.transaction"].upsert(source, list(rows))
