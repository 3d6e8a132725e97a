import logging

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import split_every
from odoo.tools.misc import get_lang

from odoo.addons.client_base.models.concurrency import CONCURRENCY_ERRORS, run_patiently

_logger = logging.getLogger(__name__)

BATCH = 100


class LeadStageWorker(models.AbstractModel):
    """Looks after the stages by the hour: who stays too long, whose time has come.

    Everything is found by what is true now, so that a run that was killed is made up
    for by the next one.
    """

    _name = "lead.stage.worker"
    _description = "Looking after Stages"

    @api.model
    def _cron_follow(self):
        """Mend the journal, move what moves by itself, tell who stays too long."""
        journal = self.env["lead.stage.log"].sudo()
        run_patiently(self.env, journal._mend)
        self._work_off(self._find_leads_to_move(), self._move_leads)
        self._work_off(self._find_late_stays("reminded_at"), self._remind_owners)
        self._work_off(self._find_late_stays("told_at"), self._tell_heads)
        journal._count_waiting_time()

    def _work_off(self, ids, work):
        """:param work: takes a list of ids; one that fails holds up no other"""
        progress = self.env["ir.cron"]._commit_progress
        progress(remaining=len(ids))
        for batch in split_every(BATCH, ids, list):
            run_patiently(self.env, lambda batch=batch: self._work_safely(batch, work))
            if not progress(len(batch)):
                break

    def _work_safely(self, ids, work):
        try:
            with self.env.cr.savepoint():
                work(ids)
        except CONCURRENCY_ERRORS:
            raise
        except Exception:
            self.env.invalidate_all()
            if len(ids) > 1:
                for id_ in ids:
                    self._work_safely([id_], work)
            else:
                _logger.exception("Stage work on record %d is left out", ids[0])

    # === MOVES ===

    @api.model
    def _find_leads_to_move(self):
        """:return: ids of open leads for which the condition of a stage holds"""
        leads, found = self.env["crm.lead"].sudo(), set()
        stages = self.env["crm.stage"]
        for stage in stages._get_path():
            if stage.trigger:
                domain = stages._read_domain(stage.trigger) & Domain(
                    [
                        ("won_status", "=", "pending"),
                        ("type", "=", "opportunity"),
                        ("stage_id", "!=", stage.id),
                    ]
                )
                found.update(leads.search(domain).ids)
        return sorted(found)

    @api.model
    def _move_leads(self, ids):
        self.env["crm.lead"].browse(ids).exists()._move_automatically()

    # === STAYS TOO LONG ===

    @api.model
    def _find_late_stays(self, mark):
        """:param mark: "reminded_at" for the owner, "told_at" for the head
        :return: ids of stays that are over the limit and not told yet
        """
        now = fields.Datetime.now()
        stages = (
            self.env["crm.stage"]
            .sudo()
            .search([("longest_stay", ">", 0), ("is_won", "=", False)])
        )
        found, limits = [], {}
        for stage in stages:
            days = stage.longest_stay + (stage.head_after if mark == "told_at" else 0)
            stays = (
                self.env["lead.stage.log"]
                .sudo()
                .search(
                    self._get_late_domain(
                        stage, mark, stage._get_stay_limit(None, days, "calendar", now)
                    )
                )
            )
            for stay in stays:
                key = (stage, stay._get_stay_calendar())
                if key not in limits:
                    limits[key] = stage._get_stay_limit(
                        key[1], days, stage.stay_unit, now
                    )
                if stay.entered_at <= limits[key]:
                    found.append(stay.id)
            limits.clear()
        return found

    @api.model
    def _get_late_domain(self, stage, mark, limit):
        domain = Domain(
            [
                ("stage_id", "=", stage.id),
                ("left_at", "=", False),
                ("entered_at", "<=", limit),
                (mark, "=", False),
                ("lead_id.type", "=", "opportunity"),
                ("lead_id.active", "=", True),
            ]
        )
        if mark == "told_at":
            domain &= Domain("reminded_at", "!=", False)
        else:
            domain &= Domain("lead_id.user_id", "!=", False)
        return domain

    @api.model
    def _remind_owners(self, ids):
        stays = self.env["lead.stage.log"].sudo().browse(ids)
        owners = stays.lead_id.user_id
        acting = owners._get_acting_users()
        self._give_late_tasks(
            {stay: acting[stay.lead_id.user_id] for stay in stays}, "reminded_at"
        )

    @api.model
    def _tell_heads(self, ids):
        stays = self.env["lead.stage.log"].sudo().browse(ids)
        heads = {stay: stay.lead_id._get_stage_head() for stay in stays}
        people = self.env["res.users"].browse({one.id for one in heads.values() if one})
        acting = people._get_acting_users()
        self._give_late_tasks(
            {stay: acting.get(head, head) for stay, head in heads.items()}, "told_at"
        )

    @api.model
    def _give_late_tasks(self, people, mark):
        """:param people: stay -> who is told; nobody to tell is told, too"""
        values = [
            self._prepare_late_task(stay, user, mark)
            for stay, user in people.items()
            if user
        ]
        if values:
            self.env["mail.activity"].sudo().with_context(
                mail_activity_quick_update=True
            ).create(values)
        stays = self.env["lead.stage.log"].sudo().browse(one.id for one in people)
        stays.write({mark: fields.Datetime.now()})

    @api.model
    def _prepare_late_task(self, stay, user, mark):
        """:return: values of a ``mail.activity`` in the language of ``user``"""
        stay = stay.with_context(lang=get_lang(self.env, user.lang).code)
        words = {"stage": stay.stage_id.name, "days": int(stay.stay_days)}
        if mark == "told_at":
            summary = stay.env._(
                "Still in “%(stage)s”: %(days)d days, the manager was asked", **words
            )
        else:
            summary = stay.env._(
                "In “%(stage)s” for %(days)d days: what next?", **words
            )
        return {
            "res_model_id": self.env["ir.model"]._get_id("crm.lead"),
            "res_id": stay.lead_id.id,
            "activity_type_id": self.env.ref("mail.mail_activity_data_todo").id,
            "summary": summary,
            "user_id": user.id,
            "date_deadline": user._get_client_today(),
            "lead_stay_id": stay.id,
        }
