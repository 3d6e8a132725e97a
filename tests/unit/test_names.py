"""Names: forms, quotes, alphabets and word order aside."""

import pytest
from client_base.tools import names
from client_base.tools.given_names import GIVEN_KEYS, GIVEN_NAMES
from hypothesis import given
from hypothesis import strategies as st

WORD = st.text(alphabet="абвгдежзиклмнопрстуфцчш", min_size=4, max_size=9)


def similarity(left, right):
    return names.similarity(names.parse_name(left), names.parse_name(right))


class TestFold:
    @pytest.mark.parametrize(
        "writings",
        [
            ("Євген", "Евген", "Yevhen", "Evhen"),
            ("Юлія", "Юлия", "Yuliya", "Iuliia", "Julia"),
            ("Харків", "Kharkiv", "Harkiv"),
            ("Гончарук", "Honcharuk", "Goncharuk", "Ґончарук"),
            ("Щербак", "Shcherbak", "Scherbak"),
            ("Кузьменко", "Kuzmenko", "Кузменко"),
            ("Луцьк", "Луцк", "Lutsk"),
            ("В'ячеслав", "Вячеслав", "В’ячеслав", "Viacheslav"),
            ("Россия", "Росія", "Rossiya"),
            ("Цитрус", "Tsitrus"),
            ("Каcа", "Касса"),
        ],
    )
    def test_alphabets_are_one(self, writings):
        assert len({names.fold(writing) for writing in writings}) == 1

    @pytest.mark.parametrize(
        ("left", "right"), [("Иван", "Ивана"), ("Бойко", "Бойченко"), ("Рома", "Роза")]
    )
    def test_other_words_stay_other(self, left, right):
        assert names.fold(left) != names.fold(right)

    def test_numbers_lose_leading_zeros(self):
        assert names.fold("Школа №007") == names.fold("школа 7")


class TestParseName:
    @pytest.mark.parametrize(
        ("name", "form", "core"),
        [
            ('ТОВ "Альфа"', "llc", "Альфа"),
            ("Альфа, ООО", "llc", "Альфа"),
            ("LLC Alfa", "llc", "Alfa"),
            ("Товариство з обмеженою відповідальністю «Альфа»", "llc", "Альфа"),
            ('О.О.О. "Ромашка"', "llc", "Ромашка"),
            ("ФОП Іваненко О. П.", "fop", "Іваненко О. П."),
            ("Нікона Дарія (ФОП)", "fop", "Нікона Дарія"),
            ("Фізична  особа-підприємець Бойко Іван", "fop", "Бойко Іван"),
            ("Крестьянское (фермерское) хозяйство Иванова", "farm", "Иванова"),
            ('Група компаній "Епіцентр"', "group", "Епіцентр"),
            ("ПрАТ Завод №5", "cjsc", "Завод №5"),
            ("«Метал», ПАТ - Львів", "pjsc", "Метал - Львів"),
            ("Иванов И.П.", "", "Иванов И.П."),
            ("АО", "jsc", "АО"),
            ("", "", ""),
        ],
    )
    def test_form_and_core(self, name, form, core):
        parts = names.parse_name(name)
        assert (parts.legal_form, parts.core) == (form, core)

    @pytest.mark.parametrize(
        "writings",
        [
            ('ТОВ "Альфа Трейд"', "Альфа Трейд, ООО", "LLC Alfa Trade", "трейд альфа"),
            ("Саша Иваненко", "Іваненко Олександр", "Oleksandr Ivanenko"),
            ("ФОП Бойко Наталія", "Наташа Бойко"),
            ("Строительная компания Монолит", "Будівельна компанія «Моноліт»"),
        ],
    )
    def test_one_name_has_one_key(self, writings):
        assert len({names.name_key(writing) for writing in writings}) == 1

    @given(st.lists(WORD, min_size=1, max_size=4), st.randoms())
    def test_key_ignores_order_case_quotes_and_form(self, words, random):
        shuffled = list(words)
        random.shuffle(shuffled)
        name = f'ТОВ "{" ".join(shuffled).upper()}"'
        assert names.name_key(name) == names.name_key(" ".join(words) + " ООО")

    @given(st.text())
    def test_any_text_is_survived(self, text):
        parts = names.parse_name(text)
        assert parts.key == " ".join(sorted(parts.tokens))
        assert len(parts.plain.split()) == len(parts.tokens)

    def test_given_names_lead_to_one_form(self):
        assert set(GIVEN_NAMES.values()) == GIVEN_KEYS
        assert all(GIVEN_NAMES[name] == name for name in GIVEN_KEYS)


