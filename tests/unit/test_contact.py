"""Contact data: phones, e-mails, messengers, tax numbers, as people type them."""

import phonenumbers
import pytest
from client_base.tools import contact
from hypothesis import given
from hypothesis import strategies as st

UA_NATIONAL = st.from_regex(
    r"(?:50|63|66|67|93|95|97|44|32)[1-9][0-9]{6}", fullmatch=True
)
RU_NATIONAL = st.from_regex(r"(?:495|812|903|916|921)[1-9][0-9]{6}", fullmatch=True)
UA_WRITINGS = (
    "+380{0}",
    "380{0}",
    "00380{0}",
    "0{0}",
    "80{0}",
    "{0}",
    "8 (0{1}) {2}-{3}",
    "+38 (0{1}) {2}-{3}",
    "+38 ({1}) {2}-{3}",
    "+380 (0{1}) {2} {3}",
    "0{1}.{2}.{3}",
    "{0}.0",
    "тел.: 0{1} {2} {3}",
)
RU_WRITINGS = (
    "+7{0}",
    "7{0}",
    "8{0}",
    "{0}",
    "8({1}){2}-{3}",
    "+7 ({1}) {2}-{3}",
    "+8 ({1}) {2}-{3}",
    "+7 (8{1}) {2}-{3}",
    "8~10 7 {1} {2} {3}",
)


def _write(pattern, national, code_length):
    code, rest = national[:code_length], national[code_length:]
    return pattern.format(national, code, rest[:3], rest[3:])


class TestNormalizePhone:
    @given(UA_NATIONAL, st.sampled_from(UA_WRITINGS))
    def test_all_ukrainian_writings_are_one_number(self, national, writing):
        text = _write(writing, national, 2)
        assert contact.normalize_phone(text, "UA") == "+380" + national

    @given(RU_NATIONAL, st.sampled_from(RU_WRITINGS))
    def test_all_russian_writings_are_one_number(self, national, writing):
        text = _write(writing, national, 3)
        assert contact.normalize_phone(text, "RU") == "+7" + national

    @pytest.mark.parametrize(
        ("text", "country", "expected"),
        [
            ("(49638) 20-774", "RU", "+74963820774"),
            ("8 (495) 123-45-67", "", "+74951234567"),
            ("80291234567", "", "+375291234567"),
            ("8 029 123-45-67", "BY", "+375291234567"),
            ("80501234567", "RU", "+380501234567"),
            ("8 701 123 45 67", "KZ", "+77011234567"),
            ("０５０１２３４５６７", "UA", "+380501234567"),
            ("O5O 123 45 67", "UA", "+380501234567"),
            ("о50 123 45 67", "ua", "+380501234567"),
            ("3.80501234567E+11", "", "+380501234567"),
            ("050-123-45-67 доб. 12", "UA", "+380501234567"),
            ("+380501234567 (Іван)", "", "+380501234567"),
            ("+49 30 1234567", "UA", "+49301234567"),
            ("011 44 20 7946 0958", "US", "+442079460958"),
            ("+39 06 698 12345", "", "+390669812345"),
            ("495/123-45-67", "RU", "+74951234567"),
        ],
    )
    def test_writing_is_understood(self, text, country, expected):
        assert contact.normalize_phone(text, country) == expected

    @pytest.mark.parametrize(
        ("text", "country"),
        [
            ("", "UA"),
            ("нет", "UA"),
            ("+", "UA"),
            ("123-45-67", "RU"),
            ("0000000000", "UA"),
            ("1111111111", "RU"),
            ("+7 (495) 000-00-00", "RU"),
            ("+79999999999", ""),
            ("3.80501E+11", "UA"),
            ("0501234567", ""),
            ("0501234567, 0671234567", "UA"),
            ("+3801234", "UA"),
            ("12345678901234567890", "UA"),
            ("7658944@mail.ru", "RU"),
        ],
    )
    def test_nonsense_is_no_number(self, text, country):
        assert contact.normalize_phone(text, country) == ""

    @given(st.text(), st.sampled_from(["", "UA", "RU", "US", "XX"]))
    def test_any_text_gives_e164_or_nothing(self, text, country):
        number = contact.normalize_phone(text, country)
        assert number == "" or (number[0] == "+" and number[1:].isdigit())
        assert contact.normalize_phone(number, country) == number

    @pytest.mark.parametrize(
        "country", ["UA", "RU", "KZ", "BY", "PL", "DE", "US", "GB", "IT", "GE", "CN"]
    )
    @pytest.mark.parametrize("style", ["NATIONAL", "INTERNATIONAL", "E164"])
    def test_agrees_with_the_library(self, country, style):
        for kind in ("MOBILE", "FIXED_LINE"):
            number = phonenumbers.example_number_for_type(
                country, getattr(phonenumbers.PhoneNumberType, kind)
            )
            styles = phonenumbers.PhoneNumberFormat
            text = phonenumbers.format_number(number, getattr(styles, style))
            expected = phonenumbers.format_number(number, styles.E164)
            assert contact.normalize_phone(text, country) == expected


