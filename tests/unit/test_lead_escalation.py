from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from lead_capture.tools.escalation import Step, choose

DEADLINE = datetime(2026, 11, 18, 9)


def step(kind, minutes):
    return Step(f"{kind}{minutes}", kind, DEADLINE + timedelta(minutes=minutes))


STEPS = [step("warn", -15), step("remind", 0), step("head", 30), step("reassign", 60)]


def kinds(minutes, known=()):
    now = DEADLINE + timedelta(minutes=minutes)
    choice = choose(STEPS, known=known, now=now, deadline=DEADLINE)
    return [one.kind for one in choice.todo], [one.kind for one in choice.skipped]


def test_nothing_before_the_warning():
    now = DEADLINE - timedelta(minutes=16)
    choice = choose(STEPS, known=(), now=now, deadline=DEADLINE)
    assert choice.todo == choice.skipped == ()
    assert choice.next_at == STEPS[0].due_at


def test_each_step_in_its_time():
    assert kinds(-15) == (["warn"], [])
    assert kinds(0, {"warn-15"}) == (["remind"], [])
    assert kinds(30, {"warn-15", "remind0"}) == (["head"], [])
    assert kinds(60, {"warn-15", "remind0", "head30"}) == (["reassign"], [])


def test_nothing_is_said_twice():
    assert kinds(99, {one.key for one in STEPS}) == ([], [])


def test_after_days_without_a_server_the_last_word_is_said():
    assert kinds(9999) == (["head", "reassign"], ["warn", "remind"])


def test_nobody_is_warned_of_what_has_passed():
    now = DEADLINE + timedelta(seconds=1)
    choice = choose(STEPS[:1], known=(), now=now, deadline=DEADLINE)
    assert choice.todo == ()
    assert choice.skipped == (STEPS[0],)


any_step = st.builds(
    step, st.sampled_from(("warn", "remind", "head", "reassign")), st.integers(-99, 99)
)


@given(st.lists(any_step, unique_by=lambda one: one.key), st.integers(-120, 120))
def test_every_step_that_is_due_is_settled_once(steps, minutes):
    now = DEADLINE + timedelta(minutes=minutes)
    choice = choose(steps, known=(), now=now, deadline=DEADLINE)
    settled = [*choice.todo, *choice.skipped]
    assert sorted(one.key for one in settled) == sorted(
        one.key for one in steps if one.due_at <= now
    )
    assert len({one.kind for one in choice.todo}) == len(choice.todo)
    again = choose(
        steps, known={one.key for one in settled}, now=now, deadline=DEADLINE
    )
    assert (again.todo, again.skipped) == ((), ())
    assert again.next_at == choice.next_at
