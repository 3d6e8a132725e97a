"""Which client a row means, and which rows of a file mean one client."""

from dataclasses import replace

import pytest
from client_base.tools.matching import (
    SAME_NAME,
    ClientIndex,
    ClientKey,
    LikenessIndex,
    Match,
    Twin,
    find_twins,
)
from hypothesis import given
from hypothesis import strategies as st

ALFA = ClientKey(
    id=1,
    name='ТОВ "Альфа Трейд"',
    city="Київ",
    tax_id="12345678",
    phones=("+380501111111",),
    emails=("info@alfa.example.com",),
    sync_source="1c",
    sync_key="A-1",
)
BETA = ClientKey(
    id=2,
    name="ООО Бета",
    city="Львів",
    tax_id="87654321",
    phones=("+380672222222", "+380443333333"),
    emails=("office@beta.example.com",),
    sync_source="1c",
    sync_key="B-2",
)
BOYKO = ClientKey(
    id=3,
    name="Бойко Іван Петрович",
    city="Київ",
    phones=("+380934444444", "+380443333333"),
)
CLIENTS = (ALFA, BETA, BOYKO)
WORDS = st.sampled_from(["Альфа", "Трейд", "Бета", "Гамма", "Иван", "Бойко", "№5", "2"])
KEYS = st.lists(
    st.builds(
        ClientKey,
        id=st.just(0),
        name=st.lists(WORDS, max_size=3).map(" ".join),
        city=st.sampled_from(["", "Київ", "Львів"]),
        tax_id=st.sampled_from(["", "", "1001", "1002"]),
        phones=st.lists(st.sampled_from("123"), max_size=2, unique=True).map(tuple),
        sync_source=st.just("1c"),
        sync_key=st.sampled_from(["", "", "a", "b", "c"]),
    ),
    max_size=12,
)


def row(name="", **values):
    return ClientKey(id=0, name=name, **values)


def identify(asked, clients=CLIENTS, *, likeness=True):
    names = LikenessIndex(clients) if likeness else None
    return ClientIndex(clients, names).identify(asked)


def number(keys):
    """Give the keys of clients their ids; sync keys are unique in a base."""
    taken = set()
    for id_, key in enumerate(keys, start=1):
        sync_key = "" if key.sync_key in taken else key.sync_key
        taken.add(sync_key)
        yield replace(key, id=id_, sync_key=sync_key)


class TestCertain:
    @pytest.mark.parametrize(
        ("asked", "client_id", "rule"),
        [
            (row("Альфа", client_id=1), 1, "id"),
            (row("Зовсім інша назва", client_id=1), 1, "id"),
            (row("Нова назва", sync_source="1c", sync_key="A-1"), 1, "sync_key"),
            (row("Ромашка", tax_id="12345678"), 1, "tax_id"),
            (row("Трейд Альфа", phones=("+380501111111",)), 1, "contact"),
            (row("", emails=("info@alfa.example.com",)), 1, "contact"),
            (row("«Бета»", phones=("+380443333333",)), 2, "contact_name"),
            (row("Бойко И.П.", phones=("+380934444444",)), 3, "contact"),
        ],
    )
    def test_exact_key_decides(self, asked, client_id, rule):
        match = identify(asked)
        assert (match.kind, match.client_id, match.rule) == ("certain", client_id, rule)
        assert match.score == 1.0 and match.reason == ""

    def test_own_id_outranks_contact(self):
        assert identify(row("Бета", client_id=2, phones=BETA.phones)).client_id == 2

    def test_tax_id_outranks_contact(self):
        asked = row("Альфа Трейд", tax_id="12345678", phones=("+380672222222",))
        assert identify(asked).client_id == 1

    def test_key_of_another_source_says_nothing(self):
        asked = row("Ромашка", sync_source="crm", sync_key="A-1")
        assert identify(asked) == Match.none()

    def test_several_holders_of_a_tax_id_are_told_by_name(self):
        branch = replace(ALFA, id=4, name="ТОВ Альфа Трейд, філія №2", sync_key="A-4")
        match = identify(row("Альфа Трейд", tax_id="12345678"), (ALFA, branch))
        assert (match.client_id, match.rule) == (1, "tax_id_name")


