"""Rows of the database in their binary form, and documents in columns."""

import datetime as dt
import random
import struct

import numpy as np
import pytest
from client_risk.tools import columns, history, money

FIRST = dt.date(2024, 1, 1)


def test_values_one_after_another_are_columns():
    data = struct.pack(">idid", 1, 0.5, -2, -1e9)
    whole, broken = columns.read(data, [columns.INT, columns.FLOAT])
    assert whole.tolist() == [1, -2]
    assert broken.tolist() == [0.5, -1e9]


def test_no_rows_are_read():
    assert len(columns.read(b"", [columns.INT])[0]) == 0


def test_part_of_a_row_is_refused():
    with pytest.raises(ValueError, match="size"):
        columns.read(b"123", [columns.INT])


def test_rows_are_written_as_copy_takes_them():
    data = columns.write({"a": np.array([7]), "b": np.array([0.5])})
    row = struct.pack(">hiiid", 2, 4, 7, 8, 0.5)
    assert data == columns.HEADER + row + columns.TRAILER


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
