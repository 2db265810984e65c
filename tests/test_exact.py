"""The exact number type: conversions without loss, one rounding, no silent overflow."""

from decimal import Decimal
from fractions import Fraction

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from taxlots import exact

units = st.integers(-(exact.LIMIT) + 1, exact.LIMIT - 1)
half = st.integers(-(exact.LIMIT // 2) + 1, exact.LIMIT // 2 - 1)


def column(*values: str | None) -> pd.Series:
    """A frame column of these decimals."""
    return exact.column(None if v is None else exact.to_units(Decimal(v)) for v in values)


@given(units)
def test_units_survive_the_way_through_decimal(number):
    """Units -> Decimal -> units loses nothing."""
    assert exact.to_units(exact.to_decimal(number)) == number


@given(st.lists(st.none() | units))
def test_units_survive_the_way_through_a_frame(numbers):
    """Units -> column -> units loses nothing, missing values included."""
    assert exact.units_of(exact.column(numbers)) == numbers


@given(st.lists(st.none() | units, min_size=1), st.data())
def test_units_of_a_slice(numbers, data):
    """A sliced column, whose Arrow array has an offset into a longer buffer, gives just its own rows."""
    start = data.draw(st.integers(0, len(numbers)))
    stop = data.draw(st.integers(start, len(numbers)))
    assert exact.units_of(exact.column(numbers).iloc[start:stop]) == numbers[start:stop]


def test_units_of_chunks():
    """A column of several chunks, one sliced and one empty, reads like one list."""
    first = pa.array([Decimal(1), None, Decimal(-2)], type=exact.ARROW).slice(1)
    chunks = pa.chunked_array([first, pa.array([], type=exact.ARROW), pa.array([Decimal(3)], type=exact.ARROW)])
    series = pd.Series(pd.array(chunks, dtype=exact.DTYPE))
    assert exact.units_of(series) == [None, -2 * exact.ONE, 3 * exact.ONE]


def test_units_of_nothing_and_of_missing_only():
    """No rows and only missing rows are no special case."""
    assert exact.units_of(column()) == []
    assert exact.units_of(column(None, None)) == [None, None]


@given(st.integers(), st.integers().filter(bool))
def test_divide_is_half_even(numerator, denominator):
    """The quotient is the integer nearest to the fraction, of two equally near the even one: Python's own rounding of fractions."""
    assert exact.divide(numerator, denominator) == round(Fraction(numerator, denominator))


@pytest.mark.parametrize(("text", "expected"), [("0.5", 0), ("1.5", 2), ("2.5", 2), ("-0.5", 0), ("-1.5", -2), ("0.51", 1), ("4e-30", 0)])
def test_to_units_rounds_half_even(text, expected):
    """What lies between two units goes to the nearest, a tie to the even one."""
    assert exact.to_units(Decimal(text).scaleb(-exact.DECIMALS)) == expected


@pytest.mark.parametrize("text", ["1e18", "-1e18", "1e400", "NaN", "Infinity", "-Infinity", "999999999999999999.9999999999999999999"])
def test_too_large_or_not_finite_is_refused(text):
    """18 digits before the point is the limit, also after rounding."""
    with pytest.raises(exact.OutOfRangeError):
        exact.to_units(Decimal(text))


def test_largest_number_fits():
    """18 nines before and 18 after the point are kept."""
    largest = Decimal("999999999999999999.999999999999999999")
    assert exact.total(column(str(largest))) == largest


@pytest.mark.parametrize(
    ("text", "rounded"), [("1.000000000000000001", False), ("1.0000000000000000010", False), ("1.0000000000000000001", True)]
)
def test_is_rounded(text, rounded):
    """Only digits other than zero beyond the 18th are lost."""
    assert exact.is_rounded(Decimal(text)) is rounded


@given(st.lists(st.tuples(half, half)))
def test_add_and_subtract_are_exact(pairs):
    """Row by row sums and differences of whole columns are those of integers."""
    left, right = exact.column(a for a, _ in pairs), exact.column(b for _, b in pairs)
    assert exact.units_of(exact.add(left, right)) == [a + b for a, b in pairs]
    assert exact.units_of(exact.subtract(left, right)) == [a - b for a, b in pairs]


def test_add_with_missing_values():
    """A sum with a missing value is missing, and the index is the left column's."""
    left = column("1", None, "-3.5")
    left.index = [7, 8, 9]
    result = exact.add(left, column("0.5", "2", None))
    assert exact.units_of(result) == [3 * exact.ONE // 2, None, None]
    assert list(result.index) == [7, 8, 9]


def test_add_refuses_to_wrap_around():
    """Where Arrow would wrap around without a word, an exception says that the sum is too large."""
    nines = column("999999999999999999")
    with pytest.raises(exact.OutOfRangeError):
        exact.add(nines, column("1"))


def test_add_needs_columns_of_one_length():
    """Columns of different length are a mistake of the caller, not missing values."""
    with pytest.raises(ValueError, match="zip"):
        exact.add(column("1"), column("1", "2"))


@given(st.lists(st.none() | units))
def test_total_is_the_integer_sum(numbers):
    """The total of a column equals the integer sum, however large, and skips missing values."""
    assert exact.total(exact.column(numbers)) == exact.to_decimal(sum(n for n in numbers if n is not None))


def test_total_of_a_large_column_keeps_every_digit():
    """1,000 x 999,999,999,999,999,999.999999999999999999 has 21 digits before the point: more than a decimal128 of this type holds."""
    largest = "999999999999999999.999999999999999999"
    assert exact.total(column(*[largest] * 1000)) == Decimal("999999999999999999999.999999999999999000")


@pytest.mark.parametrize(("text", "shown"), [("1.005", "1.01"), ("-1.005", "-1.01"), ("1.0049", "1.00"), ("0", "0.00"), ("-0.004", "0.00")])
def test_cents_round_half_away_from_zero(text, shown):
    """Money is shown with the half cent going away from zero, as forms do."""
    assert str(exact.cents(Decimal(text))) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [("1E+3", "1000"), ("1e-8", "0.00000001"), ("1.500", "1.5"), ("-0.00", "0"), ("100", "100"), ("-2.50", "-2.5"), ("0E-18", "0")],
)
def test_plain_notation(text, shown):
    """No exponent and no trailing zeros, in any size."""
    assert exact.plain(Decimal(text)) == shown


@given(units)
def test_plain_notation_loses_nothing(number):
    """The plain text reads back as the same number and never holds an exponent."""
    text = exact.plain(exact.to_decimal(number))
    assert "e" not in text.lower()
    assert exact.to_units(Decimal(text)) == number


@given(units, units, units.filter(bool))
def test_share_is_within_half_a_unit(amount, part, whole):
    """A share is the nearest unit to the true fraction, though the product is far wider than 36 digits."""
    assert abs(exact.share(amount, part, whole) - Fraction(amount * part, whole)) <= Fraction(1, 2)


@pytest.mark.parametrize("text", ["", "abc", "NaN", "Infinity", "1,5"])
def test_parse_refuses(text):
    """A rule file holds plain decimal strings and nothing else."""
    with pytest.raises(ValueError, match="number"):
        exact.parse(text)


_SMALL, _LARGE = st.integers(-(2**63), 2**63 - 1), st.integers(1 - exact.LIMIT, exact.LIMIT - 1)


@given(
    st.lists(_SMALL)
    | st.lists(_LARGE)
    | st.lists(_SMALL | st.none())
    | st.lists(st.integers(0, 9) | st.sampled_from([2**64, -(2**64), 2**63]))
)
def test_units_come_back_from_an_array(numbers):
    """Of 64 bits, wider, few wide ones among narrow ones, and missing ones."""
    assert exact.units(exact.array(numbers)) == numbers


def test_whole_dollars_of_a_loss_of_cents_have_no_sign():
    assert [str(exact.dollars(Decimal(text))) for text in ("-0.4", "-0.5", "0.5", "-0")] == ["0", "-1", "1", "0"]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (exact.CONTEXT.divide(Decimal(2), Decimal(3)), "0.666666666666666667"),
        (exact.CONTEXT.divide(Decimal(-2), Decimal(3)), "-0.666666666666666667"),
        (Decimal("0.0000000000000000005"), "0"),  # half a unit goes to the even one
        (Decimal("-0.0000000000000000004"), "0"),
        (Decimal("0.000000000000000001"), "0.000000000000000001"),
        (Decimal("1e20") + Decimal("0.5"), "100000000000000000000.5"),  # more than a frame holds stays what it is
        (Decimal("123456789012345678.123456789012345678"), "123456789012345678.123456789012345678"),
    ],
)
def test_what_is_written_has_18_decimals_at_most(value, shown):
    """A quotient of 100 digits is written in the 18 decimals that quantities and prices of rows have, and those as they are."""
    assert exact.plain(value) == shown
