import base64
import logging
from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import split_every

from ..tools.duplicates.cards import VERSION
from ..tools.duplicates.collector import paused_collector
from ..tools.duplicates.scan import find_duplicates
from .client_duplicate_form import BATCH
from .concurrency import CONCURRENCY_ERRORS, MAX_FAILURES

_logger = logging.getLogger(__name__)

# A base of so many cards is compared while one waits: about a second.
AT_ONCE = 5000
# A nightly run that comes earlier than this finds the work done.
NIGHT_HOURS = 20
KEPT_SCANS = 30


class ClientDuplicateScan(models.Model):
    """One comparison of the whole base with itself.

    First the forms of the cards that changed are made, a committed batch at a time: a
    killed process goes on where it was. Comparing and storing is one transaction.
    """

    _name = "client.duplicate.scan"
    _description = "Search for Duplicates"
    _order = "id desc"
    _rec_name = "create_date"

    state = fields.Selection(
        selection=[
            ("waiting", "Waiting"),
            ("running", "Running"),
            ("done", "Done"),
            ("failed", "Failed"),
        ],
        required=True,
        default="waiting",
        readonly=True,
        index=True,
    )
    finished_on = fields.Datetime(string="Finished", readonly=True)
    progress = fields.Float(readonly=True, aggregator=None)
    card_count = fields.Integer(string="Cards Compared", readonly=True, aggregator=None)
    pair_count = fields.Integer(
        string="Likely Duplicates", readonly=True, aggregator=None
    )
    cluster_count = fields.Integer(
        string="Clients with Several Cards", readonly=True, aggregator=None
    )
    version = fields.Integer(readonly=True)
    weights = fields.Text(readonly=True, help="What the base has taught, as JSON.")
    frequencies = fields.Binary(
        readonly=True, help="How many cards hold each value that several hold."
    )

    # === ACTIONS ===

    @api.model
    def action_start(self):
        """Search the base for duplicates: a small one at once, others behind.

        :return: an action that shows what is found, or that it is being looked for
        """
        scan = self._request()
        if scan.state == "done":
            return scan._tell_found()
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": scan.id,
            "view_mode": "form",
        }

    def _tell_found(self):
        """:return: an action that says what was found, and shows it"""
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "client_base.client_duplicate_action"
        )
        action.pop("help", None)  # of an action within one the tags would be seen
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._(
                    "Cards compared: %(cards)s. Likely duplicates: %(pairs)s.",
                    cards=self.card_count,
                    pairs=self.pair_count,
                ),
                "next": {**action, "target": "main"},
            },
        }

    # === BUSINESS ===

    @api.model
    def _request(self):
        """:return: the scan that will answer; one that waits already is enough"""
        self.env["client.duplicate"].check_access("write")
        scans_sudo = self.sudo()  # what a scan has found nobody writes by hand
        scan_sudo = scans_sudo.search(
            [("state", "in", ["waiting", "running"])], limit=1
        )
        if not scan_sudo and scans_sudo._is_base_small():
            scan_sudo = scans_sudo.create({})
            scan_sudo._run(lambda _part: None)
        else:
            scan_sudo = scan_sudo or scans_sudo.create({})
            # also of one that is there: its process may have been killed
            self.env.ref("client_base.ir_cron_client_duplicate")._trigger()
        return scan_sudo.sudo(False)

    @api.model
    def _is_base_small(self):
        domain = self.env["client.duplicate.form"]._get_card_domain()
        cards = self.env["res.partner"]
        return cards.search_count(domain, limit=AT_ONCE + 1) <= AT_ONCE

    @api.model
    def _cron_scan(self):
        """Do the scans that wait, or that were interrupted; each night there is one."""
        limit = fields.Datetime.now() - timedelta(hours=NIGHT_HOURS)
        recent = Domain("create_date", ">", limit) | Domain(
            "state", "in", ["waiting", "running"]
        )
        if not self.search_count(recent, limit=1):
            self.create({})
        waiting = self.search([("state", "in", ["waiting", "running"])], order="id")
        self.env["ir.cron"]._commit_progress(remaining=len(waiting))
        for scan in waiting:
            scan._run_safely()
            if not self.env["ir.cron"]._commit_progress(1):
                break
        self.search(Domain("state", "!=", "running"), offset=KEPT_SCANS).unlink()

    def _run_safely(self):
        """Scan again when cards were written meanwhile; say when it cannot be done."""
        for _attempt in range(MAX_FAILURES):
            try:
                return self._run(self._commit_part)
            except (*CONCURRENCY_ERRORS, IntegrityError):
                # cards were written, or deleted, while they were compared
                self.env.cr.rollback()
                self.env.invalidate_all()
            except Exception:
                self.env.cr.rollback()
                _logger.exception("The search for duplicates failed")
                break
        self.state = "failed"
        return None

    def _commit_part(self, part):
        self.progress = part
        self.env["ir.cron"]._commit_progress()

    def _run(self, report):
        """Compare all cards and store what is found.

        :param report: called with the part that is done, 0 to 100, when it may be
            committed
        """
        with paused_collector():
            self._compare(report)

    def _compare(self, report):
        self.state = "running"
        cards = self.env["client.duplicate.form"]._iterate(self._prepare(report))
        self.env.flush_all()
        duplicates = self.env["client.duplicate"]
        found = find_duplicates(cards, apart=duplicates._get_apart())
        pairs = duplicates._store(found)
        self.write(
            {
                "state": "done",
                "finished_on": fields.Datetime.now(),
                "progress": 100,
                "card_count": found.frequencies.size,
                "pair_count": pairs,
                "cluster_count": len(found.clusters),
                "version": VERSION,
                "weights": found.weights.to_json(),
                "frequencies": base64.b64encode(found.frequencies.to_bytes()),
            }
        )

    def _prepare(self, report):
        """Bring the forms of all cards up to date; half of the work.

        :return: as ``client.duplicate.form._refresh``
        """
        forms = self.env["client.duplicate.form"]
        forms._sweep_keys()
        stale = forms._find_stale()
        report(1)
        made, normalizers, done = {}, {}, 0
        for ids in split_every(BATCH, stale, list):
            made.update(forms._refresh(ids, normalizers))
            done += len(ids)
            report(1 + 49 * done / len(stale))
        return made
