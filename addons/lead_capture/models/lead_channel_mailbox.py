from odoo import SUPERUSER_ID, api, fields, models
from odoo.fields import Domain

from odoo.addons.client_base.models.concurrency import CONCURRENCY_ERRORS, MAX_FAILURES

from ..tools.door_event import DoorEvent

SOURCE_NAME = "letter.eml"
# Rather again than waiting for ever for a row that the caller holds himself.
LOCK_TIMEOUT = "10s"


class LeadChannelMailbox(models.AbstractModel):
    """A channel with an address of its own: what is written to it is a request.

    The alias makes leads, as that of a sales team: answers to the letters of a lead
    find their lead by core's own rules. All else is kept here before core reads it.
    """

    _name = "lead.channel.mailbox"
    _description = "Channel with a Mailbox"
    _inherit = ["mail.alias.mixin.optional"]

    alias_id = fields.Many2one(
        index="btree_not_null",
        help="Whoever writes to this address has sent a request.",
    )
    is_bulk_rejected = fields.Boolean(
        string="Reject Newsletters",
        help="What was sent to a mailing list becomes no lead. Leave it off when the "
        "address is a group, as in Google Workspace: every letter looks so then.",
    )

    # === ADDRESS ===

    def _alias_get_creation_values(self):
        values = super()._alias_get_creation_values()
        values["alias_model_id"] = self.env["ir.model"]._get_id("crm.lead")
        values["alias_defaults"] = repr(self._get_alias_defaults())
        return values

    def _get_alias_defaults(self):
        """:return: values of a lead that core makes, should it ever"""
        return {"team_id": self.team_id.id} if self.team_id else {}

    @api.model
    def _find_aliases(self, addresses):
        """:return: the ``mail.alias`` that core finds for the addresses

        As the account that brings the letter: whoever may not read aliases may not.
        """
        local_parts = [address.partition("@")[0] for address in addresses]
        return self.env["mail.alias"].search(
            Domain("alias_full_name", "in", list(addresses))
            | Domain("alias_incoming_local", "=", True)
            & Domain("alias_name", "in", local_parts)
        )

    @api.model
    def _filter_own_aliases(self, aliases):
        """:return: those of the aliases that are the address of a channel"""
        model_id = self.env["ir.model"]._get_id("lead.channel")
        return aliases.filtered(
            lambda alias: (
                alias.alias_parent_model_id.id == model_id
                and alias.alias_parent_thread_id
            )
        )

    @api.model
    def _find_by_aliases(self, aliases):
        """:return: the channel, one and the same whatever copy of the letter comes

        An archived channel too: its address is still on somebody's visiting card.
        """
        ids = self._filter_own_aliases(aliases).mapped("alias_parent_thread_id")
        # sudo: the gateway works for any company
        channels = self.sudo().with_context(active_test=False)
        return channels.search([("id", "in", ids)], limit=1)

    # === KEEPING ===

    def _keep_letter(self, source, letter):
        """Keep a letter in a transaction of its own, committed when this returns.

        Whatever fails afterwards, it is there: core marks a letter as read also when
        it could not be worked on.

        :param bytes source: the letter as it came
        :param letter: ``letters.Letter``
        :return: number of the request
        """
        for attempt in range(MAX_FAILURES + 1):
            try:
                with self.env.registry.cursor() as cursor:
                    env = self.env(cr=cursor, user=SUPERUSER_ID, context={}, su=True)
                    cursor.execute("SET LOCAL lock_timeout = %s", [LOCK_TIMEOUT])
                    return self.with_env(env)._store_letter(source, letter)
            except CONCURRENCY_ERRORS:
                if attempt == MAX_FAILURES:
                    raise
        return 0

    def _store_letter(self, source, letter):
        """:return: number of the request"""
        event = DoorEvent(self._prepare_letter_payload(letter), letter.key)
        ((number, is_new),) = self._store_requests([event], kind="mail")
        if is_new:
            request = self.env["lead.request"].search([("number", "=", number)])
            request._keep_source(source)
        return number

    @api.model
    def _prepare_letter_payload(self, letter):
        """:return: what a field map can name: texts, and who sent it on to us"""
        payload = {
            "email": letter.sender,
            "name": letter.sender_name,
            "reply_to": letter.reply_to,
            "to": list(letter.recipients),
            "subject": letter.subject,
            "text": letter.text,
            "message_id": letter.message_id,
            "references": list(letter.references),
            "robot": letter.robot.value if letter.robot else "",
            "bounced": letter.bounced,
        }
        if letter.forward:
            forward = letter.forward
            payload["forward"] = {"name": forward.name, "email": forward.address}
        return payload
