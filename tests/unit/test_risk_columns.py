"""Rows of the database in their binary form, and documents in columns."""

import datetime as dt
import random

import numpy as np
import pytest
from client_risk.tools import columns, history, money

FIRST = dt.date(2024, 1, 1)


def test_what_is_written_is_read():
    told = {"a": np.array([1, -2, 3]), "b": np.array([0.5, -1e9, 3.25])}
    found = columns.read(columns.write(told), [columns.INT, columns.FLOAT])
    np.testing.assert_array_equal(found[0], told["a"])
    np.testing.assert_array_equal(found[1], told["b"])


def test_no_rows_are_read():
    empty = columns.HEADER + columns.TRAILER
    assert len(columns.read(empty, [columns.INT])[0]) == 0


def test_other_rows_are_refused():
    data = columns.write({"a": np.array([1])})
    with pytest.raises(ValueError, match="no rows"):
        columns.read(data, [columns.FLOAT])


@pytest.mark.parametrize("seed", range(20))
def test_documents_in_columns_are_the_events_of_the_documents(seed):
    chance = random.Random(seed)
    documents = [
        history.Purchase(
            chance.randrange(6),
            FIRST + dt.timedelta(days=chance.randrange(60)),
            round(chance.uniform(-300, 500), 2),
        )
        for _number in range(chance.randrange(120))
    ]
    expected = history.to_events(documents)
    chance.shuffle(documents)
    found = history.net_events(
        np.array([one.client for one in documents], dtype=np.int64),
        np.array([one.day.toordinal() for one in documents], dtype=np.int64),
        np.array([one.amount for one in documents], dtype=np.float64),
    )
    np.testing.assert_array_equal(found.client, expected.client)
    np.testing.assert_array_equal(found.day, expected.day)
    np.testing.assert_allclose(found.amount, expected.amount, rtol=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_abc_in_a_column_is_that_of_the_table(seed):
    chance = random.Random(seed)
    turnover = [chance.choice((0.0, chance.uniform(1, 900))) for _one in range(50)]
    expected = money.abc_classes(dict(enumerate(turnover)))
    found = money.abc_column(np.array(turnover))
    assert ["ABC"[place] for place in found] == [expected[row] for row in range(50)]
