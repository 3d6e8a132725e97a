"""What a cell means, and what it does to the card."""

from datetime import date

import pytest
from client_base.tools import cells, merge_values, people
from hypothesis import given
from hypothesis import strategies as st

SOURCES = cells.ChoiceKind({1: "Web site", 2: "Fair"}, {"web site": 1, "сайт": 1})
TAGS = cells.TagsKind({1: "VIP", 2: "Опт"}, {"vip": 1, "опт": 2}, can_create=True)
PHONES = cells.PointsKind("phone", "UA")
EMAILS = cells.PointsKind("email")
KINDS = {
    "text": cells.Kind(),
    "name": cells.NameKind(),
    "note": cells.NoteKind(),
    "website": cells.WebsiteKind(),
    "tax_id": cells.TaxIdKind(),
    "date": cells.DateKind(),
    "boolean": cells.BooleanKind("Так", "Ні"),
    "choice": SOURCES,
    "tags": TAGS,
    "phones": PHONES,
    "emails": EMAILS,
}


def merge(kind, current, incoming, base=None, *, clear_empty=False):
    """Merge two texts; ``base`` is the text at the time of the export."""
    digest = None if base is None else merge_values.digest(kind.parse(base).canon)
    return kind.merge(
        digest, kind.parse(current), kind.parse(incoming), clear_empty=clear_empty
    )


# === PROPERTIES ===


@pytest.mark.parametrize("name", KINDS)
@given(text=st.text(max_size=60))
def test_what_is_shown_reads_the_same(name, text):
    kind = KINDS[name]
    cell = kind.parse(text)
    assert kind.parse(cell.text).canon == cell.canon


@pytest.mark.parametrize("name", KINDS)
@given(text=st.text(max_size=60))
def test_no_letter_of_a_cell_is_lost(name, text):
    cell = KINDS[name].parse(text)
    assert cell.canon or cell.rest or not any(map(str.isalnum, text))


@pytest.mark.parametrize("name", KINDS)
@given(current=st.text(max_size=40), incoming=st.text(max_size=40))
def test_merging_twice_changes_nothing_more(name, current, incoming):
    kind = KINDS[name]
    once = merge(kind, current, incoming).cell
    assert kind.merge(None, once, kind.parse(incoming), clear_empty=False).outcome in (
        "same",
        "keep",
    )


@pytest.mark.parametrize("name", KINDS)
@given(base=st.text(max_size=40), current=st.text(max_size=40))
def test_an_untouched_cell_never_overwrites(name, base, current):
    assert merge(KINDS[name], current, base, base).outcome in ("same", "keep")


@pytest.mark.parametrize("name", KINDS)
@given(text=st.text(max_size=60))
def test_a_dumped_cell_is_loaded_again(name, text):
    cell = KINDS[name].parse(text)
    loaded = cells.Cell.load(cell.dump())
    assert (loaded.text, loaded.canon, loaded.raw) == (cell.text, cell.canon, cell.raw)


# === CASES ===


def test_a_cell_changed_on_both_sides_is_a_conflict():
    assert merge(cells.Kind(), "Київ", "Львів", "Одеса").outcome == "conflict"


def test_an_empty_cell_leaves_the_card_as_it_is():
    assert merge(cells.Kind(), "Київ", "", "Київ").outcome == "same"


def test_an_empty_cell_empties_the_card_when_told_so():
    merged = merge(cells.Kind(), "Київ", "", "Київ", clear_empty=True)
    assert (merged.outcome, merged.cell.text) == ("take", "")


def test_a_name_with_its_legal_form_is_the_same_name():
    assert merge(cells.NameKind(), "Ромашка", "ТОВ «Ромашка»").outcome == "same"


def test_a_name_spelled_otherwise_is_taken():
    assert merge(cells.NameKind(), "ромашка", "Ромашка").outcome == "take"


def test_notes_of_a_strange_file_are_added():
    merged = merge(cells.NoteKind(), "Дзвонити після 18", "Склад у Броварах")
    assert merged.cell.text == "Дзвонити після 18\nСклад у Броварах"


def test_phones_of_a_strange_file_are_added_behind():
    merged = merge(PHONES, "067 555 01 11", "050 555 01 12; 067 555 01 11")
    assert [point[1] for point in merged.cell.raw] == ["+380675550111", "+380505550112"]


