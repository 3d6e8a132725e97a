from typing import NamedTuple

from odoo import api, fields, models
from odoo.fields import Domain

# What may change where a lead stands; a write of anything else costs nothing here.
STANDING_FIELDS = {
    "active",
    "company_id",
    "probability",
    "stage_id",
    "team_id",
    "type",
    "user_id",
}
OPEN, WON, LOST, ARCHIVED = "open", "won", "lost", "archived"


class Standing(NamedTuple):
    """Where a lead stands; ids, None where there is none."""

    stage: int | None
    outcome: str
    team: int | None = None
    user: int | None = None
    company: int | None = None
    kind: str = "opportunity"

    @property
    def is_there(self):
        """Whether the lead is in its stage, and has not left it as lost or archived."""
        return self.outcome in (OPEN, WON) and bool(self.stage)


class LeadStaged(models.AbstractModel):
    """Goes on to a stage when it has what the stage asks for.

    Compares where leads stood before and after each write, whatever made the
    difference: a new team and a recomputed stage count like a drag on the board.
    """

    _name = "lead.staged"
    _description = "Lead in Stages"
    _inherit = [
        "lead.stage.gate",
        "lead.stage.journal",
        "lead.stage.chained",
        "lead.stage.mover",
    ]

    stage_log_ids = fields.One2many(
        comodel_name="lead.stage.log",
        inverse_name="lead_id",
        string="Way through the Stages",
        readonly=True,
        groups="client_base.group_client_user",
    )

    # === COMPUTE METHODS ===

    def _compute_stage_id(self):
        """Take leads out of shared stages that their team does not use."""
        result = super()._compute_stage_id()
        for lead in self:
            team = lead.team_id
            if team and team in lead.stage_id.sudo().excluded_team_ids:
                lead.stage_id = lead._stage_find(domain=[("fold", "=", False)]).id
        return result

    # === CRUD METHODS ===

    @api.model_create_multi
    def create(self, vals_list):
        leads = super().create(vals_list)
        leads._follow_standing({})
        leads._move_automatically()
        return leads

    def write(self, vals):
        touched = set(vals)
        if STANDING_FIELDS.isdisjoint(touched):
            result = super().write(vals)
        else:
            before = self._get_standing()
            result = super().write(vals)
            self._follow_standing(before)
            touched |= STANDING_FIELDS
        if not self.env["crm.stage"]._get_watched_names().isdisjoint(touched):
            self._move_automatically()
        return result

    def unlink(self):
        given = self._get_pass()
        self._end_stays("merged" if given and given.code == "merged" else "deleted")
        return super().unlink()

    # === OVERRIDES OF CORE ===

    def _stage_find(self, team_id=False, domain=None, order="sequence, id", limit=1):
        """Leave out the shared stages that a team does not use."""
        teams = set(self.team_id.ids) | ({team_id} if team_id else set())
        path = self.env["crm.stage"]._get_path()
        unused = [
            stage.id
            for stage in path
            if teams and not stage.teams and teams <= stage.excluded
        ]
        if unused:
            domain = Domain(list(domain or [])) & Domain("id", "not in", unused)
        return super()._stage_find(team_id, domain, order, limit)

    @api.model
    def _read_group_stage_ids(self, stages, domain):
        """Show no column for a shared stage that no team on the board uses."""
        shown = super()._read_group_stage_ids(stages, domain)
        context = self.env.context
        teams = (
            {context["default_team_id"]} if context.get("default_team_id") else set()
        )
        if context.get("show_user_team_stages"):
            teams |= set(self.env.user.crm_team_ids.ids)
        unused = {
            stage.id
            for stage in self.env["crm.stage"]._get_path()
            if teams and not stage.teams and teams <= stage.excluded
        }
        return shown.filtered(lambda one: one in stages or one.id not in unused)

    def _merge_opportunity(
        self, user_id=False, team_id=False, auto_unlink=True, max_length=5
    ):
        """Say in the journal that the others became one with the first."""
        merged = super(LeadStaged, self._with_pass("merged"))._merge_opportunity(
            user_id=user_id,
            team_id=team_id,
            auto_unlink=auto_unlink,
            max_length=max_length,
        )
        return merged.with_env(self.env)

    # === BUSINESS METHODS ===

    def _get_standing(self):
        """:rtype: dict[int, Standing]"""
        outcomes = {WON: WON, LOST: LOST}
        return {
            lead.id: Standing(
                lead.stage_id.id or None,
                outcomes.get(lead.won_status, OPEN if lead.active else ARCHIVED)
                if lead.active or lead.won_status == LOST
                else ARCHIVED,
                lead.team_id.id or None,
                lead.user_id.id or None,
                lead.company_id.id or None,
                lead.type,
            )
            for lead in self.sudo()  # whoever may write a lead
        }

    def _follow_standing(self, before):
        """Check, note and follow what a write has changed.

        :param before: id of a lead -> ``Standing``; new leads are not in it
        """
        after = self._get_standing()
        changed = self.filtered(lambda lead: after[lead.id] != before.get(lead.id))
        if not changed:
            return
        moves = {}
        for lead in changed:
            old = before[lead.id].stage if lead.id in before else None
            if old != after[lead.id].stage and lead.stage_id:
                moves[lead] = old
        if moves:
            self._check_stage_entry(moves)
        changed._note_stays(before, after)
        changed._follow_chains(before, after)
