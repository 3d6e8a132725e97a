from client_base.tools import channels
from hypothesis import given
from hypothesis import strategies as st

COUNTS = st.integers(0, 1000).flatmap(
    lambda sent: st.tuples(st.just(sent), st.integers(0, sent))
)


def test_one_of_one_does_not_beat_nine_of_ten():
    assert channels.best_channel({"phone": (1, 1), "email": (10, 9)}) == "email"


def test_answered_half_beats_never_answered():
    assert channels.best_channel({"viber": (50, 0), "phone": (2, 1)}) == "phone"


def test_better_share_wins_over_more_messages():
    assert channels.best_channel({"email": (100, 20), "viber": (10, 8)}) == "viber"


def test_nothing_answered_means_no_best():
    assert channels.best_channel({"email": (3, 0), "sms": (0, 0)}) is None
    assert channels.best_channel({}) is None


def test_more_answers_win_between_equal_rates():
    # (1 + 1) / (1 + 3) and (3 + 1) / (5 + 3)
    assert channels.best_channel({"sms": (1, 1), "viber": (5, 3)}) == "viber"


@given(COUNTS)
def test_rate_is_a_share(counts):
    assert 0 < channels.answer_rate(*counts) < 1


@given(COUNTS)
def test_one_more_answer_raises_the_rate(counts):
    sent, answered = counts
    rate = channels.answer_rate(sent, answered)
    assert channels.answer_rate(sent + 1, answered + 1) > rate
    assert channels.answer_rate(sent + 1, answered) < rate


@given(st.dictionaries(st.sampled_from(["email", "phone", "sms", "viber"]), COUNTS))
def test_order_of_the_channels_does_not_matter(counts):
    backwards = dict(reversed(counts.items()))
    assert channels.best_channel(counts) == channels.best_channel(backwards)
