"""Legal forms of firms and entrepreneurs: Ukrainian, Russian, English.

A form is told by its class, so that ТОВ, ООО and LLC are one thing.
"""

import re
from typing import Final

# Abbreviations of a class; sure wherever they stand in a name.
_ABBREVIATIONS: Final = {
    "llc": "тов тзов стов ооо тоо жшс tov ooo llc ltd limited gmbh",
    "jsc": "jsc",
    "cjsc": "зао зат прат zao zat prjsc cjsc",
    "pjsc": "пао оао пат ват pao oao pjsc ojsc",
    "alc": "тдв одо tdv",
    "fop": "фоп спд флп спдфо фопп fop spd",
    "farm": "кфх сфг",
    "state": "фгуп гуп фгбу",
    "municipal": "муп кнп мбоу мбу",
    "coop": "осбб жск тсж снт гск обк",
}
# Abbreviations that are words or initials in the middle of a name.
_ABBREVIATIONS_AT_EDGE: Final = {
    "llc": "sarl srl sro spzoo oü ou kft bv uab sia pte",
    "jsc": "ат ао ao at sa ag ab nv oy spa plc inc corp",
    "fop": "ип пбоюл ip",
    "pe": "пп чп pp chp pe",
    "farm": "фг фх",
    "state": "дп гп dp",
    "municipal": "кп kp",
    "partnership": "пт кт llp lp kg",
    "ngo": "го оо нко бф бо",
    "group": "гк gk",
}
_SPELLED_OUT: Final = {
    "llc": r"товариств\w* з обмежено\w* відповідальніст\w*"
    r"|обществ\w* с ограниченн\w* ответственност\w*|limited liability company",
    "alc": r"товариств\w* з додатково\w* відповідальніст\w*"
    r"|обществ\w* с дополнительн\w* ответственност\w*|additional liability company",
    "cjsc": r"(?:приватн\w*|закрит\w*) акціонерн\w* товариств\w*"
    r"|(?:закрыт\w*|непубличн\w*) акционерн\w* обществ\w*"
    r"|(?:private|closed) joint[ -]stock company",
    "pjsc": r"(?:публічн\w*|відкрит\w*) акціонерн\w* товариств\w*"
    r"|(?:публичн\w*|открыт\w*) акционерн\w* обществ\w*"
    r"|(?:public|open) joint[ -]stock company",
    "jsc": r"акціонерн\w* товариств\w*|акционерн\w* обществ\w*|joint[ -]stock company",
    "fop": r"фізичн\w* особ\w*\W{1,3}підприєм\w*|физическ\w* лиц\w*\W{1,3}предприним\w*"
    r"|(?:индивидуальн\w*|частн\w*) предпринимател\w*|приватн\w* підприєм(?:ець|ця)"
    r"|суб.?єкт\w* підприємницьк\w* діяльност\w*"
    r"|субъект\w* предпринимательск\w* деятельност\w*"
    r"|individual entrepreneur|sole proprietor(?:ship)?|private entrepreneur",
    "pe": r"приватн\w* підприємств\w*|частн\w* предприяти\w*|private enterprise",
    "farm": r"(?:селянськ\w*\W{1,3})?фермерськ\w*\W{1,2}господарств\w*"
    r"|(?:крестьянск\w*\W{1,3})?фермерск\w*\W{1,2}хозяйств\w*",
    "state": r"(?:(?:федеральн\w* )?государственн\w*|державн\w*) "
    r"(?:унитарн\w* )?(?:предприяти|підприємств)\w*|state enterprise",
    "municipal": r"комунальн\w* (?:некомерційн\w* )?підприємств\w*"
    r"|(?:коммунальн|муниципальн)\w* (?:унитарн\w* )?предприяти\w*",
    "coop": r"(?:сільськогосподарськ\w* |сельскохозяйственн\w* )?"
    r"(?:(?:виробнич|обслуговуюч|споживч|производственн|потребительск)\w* )?"
    r"кооператив\w*"
    r"|об.?єднанн\w* співвласник\w* багатоквартирн\w* будинк\w*"
    r"|товариществ\w* собственник\w* (?:жилья|недвижимости)",
    "group": r"групп\w* компаний|груп\w* компаній|group of companies",
    "ngo": r"(?:громадськ|общественн)\w* (?:організаці|организаци)\w*"
    r"|(?:благодійн|благотворительн)\w* фонд\w*",
    "partnership": r"(?:повн|командитн)\w* товариств\w*"
    r"|(?:полн|коммандитн)\w* товариществ\w*",
}

# Word in lower case -> class, for forms that count anywhere and at the edges only.
FORMS_ANYWHERE: Final = {
    word: code for code, text in _ABBREVIATIONS.items() for word in text.split()
}
FORMS_AT_EDGE: Final = FORMS_ANYWHERE | {
    word: code for code, text in _ABBREVIATIONS_AT_EDGE.items() for word in text.split()
}
SPELLED_OUT: Final = re.compile(
    r"(?<!\w)(?:"
    + "|".join(f"(?P<{code}>{forms})" for code, forms in _SPELLED_OUT.items())
    + r")(?!\w)"
)
# A quick look before SPELLED_OUT: no form is spelled out without one of these.
SPELLED_OUT_HINT: Final = re.compile(
    "товар|общест|підпр|предпр|господ|хозяй|кооп|компан|compan|приєм|приним|організ"
    "|организ|фонд|enterpri|entrepr|propriet|співвл"
)
# О.О.О., L.L.C., sp. z o.o.; two letters with full stops are initials (И.П.)
DOTTED: Final = re.compile(
    r"(?<!\w)(?:(?:[^\W\d_]\.\s?){2,}[^\W\d_](?!\w)\.?|sp\.? ?z ?o\.? ?o\.?)"
)


def legal_form_class(text: str) -> str:
    """Return the class of a cell that holds a legal form only, ``""`` when none."""
    lowered = " ".join(text.lower().split()).strip(" .,\"'«»()")
    bare = lowered.replace(".", "").replace(" ", "")
    code = FORMS_AT_EDGE.get(bare)
    if code:
        return code
    found = SPELLED_OUT.fullmatch(lowered)
    return found.lastgroup or "" if found else ""
