"""Which column means what, by the headers people write and by the values."""

import pytest
from client_base.tools import columns
from hypothesis import given
from hypothesis import strategies as st

CODES = {field.code for field in columns.FIELDS}
REPEATS = {field.code for field in columns.FIELDS if field.repeats}


def guess(header, *rows, **options):
    return columns.guess_columns(
        header.split("|"), [row.split("|") for row in rows], **options
    )


@pytest.mark.parametrize(
    ("header", "codes"),
    [
        (
            "№ п/п|Код контрагента|Полное наименование|Наименование|ИНН|КПП",
            ["", "sync_key", "", "name", "tax_id", ""],
        ),
        (
            "Юридический адрес|Фактический адрес|Контактное лицо|Контрагент",
            ["", "address", "contact_name", "name"],
        ),
        (
            "№|Назва|Форма власності|ЄДРПОУ|Тел.|E-mail|Адреса|Менеджер|Джерело",
            [
                *("", "name", "legal_form", "tax_id", "phone", "email"),
                *("address", "user", "source"),
            ],
        ),
        (
            "ФИО|Мобильный|Адрес электронной почты|Город|Индекс|Улица|ДР|ЛПР",
            [
                *("name", "phone", "email", "city", "zip", "street", "birthdate"),
                "is_decision_maker",
            ],
        ),
        (
            "Name|Phone|Email|VAT|Street|Street2|City|State|Zip|Country|Website|Tags",
            [
                *("name", "phone", "email", "tax_id", "street", "street2", "city"),
                *("state", "zip", "country", "website", "tags"),
            ],
        ),
        (
            "Salesperson|Name|Birthday|Contract end|Language|Telegram|Viber|WhatsApp",
            [
                *("user", "name", "birthdate", "contract_end_date", "lang"),
                *("telegram", "viber", "whatsapp"),
            ],
        ),
        (
            "Клієнт|Тип клієнта|Розмір компанії|Потенціал|Канал зв'язку|Інтерес",
            [
                *("name", "client_type", "company_size", "deal_potential"),
                *("preferred_channel", "interest_level"),
            ],
        ),
        (
            "Дата создания|Сумма|Количество заказов|Расчетный счет|Банк|МФО|№ договора",
            [""] * 7,
        ),
    ],
)
def test_header_tells_the_meaning(header, codes):
    assert guess(header) == codes


@pytest.mark.parametrize(
    ("label", "code"),
    [
        ("ТЕЛЕФОНЫ", "phone"),
        ("Телефон(и)", "phone"),
        ("Контактные телефоны:", "phone"),
        ("Ваш e-mаil", "email"),  # with a Cyrillic "а"
        ("Эл.почта", "email"),
        ("ID 1С", "sync_key"),
        ("Код 1C", "sync_key"),
        ("GUID", "sync_key"),
        ("ИНН/КПП", "tax_id"),
        ("Код ЄДРПОУ", "tax_id"),
        ("ЕГРПОУ", "tax_id"),
        ("Tax ID", "tax_id"),
        ("Примечания", "comment"),
        ("Населённый пункт", "city"),
        ("ОПФ", "legal_form"),
        ("Телефон контактного лица", "contact_phone"),
        ("E-mail контактної особи", "contact_email"),
        ("Телефон (2)", "phone"),
        ("Код по ОКПО", "tax_id"),
        ("Форма оплаты", ""),
        ("Код валюты", ""),
        ("Группа доступа", ""),
        ("Home Street", "street"),
        ("phone2", "phone"),
        ("п/п", ""),
        ("No.", ""),
        ("Что-то ещё", ""),
    ],
)
def test_spelling_does_not_matter(label, code):
    assert guess(f"Наименование|{label}") == ["name", code]


@pytest.mark.parametrize("field", columns.FIELDS, ids=lambda field: field.code)
def test_each_name_of_a_field_leads_to_it(field):
    # the field beside it decides whether a person is the client or works for him
    label = "Контрагент" if field.code in ("contact_name", "function") else "Язык"
    wanted = field.code if field.code != "lang" else ""
    for name in field.names:
        assert guess(f"{label}|{name.strip('=')}")[1] == wanted, name


