"""What counts as one item of the range."""

import pytest
from client_risk.tools.items import (
    MIN_CATEGORIES,
    NARROW_PRODUCTS,
    Catalogue,
    Item,
    Ware,
    choose_level,
    make_items,
    plain,
)

BRUSH, PAINT, TOOLS = 7, 8, 3
EMPTY = Catalogue({}, {}, {})
KNOWN = Catalogue({BRUSH: TOOLS}, {"b-1": BRUSH}, {"tools": TOOLS}, frozenset({BRUSH}))


def find_item(ware, catalogue=KNOWN, level="category"):
    keys, items = make_items([ware], catalogue, level)
    return items[keys[ware]]


def test_texts_are_compared_without_case_and_spaces():
    assert plain("  Flat \t BRUSH ") == "flat brush"


@pytest.mark.parametrize(
    ("ware", "level", "key"),
    [
        (Ware(BRUSH, "", "", ""), "category", "category 3"),
        (Ware(BRUSH, "", "", ""), "product", "product 7"),
        (Ware(0, "B-1", "Brush", "TOOLS "), "category", "category 3"),
        (Ware(0, "B-1", "Brush", ""), "category", "category 3"),
        (Ware(0, "B-1", "Brush", "Art"), "category", "words art"),
        (Ware(0, "B-1", "Brush", "Art"), "product", "product 7"),
        (Ware(0, "X-9", "Glue", ""), "product", "key x-9"),
        (Ware(0, "", "Glue", ""), "product", "name glue"),
        (Ware(0, "", "Glue", ""), "category", "name glue"),
        (Ware(0, "", "", "Glues"), "product", "words glues"),
    ],
)
def test_what_odoo_and_accounting_both_know_is_one_item(ware, level, key):
    assert find_item(ware, level=level).key == key


def test_line_without_any_name_is_no_item():
    assert make_items([Ware(0, " ", "", "")], KNOWN, "category") == ({}, {})


def test_most_frequent_name_is_shown_of_equals_the_first():
    wares = [
        Ware(0, "G-1", "Glue", "", 2),
        Ware(0, "G-1", "Glue 5 l", "", 3),
        Ware(0, "G-1", "A glue", "", 3),
    ]
    _keys, items = make_items(wares, EMPTY, "product")
    assert items == {"key g-1": Item("key g-1", "A glue", is_category=False)}
    assert make_items(wares[::-1], EMPTY, "product")[1] == items


def test_category_is_offered_by_what_is_bought_most_and_still_sold():
    catalogue = Catalogue({BRUSH: TOOLS, PAINT: TOOLS}, {}, {}, frozenset({BRUSH}))
    wares = [Ware(BRUSH, "", "", "", 2), Ware(PAINT, "", "", "", 9)]
    _keys, items = make_items(wares, catalogue, "category")
    assert items["category 3"].product == BRUSH
    _keys, items = make_items(wares, catalogue, "product")
    assert items["product 8"].product == PAINT


@pytest.mark.parametrize(
    ("products", "categories", "level"),
    [
        (NARROW_PRODUCTS + 1, MIN_CATEGORIES, "category"),
        (NARROW_PRODUCTS, MIN_CATEGORIES, "product"),
        (NARROW_PRODUCTS + 1, MIN_CATEGORIES - 1, "product"),
        (0, 0, "category"),
    ],
)
def test_narrow_range_is_told_apart_by_products(products, categories, level):
    wares = [
        Ware(0, f"P-{number}", "", f"C-{number % max(categories, 1)}")
        for number in range(products)
    ]
    assert choose_level(wares, EMPTY) == level