class TestFormatPhone:
    @pytest.mark.parametrize("country", sorted(phonenumbers.SUPPORTED_REGIONS))
    def test_is_the_international_form(self, country):
        number = phonenumbers.example_number(country)
        styles = phonenumbers.PhoneNumberFormat
        e164 = phonenumbers.format_number(number, styles.E164)
        expected = phonenumbers.format_number(number, styles.INTERNATIONAL)
        assert contact.format_phone(e164) == expected

    @pytest.mark.parametrize("text", ["", "+", "+0", "+999", "0501234567", "нет"])
    def test_leaves_anything_else(self, text):
        assert contact.format_phone(text) == text


class TestSplitPhones:
    @pytest.mark.parametrize(
        ("text", "country", "phones", "left_over"),
        [
            ("(495) 540-75-20 ", "RU", [("+74955407520", "")], ""),
            (
                "(495) 123-45-67, 68",
                "RU",
                [("+74951234567", ""), ("+74951234568", "")],
                "",
            ),
            (
                "(495) 123-45-67/8",
                "RU",
                [("+74951234567", ""), ("+74951234568", "")],
                "",
            ),
            (
                "(8452) 12-34-56, 12-34-57",
                "RU",
                [("+78452123456", ""), ("+78452123457", "")],
                "",
            ),
            (
                "тел.: (495) 123-45-67, факс: 765-43-21",
                "RU",
                [("+74951234567", ""), ("+74957654321", "факс")],
                "",
            ),
            (
                "+38 (050) 123-45-67 (Иван), 067 765 43 21",
                "UA",
                [("+380501234567", "Иван"), ("+380677654321", "")],
                "",
            ),
            (
                "т. 0501234567 и 0671234567",
                "UA",
                [("+380501234567", ""), ("+380671234567", "")],
                "",
            ),
            (
                "050 123 45 67 067 765 43 21",
                "UA",
                [("+380501234567", ""), ("+380677654321", "")],
                "",
            ),
            (
                "бухгалтерия: 0501234567, 0671234567 доб. 12",
                "UA",
                [("+380501234567", "бухгалтерия"), ("+380671234567", "доб. 12")],
                "",
            ),
            (
                "Іван 0501234567 Марія 0671234567",
                "UA",
                [("+380501234567", "Іван"), ("+380671234567", "Марія")],
                "",
            ),
            (
                "8 (495) 123-45-67 (доб. 12, Иван)",
                "RU",
                [("+74951234567", "доб. 12, Иван")],
                "",
            ),
            (
                "0501234567, звонить после 10",
                "UA",
                [("+380501234567", "")],
                "звонить после 10",
            ),
            ("(495) 123-45-67, 2 этаж", "RU", [("+74951234567", "")], "2 этаж"),
            ("050 123 45 67, info@a.ru", "UA", [("+380501234567", "")], "info@a.ru"),
            ("0501234567; 050 123-45-67", "UA", [("+380501234567", "")], ""),
            ("123-45-67; (495) 223-22-33", "RU", [("+74952232233", "")], "123-45-67"),
            ("нет  телефона", "UA", [], "нет телефона"),
            ("", "UA", [], ""),
        ],
    )
    def test_cell_is_taken_apart(self, text, country, phones, left_over):
        values, rest = contact.split_phones(text, country)
        assert [(value.normalized, value.note) for value in values] == phones
        assert rest == left_over

    @given(
        st.lists(UA_NATIONAL, min_size=1, max_size=5, unique=True),
        st.sampled_from([", ", "; ", "\n", " / ", " и ", " та ", " or "]),
        st.sampled_from(["0{0}", "+380{0}", "+38 (0{1}) {2}-{3}", "8(0{1}){2}{3}"]),
    )
    def test_every_number_of_a_list_is_found(self, nationals, separator, writing):
        text = separator.join(_write(writing, number, 2) for number in nationals)
        values, rest = contact.split_phones(text, "UA")
        assert [value.normalized for value in values] == [
            "+380" + number for number in nationals
        ]
        assert rest == ""

    def test_value_is_the_display_form(self):
        values, _rest = contact.split_phones("0501234567 (Иван)", "UA")
        assert values == [
            contact.ContactValue("phone", "+380 50 123 4567", "+380501234567", "Иван")
        ]

    @given(st.text(), st.sampled_from(["", "UA", "RU", "US"]))
    def test_any_text_is_survived(self, text, country):
        values, _rest = contact.split_phones(text, country)
        numbers = [value.normalized for value in values]
        assert all(numbers) and len(set(numbers)) == len(numbers)