def test_single_field_goes_to_its_best_column():
    assert guess("Полное наименование|Название|Фирма") == ["", "name", ""]
    assert guess("Полное наименование|Телефон") == ["name", "phone"]


def test_phones_emails_and_notes_may_have_several_columns():
    header = "Телефон|Моб. телефон|E-mail|Email 2|Комментарий|Примечание"
    assert guess(header) == ["phone", "phone", "email", "email", "comment", "comment"]


def test_label_of_our_export_comes_before_everything():
    labels = {"Телефон  клієнта": "ref", "№": "client_id"}
    rows = ["+380501234567|1", "+380501234568|2"]
    assert guess("Телефон клієнта|№", *rows, labels=labels) == ["ref", "client_id"]


def test_label_with_an_unknown_code_is_read_as_any_header():
    assert guess("Телефон", labels={"Телефон": "gone"}) == ["phone"]


def test_values_speak_when_the_header_does_not():
    rows = [
        "ТОВ Ромашка|+380 (50) 123-45-67|14360570|a@example.com|www.example.com",
        "ФОП Іваненко|050 123 45 68|00032129|b@example.com|http://b.example.com",
    ]
    assert guess("Column 1|Column 2|Column 3|Column 4|Column 5", *rows) == [
        *("name", "phone", "tax_id", "email", "website"),
    ]


def test_values_decide_between_meanings_of_one_word():
    rows = ["А|Іван|+380501234567|x@example.com", "Б|Олег|0501234568|y@example.com"]
    assert guess("Фірма|Контакт|Контакти|Зв'язок", *rows) == [
        *("name", "contact_name", "phone", "email"),
    ]


def test_contact_alone_is_the_client():
    assert guess("Контактное лицо|Телефон") == ["name", "phone"]


def test_phone_of_a_contact_person_is_his():
    header = [
        "Компанія",
        "Контактна особа",
        "Посада",
        "Телефон контактної особи",
        "Email контактної особи",
    ]
    samples = [["ТОВ Липа", "Іван Лис", "директор", "+380 67 111 2233", "a@lypa.ua"]]
    assert columns.guess_columns(header, samples * 5) == [
        "name",
        "contact_name",
        "contact_function",
        "contact_phone",
        "contact_email",
    ]


def test_director_is_a_contact_person():
    for label in ("Директор", "ПІБ директора", "ФИО директора"):
        header = ["Компанія", label, "Телефон"]
        samples = [["ТОВ Липа", "Іван Лис", "+380 67 111 2233"]] * 5
        assert columns.guess_columns(header, samples) == [
            "name",
            "contact_name",
            "phone",
        ]


def test_position_beside_a_contact_person_is_his():
    assert guess("Фирма|Контактное лицо|Должность")[2] == "contact_function"
    assert guess("ФИО|Должность")[1] == "function"


def test_number_over_phones_is_a_phone():
    assert guess("Номер|ПІБ", "+380501234567|Іван") == ["phone", "name"]


def test_plain_numbers_are_nothing():
    assert guess("Column 1|Column 2", "1|100", "2|200") == ["", ""]


@pytest.mark.parametrize(
    "number", ["7707083893", "500100732259", "14360570", "00032129"]
)
def test_tax_id_is_known_by_its_check_digit(number):
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert guess("Column 1", number, number) == ["tax_id"]
    assert "tax_id" not in guess("Column 1", wrong, wrong)


@given(
    header=st.lists(st.text(max_size=12) | st.sampled_from(sorted(CODES)), max_size=8),
    samples=st.lists(st.lists(st.text(max_size=12), max_size=9), max_size=4),
)
def test_any_file_gets_one_known_code_per_column(header, samples):
    codes = columns.guess_columns(header, samples)
    single = [code for code in codes if code and code not in REPEATS]
    assert len(codes) == len(header)
    assert set(codes) <= CODES | {""}
    assert len(single) == len(set(single))


def test_signature_depends_on_the_names_and_their_order_only():
    signature = columns.header_signature(["Телефон", "E-mail"])
    assert signature == columns.header_signature(["ТЕЛЕФОН:", "e-mail"])
    assert signature != columns.header_signature(["E-mail", "Телефон"])
    assert signature != columns.header_signature(["Телефон", "E-mail", ""])
    assert len(signature) == 64
