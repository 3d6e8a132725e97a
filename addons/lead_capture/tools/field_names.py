"""What sites commonly call the fields of a request, in four languages.

Used where the map of a channel says nothing, so that a form works without set-up.
"""

from typing import Final

# Target -> names, as ``simplify`` leaves them; the first that is there counts.
COMMON_NAMES: Final[dict[str, tuple[str, ...]]] = {
    "contact_name": (
        "contactname",
        "fullname",
        "yourname",
        "clientname",
        "customername",
        "person",
        "name",
        "fio",
        "pib",
        "піб",
        "фио",
        "імя",
        "имя",
        "вашеімя",
        "вашеимя",
    ),
    "phone": (
        "phone",
        "phones",
        "tel",
        "telephone",
        "mobile",
        "phonenumber",
        "yourphone",
        "contactphone",
        "телефон",
        "номертелефону",
        "номертелефона",
    ),
    "email": (
        "email",
        "emails",
        "mail",
        "emailfrom",
        "youremail",
        "emailaddress",
        "contactemail",
        "пошта",
        "почта",
        "електроннапошта",
        "электроннаяпочта",
    ),
    "company": (
        "company",
        "companyname",
        "partnername",
        "organization",
        "organisation",
        "org",
        "компанія",
        "компания",
        "організація",
        "организация",
    ),
    "name": ("subject", "title", "topic", "тема"),
    "description": (
        "message",
        "comment",
        "comments",
        "description",
        "text",
        "question",
        "yourmessage",
        "повідомлення",
        "сообщение",
        "коментар",
        "комментарий",
        "питання",
        "вопрос",
    ),
    "product": (
        "product",
        "products",
        "productname",
        "item",
        "service",
        "товар",
        "товари",
        "товары",
        "послуга",
        "услуга",
    ),
    "region": ("region", "city", "town", "регіон", "регион", "місто", "город"),
    "lang": ("lang", "language", "locale", "мова", "язык"),
    "tax_id": ("taxid", "vat", "edrpou", "inn", "єдрпоу", "іпн", "инн"),
    "function": ("function", "position", "jobtitle", "посада", "должность"),
    "website": ("website", "site", "сайт"),
    "source": ("utmsource",),
    "medium": ("utmmedium",),
    "campaign": ("utmcampaign",),
    "page": ("page", "pageurl", "referrer", "referer"),
    "event_key": ("eventkey", "eventid"),
}
# Put together when a name comes in pieces.
NAME_PARTS: Final = ("firstname", "middlename", "lastname", "surname")
# Objects whose fields are looked through as if they stood at the top.
CONTAINERS: Final = frozenset(
    {"contact", "client", "customer", "lead", "data", "fields", "form"}
)


def simplify(name: str) -> str:
    """Return a name without case, spaces and punctuation."""
    return "".join(sign for sign in name.casefold() if sign.isalnum())
