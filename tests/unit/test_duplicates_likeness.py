"""Likeness of texts: what is not compared at all is unlike."""

import numpy as np
import pytest
from client_base.tools.duplicates.comparison import _count_digits
from client_base.tools.duplicates.text_likeness import Texts
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA, Indel

_WORD = st.text(alphabet="abcdeZя1", max_size=9)
_CUTOFF = st.sampled_from((0.45, 0.64, 0.84, 0.88))


def beside(one: str, other: str) -> tuple[Texts, np.ndarray, np.ndarray]:
    return Texts(["", one, other]), np.array([1, 2]), np.array([2, 1])


@given(_WORD, _WORD, _CUTOFF)
def test_quick_look_drops_no_near_text(one: str, other: str, cutoff: float):
    texts, left, right = beside(one, other)
    expected = np.float32(OSA.normalized_similarity(one, other, score_cutoff=cutoff))
    assert texts.near(left, right, cutoff).tolist() == [expected] * 2


@given(_WORD, _WORD, _CUTOFF)
def test_quick_look_drops_no_common_text(one: str, other: str, cutoff: float):
    texts, left, right = beside(one, other)
    expected = np.float32(Indel.normalized_similarity(one, other, score_cutoff=cutoff))
    assert texts.common(left, right, cutoff).tolist() == [expected] * 2


@given(st.data(), st.text(alphabet="0123456789", min_size=5, max_size=9))
def test_one_edit_changes_few_counts_of_digits(data: st.DataObject, phone: str):
    at = data.draw(st.integers(0, len(phone) - 1))
    digit = data.draw(st.sampled_from("0123456789"))
    swapped = phone[:at] + phone[at + 1 : at + 2] + phone[at : at + 1] + phone[at + 2 :]
    edited = (
        phone[:at] + phone[at + 1 :],
        phone[:at] + digit + phone[at:],
        phone[:at] + digit + phone[at + 1 :],
        swapped,
    )
    counts = _count_digits([phone, *edited]).astype(int)
    assert np.abs(counts[1:] - counts[0]).sum(1).max() <= 2


@pytest.mark.parametrize(("one", "other", "edits"), [("ab", "ba", 1), ("ab", "cd", 2)])
def test_edits_are_counted(one: str, other: str, edits: int):
    texts, left, right = beside(one, other)
    assert texts.edits(left, right, 2).tolist() == [edits] * 2