def test_a_phone_removed_from_an_exported_file_is_removed():
    both = "067 555 01 11, 050 555 01 12"
    merged = merge(PHONES, both, "067 555 01 11", both)
    assert [point[1] for point in merged.cell.raw] == ["+380675550111"]


def test_a_number_with_digits_missing_is_kept_as_typed():
    cell = PHONES.parse("12-34")
    assert (cell.raw, cell.rest) == ([["12-34", "", ""]], "")


def test_words_among_the_emails_are_left_over():
    cell = EMAILS.parse("Форма зворотного зв'язку")
    assert (cell.raw, cell.rest) == ([], "Форма зворотного зв'язку")


@pytest.mark.parametrize(
    "text", ["2026-03-05", "05.03.2026", "05/03/2026", "5.3.26", "2026-03-05 00:00:00"]
)
def test_a_day_is_read_in_the_usual_ways(text):
    assert cells.DateKind().parse(text).canon == "2026-03-05"


def test_a_day_of_the_card_is_shown_like_one_of_a_file():
    assert cells.DateKind().show(date(2026, 3, 5)) == cells.DateKind().parse("5.3.2026")


def test_no_day_is_left_over():
    assert cells.DateKind().parse("31.02.2026").rest == "31.02.2026"


@pytest.mark.parametrize("text", ["Web site", "САЙТ", " сайт "])
def test_a_choice_is_found_by_any_of_its_names(text):
    assert SOURCES.parse(text).raw == 1


def test_an_unknown_choice_is_left_over():
    assert SOURCES.parse("Radio").rest == "Radio"


def test_a_new_tag_is_marked_as_new():
    assert TAGS.parse("VIP; Нові").raw == [{"new": "Нові"}, 1]


@pytest.mark.parametrize("text", ["так", "Yes", "1", "+", "да"])
def test_yes_is_read_in_three_languages(text):
    assert cells.BooleanKind("Так", "Ні").parse(text).raw is True


def test_a_web_address_is_the_same_with_and_without_scheme():
    assert merge(cells.WebsiteKind(), "http://www.a.example", "a.example/").outcome == (
        "same"
    )


# === PEOPLE ===


def person(name, phone=(), email=(), function=""):
    """Somebody as a file names him."""
    points = {
        "phone": [[item, item, ""] for item in phone],
        "email": [[item, item, ""] for item in email],
    }
    return cells.Cell(name, name, {"name": name, "function": function, **points})


def known(name, phone=(), email=(), function=""):
    """The people of a card: one."""
    raw = {"id": 7, "name": name, "function": function}
    return cells.Cell("", "", [raw | {"phone": list(phone), "email": list(email)}])


def test_a_person_the_card_knows_changes_nothing():
    merged = people.merge_people(known("Олена Коваль"), person("Коваль Олена"))
    assert merged.outcome == "same"


def test_a_new_number_goes_to_the_person_the_card_knows():
    merged = people.merge_people(
        known("Олена Коваль", ["+380675550111"]),
        person("Олена Коваль", ["+380675550111", "+380505550112"]),
    )
    assert merged.cell.raw == {
        "id": 7,
        "phone": [["+380505550112", "+380505550112", ""]],
        "email": [],
    }


def test_a_person_the_card_does_not_know_is_added():
    merged = people.merge_people(known("Олена Коваль"), person("Іван Бойко"))
    assert (merged.outcome, "id" in merged.cell.raw) == ("take", False)


class TestTagsWithSeparators:
    """A tag may have a comma in its name."""

    KIND = cells.TagsKind(
        {1: "a, b", 2: "c"}, {"a, b": 1, "c": 2, "d": None}, can_create=True
    )

    def test_known_name_stays_whole(self):
        for text in ("c, a, b", "a, b, c", "a,  B; c"):
            assert self.KIND.parse(text).raw == [1, 2]

    def test_part_of_it_is_another_tag(self):
        assert self.KIND.parse("a, c").raw == [{"new": "a"}, 2]

    def test_name_of_several_is_neither_one_nor_new(self):
        cell = self.KIND.parse("d, c")
        assert (cell.raw, cell.rest) == ([2], "d")
