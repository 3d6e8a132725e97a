"""What counts as one item of the range: a category, or a product where it is narrow.

Documents of Odoo name a product; the accounting system tells a key, a name and a
category in words. What both know is one item.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar

Level = Literal["category", "product"]
Name = TypeVar("Name", int, str)
# So few products are told apart one by one,
NARROW_PRODUCTS = 60
# and so few categories say nothing about what a client lacks.
MIN_CATEGORIES = 5


@dataclass(frozen=True, slots=True)
class Ware:
    """What stands on ``count`` lines: a product of Odoo, else 0, and words or ''."""

    product: int
    product_key: str
    name: str
    category: str
    count: int = 1


@dataclass(frozen=True, slots=True)
class Item:
    """``key`` tells items apart; ``product`` is what to offer, 0 when unknown."""

    key: str
    name: str
    is_category: bool
    category: int = 0
    product: int = 0


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What Odoo knows: categories of products, and what words and codes stand for.

    Codes and names that stand for several are left out; both are in lower case.
    """

    category_of: Mapping[int, int]
    product_of_code: Mapping[str, int]
    category_of_name: Mapping[str, int]
    sold: frozenset[int] = frozenset()

    def product(self, ware: Ware) -> int:
        """Return the product of Odoo that a ware is, 0 for none."""
        return ware.product or self.product_of_code.get(plain(ware.product_key), 0)

    def category(self, ware: Ware) -> int:
        """Return the category: told in words, else that of the product."""
        if plain(ware.category):
            return self.category_of_name.get(plain(ware.category), 0)
        return self.category_of.get(self.product(ware), 0)


def plain(text: str) -> str:
    """Return a text as it is compared: spaces and case do not count."""
    return " ".join(text.split()).casefold()


def choose_level(wares: Iterable[Ware], catalogue: Catalogue) -> Level:
    """Choose products where there are few of them, or hardly any categories."""
    wares = list(wares)
    products = {_product_key(ware, catalogue) for ware in wares} - {""}
    categories = {_category_key(ware, catalogue) for ware in wares} - {""}
    if len(products) > NARROW_PRODUCTS and len(categories) >= MIN_CATEGORIES:
        return "category"
    return "product" if products else "category"


def make_items(
    wares: Iterable[Ware], catalogue: Catalogue, level: Level
) -> tuple[dict[Ware, str], dict[str, Item]]:
    """Say which item each ware is; a ware without any name is none.

    :return: key of the item by ware, items by key. A name is the most frequent one; a
        category is offered by the product most often bought of those still sold.
    """
    keys = {}
    names: dict[str, Counter[str]] = defaultdict(Counter)
    products: dict[str, Counter[int]] = defaultdict(Counter)
    kinds: dict[str, tuple[bool, int]] = {}
    for ware in sorted(wares, key=_order):
        key = _key(ware, catalogue, level)
        if not key:
            continue
        keys[ware] = key
        is_category = key == _category_key(ware, catalogue)
        names[key][ware.category if is_category else ware.name] += ware.count
        kinds[key] = is_category, catalogue.category(ware)
        product = catalogue.product(ware)
        if product and (product in catalogue.sold or not is_category):
            products[key][product] += ware.count
    items = {
        key: Item(key, _best(names[key], ""), *kinds[key], _best(products[key], 0))
        for key in names
    }
    return keys, items


def _order(ware: Ware) -> tuple[int, str, str, str]:
    return ware.product, ware.product_key, ware.name, ware.category


def _best(counts: Counter[Name], otherwise: Name) -> Name:
    """Return the most frequent one; of equals the first."""
    known = {one: number for one, number in counts.items() if one}
    if not known:
        return otherwise
    return min(known, key=lambda one: (-known[one], one))


def _key(ware: Ware, catalogue: Catalogue, level: Level) -> str:
    product = _product_key(ware, catalogue)
    category = _category_key(ware, catalogue)
    return (category or product) if level == "category" else (product or category)


def _product_key(ware: Ware, catalogue: Catalogue) -> str:
    product = catalogue.product(ware)
    if product:
        return f"product {product}"
    if plain(ware.product_key):
        return f"key {plain(ware.product_key)}"
    return f"name {plain(ware.name)}" if plain(ware.name) else ""


def _category_key(ware: Ware, catalogue: Catalogue) -> str:
    category = catalogue.category(ware)
    if category:
        return f"category {category}"
    return f"words {plain(ware.category)}" if plain(ware.category) else ""
