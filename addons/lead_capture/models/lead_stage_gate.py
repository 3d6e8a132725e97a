from ast import literal_eval
from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Domain
from odoo.tools import is_html_empty

from ..tools import stage_path

# Why a stage is written, when a person does not just choose it: see StagePass.
PASS_KEY = "lead_stage_pass"
# With these the criteria are not asked; each of them is in the journal with its reason.
FREE = {"override", "pipeline"}
MAX_NAMED = 20  # leads in one message


class StagePass:
    """Why a stage is written; it travels in the context.

    A caller from outside can send any text in a context, but no object of this class.
    """

    __slots__ = ("code", "reason")

    def __init__(self, code, reason=""):
        self.code = code
        self.reason = reason


class LeadStageGate(models.AbstractModel):
    """Lets a lead into a stage when it has what this stage and those before ask for.

    Whatever writes the stage: a drag on the board, an import, a script. A head may let
    it pass with a reason.
    """

    _name = "lead.stage.gate"
    _description = "Gate before a Stage"

    next_stage_id = fields.Many2one(
        comodel_name="crm.stage",
        compute="_compute_next_stage",
        groups="client_base.group_client_user",
    )
    missing_for_next = fields.Char(
        string="Missing for the Next Stage",
        compute="_compute_next_stage",
        groups="client_base.group_client_user",
    )
    stage_instruction = fields.Text(
        string="In This Stage",
        compute="_compute_next_stage",
        groups="client_base.group_client_user",
    )

    # === COMPUTE METHODS ===

    @api.depends(lambda self: self._get_gate_depends())
    @api.depends_context("lang")
    def _compute_next_stage(self):
        stages = self.env["crm.stage"]
        ahead, wanted = {}, {}
        for lead in self:
            pipeline = stages._get_pipeline(lead.team_id)
            following = stage_path.next_stage(pipeline, lead.stage_id.id)
            if following and lead.active:
                ahead[lead] = following.id
                wanted[lead] = stage_path.stages_to_meet(
                    pipeline, lead.stage_id.id, following.id
                )
        missing = self._find_missing(wanted)
        labels = self._get_missing_labels(missing)
        for lead in self:
            lead.next_stage_id = ahead.get(lead, False)
            lead.missing_for_next = labels.get(lead, False)
            lead.stage_instruction = lead.stage_id.instruction

    @api.model
    def _get_gate_depends(self):
        """:return: what the criteria may be about, so that a form shows it at once"""
        if self._abstract:
            return ()
        asked = self.env["crm.stage"]._get_asked_names()
        own = {name for name in asked if not self._fields[name].manual}
        return ("active", "stage_id", "stage_id.instruction", *sorted(own))

    # === BUSINESS METHODS ===

    def _get_pass(self):
        """:return: the ``StagePass`` of our own code, or None"""
        given = self.env.context.get(PASS_KEY)
        return given if isinstance(given, StagePass) else None

    def _with_pass(self, code, reason=""):
        return self.with_context(**{PASS_KEY: StagePass(code, reason)})

    def _override_stage(self, stage, reason):
        """Move leads to a stage in spite of what is missing; the journal says why.

        :raise AccessError: when the user is no head
        """
        if not self.env.user.has_group("client_base.group_client_manager"):
            raise AccessError(self.env._("Only a head moves a lead in spite of it."))
        self._with_pass("override", reason).write({"stage_id": stage.id})

    def _check_stage_entry(self, moves):
        """Refuse what does not meet the criteria.

        :param moves: lead -> id of the stage it comes from, None for a new lead
        :raise ValidationError: names each lead and what it misses
        """
        given = self._get_pass()
        if given and given.code in FREE:
            return
        stages = self.env["crm.stage"]
        strangers, wanted = self.browse(), {}
        for lead, old in moves.items():
            pipeline = stages._get_pipeline(lead.team_id)
            new = lead.stage_id.id
            if stage_path.position(pipeline, new) < 0:
                if any(stage.asks for stage in pipeline):
                    strangers += lead
            else:
                wanted[lead] = stage_path.stages_to_meet(pipeline, old, new)
        if strangers:
            self._refuse_strangers(strangers[:1])
        missing = self._find_missing(wanted)
        if missing:
            raise ValidationError(self._make_refusal(missing))

    def _find_missing_at(self, stage):
        """:return: what these leads miss to be in a stage; see :meth:`_find_missing`"""
        wanted = {
            lead: stage_path.stages_to_meet(
                self.env["crm.stage"]._get_pipeline(lead.team_id),
                lead.stage_id.id,
                stage.id,
            )
            for lead in self
        }
        return self._find_missing(wanted)

    def _refuse_strangers(self, lead):
        raise ValidationError(
            self.env._(
                "“%(stage)s” is not a stage of the team “%(team)s”, whose lead "
                "“%(lead)s” is.",
                stage=lead.stage_id.name or "",
                team=lead.team_id.name or self.env._("without a team"),
                lead=lead.name or "",
            )
        )

    @api.model
    def _find_missing(self, wanted):
        """Compare leads with criteria: one look at each stage, for all its leads.

        :param wanted: lead -> the ``stage_path.Stage`` it has to meet
        :return: lead -> what it misses: names of fields, ids of stages whose condition
            does not hold; leads that miss nothing are left out
        """
        by_stage = defaultdict(list)
        for lead, stages in wanted.items():
            for stage in stages:
                by_stage[stage].append(lead)
        missing = defaultdict(dict)  # of each lead in order, nothing twice
        for stage, leads in by_stage.items():
            # sudo: the rule is the company's, whatever the user sees of orders
            leads_sudo = self.concat(*leads).sudo()
            for name in stage.required:
                for lead in leads_sudo.filtered(lambda one: one._is_empty(name)):  # noqa: B023
                    missing[lead.sudo(False)][name] = True
            if stage.condition:
                domain = Domain(literal_eval(stage.condition))
                for lead in leads_sudo - leads_sudo.filtered_domain(domain):
                    missing[lead.sudo(False)][stage.id] = True
        return {lead: list(found) for lead, found in missing.items()}

    def _is_empty(self, name):
        value = self[name]
        if self._fields[name].type == "html":
            return is_html_empty(value)
        return not value

    @api.model
    def _get_missing_labels(self, missing):
        """:return: lead -> what it misses, in the words of the reader"""
        keys = {key for found in missing.values() for key in found}
        stages = self.env["crm.stage"].sudo()  # of any team
        labels = {
            key: self._fields[key]._description_string(self.env)
            for key in keys
            if isinstance(key, str)
        }
        for stage in stages.browse(key for key in keys if not isinstance(key, str)):
            labels[stage.id] = stage.criteria_text or self.env._(
                "the condition of “%(stage)s”", stage=stage.name
            )
        return {
            lead: ", ".join(labels[key] for key in found)
            for lead, found in missing.items()
        }

    @api.model
    def _make_refusal(self, missing):
        """:return: one message for all leads that are refused"""
        labels = self._get_missing_labels(missing)
        if len(labels) == 1:
            ((lead, label),) = labels.items()
            return self.env._(
                "“%(lead)s” cannot go to “%(stage)s” yet. Missing: %(missing)s.",
                lead=lead.name,
                stage=lead.stage_id.name,
                missing=label,
            )
        lines = [
            self.env._(
                "%(lead)s → %(stage)s: %(missing)s",
                lead=lead.name,
                stage=lead.stage_id.name,
                missing=label,
            )
            for lead, label in list(labels.items())[:MAX_NAMED]
        ]
        if len(labels) > MAX_NAMED:
            lines.append(self.env._("and %(n)d more", n=len(labels) - MAX_NAMED))
        head = self.env._("These leads cannot go on yet. What each of them misses:")
        return "\n".join([head, *lines])
