import json
import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL, email_normalize, formataddr, html2plaintext

from odoo.addons.client_base.models.concurrency import CONCURRENCY_ERRORS

from ..tools.robots import is_robot_address

_logger = logging.getLogger(__name__)

# Nobody answers these, neither people nor machines (RFC 3834, Exchange).
HEADERS = {"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All"}
KEPT_DAYS = 400


class LeadAutoReply(models.Model):
    """One auto-reply that was sent, and the proof that no second one is due yet.

    Two processes that answer one client at once both count his earlier replies and come
    to the same number, which only one of them can store.
    """

    _name = "lead.auto.reply"
    _description = "Auto-reply"
    _order = "sent_at desc, id desc"
    _rec_name = "client_key"

    company_id = fields.Many2one(
        comodel_name="res.company", required=True, index=True, readonly=True
    )
    client_key = fields.Char(
        string="To",
        required=True,
        readonly=True,
        help="The address it went to; in a chat, the lead.",
    )
    turn = fields.Integer(
        string="Number",
        required=True,
        readonly=True,
        aggregator=None,
        help="How many this client has had, with this one.",
    )
    sent_at = fields.Datetime(string="Sent", required=True, readonly=True, index=True)
    is_away = fields.Boolean(string="Outside Working Hours", readonly=True)
    channel_id = fields.Many2one(
        comodel_name="lead.channel", index=True, readonly=True, ondelete="set null"
    )
    lead_id = fields.Many2one(
        comodel_name="crm.lead",
        index="btree_not_null",
        readonly=True,
        ondelete="set null",
    )
    partner_id = fields.Many2one(
        comodel_name="res.partner",
        string="Client",
        index="btree_not_null",
        readonly=True,
        ondelete="set null",
    )
    message_id = fields.Many2one(
        comodel_name="mail.message",
        string="Letter",
        index="btree_not_null",
        readonly=True,
        ondelete="set null",
    )
    subject = fields.Char(related="message_id.subject")
    letter_body = fields.Html(related="message_id.body", string="Letter as Sent")

    _turn_uniq = models.Constraint(
        "UNIQUE (company_id, client_key, turn)",
        "This client has just been answered already.",
    )

    # === LETTERS ===

    @api.model
    def _answer(self, requests):
        """Send the auto-replies that are due for requests of one company.

        :param requests: ``lead.request`` records with their leads
        """
        chosen = self._choose(requests)
        replies_sudo = self._take([self._prepare_reply(*item) for item in chosen])
        for template_sudo, own_sudo in replies_sudo.grouped(
            lambda reply: reply.channel_id._choose_template(reply.is_away)
        ).items():
            own_sudo._send_safely(template_sudo)

    def _choose(self, requests):
        """:return: list of (request, address, whether it is no working hour)"""
        asked = requests.filtered(
            lambda one: (
                one.lead_id
                and one.email_normalized
                and one.kind not in ("chat", "call")
                and one.channel_id.sudo()._choose_template(is_away=False)
                and not one._is_from_robot()
            )
        )
        refused = self._fetch_refused(asked.mapped("email_normalized"))
        away = asked.lead_id._get_away()
        return [
            (request, request.email_normalized, request.lead_id in away)
            for request in asked.sorted("id")
            if request.email_normalized not in refused
            and not is_robot_address(request.email_normalized)
        ]

    def _fetch_refused(self, addresses):
        """:return: those of the addresses that never get an auto-reply

        Our own ones, or two programs would talk to each other; and whoever wants no
        letters.
        """
        wanted = list(addresses)
        # sudo: addresses of the house, of no use to anybody but for not writing to them
        env = self.sudo().env
        domains = env["mail.alias.domain"].search(Domain.TRUE)
        found = {
            *domains.mapped("bounce_email"),
            *domains.mapped("catchall_email"),
            *domains.mapped("default_from_email"),
            *map(
                email_normalize, env["res.company"].search(Domain.TRUE).mapped("email")
            ),
        }
        for model, field, domain in (
            ("mail.alias", "alias_full_name", Domain.TRUE),
            ("mail.blacklist", "email", Domain.TRUE),
            ("res.users", "email_normalized", Domain("share", "=", False)),
        ):
            rows = env[model].search_fetch(
                domain & Domain(field, "in", wanted), [field]
            )
            found.update(rows.mapped(field))
        return found.intersection(wanted)

    @api.model
    def _prepare_reply(self, request, address, is_away):
        lead = request.lead_id
        return {
            "company_id": request.company_id.id,
            "client_key": address,
            "channel_id": request.channel_id.id,
            "lead_id": lead.id,
            "partner_id": lead.partner_id.id or None,
            "is_away": is_away,
        }

    # === ONCE ===

    @api.model
    def _take(self, items):
        """Store the replies that are due now; whoever had one lately gets none.

        :param items: list of column values, see ``_prepare_reply``
        :return: the records of those that are to be sent
        :raises psycopg2.errors.SerializationFailure: when another process answers the
            same client: the work is to be run again
        """
        rows = self._without_repetitions(items)
        if not rows:
            return self.browse()
        self.flush_model()
        now = fields.Datetime.now()
        found = self.env.execute_query(
            SQL(
                """
                INSERT INTO lead_auto_reply (
                       company_id, client_key, turn, sent_at, is_away, channel_id,
                       lead_id, partner_id, create_uid, create_date, write_uid,
                       write_date)
                SELECT due.company_id, due.client_key, COALESCE(last.turn, 0) + 1,
                       %(now)s, due.is_away, due.channel_id, due.lead_id,
                       due.partner_id, %(uid)s, %(now)s, %(uid)s, %(now)s
                  FROM jsonb_to_recordset(%(rows)s::jsonb) AS due(
                       company_id int, client_key text, is_away boolean, channel_id int,
                       lead_id int, partner_id int, since timestamp)
             LEFT JOIN LATERAL (
                      SELECT turn, sent_at
                        FROM lead_auto_reply
                       WHERE company_id = due.company_id
                         AND client_key = due.client_key
                    ORDER BY turn DESC
                       LIMIT 1
                       ) AS last
                    ON TRUE
                 WHERE (last.sent_at IS NULL OR last.sent_at <= due.since)
                   AND NOT EXISTS (
                      SELECT FROM lead_auto_reply AS other
                       WHERE other.company_id = due.company_id
                         AND other.partner_id = due.partner_id
                         AND other.sent_at > due.since
                       )
                ON CONFLICT DO NOTHING
             RETURNING id
                """,
                now=now,
                uid=self.env.uid,
                rows=json.dumps(rows),
            )
        )
        # sudo: the account has neither chatter nor outbox
        return self.sudo().browse(id_ for (id_,) in found)

    def _without_repetitions(self, items):
        """:return: the first of each client, and since when he must not have had one"""
        companies = self.env["res.company"].browse({one["company_id"] for one in items})
        hours = {one.id: one.sudo().lead_auto_reply_hours for one in companies}
        now = fields.Datetime.now()
        rows, seen = [], set()
        for item in items:
            keys = {(item["company_id"], item["client_key"])}
            if item["partner_id"]:
                keys.add((item["company_id"], item["partner_id"]))
            if keys.isdisjoint(seen):
                since = now - timedelta(hours=hours[item["company_id"]])
                rows.append({**item, "since": fields.Datetime.to_string(since)})
            seen |= keys
        return rows

    # === SENDING ===

    def _send_safely(self, template):
        """Put the letters into the outbox; a torn template fails no request."""
        try:
            with self.env.cr.savepoint():
                self._send(template)
        except CONCURRENCY_ERRORS:
            raise
        except Exception:
            _logger.warning(
                "%d auto-replies could not be written", len(self), exc_info=True
            )
            note = self.env._(
                "The auto-reply could not be written: please look at the letter "
                "“%(name)s”.",
                name=template.name,
            )
            self.lead_id._message_log_batch(
                bodies=dict.fromkeys(self.lead_id.ids, note)
            )

    def _send(self, template):
        """Write the letters; the mail queue sends them when this is committed."""
        written = template._generate_template(
            self.lead_id.ids, ("subject", "body_html", "email_from")
        )
        messages = self.env["mail.message"].create(
            [
                reply._prepare_letter(template, written[reply.lead_id.id])
                for reply in self
            ]
        )
        pairs = list(zip(self, messages, strict=True))
        mails = self.env["mail.mail"].create(
            [reply._prepare_mail(message) for reply, message in pairs]
        )
        self.env["mail.notification"].create(
            [
                reply._prepare_notification(mail)
                for reply, mail in zip(self, mails, strict=True)
            ]
        )
        for reply, message in pairs:
            reply.message_id = message
        self.env.ref("mail.ir_cron_mail_scheduler_action")._trigger()

    def _prepare_letter(self, template, written):
        """:return: values of the message that the chatter of the lead shows"""
        lead = self.lead_id
        company = self.company_id
        author = company.partner_id
        address = self.channel_id.alias_email or company.email or ""
        return {
            "model": lead._name,
            "res_id": lead.id,
            "message_type": "auto_comment",
            "subtype_id": self.env.ref("mail.mt_comment").id,
            "author_id": author.id,
            "email_from": written["email_from"] or formataddr((company.name, address)),
            "reply_to": self._get_reply_to(),
            "subject": written["subject"],
            "body": written["body_html"],
            "attachment_ids": template.attachment_ids.ids,
            "outgoing_email_to": self.client_key,
        }

    def _get_reply_to(self):
        """:return: where the answer of the client is to go: to the channel, or lead"""
        if self.channel_id.alias_email:
            return formataddr((self.company_id.name, self.channel_id.alias_email))
        return self.lead_id._notify_get_reply_to()[self.lead_id.id]

    def _prepare_mail(self, message):
        letter_id = self._get_letter_id()
        headers = {**HEADERS, "In-Reply-To": letter_id} if letter_id else HEADERS
        return {
            "mail_message_id": message.id,
            "email_to": formataddr((self.lead_id.contact_name, self.client_key)),
            "body_html": message.body,
            "headers": repr(headers),
            "references": letter_id,
            "auto_delete": True,
        }

    def _get_letter_id(self):
        """:return: Message-Id of the letter that is answered, "" for a form"""
        return next(
            (
                request._get_letter()["message_id"]
                for request in self.lead_id.request_ids._get_letters()
                if request._get_letter().get("message_id")
            ),
            "",
        )

    def _prepare_notification(self, mail):
        partner = self.partner_id
        is_his = partner.email_normalized == self.client_key
        return {
            "mail_message_id": mail.mail_message_id.id,
            "mail_mail_id": mail.id,
            "notification_type": "email",
            "notification_status": "ready",
            "is_read": True,
            "res_partner_id": partner.id if is_his else False,
            "mail_email_address": False if is_his else self.client_key,
        }

    # === CHATS ===

    @api.model
    def _answer_by_chat(self, channel, lead):
        """:return: the text that is due in a chat now, "" for none"""
        is_away = bool(lead._get_away())
        template = channel.sudo()._choose_template(is_away)
        if not template:
            return ""
        reply = self._take(
            [
                {
                    "company_id": channel.company_id.id,
                    "client_key": f"lead {lead.id}",
                    "channel_id": channel.id,
                    "lead_id": lead.id,
                    "partner_id": lead.partner_id.id or None,
                    "is_away": is_away,
                }
            ]
        )
        if not reply:
            return ""
        written = template._generate_template(lead.ids, ("body_html",))
        return html2plaintext(written[lead.id]["body_html"] or "").strip()

    # === CLEANING ===

    @api.autovacuum
    def _gc_auto_replies(self):
        """Forget what was sent long ago.

        :return: (how many were deleted, whether there are more)
        """
        limit = 5000
        before = fields.Datetime.now() - timedelta(days=KEPT_DAYS)
        old = self.search([("sent_at", "<", before)], limit=limit)
        old.unlink()
        return len(old), int(len(old) == limit)