class TestAmbiguous:
    @pytest.mark.parametrize(
        ("asked", "reason", "candidates"),
        [
            (row("Альфа", client_id=1, tax_id="99999999"), "tax_id_differs", [1]),
            (row("Альфа", client_id=1, tax_id="87654321"), "tax_id_differs", [1, 2]),
            (
                row("Альфа", client_id=1, sync_source="1c", sync_key="B-2"),
                "id_other_key",
                [1, 2],
            ),
            (
                row("Альфа", sync_source="1c", sync_key="A-1", tax_id="99999999"),
                "tax_id_differs",
                [1],
            ),
            (
                row(
                    "Гамма", sync_source="1c", sync_key="A-1", phones=("+380501234567",)
                ),
                "key_other_client",
                [1],
            ),
            (row("Гамма", client_id=1, emails=("x@y.com",)), "id_other_client", [1]),
            (
                row("Альфа Трейд", tax_id="12345678", sync_source="1c", sync_key="Z"),
                "tax_id_other_key",
                [1],
            ),
            (row("Коваль Олена", tax_id="12345678"), "tax_id_other_part", [1]),
            (row("Альфа Трейд (Львів)", tax_id="12345678"), "tax_id_other_part", [1]),
            (row("Гамма", phones=("+380501111111",)), "contact_other_name", [1]),
            (row("Бойко Ольга", phones=("+380934444444",)), "contact_other_name", [3]),
            (
                row("Альфа Трейд", phones=("+380501111111", "+380672222222")),
                "contacts_disagree",
                [1, 2],
            ),
            (row("Гамма", phones=("+380443333333",)), "contact_shared", [2, 3]),
            (
                row(
                    "Альфа Трейд",
                    phones=("+380501111111",),
                    sync_source="1c",
                    sync_key="Z",
                ),
                "contact_other_key",
                [1],
            ),
            (row("Альфа-Трейд"), "likeness", [1]),
            (row("Бойко Іван"), "likeness", [3]),
        ],
    )
    def test_doubt_is_named(self, asked, reason, candidates):
        match = identify(asked)
        assert (match.kind, match.client_id, match.reason) == ("ambiguous", 0, reason)
        assert [candidate.client_id for candidate in match.candidates] == candidates

    def test_several_holders_of_a_tax_id(self):
        other = replace(ALFA, id=4, name="ТОВ Гамма", sync_key="A-4")
        match = identify(row("Дельта", tax_id="12345678"), (ALFA, other))
        assert match.reason == "tax_id_shared"

    def test_namesakes_are_never_certain(self):
        clients = [ClientKey(id=n, name="Иванов Иван") for n in range(1, 9)]
        match = identify(row("Іванов Іван"), clients)
        assert match.kind == "ambiguous"
        assert [item.client_id for item in match.candidates] == [1, 2, 3, 4, 5]

    def test_the_same_city_comes_first(self):
        clients = [
            ClientKey(id=1, name="Рубін", city="Львів"),
            ClientKey(id=2, name="Рубин", city="м. Київ"),
        ]
        match = identify(row("Рубін", city="Киев"), clients)
        assert [item.client_id for item in match.candidates] == [2, 1]


class TestNone:
    @pytest.mark.parametrize(
        "asked",
        [
            row("Гамма"),
            row(""),
            row("Альфа Трейд", tax_id="99999999"),
            row("Альфа Трейд", tax_id="99999999", phones=("+380501111111",)),
            row("Альфа Трейд", sync_source="1c", sync_key="Z"),
            row("Гамма", phones=("+380501111111",), sync_source="1c", sync_key="Z"),
            row("Альфа"),
            row("Бойко Іван", city="Одеса", phones=("+380501234567",)),
        ],
    )
    def test_another_client_is_not_matched(self, asked):
        assert identify(asked) == Match.none()

    def test_unknown_id_is_told(self):
        match = identify(row("Альфа Трейд", client_id=99, tax_id="12345678"))
        assert (match.kind, match.client_id, match.reason) == ("none", 0, "unknown_id")
        assert [item.client_id for item in match.candidates] == [1]

    def test_likeness_can_be_left_out(self):
        assert identify(row("Альфа-Трейд"), likeness=False) == Match.none()

    def test_likeness_is_made_when_a_row_needs_it(self):
        made = []

        def make():
            made.append(LikenessIndex(CLIENTS))
            return made[0]

        index = ClientIndex(CLIENTS, make)
        index.identify(row("Альфа", client_id=1))
        assert not made
        found = [index.identify(row("Альфа-Трейд")) for _time in range(2)]
        assert found == [identify(row("Альфа-Трейд"))] * 2
        assert len(made) == 1


