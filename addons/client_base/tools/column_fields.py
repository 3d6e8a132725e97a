"""The fields that a column of a file can mean, and how people call them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Field:
    """One meaning of a column.

    ``names`` say it clearly; ``weak`` ones give way to a column that says it clearly
    and to another meaning that does. Case, punctuation and endings do not matter, and
    a header may say more than the name, except where ``=`` stands before it.
    ``repeats`` when several columns may have it.
    """

    code: str
    kind: str
    names: tuple[str, ...]
    weak: tuple[str, ...] = ()
    repeats: bool = False


def _split(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split("|") if name.strip())


def _field(
    code: str, kind: str, names: str, weak: str = "", *, repeats: bool = False
) -> Field:
    return Field(code, kind, _split(names), _split(weak), repeats)


FIELDS: Final[tuple[Field, ...]] = (
    _field("client_id", "integer", "client id do not change | client base id"),
    _field("version_mark", "text", "version mark | version mark do not change"),
    _field(
        "sync_key",
        "text",
        "=код | код контрагента | код клиента | код партнера | код 1с | код в 1с"
        "| ид 1с | id 1с | 1с id | guid | uuid | гуид | внешний код | внешний id"
        "| id контрагента | id клиента | код клієнта | код у 1с | ід 1с | зовнішній код"
        "| зовнішній id | id клієнта | external id | sync key | client code"
        "| customer code | customer id | partner key | key in the accounting system",
        "=id | =ид | =ід | =ключ | =key | =code | ссылка 1с",
    ),
    _field(
        "legal_form",
        "text",
        "=форма | форма собственности | правовая форма | опф | организационная форма"
        "| организационно правовая форма | форма власності | правова форма"
        "| організаційно правова форма | опфг | legal form | company form | legal type",
        "=form",
    ),
    _field(
        "name",
        "text",
        "наименование | название | контрагент | клиент | покупатель | заказчик"
        "| организация | компания | фирма | предприятие | партнер"
        "| наименование контрагента | наименование организации | название компании"
        "| название организации | наименование клиента | имя клиента"
        "| краткое наименование | назва | найменування | клієнт | покупець | замовник"
        "| організація | компанія | фірма | підприємство | назва компанії"
        "| назва контрагента | назва організації | найменування контрагента"
        "| name | company | company name | client | client name | customer"
        "| customer name | partner | account name | organization | organisation"
        "| full name",
        "полное наименование | полное название | повна назва | повне найменування"
        "| юридическое название | юридическое лицо | юридична назва | legal name"
        "| фио | ф и о | піб | п і б | фамилия имя отчество | прізвище ім'я по батькові"
        "| имя | ім'я | фамилия | прізвище | display name",
    ),
    _field(
        "is_company",
        "boolean",
        "юр физ лицо | юр физ | юридическое физическое лицо | тип лица"
        "| вид контрагента | юр фіз особа | юр фіз | тип особи | вид контрагента"
        "| is company | is a company | company type",
        "это компания | це компанія",
    ),
    _field(
        "tax_id",
        "tax_id",
        "инн | инн кпп | едрпоу | егрпоу | код едрпоу | код по едрпоу | зкпо"
        "| ипн | инн едрпоу | унп | бин | иин | єдрпоу | код єдрпоу | код за єдрпоу"
        "| іпн | рнокпп | єдрпоу іпн | єдрпоу рнокпп | податковий номер"
        "| налоговый номер | vat | vat number | vat no | vat id | tax id"
        "| tax number | taxid | tin | inn | edrpou",
        "окпо | код окпо | код по окпо",
    ),
    _field(
        "phone",
        "phones",
        "телефон | контактный телефон | моб телефон | мобильный | мобильный телефон"
        "| сотовый | рабочий телефон | городской телефон | номер телефона | тел"
        "| контактный номер | телефон факс | контактний телефон | мобільний"
        "| мобільний телефон | робочий телефон | номер телефону | phone"
        "| phone number | mobile | mobile phone | cell phone | telephone | tel",
        "контакт | факс | fax | моб | связь | зв'язок",
        repeats=True,
    ),
    _field(
        "email",
        "emails",
        "e mail | email | электронная почта | эл почта | эл адрес | почта"
        "| адрес электронной почты | электронный адрес | имейл | мейл | емейл"
        "| електронна пошта | ел пошта | електронна адреса | адреса електронної пошти"
        "| пошта | mail | e mail address | email address | electronic mail",
        repeats=True,
    ),
    _field(
        "telegram", "text", "telegram | телеграм | телеграмм | tg | тг", repeats=True
    ),
    _field("viber", "phones", "viber | вайбер | вибер", repeats=True),
    _field(
        "whatsapp",
        "phones",
        "whatsapp | whats app | ватсап | вацап | вотсап | воцап",
        repeats=True,
    ),
    _field(
        "website",
        "text",
        "сайт | веб сайт | вебсайт | адрес сайта | интернет сайт | web сайт"
        "| домашняя страница | адреса сайту | веб сторінка | website | web site"
        "| web | site | www | url | homepage | website link",
    ),
    _field(
        "address",
        "address",
        "адрес | почтовый адрес | фактический адрес | адрес доставки | полный адрес"
        "| адрес в одной ячейке | адреса | поштова адреса | фактична адреса"
        "| адреса доставки | повна адреса | address | full address | postal address"
        "| delivery address | complete address | address in one cell",
        "юридический адрес | юр адрес | юридична адреса | юр адреса | legal address"
        "| местонахождение | місцезнаходження",
    ),
    _field(
        "street",
        "text",
        "улица | улица дом | улица и дом | вулиця | вулиця будинок | street"
        "| street address | address line 1 | address 1 | street 1",
    ),
    _field(
        "street2",
        "text",
        "улица 2 | вулиця 2 | street 2 | street2 | address line 2 | address 2",
    ),
    _field(
        "city",
        "text",
        "город | населенный пункт | місто | населений пункт | city | town",
    ),
    _field(
        "state",
        "many2one",
        "область | регион | край | область регион | регіон | state | province"
        "| region | county",
        "район",
    ),
    _field(
        "zip",
        "text",
        "индекс | почтовый индекс | індекс | поштовий індекс | zip | zip code"
        "| postal code | postcode | post code",
    ),
    _field(
        "country", "many2one", "страна | країна | country", "код страны | country code"
    ),
    _field(
        "comment",
        "text",
        "комментарий | примечание | заметка | описание | дополнительно"
        "| дополнительная информация | доп информация | коментар | примітка | нотатка"
        "| опис | додатково | додаткова інформація | comment | note | remark"
        "| description | internal notes | additional information",
        "информация | інформація",
        repeats=True,
    ),
    _field(
        "tags",
        "many2many",
        "теги | тег | метки | метка | мітки | мітка | ярлыки | tags | tag | labels",
        "=группа | группа клиентов | =категория | сегмент | =група | група клієнтів"
        "| =категорія | =group | =category | segment",
        repeats=True,
    ),
    _field(
        "function",
        "text",
        "должность | посада | job position | position | job title | function",
        "=title | =role",
    ),
    _field(
        "ref",
        "text",
        "внутренний номер | внутренний код | номер карточки | внутрішній номер"
        "| внутрішній код | номер картки | reference | internal reference | ref",
    ),
    _field(
        "birthdate",
        "date",
        "дата рождения | день рождения | др | д р | дата народження | день народження"
        "| birthday | birthdate | birth date | date of birth | dob",
    ),
    _field(
        "contract_end_date",
        "date",
        "окончание договора | дата окончания договора | договор до"
        "| срок действия договора | договор действует до | закінчення договору"
        "| дата закінчення договору | договір до | термін дії договору"
        "| кінець договору | contract end | contract end date | contract until"
        "| end of contract | contract expiry",
    ),
    _field(
        "source",
        "many2one",
        "источник | откуда узнал | откуда узнали | канал привлечения"
        "| источник клиента | джерело | звідки дізнались | звідки дізналися"
        "| канал залучення | source | lead source",
    ),
    _field(
        "company_size",
        "selection",
        "размер компании | размер организации | численность | количество сотрудников"
        "| число сотрудников | розмір компанії | кількість співробітників"
        "| чисельність | company size | number of employees | employees",
    ),
    _field(
        "deal_potential",
        "selection",
        "потенциал | потенциал сделки | потенциал клиента | потенціал"
        "| потенціал угоди | потенціал клієнта | deal potential | potential",
    ),
    _field(
        "preferred_channel",
        "selection",
        "предпочитаемый канал | предпочтительный канал | канал связи"
        "| способ связи | предпочтительный способ связи | предпочитаемый способ связи"
        "| бажаний канал | бажаний канал зв'язку | канал зв'язку | спосіб зв'язку"
        "| зручний спосіб зв'язку | preferred channel | preferred contact method",
    ),
    _field(
        "interest_level",
        "selection",
        "интерес | уровень интереса | степень интереса | заинтересованность"
        "| рівень інтересу | інтерес | зацікавленість | рівень зацікавленості"
        "| interest level | interest | level of interest",
    ),
    _field(
        "is_decision_maker",
        "boolean",
        "лпр | лицо принимающее решения | принимает решения | опр"
        "| особа що приймає рішення | приймає рішення | decision maker"
        "| is decision maker",
    ),
    _field(
        "client_type",
        "many2one",
        "тип клиента | вид клиента | тип клієнта | вид клієнта | client type"
        "| customer type | type of client",
        "тип контрагента | =тип",
    ),
    _field(
        "user",
        "many2one",
        "менеджер | ответственный | ответственный менеджер | куратор"
        "| основной менеджер | відповідальний | відповідальний менеджер | manager"
        "| salesperson | responsible | account manager | sales manager | owner",
        "продавец | продавець",
    ),
    _field(
        "contact_name",
        "text",
        "контактное лицо | контактное лицо фио | фио контактного лица"
        "| имя контактного лица | представитель | контактна особа"
        "| піб контактної особи | ім'я контактної особи | представник"
        "| contact person | contact name",
        "контакт | директор | руководитель | керівник | фио | ф и о | піб | п і б"
        "| фио директора | піб директора | имя | ім'я | contact | фамилия имя отчество",
    ),
    _field(
        "contact_phone",
        "phones",
        "телефон контактного лица | тел контактного лица | контактное лицо телефон"
        "| телефон директора | телефон контактної особи | контактна особа телефон"
        "| contact phone | contact person phone | phone of contact person",
    ),
    _field(
        "contact_email",
        "emails",
        "email контактного лица | e mail контактного лица | почта контактного лица"
        "| контактное лицо e mail | email контактної особи | e mail контактної особи"
        "| пошта контактної особи | контактна особа e mail | contact email"
        "| contact e mail | contact person email | contact person e mail",
    ),
    _field(
        "contact_function",
        "text",
        "должность контактного лица | контактное лицо должность"
        "| посада контактної особи | контактна особа посада | contact function"
        "| contact position | contact job position | contact person position",
    ),
    _field(
        "industry",
        "many2one",
        "отрасль | сфера деятельности | вид деятельности | галузь | сфера діяльності"
        "| вид діяльності | industry | line of business | business sector",
    ),
    _field(
        "work_notes",
        "text",
        "как работать с клиентом | особенности работы | пожелания клиента"
        "| предпочтения | як працювати з клієнтом | особливості роботи"
        "| побажання клієнта | уподобання | how to work with the client"
        "| client preferences | preferences",
        repeats=True,
    ),
    _field("lang", "selection", "язык | мова | language | lang"),
    _field(
        "company_registry",
        "text",
        "огрн | огрнип | регистрационный номер | реєстраційний номер"
        "| company registry | registration number | company registration number",
    ),
)

ROW_NUMBER_NAMES: Final = _split(
    "№ | № п п | п п | номер п п | номер | номер строки | № з п | з п | номер рядка"
    "| строка | рядок | no | nr | row | row number | line | s n | num"
)
"""Columns that only count the rows."""
