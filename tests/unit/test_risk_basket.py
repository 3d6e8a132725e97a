from client_risk.tools.basket import Bought, Item, describe


def _buy(days, category="", product=""):
    return [Bought(day, float(day), category, product) for day in days]


def test_usual_is_what_is_on_a_third_of_the_purchases():
    paint = _buy(range(0, 100, 10), "Paint", "White")
    brush = _buy((0, 50, 90), "Tools", "Brush")
    once = _buy((90,), "Glue", "PVA")
    found = describe(paint + brush + once, 10.0, 95.0)
    assert found.usual == (Item("Paint", 10, 90), Item("Tools", 3, 90))
    assert (found.lost, found.count) == ((), 10)


def test_client_of_few_categories_is_told_apart_by_products():
    bought = _buy(range(0, 50, 10), "Paint", "White") + _buy((10, 20), "Paint", "Red")
    assert [item.name for item in describe(bought, 10.0, 45.0).usual] == [
        "White",
        "Red",
    ]


def test_what_was_regular_and_is_missing_is_lost_and_not_usual():
    paint = _buy(range(0, 101, 10), "Paint", "White")
    brush = _buy((40, 50, 60, 70), "Tools", "Brush")
    found = describe(paint + brush, 10.0, 100.0)
    assert [item.name for item in found.lost] == ["Brush"]
    assert [item.name for item in found.usual] == ["White"]


def test_who_buys_nothing_at_all_has_lost_no_line():
    found = describe(_buy(range(0, 50, 10), "Paint"), 10.0, 300.0)
    assert found.lost == ()
    assert found.usual == (Item("Paint", 5, 40),)


def test_nothing_bought_is_an_empty_basket():
    found = describe([], 10.0, 0.0)
    assert (found.usual, found.lost, found.count) == ((), (), 0)


def test_without_a_rhythm_nothing_is_lost():
    assert describe(_buy((0, 10), "Paint"), 0.0, 300.0).lost == ()


def test_lines_without_a_name_are_left_out():
    assert describe(_buy((0, 10)), 10.0, 20.0).usual == ()
