import logging
import xmlrpc.client
from dataclasses import dataclass

from odoo import api, models

from odoo.addons.client_base.models.concurrency import CONCURRENCY_ERRORS

from ..tools import letters
from ..tools.robots import Robot

_logger = logging.getLogger(__name__)

REPORTS = (Robot.BOUNCE, Robot.DELAY)


@dataclass(frozen=True, slots=True)
class Handled:
    """The letter at hand, for what core calls on its way.

    Of a class that nobody outside can make: callers set the context.
    """

    letter: letters.Letter
    is_kept: bool = False


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def message_process(
        self,
        model,
        message,
        custom_values=None,
        save_original=False,
        strip_attachments=False,
        thread_id=None,
    ):
        """Keep what is written to a channel before anything can fail.

        :return: number of the request, or what core answers for other letters
        """
        source = _get_source(message)
        letter = letters.read(source)
        aliases = self.env["lead.channel"]._find_aliases(letter.recipients)
        channel = self.env["lead.channel"]._find_by_aliases(aliases)
        number = 0
        if channel and (letter.robot in REPORTS or not self._is_answer(letter)):
            number = channel._keep_letter(source, letter)
        handled = Handled(letter, is_kept=bool(number))
        core = super(MailThread, self.with_context(lead_letter=handled))
        arguments = {
            "custom_values": custom_values,
            "save_original": save_original,
            "strip_attachments": strip_attachments,
            "thread_id": thread_id,
        }
        if not number:
            return core.message_process(model, message, **arguments)
        if letter.robot in REPORTS:
            self._run_core(lambda: core.message_process(False, source, **arguments))
        elif aliases != channel._filter_own_aliases(aliases):
            core.message_process(False, source, **arguments)  # and to others
        return number

    def _run_core(self, work):
        """Let core take note of a report; it is kept, should that fail."""
        try:
            with self.env.cr.savepoint():
                work()
        except CONCURRENCY_ERRORS:
            raise
        except Exception:
            _logger.info("A report on a delivery could not be read", exc_info=True)

    @api.model
    def _is_answer(self, letter):
        """Say whether core finds the lead that the letter is an answer to."""
        if not letter.references:
            return False
        # sudo: as core looks for it
        parent = self.env["mail.message"].sudo()
        parent = parent.search(
            [("message_id", "in", letter.references[-32:])], limit=1, order="id desc"
        )
        if parent.model != "crm.lead" or not parent.res_id:
            return False
        return bool(self.env["crm.lead"].sudo().browse(parent.res_id).exists())

    @api.model
    def message_route(
        self, message, message_dict, model=None, thread_id=None, custom_values=None
    ):
        routes = super().message_route(
            message, message_dict, model, thread_id, custom_values
        )
        handled = self.env.context.get("lead_letter")
        if not isinstance(handled, Handled) or not handled.is_kept:
            return routes
        own = self.env["lead.channel"]._filter_own_aliases
        return [route for route in routes if not (route[4] and own(route[4].sudo()))]

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        """Leave a letter that takes longer alone: its address is not wrong."""
        handled = self.env.context.get("lead_letter")
        if isinstance(handled, Handled) and handled.letter.robot is Robot.DELAY:
            return None
        return super()._routing_handle_bounce(email_message, message_dict)


def _get_source(message):
    """:return: the letter as bytes, whatever it was brought in"""
    if isinstance(message, xmlrpc.client.Binary):
        return bytes(message.data)
    return message.encode() if isinstance(message, str) else bytes(message)
