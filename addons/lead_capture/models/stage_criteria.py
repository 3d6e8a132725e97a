import logging
from ast import literal_eval

from odoo import api, fields, models, tools
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from odoo.addons.client_base.models.concurrency import CONCURRENCY_ERRORS

from ..tools import stage_path

_logger = logging.getLogger(__name__)

# What people fill in on a lead and what may be found empty.
ASKED_KINDS = {
    "char",
    "text",
    "html",
    "selection",
    "many2one",
    "many2many",
    "integer",
    "float",
    "monetary",
    "date",
    "datetime",
}
# Never empty, or kept by the system.
NOT_ASKED = {
    "automated_probability",
    "color",
    "date_automation_last",
    "duration_tracking",
    "email_domain_criterion",
    "email_normalized",
    "lead_properties",
    "message_follower_ids",
    "phone_sanitized",
    "priority",
    "probability",
    "stage_id",
    "type",
    "won_status",
}
# What decides which way leads go; the rest only shows.
PATH_FIELDS = {
    "sequence",
    "is_won",
    "team_ids",
    "excluded_team_ids",
    "required_field_ids",
    "criteria_domain",
    "is_automatic",
    "auto_domain",
}


class StageCriteria(models.AbstractModel):
    """Says what a lead must have to enter a stage, and when it comes there by itself.

    The rules of all stages are read once and kept, so that a lead that changes asks the
    database nothing about stages.
    """

    _name = "stage.criteria"
    _description = "Criteria of a Stage"

    required_field_ids = fields.Many2many(
        comodel_name="ir.model.fields",
        relation="crm_stage_required_field_rel",
        column1="stage_id",
        column2="field_id",
        string="Must Be Filled In",
        domain=lambda self: self._get_asked_domain(),
        help="A lead without these does not come to this stage, nor to a later one.",
    )
    criteria_domain = fields.Char(
        string="Must Hold",
        default="[]",
        help="A condition on the lead, for this stage and those after it.",
    )
    criteria_text = fields.Char(
        string="In Words",
        translate=True,
        help="What people read when the condition does not hold, e.g. “a budget of at "
        "least 1,000”.",
    )
    instruction = fields.Text(
        translate=True,
        help="What is to be done in this stage. Stands on the lead.",
    )
    is_automatic = fields.Boolean(
        string="Comes Here by Itself",
        help="A lead in an earlier stage is moved here as soon as the condition holds "
        "and nothing is missing: never back, and only once.",
    )
    auto_domain = fields.Char(string="When", default="[]")
    excluded_team_ids = fields.Many2many(
        comodel_name="crm.team",
        relation="crm_stage_excluded_team_rel",
        column1="stage_id",
        column2="team_id",
        string="Not Used By",
        help="Teams with a pipeline of their own, which do not use this shared stage.",
    )

    # === CONSTRAINTS ===

    @api.constrains("required_field_ids")
    def _check_required_fields(self):
        asked = self._get_asked_names()
        for stage in self:
            fields_sudo = stage.required_field_ids.sudo()  # everybody reads a stage
            for field in fields_sudo:
                if field.model != "crm.lead" or field.name not in asked:
                    raise ValidationError(
                        self.env._(
                            "%(field)s cannot be asked for: nobody fills it in on a "
                            "lead, or it is never empty.",
                            field=field.field_description,
                        )
                    )

    @api.constrains("criteria_domain", "auto_domain", "is_automatic")
    def _check_domains(self):
        for stage in self:
            stage._read_domain(stage.criteria_domain)
            if stage._read_domain(stage.auto_domain).is_true() and stage.is_automatic:
                raise ValidationError(
                    self.env._(
                        "Say when leads come to “%(stage)s” by themselves: without a "
                        "condition all of them would.",
                        stage=stage.name,
                    )
                )

    # === CRUD METHODS ===

    @api.model_create_multi
    def create(self, vals_list):
        stages = super().create(vals_list)
        self.env.registry.clear_cache()
        return stages

    def write(self, vals):
        result = super().write(vals)
        if not PATH_FIELDS.isdisjoint(vals):
            self.env.registry.clear_cache()
        return result

    def unlink(self):
        result = super().unlink()
        self.env.registry.clear_cache()
        return result

    # === BUSINESS METHODS ===

    @api.model
    def _get_asked_names(self):
        """:return: names of the fields of a lead that a stage may ask for"""
        return {
            name
            for name, field in self.env["crm.lead"]._fields.items()
            if field.store
            and not field.readonly
            and field.type in ASKED_KINDS
            and name not in NOT_ASKED
            and not name.startswith(("message_", "activity_"))
        }

    @api.model
    def _get_asked_domain(self):
        names = sorted(self._get_asked_names())
        return Domain("model", "=", "crm.lead") & Domain("name", "in", names)

    @api.model
    def _read_domain(self, text):
        """:return: a condition on the lead, checked
        :raise ValidationError: when it is none
        """
        leads = self.env["crm.lead"].sudo()  # a rule of the company, whoever saves it
        try:
            domain = Domain(literal_eval(text or "[]"))
            domain.validate(leads)
            leads._search(domain)
        except CONCURRENCY_ERRORS:
            raise
        except Exception as error:
            raise ValidationError(
                self.env._("This is no condition on a lead: %s", text)
            ) from error
        return domain

    @api.model
    @tools.ormcache()
    def _get_path(self):
        """:return: the ``stage_path.Stage`` of every stage, in their order"""
        stages_sudo = self.sudo().with_context(active_test=False)  # whoever moves
        return tuple(
            stage._make_path_stage()
            for stage in stages_sudo.search(Domain.TRUE, order="sequence, id")
        )

    def _make_path_stage(self):
        return stage_path.Stage(
            id=self.id,
            teams=frozenset(self.team_ids.ids),
            excluded=frozenset(self.excluded_team_ids.ids),
            is_won=self.is_won,
            required=tuple(
                field.name
                for field in self.required_field_ids.sorted("id")
                if field.name in self.env["crm.lead"]._fields
            ),
            condition=self._keep_readable(self.criteria_domain),
            trigger=(self.is_automatic and self._keep_readable(self.auto_domain)) or "",
        )

    def _keep_readable(self, text):
        """:return: the condition; nothing when it is empty or names what is gone"""
        try:
            return "" if self._read_domain(text).is_true() else text
        except ValidationError:
            _logger.info("A condition of the stage %d cannot be read", self.id)
            return ""

    @api.model
    def _get_pipeline(self, team):
        """:return: the ``stage_path.Stage`` of a team, in their order"""
        return self._get_pipelines().get(team.id) or stage_path.pipeline_of(
            self._get_path(), team.id or None
        )

    @api.model
    @tools.ormcache()
    def _get_pipelines(self):
        """:return: id of a team with stages of its own or shared ones it does not use,
        or False for all other teams -> its stages
        """
        path = self._get_path()
        teams = {team for stage in path for team in stage.teams | stage.excluded}
        return {team: stage_path.pipeline_of(path, team) for team in teams}

    @api.model
    @tools.ormcache()
    def _get_watched_names(self):
        """:return: the fields of a lead whose change may move it by itself"""
        path = self._get_path()
        if not any(stage.trigger for stage in path):
            return frozenset()
        names = {name for stage in path for name in stage.required}
        for text in {one for stage in path for one in (stage.condition, stage.trigger)}:
            for condition in Domain(literal_eval(text or "[]")).iter_conditions():
                names.add(condition.field_expr.partition(".")[0])
        return frozenset(names | self._get_sources(names))

    @api.model
    def _get_sources(self, names):
        """:return: the fields that computed ones among ``names`` are made of"""
        leads, registry = self.env["crm.lead"], self.env.registry
        wanted = {leads._fields[name] for name in names if name in leads._fields}
        return {
            name
            for name, field in leads._fields.items()
            if not wanted.isdisjoint(registry.get_dependent_fields(field))
        }
