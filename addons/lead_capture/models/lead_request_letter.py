from dataclasses import replace

from markupsafe import Markup

from odoo import models
from odoo.tools import email_normalize, plaintext2html

from ..tools import letters
from ..tools.robots import Robot, is_robot_address
from .lead_channel_mailbox import SOURCE_NAME

# What of a letter is put on the lead; the rest stays in the letter as it came.
MAX_FILES = 30
MAX_FILE_BYTES = 25 * 1024 * 1024
SOURCE_TYPE = "message/rfc822"


class LeadRequestLetter(models.AbstractModel):
    """A request that is a letter: who wrote it, and what a robot's letter becomes."""

    _name = "lead.request.letter"
    _description = "Letter as a Request"

    # === KEEPING ===

    def _keep_source(self, source):
        """Keep a letter as it came beside its request."""
        self.ensure_one()
        self.env["ir.attachment"].create(
            {
                "name": SOURCE_NAME,
                "raw": source,
                "mimetype": SOURCE_TYPE,
                "res_model": self._name,
                "res_id": self.id,
            }
        )

    def write(self, vals):
        """A request whose content is not kept any longer does not keep its letter."""
        if vals.get("is_emptied"):
            # sudo: files follow the request
            for source in self.sudo()._get_sources().values():
                source.unlink()
        return super().write(vals)

    def _get_sources(self):
        """:return: request -> ``ir.attachment``, the letter as it came"""
        found = self.env["ir.attachment"].search(
            [
                ("res_model", "=", self._name),
                ("res_id", "in", self.ids),
                ("name", "=", SOURCE_NAME),
            ],
            order="id desc",
        )
        return {self.browse(one.res_id): one for one in found}

    def _get_letters(self):
        return self.filtered(lambda one: one.kind == "mail")

    def _get_letter(self):
        """:rtype: dict"""
        return self.payload if isinstance(self.payload, dict) else {}

    def _is_from_robot(self):
        """Say whether no person wrote it; a site that writes for a client is none."""
        letter = self._get_letter() if self.kind == "mail" else {}
        robot = letter.get("robot")
        is_for_client = self.email_normalized != email_normalize(letter.get("email"))
        return bool(robot) and not (robot == Robot.NOTICE and is_for_client)

    # === READING ===

    def _read_values(self):
        """Take who wrote a letter that a colleague, or the form of a site, sent on."""
        fresh = self.filtered(lambda one: not one.values)
        result = super()._read_values()
        mails = fresh._get_letters()
        colleagues = mails._fetch_letter_colleagues()
        for request in mails:
            told = request._read_letter_sender(colleagues)
            if told and isinstance(request.values, dict):
                request.values = {**request.values, **told}
        return result

    def _fetch_letter_colleagues(self):
        """:return: those of the addresses in the letters that are our own users'"""
        named = set()
        for request in self:
            letter = request._get_letter()
            forward = letter.get("forward") or {}
            named |= {letter.get("email"), forward.get("email")}
        return self._fetch_colleague_addresses(named)

    def _fetch_colleague_addresses(self, addresses):
        """:return: those of the addresses that our own users have, normalised"""
        users_sudo = self.env["res.users"].sudo()  # the account knows nobody
        wanted = {email_normalize(one) for one in addresses if one} - {False}
        found = users_sudo.search(
            [("share", "=", False), ("email_normalized", "in", list(wanted))]
        )
        return set(found.mapped("email_normalized"))

    def _read_letter_sender(self, colleagues):
        """:return: what the letter says otherwise than its head, values of a lead"""
        letter = self._get_letter()
        sender = str(letter.get("email") or "")
        if email_normalize(sender) in colleagues:
            return self._read_forward(letter, sender, colleagues)
        reply_to = str(letter.get("reply_to") or "")
        if is_robot_address(sender) and reply_to and not is_robot_address(reply_to):
            return {"email": reply_to}  # the form of a site, in the name of a client
        return {}

    def _read_forward(self, letter, colleague, colleagues):
        """:return: values of who wrote the letter, when a colleague sent it on"""
        forward = letter.get("forward") or {}
        address = forward.get("email")
        if address and email_normalize(address) not in colleagues:
            return {"email": address, "contact_name": forward.get("name") or ""}
        if not letters.is_forward(str(letter.get("subject") or "")):
            return {}
        note = self.env._(
            "Sent on by %(colleague)s; who wrote it could not be read.",
            colleague=colleague,
        )
        text = str(letter.get("text") or "")
        return {"email": "", "contact_name": "", "description": f"{note}\n\n{text}"}

    # === REFUSING ===

    def _refuse(self, senders):
        """A report and an automatic answer become no lead; they are kept all the same.

        What a robot writes of its own accord may be the form of a site: it does.
        """
        judged = self._get_letters().filtered(lambda one: not one.is_taken_up)
        answers = self._fetch_known_references(judged)
        own = {}
        for request in judged:
            code = request._get_letter_refusal(answers)
            if code:
                own[request] = self._make_refusal(code, {})
        rest = {one: sender for one, sender in senders.items() if one not in own}
        return own | super()._refuse(rest)

    def _explain_rejected(self):
        sentences = {
            "letter_bounce": self.env._("A letter of ours could not be delivered."),
            "letter_delay": self.env._(
                "A letter of ours takes longer to be delivered."
            ),
            "letter_answer": self.env._("An automatic answer, no person has written."),
            "letter_list": self.env._("A newsletter or a letter to a mailing list."),
        }
        return sentences.get(self.reason_code) or super()._explain_rejected()

    def _get_letter_refusal(self, answers):
        """:return: code of the reason, ``""`` for a letter that becomes a lead"""
        letter = self._get_letter()
        robot = letter.get("robot")
        if robot in (Robot.BOUNCE, Robot.DELAY, Robot.ANSWER):
            return f"letter_{robot}"
        if robot == Robot.NOTICE and answers.intersection(letter["references"]):
            return "letter_answer"
        if robot == Robot.LIST and self.channel_id.is_bulk_rejected:
            return "letter_list"
        return ""

    def _fetch_known_references(self, requests):
        """:return: the Message-Ids of ours that robots among the requests refer to"""
        named = {
            reference
            for request in requests
            if request._get_letter().get("robot") == Robot.NOTICE
            for reference in request._get_letter().get("references", ())
        }
        if not named:
            return set()
        found_sudo = (
            self.env["mail.message"]
            .sudo()
            .search_fetch(  # any document
                [("message_id", "in", list(named))], ["message_id"]
            )
        )
        return set(found_sudo.mapped("message_id"))

    # === THE LEAD ===

    def _get_message(self, sender, is_again):
        """A letter stands on the lead by itself: the note does not repeat it."""
        if self.kind == "mail":
            sender = replace(sender, text="")
        return super()._get_message(sender, is_again)

    def _show_letters(self):
        """Put the letters on their leads, with their files, as what the client wrote.

        With their Message-Id: what he answers to his own letter finds the lead.
        """
        sources = self.sudo()._get_sources()  # files follow the request
        messages = []
        for request in self:
            source = sources.get(request)
            files = letters.read_files(source.raw) if source else ()
            messages.append(request._prepare_message(files))
        self.env["mail.message"].sudo().create(messages)  # the account has no chatter

    def _prepare_message(self, files):
        letter = self._get_letter()
        lead = self.lead_id
        taken = self._choose_files(files)
        attachments = (
            self.env["ir.attachment"]
            .sudo()
            # a picture is not opened: a small file may hold one that fills the memory
            .with_context(image_no_postprocess=True)
            .create(
                [
                    {
                        "name": file.name,
                        "raw": file.content,
                        "res_model": lead._name,
                        "res_id": lead.id,
                    }
                    for file in taken
                ]
            )
        )
        values = {
            "model": lead._name,
            "res_id": lead.id,
            "message_type": "email",
            "subtype_id": self.env.ref("mail.mt_comment").id,
            "author_id": self.partner_id.id,
            "email_from": self.email or letter.get("email"),
            "subject": letter.get("subject"),
            "body": self._get_letter_body(letter, len(files) - len(taken)),
            "date": self.received_at,
            "attachment_ids": attachments.ids,
        }
        if letter.get("message_id"):
            values["message_id"] = letter["message_id"]
        return values

    def _choose_files(self, files):
        """:return: as many of the files as are put on a lead"""
        taken = []
        left = MAX_FILE_BYTES
        for file in files[:MAX_FILES]:
            if len(file.content) <= left:
                taken.append(file)
                left -= len(file.content)
        return taken

    def _get_letter_body(self, letter, missing):
        body = plaintext2html(str(letter.get("text") or ""))
        if not missing:
            return body
        note = self.env._(
            "%(count)s more files are in the letter as it came, request %(number)s.",
            count=missing,
            number=self.number,
        )
        return body + Markup("<p>%s</p>") % note
