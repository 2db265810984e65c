"""Numbers as exports write them: each way is read exactly, everything doubtful is refused."""

from contextlib import suppress
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from taxlots.exact import plain
from taxlots.importers.numbers import NumberError, number, parse_number, required
from taxlots.importers.records import Row, RowError

READ = {
    "1234.5": "1234.5",
    "$1,234.50": "1234.50",
    "-$1,234.50": "-1234.50",
    "$-1,234.50": "-1234.50",
    "(88.00)": "-88",
    "($1,234.50)": "-1234.50",
    "1e-8": "0.00000001",
    "1.5E+3": "1500",
    "€1.234,56": "1234.56",
    "1.234,56 €": "1234.56",
    "-€5.97": "-5.97",
    "249.73 USD": "249.73",
    "USD 249.73": "249.73",
    "0.5BTC": "0.5",
    "120 1INCH": "120",
    "5 ETH2.S": "5",
    "1,234,567": "1234567",
    "1,234,567.89": "1234567.89",
    "1.234.567,89": "1234567.89",
    "1 234,56": "1234.56",
    "1\u00a0234\u00a0567.5": "1234567.5",
    "1\u202f234,5": "1234.5",
    "1'234.50": "1234.50",
    "1’234.50": "1234.50",
    "12,34,567.5": "1234567.5",
    "0,5": "0.5",
    "0,123": "0.123",
    "1,23": "1.23",
    ".5": "0.5",
    ",5": "0.5",
    "+7": "7",
    "88.00-": "-88",
    "88.00 -": "-88",
    "- 88": "-88",
    "0": "0",
    "000123": "123",
    "999999999999999999": "999999999999999999",
}
REFUSED = [
    *("", " ", "-", "$", "BTC", "abc", "."),
    *("3.2k", "3.2 k", "5M", "1.5 bn", "5 million", "2 thousand", "100%", "100 %", "12 percent"),
    *("1.2.3", "1..5", "1,2,3", "1,,5", "1.,5", "1.2.3,5", "1,234.567,89"),
    *("1,234,56", "12,34.5", "1234,567.5", "1234 567", "12 34", "1 234'567", "1 2345", "0.123 456"),
    *("--5", "-5-", "(-5)", "+-5", "-$-5", "(5)-", "−−5", "5+"),
    *("NaN", "nan", "Infinity", "-inf", "1e400", "1e18", "1e", "1e-", "0x10", "1/2", "12:30", "2024-01-05"),
    *("١٢٣", "１２３", "1２3", "²", "½", "Ⅷ", "१"),
    *("(5", "5)", "1 BTC 2 ETH"),
]
MINUS_SIGNS = ["-", "−", "–", "—", "﹣", "－", "‐", "‑", "‒"]
values = st.decimals(min_value=0, max_value=10**12, places=4).map(lambda d: d.copy_abs())


@pytest.mark.parametrize(("text", "expected"), READ.items())
def test_is_read(text, expected):
    """The exact value of each way that exports write a number."""
    assert parse_number(text) == Decimal(expected)


@pytest.mark.parametrize("text", REFUSED)
def test_is_refused(text):
    """What is no number, or could be two, is never guessed."""
    with pytest.raises(NumberError):
        parse_number(text)


@pytest.mark.parametrize("sign", MINUS_SIGNS)
def test_every_minus_sign(sign):
    """Typographic dashes in front of (or behind) a number make it negative."""
    assert parse_number(f"{sign}0.5") == Decimal("-0.5")
    assert parse_number(f"0.5{sign}") == Decimal("-0.5")


@given(values)
def test_plain_style(value):
    """A plain decimal string reads back as itself."""
    assert parse_number(plain(value)) == value


@given(values, st.sampled_from(["$", "€", "£", "US$", "USD "]))
def test_dollar_style(value, unit):
    """Commas between thousands, a point, a unit in front."""
    assert parse_number(f"{unit}{value:,.4f}") == value
    assert parse_number(f"-{unit}{value:,.4f}") == -value


@given(values)
def test_accounting_style(value):
    """Parentheses are a minus sign."""
    assert parse_number(f"({value:,.4f})") == -value


@given(values, st.sampled_from([" ", "\u00a0", "\u202f", "'", "’", "_"]))
def test_blank_grouped_style(value, mark):
    """Blanks or apostrophes between thousands."""
    assert parse_number(f"{value:,.4f}".replace(",", mark)) == value


@given(values)
def test_continental_style(value):
    """Points between thousands and a decimal comma; four decimals can't be taken for a group of three."""
    swapped = f"{value:,.4f}".translate(str.maketrans(",.", ".,"))
    assert parse_number(swapped) == value
    assert parse_number(swapped, decimal=",") == value


@given(values, st.sampled_from(["BTC", "1INCH", "USDC", "ETH2.S", "$", "€"]))
def test_trailing_unit(value, unit):
    """A unit after a blank, also one that begins with a digit."""
    assert parse_number(f"{plain(value)} {unit}") == value


@given(values)
def test_scientific_style(value):
    """An exponent changes nothing about the value."""
    assert parse_number(f"{value:e}") == value


@given(st.text(max_size=12))
def test_any_text_is_a_number_or_refused(text):
    """No text leads to anything but a finite number or NumberError."""
    with suppress(NumberError):
        assert parse_number(text).is_finite()


def cell(text):
    """A row with one cell."""
    return Row("a.csv", 2, {"amount": text})


@pytest.mark.parametrize("text", ["", "  ", "-", "—", "N/A", "null"])
def test_an_empty_cell_is_no_number(text):
    """Placeholders for nothing are None where a number is optional, and a RowError naming the column where it is not."""
    assert number(cell(text), "amount") is None
    with pytest.raises(RowError, match="'amount' is empty"):
        required(cell(text), "amount")


def test_a_wrong_cell_names_its_column():
    """The message tells which column and what stands in it."""
    with pytest.raises(RowError, match=r"'amount': '3\.2k'"):
        number(cell("3.2k"), "amount")
