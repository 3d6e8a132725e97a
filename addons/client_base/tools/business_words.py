"""Words that say what a firm does rather than which firm it is.

One group holds the forms of a word in Ukrainian, Russian and English. Such a word
counts little when names are compared: there are many "building companies".
"""

from typing import Final

from .alphabet import fold_word

_GROUPS: Final = (
    "компания компанія company companies kompaniia kompaniya компанії компании",
    "фирма фірма firm",
    "группа група group груп групп",
    "холдинг holding",
    "корпорация корпорація corporation",
    "предприятие підприємство enterprise",
    (
        "производство виробництво production производственная производственный "
        "производственное виробнича виробничий виробниче manufacturing"
    ),
    "торговая торговый торговое торгова торговий торгове торговля торгівля trading",
    "дом дім house",
    "будинок",
    "завод plant factory фабрика комбинат комбінат",
    (
        "строительная строительный строительное строительство будівельна будівельний "
        "будівельне будівництво construction"
    ),
    "транспортная транспортный транспортна транспортний transport",
    "магазин shop store крамниця",
    "интернет інтернет internet online онлайн",
    "центр center centre",
    "агентство agency агенство",
    "бюро bureau",
    "салон salon студия студія studio",
    "мастерская майстерня workshop",
    "склад warehouse база",
    "аптека pharmacy",
    "кафе cafe ресторан restaurant бар",
    "готель гостиница отель hotel",
    "рекламная рекламное рекламный рекламна рекламне advertising",
    "юридическая юридична юридичний legal",
    "медицинский медична медичний медицинская medical клиника клініка clinic",
    "научно науково",
    "фермерское фермерське",
    "хозяйство господарство farm",
    "агрофирма агрофірма",
    "кооператив",
    "фонд fund",
    "банк bank",
    "ассоциация асоціація association",
    "союз спілка union",
    "институт інститут institute",
    "университет університет university",
    "школа school",
    "сервис сервіс service services",
    "филиал філія філіал branch",
    "представительство представництво",
    "отделение відділення",
    "бк ск тд нвп нпп тк вк пк юк мц ра нпо нпф тпк кб чоп",
)

# Words of names that are said differently in the languages; they count in full.
_TRANSLATIONS: Final = (
    "трейд trade",
    "строй буд",
    "снаб постач",
    "мир світ",
    "юг південь",
    "север північ",
    "восток схід",
    "запад захід",
    "эксперт експерт expert",
    "стиль style",
    "лайн line",
    "лайт light",
    "стар star",
    "сити сіті city",
    "тех tech",
)


def _by_folded_word(groups: tuple[str, ...]) -> dict[str, str]:
    """Return folded word -> folded first word of its group."""
    return {
        fold_word(word): fold_word(group.split()[0])
        for group in groups
        for word in group.split()
    }


BUSINESS_WORDS: Final = _by_folded_word(_GROUPS)
BUSINESS_KEYS: Final = frozenset(BUSINESS_WORDS.values())
# Every word that has one folded form for its translations.
CANONICAL_WORDS: Final = _by_folded_word(_TRANSLATIONS) | BUSINESS_WORDS
# Which of them mark a part of a firm that shares its tax number.
BRANCH_KEYS: Final = frozenset(
    fold_word(word) for word in ("филиал", "представительство", "отделение", "склад")
)