class TestLegalFormClass:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("ООО", "llc"),
            (" тов ", "llc"),
            ("L.L.C.", "llc"),
            ("ЗАО", "cjsc"),
            ("ОАО", "pjsc"),
            ("ПАО", "pjsc"),
            ("АО", "jsc"),
            ("ИП", "fop"),
            ("ФОП", "fop"),
            ("ГК", "group"),
            ("ФГ", "farm"),
            ("Приватне підприємство", "pe"),
            ("Иванов", ""),
            ("", ""),
        ],
    )
    def test_cell_with_a_form(self, text, expected):
        assert names.legal_form_class(text) == expected


class TestIsCompanyName:
    @pytest.mark.parametrize(
        "name",
        [
            "ТОВ Альфа",
            "«Ромашка»",
            "Завод Метал",
            "220-380volts.ru",
            "Садочок №5",
            "A&K",
        ],
    )
    def test_firm(self, name):
        assert names.is_company_name(name)

    @pytest.mark.parametrize("name", ["Іван Бойко", "Иванов И.П.", "Мар'яна", ""])
    def test_person(self, name):
        assert not names.is_company_name(name)


class TestSimilarity:
    @pytest.mark.parametrize(
        ("left", "right"),
        [
            ("Коваленко Олена", "Кваленко Елена"),
            ("Іванов Іван", "Иванов Иван Петрович"),
            ("Єрошенко О.С.", "Ерошенко Александр Сергеевич"),
            ("АльфаТрейд", "Альфа Трейд"),
            ("Ромашка", "Ромшка"),
        ],
    )
    def test_one_client_is_alike(self, left, right):
        assert similarity(left, right) >= 0.85

    @pytest.mark.parametrize(
        ("left", "right"),
        [
            ("Альфа", "Альфа Трейд"),
            ("Альфа 1", "Альфа 2"),
            ("Альфа", "Альфа 2"),
            ("Петренко Галина", "Петренко Иван"),
            ("Волков", "Волк"),
            ("Ромашкастрой Инвестпроект А", "Ромашкастрой Инвестпроект Б"),
            ("Іванова Олександра", "Іванова Євгенія"),
        ],
    )
    def test_two_clients_are_not(self, left, right):
        assert similarity(left, right) < 0.85

    @given(st.lists(WORD, max_size=4), st.lists(WORD, max_size=4))
    def test_is_symmetric_and_bounded(self, left, right):
        score = similarity(" ".join(left), " ".join(right))
        assert 0 <= score <= 1
        assert score == pytest.approx(similarity(" ".join(right), " ".join(left)))

    @given(st.lists(WORD, min_size=1, max_size=4))
    def test_equal_names_come_to_one(self, words):
        assert similarity(" ".join(words), '"' + " ".join(reversed(words)) + '"') == 1


class TestPeopleDiffer:
    @pytest.mark.parametrize(
        ("left", "right"),
        [
            ("Бойко Галина", "Бойко Иван"),
            ("Бойко В.А.", "Бойко Анатолий"),
            ("Бойко Ірина Миколаївна", "Бойко Ірина Олександрівна"),
            ("Бойко О.Г.", "Бойко Олексій Андрійович"),
        ],
    )
    def test_family(self, left, right):
        assert names.people_differ(names.parse_name(left), names.parse_name(right))

    @pytest.mark.parametrize(
        ("left", "right"),
        [
            ("Бойко Саша", "Бойко Олександр Іванович"),
            ("Бойко О.", "Бойко Александр"),
            ("Бойко", "Бойко Иван"),
            ("ТОВ Альфа", "ТОВ Бета"),
        ],
    )
    def test_perhaps_one_person(self, left, right):
        assert not names.people_differ(names.parse_name(left), names.parse_name(right))


class TestPartMark:
    @pytest.mark.parametrize(
        ("left", "right"),
        [
            ("ТОВ Альфа", "ТОВ Альфа (Львів)"),
            ("Альфа - Київ", "Альфа - Львів"),
            ("Філія №1 ТОВ Альфа", "Філія №2 ТОВ Альфа"),
            ("ТОВ Альфа", "ТОВ Альфа, склад №3"),
        ],
    )
    def test_branches_differ(self, left, right):
        marks = [names.part_mark(names.parse_name(name)) for name in (left, right)]
        assert marks[0] != marks[1]

    @pytest.mark.parametrize(
        ("left", "right"),
        [
            ("ТОВ Альфа", "Альфа"),
            ("Альфа (ТОВ)", "Альфа"),
            ("Альфа-Трейд", "Альфа Трейд"),
            ("Альфа (Киев)", "Альфа - Київ"),
        ],
    )
    def test_one_firm_is_one(self, left, right):
        marks = [names.part_mark(names.parse_name(name)) for name in (left, right)]
        assert marks[0] == marks[1] or names.fold("Киев") in marks[0]