class TestArchive:
    """Clients in the archive propose themselves and decide nothing."""

    @staticmethod
    def _identify(asked, clients=()):
        return ClientIndex(clients, archived=[ALFA]).identify(asked)

    @pytest.mark.parametrize(
        "asked",
        [
            row("Омега", tax_id="12345678"),
            row("Альфа Трейд", phones=("+380501111111",)),
            row("", emails=("info@alfa.example.com",)),
        ],
    )
    def test_tax_id_or_contact_proposes(self, asked):
        match = self._identify(asked)
        assert (match.kind, match.client_id, match.reason) == (
            "ambiguous",
            0,
            "archived",
        )
        assert [item.client_id for item in match.candidates] == [ALFA.id]

    @pytest.mark.parametrize(
        "asked",
        [
            row("Омега", phones=("+380501111111",)),
            row("Альфа Трейд", tax_id="87654321", phones=("+380501111111",)),
            row("Альфа Трейд"),
        ],
    )
    def test_another_client_is_new(self, asked):
        assert self._identify(asked) == Match.none()

    def test_a_living_client_comes_first(self):
        living = replace(BETA, phones=ALFA.phones, name=ALFA.name)
        match = self._identify(row("Альфа Трейд", phones=ALFA.phones), [living])
        assert (match.kind, match.client_id) == ("certain", BETA.id)


class TestLikenessIndex:
    def test_takes_plain_rows(self):
        names = LikenessIndex([(7, "ТОВ «Рубін»", "Київ"), (8, "Бойко Іван", "")])
        match = ClientIndex([], names).identify(row("Rubin LLC"))
        assert [item.client_id for item in match.candidates] == [7]

    def test_known_facts_rule_a_client_out(self):
        names = LikenessIndex([(1, ALFA.name, "")])
        asked = row("Альфа Трейд", tax_id="99999999")
        assert ClientIndex([ALFA], names).identify(asked) == Match.none()
        assert ClientIndex([], LikenessIndex([ALFA])).identify(asked) == Match.none()

    def test_frequent_words_are_found_in_pairs(self):
        frequent = [
            ClientKey(id=n, name=f"Шевченко {word}")
            for n, word in enumerate(["Іван", "Петро", "Олег", "Марія"] * 40, start=1)
        ]
        clients = [*frequent, ClientKey(id=999, name="Шевченко Устим")]
        match = identify(row("Устим Шевченко"), clients)
        assert [item.client_id for item in match.candidates] == [999]


class TestDeterminism:
    @given(KEYS, st.randoms())
    def test_order_of_clients_does_not_matter(self, keys, random):
        clients = list(number(keys))
        shuffled = list(clients)
        random.shuffle(shuffled)
        one = ClientIndex(clients, LikenessIndex(clients))
        other = ClientIndex(shuffled, LikenessIndex(shuffled))
        assert [one.identify(key) for key in keys] == [
            other.identify(key) for key in keys
        ]

    @given(KEYS, KEYS)
    def test_verdicts_are_sound(self, keys, rows):
        clients = {key.id: key for key in number(keys)}
        index = ClientIndex(clients.values(), LikenessIndex(clients.values()))
        for asked in rows:
            match = index.identify(asked)
            assert (match.kind == "certain") == bool(match.client_id)
            assert len({item.client_id for item in match.candidates}) <= 5
            if match.kind == "certain":
                client = clients[match.client_id]
                assert match.rule != "likeness"
                assert not (asked.tax_id and client.tax_id) or (
                    asked.tax_id == client.tax_id
                )
                assert not (asked.sync_key and client.sync_key) or (
                    asked.sync_key == client.sync_key
                )

    @given(KEYS, KEYS, st.integers(min_value=0, max_value=13))
    def test_rows_that_come_again_are_judged_as_any_other(self, keys, rows, client_id):
        clients = list(number(keys))
        index = ClientIndex(clients, LikenessIndex(clients))
        for asked in [*clients, *rows]:
            again = replace(asked, id=0, client_id=client_id or asked.id)
            assert index.identify(again) == index._climb(again)


