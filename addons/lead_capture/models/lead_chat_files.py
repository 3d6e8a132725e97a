import logging

from odoo import api, models
from odoo.tools import human_size
from odoo.tools.translate import LazyTranslate

from odoo.addons.client_base.models.concurrency import CONCURRENCY_ERRORS, run_patiently

from ..tools import telegram

_logger = logging.getLogger(__name__)
_lt = LazyTranslate(__name__)

FILE_BATCH = 20
FAILURES = {
    "too_big": _lt(
        "The file %(name)s was not fetched: it is larger than %(limit)s. Ask for it by "
        "e-mail."
    ),
    "other": _lt(
        "The file %(name)s could not be fetched from the messenger. Ask for it again."
    ),
}


class LeadChatFiles(models.AbstractModel):
    """Fetches the files that people send, in the background."""

    _name = "lead.chat.files"
    _description = "Files of Chats"

    @api.model
    def _wake_files(self):
        cron = self.env.ref("lead_capture.ir_cron_lead_chat_files", False)
        if cron:
            cron._trigger()

    @api.model
    def _cron_fetch(self):
        """Fetch what waits; each file is fetched and committed on its own."""
        waiting = self.search(
            [("file_state", "=", "waiting"), ("direction", "=", "in")],
            order="id",
            limit=FILE_BATCH,
        )
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(waiting))
        for message in waiting:
            run_patiently(self.env, lambda one=message: one._fetch_safely())
            if not progress(1):
                break
        if len(waiting) == FILE_BATCH:
            self._wake_files()

    def _fetch_safely(self):
        """Fetch; a file that cannot be kept holds up none of the rest."""
        try:
            with self.env.cr.savepoint():
                self._fetch_file()
        except CONCURRENCY_ERRORS:
            raise
        except Exception as error:  # noqa: BLE001 - anybody may send anything
            _logger.warning(
                "The file of message %d was not kept: %s", self.id, type(error).__name__
            )
            self._note_file_failed("other")

    def _fetch_file(self):
        """Fetch the file of one message and put it where the message is read."""
        if not self.try_lock_for_update() or self.file_state != "waiting":
            return
        content, failure = b"", "too_big"
        if (self.file_size or 0) <= telegram.MAX_FILE:
            channel = self.chat_id.channel_id
            content, failure = channel._fetch_telegram_file(self.file_ref)
        if failure in ("server", "too_many", "unknown") and self.attempts < 3:
            self.attempts += 1
        elif failure:
            self._note_file_failed(failure)
        else:
            self._attach(content)

    def _attach(self, content):
        # a page or a drawing with a script in it is kept as plain text; a picture is
        # not opened here: a small file may hold one that fills the memory
        attachments = self.env["ir.attachment"].with_context(
            attachments_mime_plainxml=True, image_no_postprocess=True
        )
        place = self.lead_id or self.chat_id.lead_id
        attachment = attachments.create(
            {
                "name": self.file_name,
                "raw": content,
                "res_model": place._name if place else self._name,
                "res_id": place.id or self.id,
            }
        )
        self.write({"attachment_id": attachment.id, "file_state": "fetched"})
        if self.mail_message_id:
            self.mail_message_id.attachment_ids = [(4, attachment.id)]

    def _note_file_failed(self, failure):
        self.file_state = "failed"
        lead = self.lead_id or self.chat_id.lead_id
        if not lead:
            return
        lead = lead.with_context(lang=lead.user_id.lang or self.env.lang)
        words = lead.env._(FAILURES.get(failure, FAILURES["other"]))
        lead._message_log(
            body=words
            % {"name": self.file_name, "limit": human_size(telegram.MAX_FILE)}
        )
