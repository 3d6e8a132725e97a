import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from odoo.addons.client_base.models.concurrency import run_patiently

from ..tools import messenger

_logger = logging.getLogger(__name__)

BACKOFF = (10, 60, 300, 1800, 7200)  # seconds before the next try
CLAIM_SECONDS = 120  # longer than any call takes: whoever claimed it is gone


class LeadChatOutbox(models.AbstractModel):
    """Sends what is queued, outside of any transaction that a request waits for.

    A message is claimed and that is committed before the call goes out, so that a
    process which is killed leaves a message about which nobody knows whether it
    arrived. Telegram would show a second copy of it, so that one is not repeated but
    shown as it is; a gateway knows its messages by their numbers and gets it again.
    """

    _name = "lead.chat.outbox"
    _description = "Outbox of Chats"

    @api.model
    def _queue(self, chat, parts, **values):
        """Put messages to one conversation into the outbox.

        :param parts: pairs of text and ``ir.attachment`` (may be empty)
        """
        created = self.create(
            [
                {
                    "chat_id": chat.id,
                    "lead_id": chat.lead_id.id,
                    "direction": "out",
                    "state": "queued",
                    "body": text,
                    "attachment_id": file.id,
                    "file_name": file.name,
                    "file_size": file.file_size,
                    **values,
                }
                for text, file in parts
            ]
        )
        self._wake_outbox()
        return created

    @api.model
    def _wake_outbox(self, at=None):
        cron = self.env.ref("lead_capture.ir_cron_lead_chat_send", False)
        if cron:
            cron._trigger(at=at)

    # === CRON ===

    @api.model
    def _cron_send(self):
        """Send what is due: one message of each conversation after another."""
        run_patiently(self.env, self._settle_cut_off)
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=self._count_due())
        while True:
            message = run_patiently(self.env, self._claim)
            left = progress(0)
            if not message:
                break
            outcome = message._deliver()  # once, however often it is written down
            run_patiently(self.env, lambda one=message, said=outcome: one._note(said))
            if not (progress(1) and left):
                break

    def _get_due_condition(self):
        """The first message of each conversation that is not sent yet, when due."""
        return SQL(
            """
            message.state = 'queued'
            AND COALESCE(message.next_try_at, '-infinity') <= %(now)s
            AND NOT EXISTS (
                SELECT FROM lead_chat_message AS earlier
                 WHERE earlier.chat_id = message.chat_id
                   AND earlier.id < message.id
                   AND earlier.state IN ('queued', 'sending')
            )
            """,
            now=fields.Datetime.now(),
        )

    def _count_due(self):
        self.flush_model()
        ((count,),) = self.env.execute_query(
            SQL(
                "SELECT COUNT(*) FROM lead_chat_message AS message WHERE %s",
                self._get_due_condition(),
            )
        )
        return count

    def _claim(self):
        """Take one message that is due; the caller commits before it calls out.

        :return: the message, nothing when none is due
        """
        self.flush_model()
        rows = self.env.execute_query(
            SQL(
                """
                UPDATE lead_chat_message
                   SET state = 'sending',
                       claimed_at = %(now)s,
                       attempts = COALESCE(attempts, 0) + 1
                 WHERE id = (
                           SELECT message.id
                             FROM lead_chat_message AS message
                            WHERE %(due)s
                         ORDER BY message.id
                            LIMIT 1
                       FOR UPDATE SKIP LOCKED
                       )
             RETURNING id
                """,
                now=fields.Datetime.now(),
                due=self._get_due_condition(),
            )
        )
        self.invalidate_model(["state", "claimed_at", "attempts"])
        return self.browse(id_ for (id_,) in rows)

    def _settle_cut_off(self):
        """Decide about messages whose sender was killed in the middle of the call."""
        cut_off = self.search(
            [
                ("state", "=", "sending"),
                (
                    "claimed_at",
                    "<",
                    fields.Datetime.now() - timedelta(seconds=CLAIM_SECONDS),
                ),
            ]
        ).try_lock_for_update()
        for message in cut_off:
            message._store_outcome({"code": "unknown"})

    # === SENDING ===

    def _deliver(self):
        """Hand one message to its messenger.

        :return: code ("" when it is sent), key, words, retry_after (seconds)
        :rtype: dict
        """
        self.ensure_one()
        if not self.chat_id.channel_id.active:
            return {"code": "token"}
        try:
            return self.chat_id.channel_id._deliver_message(self)
        except messenger.ChatError as error:
            return {"code": error.code}
        except Exception as error:  # noqa: BLE001 - a poison message stops no other one
            # the words of an error may hold the address, and so the token
            _logger.warning(
                "Message %d could not be sent: %s", self.id, type(error).__name__
            )
            return {"code": "unknown"}

    def _note(self, outcome):
        """Write down what became of a message, to the database at once."""
        self._store_outcome(outcome)
        self.env.flush_all()

    def _store_outcome(self, outcome):
        """Write down what became of a message, and try again later what may go well."""
        code = outcome.get("code")
        if not code:
            self._note_sent(outcome.get("key"))
        elif self._may_repeat(code) and self.attempts < len(BACKOFF) + 1:
            self._put_back(outcome)
        else:
            self._note_failed(code, outcome.get("words"))

    def _may_repeat(self, code):
        if code == "unknown":
            return self.chat_id.messenger != "telegram"
        return code in ("too_many", "server", "conflict")

    def _put_back(self, outcome):
        wait = outcome.get("retry_after") or BACKOFF[min(self.attempts, 5) - 1]
        at = fields.Datetime.now() + timedelta(seconds=wait)
        self.write({"state": "queued", "next_try_at": at})
        self._wake_outbox(at=at)

    def _note_sent(self, key):
        self.write(
            {
                "state": "sent",
                "message_key": key or False,
                "reason_code": False,
                "moment": fields.Datetime.now(),
            }
        )

    def _note_failed(self, code, words=None):
        self.write(
            {
                "state": "failed",
                "reason_code": code,
                "reason_data": {"words": words} if words else False,
            }
        )
        if code in ("blocked", "no_chat"):
            self.chat_id._note_unreachable()
        if not self.is_auto and self.lead_id and self.user_id:
            self._tell_author()

    def _tell_author(self):
        """Whoever answered must hear that his answer did not arrive."""
        lead = self.lead_id.with_context(lang=self.user_id.lang)
        message = self.with_env(lead.env)
        lead.message_post(
            body=lead.env._(
                "The answer in %(messenger)s did not arrive. %(reason)s",
                messenger=message.chat_id._get_messenger_name(),
                reason=message.reason,
            ),
            partner_ids=self.user_id.partner_id.ids,
            author_id=self.env.ref("base.partner_root").id,
            subtype_xmlid="mail.mt_note",
        )
