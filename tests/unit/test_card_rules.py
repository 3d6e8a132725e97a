import pytest
from client_base.tools import card_rules
from client_base.tools.card_rules import Rule, Rulebook, Verdict, judge, make_rulebook
from hypothesis import given
from hypothesis import strategies as st

PHONE = Rule("phone", "required", 3)
CITY = Rule("city", "recommended", 1)
FAX = Rule("fax", "hidden", 9)

names = st.sampled_from(["phone", "email", "city", "vat", "comment", "function"])
rules = st.lists(
    st.builds(
        Rule,
        name=names,
        requirement=st.sampled_from(["required", "recommended", "hidden"]),
        weight=st.integers(1, 1000),
    ),
    unique_by=lambda rule: rule.name,
)
policies = st.sampled_from(["block", "list", "count"])


def test_share_is_weighted_and_hidden_fields_do_not_count():
    book = Rulebook("list", (PHONE, CITY, FAX))
    assert judge(book, {"phone"}) == Verdict(75, ("city",), False)
    assert judge(book, {"city", "fax"}) == Verdict(25, ("phone",), True)


def test_card_without_rules_lacks_nothing():
    assert judge(Rulebook(), set()) == Verdict(100, (), False)


@pytest.mark.parametrize(
    ("policy", "expected"), [("block", True), ("list", True), ("count", False)]
)
def test_policy_says_whether_a_missing_field_is_a_problem(policy, expected):
    assert judge(Rulebook(policy, (PHONE,)), set()).is_problem is expected


def test_missing_recommended_field_is_no_problem():
    assert not judge(Rulebook("block", (CITY,)), set()).is_problem


def test_rule_of_the_type_outranks_the_common_one():
    book = make_rulebook("list", [PHONE, CITY], [Rule("phone", "hidden")])
    assert book.rules == (CITY, Rule("phone", "hidden"))


@given(policies, rules, rules, st.sets(names))
def test_required_fields_are_told_first(policy, common, own, filled):
    book = make_rulebook(policy, common, own)
    missing = judge(book, filled).missing
    flags = [name in book.required for name in missing]
    assert flags == sorted(flags, reverse=True)
    assert not book.hidden & set(missing)


@given(policies, rules, rules, st.sets(names))
def test_hundred_percent_means_that_nothing_is_missing(policy, common, own, filled):
    verdict = judge(make_rulebook(policy, common, own), filled)
    assert (verdict.completeness == 100) == (not verdict.missing)
    assert 0 <= verdict.completeness <= 100


@pytest.mark.parametrize(
    ("got", "total", "percent"),
    [(1, 7, 14), (2, 7, 29), (999, 1000, 99), (0, 3, 0), (0, 0, 100)],
)
def test_percent(got, total, percent):
    assert card_rules.get_percent(got, total) == percent


@pytest.mark.parametrize("text", ["", None, "  ", "\u00a0\t\n", "\u200b"])
def test_blank_text_is_empty(text):
    assert not card_rules.is_text_filled(text)


@pytest.mark.parametrize(
    "html", ["", None, "<p><br></p>", "<p>&nbsp; </p>", "<div>\n</div>"]
)
def test_html_that_shows_nothing_is_empty(html):
    assert not card_rules.is_html_filled(html)


@pytest.mark.parametrize("html", ["<p>a</p>", "x", '<p><img src="a.png"></p>'])
def test_html_that_shows_something_is_filled(html):
    assert card_rules.is_html_filled(html)


@pytest.mark.parametrize("value", [None, False, "", [], 0])
def test_own_field_without_a_value_is_empty(value):
    assert not card_rules.are_properties_filled({"a": 1, "b": value}, ["a", "b"])
    assert card_rules.are_properties_filled({"a": 1, "b": value}, ["a"])