class TestEmail:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            (" Info@ABN.ru. ", "info@abn.ru"),
            ("mailto:a.b+c@mail.com", "a.b+c@mail.com"),
            ("<a@b.ru>,", "a@b.ru"),
            ("info @ mail.ru", "info@mail.ru"),
            ("info@почта.рф", "info@почта.рф"),
            ("info@xn--80a1acny.xn--p1ai", "info@почта.рф"),
            ("іnfо@mаil.соm", "info@mail.com"),
            ("o'neil@mail.ie", "o'neil@mail.ie"),
        ],
    )
    def test_address_is_tidied(self, text, expected):
        assert contact.normalize_email(text) == expected

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "@",
            "Форма обратной связи",
            "info@mail",
            "info@mail.r",
            "a@b@c.ru",
            "a..b@mail.ru",
            "a@-b.ru",
            "иван@mail.ru",
            "инфo@mail.ru",
            "a" * 65 + "@mail.ru",
        ],
    )
    def test_anything_else_is_no_address(self, text):
        assert contact.normalize_email(text) == ""

    @given(st.one_of(st.text(), st.emails()))
    def test_normal_form_is_stable(self, text):
        address = contact.normalize_email(text)
        assert contact.normalize_email(address) == address

    @pytest.mark.parametrize(
        ("text", "addresses", "left_over"),
        [
            ("a@b.ru; c@d.ru", [("a@b.ru", ""), ("c@d.ru", "")], ""),
            ("a@b.ru c@d.ru", [("a@b.ru", ""), ("c@d.ru", "")], ""),
            ("a@b.ru/c@d.ru\nA@B.ru", [("a@b.ru", ""), ("c@d.ru", "")], ""),
            ("info@abn.ruinfo@abn.ru", [("info@abn.ru", "")], ""),
            (
                "Иван <a@b.ru>; Отдел продаж <c@d.ru>",
                [("a@b.ru", "Иван"), ("c@d.ru", "Отдел продаж")],
                "",
            ),
            ("info@grand.ru, ", [("info@grand.ru", "")], ""),
            ("форма на сайте, a@b.ru", [("a@b.ru", "")], "форма на сайте"),
            ("Форма обратной связи", [], "Форма обратной связи"),
        ],
    )
    def test_cell_is_taken_apart(self, text, addresses, left_over):
        values, rest = contact.split_emails(text)
        assert [(value.normalized, value.note) for value in values] == addresses
        assert rest == left_over


