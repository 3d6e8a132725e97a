from odoo import api, models
from odoo.tools import SQL

from ..tools import stage_path


class LeadStageJournal(models.AbstractModel):
    """Writes down how a lead goes through the stages: so many statements for all leads.

    Nothing here asks the context: a caller who switches tracking off is noted too.
    """

    _name = "lead.stage.journal"
    _description = "Journal of Stages"

    def _note_stays(self, before, after):
        """End the stays that are over and begin the new ones.

        :param before: id of a lead -> ``Standing``; new leads are not in it
        :param after: the same, as it is now
        """
        self.flush_recordset()  # who writes the same lead at once waits for its row
        ended, begun, lost = [], [], []
        for lead in self:
            old, new = before.get(lead.id), after[lead.id]
            if not old or not old.is_there:
                if new.is_there:
                    begun.append((lead.id, old, new))
                elif new.outcome == "lost":
                    lost.append(lead.id)
            elif not new.is_there:
                ended.append((lead.id, new.outcome, old))
            elif old.stage != new.stage:
                ended.append((lead.id, self._get_end_code(old, new), old))
                begun.append((lead.id, old, new))
        journal = self.env["lead.stage.log"].sudo()  # nobody writes it by hand
        journal._end([(id_, code, one.user, one.team) for id_, code, one in ended])
        journal._call_lost(lost)
        self._begin_stays(begun)

    @api.model
    def _get_end_code(self, old, new):
        """:return: how a stay ended, when another one begins"""
        if new.outcome == "won":
            return "won"
        pipeline = self._get_pipeline_of(new)
        start = stage_path.position(pipeline, old.stage)
        if start < 0 or old.team != new.team:
            return "moved"
        given = self._get_pass()
        if given and given.code == "pipeline":
            return "moved"
        return "next" if stage_path.position(pipeline, new.stage) > start else "back"

    def _get_pipeline_of(self, standing):
        team = self.env["crm.team"].browse(standing.team)
        return self.env["crm.stage"]._get_pipeline(team)

    @api.model
    def _begin_stays(self, begun):
        """:param begun: (id of a lead, ``Standing`` before or None, ``Standing``)"""
        given = self._get_pass()
        rows = []
        for id_, old, new in begun:
            code = self._get_entry_code(old, given)
            previous = old.stage if old else None
            if old and code not in ("reopened", "pipeline"):
                passed = stage_path.passed_over(
                    self._get_pipeline_of(new), old.stage, new.stage
                )
                rows += [(id_, stage, old.stage, new, "skipped") for stage in passed]
            rows.append((id_, new.stage, previous, new, code))
        reason = given.reason if given and given.code == "override" else None
        journal = self.env["lead.stage.log"].sudo()  # as above
        journal._begin(rows, reason)

    @api.model
    def _get_entry_code(self, old, given):
        if not old:
            return "created"
        if not old.is_there:
            return "reopened"
        if given and given.code in ("automatic", "override", "pipeline"):
            return given.code
        return "by_hand"

    def _end_stays(self, code):
        """End what is open of leads that go for good."""
        self.flush_recordset()
        journal = self.env["lead.stage.log"].sudo()  # as above
        journal._end(
            [(lead.id, code, lead.user_id.id, lead.team_id.id) for lead in self.sudo()]
        )

    @api.model
    def _get_stages_been_in(self, leads):
        """:return: id of a lead -> ids of the stages it has been in"""
        found = self.env.execute_query(
            SQL(
                """
                SELECT lead_id, ARRAY_AGG(stage_id)
                  FROM lead_stage_log
                 WHERE lead_id = ANY(%s)
                   AND entry_code <> 'skipped'
              GROUP BY lead_id
                """,
                leads.ids,
            )
        )
        return {id_: set(stages) for id_, stages in found}
