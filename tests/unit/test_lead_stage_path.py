from hypothesis import given
from hypothesis import strategies as st
from lead_capture.tools.stage_path import (
    Stage,
    next_stage,
    passed_over,
    pipeline_of,
    position,
    stages_to_meet,
    triggers_ahead,
)

NEW = Stage(1)
NEED = Stage(2, required=("phone",))
OFFER = Stage(3, condition="[('x', '=', 1)]", trigger="[('y', '=', 1)]")
WON = Stage(4, is_won=True, trigger="[('z', '=', 1)]")
OWN = Stage(5, teams=frozenset({7}))
LEFT = Stage(6, excluded=frozenset({7}))
WAY = (NEW, NEED, OFFER, WON)


def test_team_has_its_own_stages_and_the_shared_ones_it_uses():
    assert pipeline_of((NEW, OWN, LEFT), 7) == (NEW, OWN)
    assert pipeline_of((NEW, OWN, LEFT), 8) == (NEW, LEFT)
    assert pipeline_of((NEW, OWN, LEFT), None) == (NEW, LEFT)


def test_jump_asks_for_all_on_the_way():
    assert stages_to_meet(WAY, 1, 4) == (NEED, OFFER)
    assert stages_to_meet(WAY, None, 3) == (NEED, OFFER)


def test_first_stage_and_the_way_back_are_free():
    assert stages_to_meet(WAY, None, 1) == ()
    assert stages_to_meet(WAY, 3, 2) == ()
    assert stages_to_meet(WAY, 3, 3) == ()


def test_from_another_pipeline_everything_is_asked():
    assert stages_to_meet(WAY, 99, 2) == (NEED,)


def test_passed_over_are_those_between():
    assert passed_over(WAY, 1, 4) == (2, 3)
    assert passed_over(WAY, 4, 1) == ()
    assert passed_over(WAY, 99, 4) == ()


def test_won_leads_go_nowhere_by_themselves():
    assert next_stage(WAY, 3) == WON
    assert next_stage(WAY, 4) is None
    assert next_stage(WAY, 99) is None
    assert triggers_ahead(WAY, 1) == (WON, OFFER)
    assert triggers_ahead(WAY, 4) == ()


@given(st.integers(0, 5), st.integers(0, 5))
def test_nothing_is_asked_of_whoever_does_not_go_on(old, new):
    asked = stages_to_meet(WAY, old, new)
    assert bool(asked) <= (position(WAY, new) > position(WAY, old))
    assert all(position(WAY, stage.id) <= position(WAY, new) for stage in asked)