class TestTwins:
    @pytest.mark.parametrize(
        ("first", "second", "rule"),
        [
            (row("А", client_id=5), row("Б", client_id=5), "id"),
            (
                row("Рубін", sync_source="1c", sync_key="1"),
                row("Топаз", sync_source="1c", sync_key="1"),
                "sync_key",
            ),
            (row("ТОВ Рубін", tax_id="1"), row("ТОВ Топаз", tax_id="1"), "tax_id"),
            (
                row("ТОВ Рубін", phones=("1", "2")),
                row("Рубин ООО", phones=("2",)),
                "contact_name",
            ),
            (row("Рубін", city="Київ"), row("«Рубін»", city="Київ"), "identical"),
        ],
    )
    def test_same_client(self, first, second, rule):
        assert find_twins([first, second]) == {1: Twin(0, rule)}

    @pytest.mark.parametrize(
        ("first", "second"),
        [
            (row("Рубін"), row("Топаз")),
            (row("Рубін", city="Київ"), row("Рубін", city="Львів")),
            (row("Рубін", phones=("1",)), row("Топаз", phones=("1",))),
            (row("Бойко Іван", phones=("1",)), row("Бойко Ольга", phones=("1",))),
            (
                row("Рубін", phones=("1",), tax_id="1"),
                row("Рубін", phones=("1",), tax_id="2"),
            ),
            (row("ТОВ Рубін", tax_id="1"), row("ТОВ Рубін (Львів)", tax_id="1")),
            (
                row("Рубін", client_id=1, phones=("1",)),
                row("Рубін", client_id=2, phones=("1",)),
            ),
            (
                row("Рубін", sync_source="1c", sync_key="1"),
                row("Рубін", sync_source="1c", sync_key="2"),
            ),
            (row(""), row("")),
        ],
    )
    def test_two_clients(self, first, second):
        assert find_twins([first, second]) == {}

    @pytest.mark.parametrize(
        ("values", "rule"),
        [
            ({"tax_id": "1"}, "tax_id_other_key"),
            ({"phones": ("1",)}, "contact_other_key"),
        ],
    )
    def test_other_sync_key_is_flagged(self, values, rule):
        keys = [row("Рубін", sync_source="1c", sync_key=key, **values) for key in "ab"]
        twin = find_twins(keys)[1]
        assert (twin.rule, twin.is_certain) == (rule, False)

    def test_same_name_is_a_hint_for_each_row(self):
        keys = [
            row("ТОВ Сонях Плюс", phones=("1",)),
            row("ТОВ «Сонях плюс»", phones=("2",), city="Київ"),
            row("Сонях Плюс ТОВ", emails=("a@b.ua",)),
            row("ТОВ Сонях Плюс", phones=("3",), city="Львів"),
            row("ТОВ Сонях Плюс", phones=("2",)),
        ]
        twins = find_twins(keys)
        assert [(i, twin.first_index, twin.rule) for i, twin in twins.items()] == [
            (1, 0, "name"),
            (2, 0, "name"),
            (3, 0, "name"),
            (4, 1, "contact_name"),
        ]
        assert [twin.is_certain for twin in twins.values()] == [False] * 3 + [True]

    @pytest.mark.parametrize(
        ("first", "second"),
        [
            ({"tax_id": "1"}, {"tax_id": "2"}),
            ({"city": "Київ"}, {"city": "Львів"}),
            (
                {"sync_source": "1c", "sync_key": "1"},
                {"sync_source": "1c", "sync_key": "2"},
            ),
            ({"client_id": 1}, {"client_id": 2}),
        ],
    )
    def test_same_name_is_no_hint_against_facts(self, first, second):
        keys = [
            row("Рубін", phones=(str(number),), **values)
            for number, values in enumerate((first, second))
        ]
        assert find_twins(keys) == {}

    def test_chain_leads_to_the_first_row(self):
        keys = [
            row("Рубін", phones=("1",)),
            row("Рубін", phones=("1", "2")),
            row("Рубін", phones=("2",)),
        ]
        assert {
            index: twin.first_index for index, twin in find_twins(keys).items()
        } == {
            1: 0,
            2: 0,
        }

    @given(KEYS)
    def test_twins_point_at_earlier_rows_that_are_no_twins(self, keys):
        found = find_twins(keys)
        twins = {i: twin for i, twin in found.items() if twin.rule != SAME_NAME}
        for index, twin in found.items():
            assert twin.first_index < index
            assert twin.first_index not in twins