class TestMessenger:
    @pytest.mark.parametrize(
        ("kind", "text", "expected"),
        [
            ("telegram", "@Ivan_Petrov", "ivan_petrov"),
            ("telegram", "https://t.me/Ivan_Petrov?start=1", "ivan_petrov"),
            ("telegram", "telegram.me/ivan_petrov/", "ivan_petrov"),
            ("telegram", "t.me/+380501234567", "+380501234567"),
            ("telegram", "050 123 45 67", "+380501234567"),
            ("telegram", "Иван", ""),
            ("viber", "viber://chat?number=%2B380501234567", "+380501234567"),
            ("viber", "0501234567", "+380501234567"),
            ("whatsapp", "https://wa.me/380501234567", "+380501234567"),
            (
                "whatsapp",
                "https://api.whatsapp.com/send?phone=380501234567&text=1",
                "+380501234567",
            ),
            ("whatsapp", "ivan", ""),
        ],
    )
    def test_account_is_understood(self, kind, text, expected):
        assert contact.normalize(kind, text, "UA") == expected

    def test_unknown_kind_is_refused(self):
        with pytest.raises(ValueError, match="pigeon"):
            contact.normalize("pigeon", "1")


class TestTaxId:
    @pytest.mark.parametrize(
        ("text", "value", "key"),
        [
            ("UA12345678", "UA12345678", "12345678"),
            (" 12345678 ", "12345678", "12345678"),
            ("7701234567.0", "7701234567", "7701234567"),
            ("00123456", "00123456", "123456"),
            ("ИНН 7701234567 / КПП 770101001", "7701234567", "7701234567"),
            ("7701234567/770101001", "7701234567", "7701234567"),
            ("код ЄДРПОУ: 12345678", "12345678", "12345678"),
            ("ME123456", "ME123456", "ME123456"),
            ("МЕ123456", "ME123456", "ME123456"),
            ("ATU12345678", "ATU12345678", "ATU12345678"),
        ],
    )
    def test_number_is_understood(self, text, value, key):
        assert contact.normalize_tax_id(text) == value
        assert contact.tax_id_key(text) == key

    @pytest.mark.parametrize(
        "text", ["", "-", "нет", "0", "000000", "1111111111", "12", "не плательщик НДС"]
    )
    def test_placeholder_is_empty(self, text):
        assert contact.normalize_tax_id(text) == contact.tax_id_key(text) == ""

    @given(st.text())
    def test_normal_form_is_stable(self, text):
        value = contact.normalize_tax_id(text)
        assert contact.normalize_tax_id(value) == value
        assert contact.tax_id_key(value) == contact.tax_id_key(text)


class TestGuessCountry:
    MOSCOW = ("(495) 540-75-20", "(916) 806-91-65", "8 (903) 529-34-25")

    def test_most_valid_numbers_decide(self):
        assert contact.guess_country(self.MOSCOW, ["US", "UA", "RU"]) == "RU"

    def test_earlier_candidate_wins_a_tie(self):
        phones = ["+380501234567", "+74955407520"]
        assert contact.guess_country(phones, ["UA", "RU"]) == "UA"
        assert contact.guess_country(phones, ["RU", "UA"]) == "RU"

    def test_international_number_speaks_for_its_country(self):
        assert contact.guess_country(["+380501234567"], ["RU", "UA"]) == "UA"

    @pytest.mark.parametrize("phones", [[], ["нет", ""], ["123-45-67"]])
    def test_silence_when_nothing_is_said(self, phones):
        assert contact.guess_country(phones, ["UA", "RU"]) == ""

    def test_chance_is_not_a_country(self):
        phones = [f"(495) 540-75-{n}" for n in range(10, 90)] + ["0501234567"]
        assert contact.guess_country(phones, ["UA"]) == ""

    @given(st.permutations((*MOSCOW, "0501234567", "0671234567", "нет")))
    def test_order_does_not_matter(self, phones):
        assert contact.guess_country(phones, ["UA", "RU"]) == "RU"