def test_match_gives_its_numbers():
    data = identify(row("Альфа-Трейд")).data
    assert data == {"rule": "likeness", "score": 1.0, "candidates": [[1, 1.0]]}


class TestOtherKeys:
    """A client may be known in several systems."""

    TOLD = replace(ALFA, other_keys=(("shop", "77"), ("1c", "A-1"), ("1c", "A-9")))

    def _identify(self, **values):
        return ClientIndex([self.TOLD, BETA]).identify(row("Альфа Трейд", **values))

    @pytest.mark.parametrize(
        ("source", "key"), [("1c", "A-1"), ("1c", "A-9"), ("shop", "77")]
    )
    def test_key_of_any_system_names_the_client(self, source, key):
        match = self._identify(sync_source=source, sync_key=key)
        assert (match.kind, match.client_id, match.rule) == ("certain", 1, "sync_key")

    @pytest.mark.parametrize("source", ["1c", "shop"])
    def test_another_key_of_any_of_its_systems_is_a_veto(self, source):
        match = self._identify(
            sync_source=source, sync_key="Z", phones=("+380501111111",)
        )
        assert (match.kind, match.reason) == ("ambiguous", "contact_other_key")

    def test_key_of_a_system_that_does_not_know_it_is_none(self):
        match = self._identify(
            sync_source="crm", sync_key="Z", phones=("+380501111111",)
        )
        assert (match.client_id, match.rule) == (1, "contact")

    def test_key_that_the_merged_card_has_left_behind_is_not_shared(self):
        gone = replace(ALFA, id=7, tax_id="", sync_source="shop", sync_key="77")
        index = ClientIndex([self.TOLD, BETA], merged=[(gone, 1)])
        asked = row("Альфа", sync_source="shop", sync_key="77")
        assert index.identify(asked).client_id == 1


class TestMerged:
    """What names a merged card means the client that stays."""

    GONE = replace(ALFA, id=7, name="Альфа", tax_id="", sync_key="A-7")

    def _identify(self, asked, *clients):
        index = ClientIndex(clients or CLIENTS, merged=[(self.GONE, 1)])
        return index.identify(asked)

    def test_id_and_key_of_the_merged_card(self):
        for asked in (
            row("Альфа", client_id=7),
            row("Альфа", sync_source="1c", sync_key="A-7"),
            row("Альфа", client_id=7, sync_source="1c", sync_key="A-7"),
            row("Альфа", client_id=1, sync_source="1c", sync_key="A-7"),
        ):
            match = self._identify(asked)
            assert (match.kind, match.client_id) == ("certain", 1)
            assert match.former_id == 7

    def test_key_when_the_client_has_none(self):
        keyless = replace(ALFA, sync_key="", sync_source="")
        asked = row("Альфа", sync_source="1c", sync_key="A-7")
        match = self._identify(asked, keyless, BETA)
        assert (match.kind, match.client_id) == ("certain", 1)

    def test_id_of_one_and_key_of_another_is_asked(self):
        asked = row("Бета", client_id=2, sync_source="1c", sync_key="A-7")
        match = self._identify(asked)
        assert (match.kind, match.reason) == ("ambiguous", "id_other_key")

    def test_whoever_names_no_merged_card_is_as_before(self):
        match = self._identify(row("ООО Бета", client_id=2))
        assert (match.client_id, match.former_id) == (2, 0)

    def test_client_that_stays_but_is_not_known_stands_for_nobody(self):
        match = ClientIndex([BETA], merged=[(self.GONE, 1)]).identify(row(client_id=7))
        assert match.reason == "unknown_id"
