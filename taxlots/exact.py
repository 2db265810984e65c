"""The one exact number type, its arithmetic and its rounding.

A quantity, price, basis or tax is a decimal number with 18 decimals. It has three forms, and every conversion between them is here:

* *units*: a Python int, the number times 10^18; what the booking loop computes with;
* `Decimal`: for single values, computed under `CONTEXT` (the interpreter's own context has 28 digits, too few for 36);
* `DTYPE`: decimal128(36, 18), a column of a frame.

Rounding happens here and nowhere else: in `divide` and, the same, in `share` (`cents`, `to_units` and `plain` call the first), in
`dollars` and `portion`. Frame arithmetic goes through `add`, `subtract` and `total`, because Arrow's own sum of a decimal128 column
wraps around without a word.
"""

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation, localcontext
from itertools import repeat
from typing import Any, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

DECIMALS = 18
ONE = 10**DECIMALS
LIMIT = 10**36
ARROW = pa.decimal128(36, DECIMALS)
DTYPE = pd.ArrowDtype(ARROW)
CONTEXT = Context(prec=100)
_LITTLE: Literal["little"] = "little"


class OutOfRangeError(ArithmeticError):
    """A number does not fit 18 digits before and 18 after the point."""


def divide(numerator: int, denominator: int) -> int:
    """`numerator / denominator` as an int, rounded half to even. Raises ZeroDivisionError."""
    quotient, remainder = divmod(numerator, denominator)
    twice = 2 * abs(remainder)
    size = abs(denominator)
    if twice > size or (twice == size and quotient % 2):
        return quotient + 1
    return quotient


def multiply(a: int, b: int) -> int:
    """Product of two numbers in units, in units."""
    return divide(a * b, ONE)


def share(amount: int, part: int, whole: int) -> int:
    """`amount * part / whole`: the amount that falls on a part, in units. Rounded as `divide` does, without the call.

    Raises ZeroDivisionError.
    """
    if whole < 0:
        amount, whole = -amount, -whole
    quotient, remainder = divmod(amount * part, whole)
    twice = remainder + remainder
    if twice > whole or (twice == whole and quotient & 1):
        return quotient + 1
    return quotient


def checked(units: int) -> int:
    """The same units; raises OutOfRangeError when they do not fit the frame's type."""
    if -LIMIT < units < LIMIT:
        return units
    raise OutOfRangeError(f"{units} units exceed 18 digits before the point")


def to_units(value: Decimal) -> int:
    """A finite Decimal in units, rounded to 18 decimals where it has more (`is_rounded` tells).

    Raises:
        OutOfRangeError: more than 18 digits before the point, or not finite.
    """
    if not value.is_finite() or (value.adjusted() > DECIMALS and value):  # a zero may be 0E+20
        raise OutOfRangeError(f"{value} exceeds 18 digits before the point")
    scaled = value.scaleb(DECIMALS, CONTEXT)
    units = int(scaled)
    if units == scaled:
        return checked(units)
    numerator, denominator = scaled.as_integer_ratio()
    return checked(divide(numerator, denominator))


def is_rounded(value: Decimal) -> bool:
    """Whether `to_units` has to drop digits of this value."""
    scaled = value.scaleb(DECIMALS, CONTEXT)
    return scaled != scaled.to_integral_value()


def to_decimal(units: int) -> Decimal:
    """Units as a Decimal, without loss."""
    return Decimal(units).scaleb(-DECIMALS, CONTEXT)


def cents(value: Decimal) -> Decimal:
    """Rounded to two decimals, half away from zero, as forms and money columns show it."""
    units = to_units(value)
    size = (abs(units) + ONE // 200) // (ONE // 100)
    return Decimal(size if units >= 0 else -size).scaleb(-2, CONTEXT)


def dollars(value: Decimal) -> Decimal:
    """Rounded to whole dollars, half away from zero: from 50 cents up, as the forms allow (26 USC 6102(a))."""
    return CONTEXT.plus(value.to_integral_value(ROUND_HALF_UP))  # a zero without a sign


def portion(amounts: np.ndarray, rate: int | np.ndarray, scale: int) -> np.ndarray:
    """`amounts * rate / scale` of an int64 column, rounded half up to a whole unit, for 0 <= rate <= scale <= 10^9.

    The amount is split at the scale first, so that no product exceeds the larger of the amount and the scale squared.
    """
    whole, rest = np.divmod(amounts, scale)
    portions: np.ndarray = whole * rate + (rest * rate + scale // 2) // scale
    return portions


def plain(value: Decimal | None) -> str | None:
    """Plain decimal notation without exponent or trailing zeros (`0.5`, `1200`), the form of every exact number in JSON and CSV.

    What comes from rows has at most 18 decimals and stays exact; a quotient or a product with more is rounded to 18, half to even.
    """
    if value is None:
        return None
    text = format(value, "f")
    if len(text) - text.find(".") > DECIMALS + 1 and "." in text:
        text = format(_at_18(value), "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


def _at_18(value: Decimal) -> Decimal:
    """The value in 18 decimals, also where it has too many digits before the point for a frame."""
    numerator, denominator = value.scaleb(DECIMALS, CONTEXT).as_integer_ratio()
    return to_decimal(divide(numerator, denominator))


def plain_column(numbers: pa.Array) -> pa.Array:
    """`plain` of every number of an array of the frames' type, as an array of text; null stays null."""
    low, high = halves(numbers)
    zero = pc.and_(numbers.is_valid(), pa.array((low == 0) & (high == 0)))
    texts = pc.if_else(zero, "0", pc.ascii_rtrim(pc.ascii_rtrim(numbers.cast(pa.string()), "0"), "."))
    tiny = pc.fill_null(pc.match_substring(texts, "E"), fill_value=False)  # Arrow writes those below 10^-6 with exponent
    written = [plain(number) for number in numbers.filter(tiny).to_pylist()]
    return pc.replace_with_mask(texts, tiny, pa.array(written, pa.string())) if written else texts


def parse(text: str) -> Decimal:
    """A plain decimal string such as a rule file holds. Raises ValueError for anything else."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        raise ValueError(f"{text!r} is not a decimal number") from None
    if not value.is_finite():
        raise ValueError(f"{text!r} is not a finite number")
    return value


def exactly() -> Any:
    """Context manager: Decimal arithmetic inside it keeps 100 digits, so that sums and products of money are exact."""
    return localcontext(CONTEXT)


def array(units: Iterable[int | None]) -> pa.Array:
    """Units as an Arrow array of the frames' type, written as 16-byte two's complement; None is null. Raises OutOfRangeError."""
    listed: Any = units if isinstance(units, list) else list(units)
    if listed and (small := _small(listed)) is not None:
        return small
    known = None
    try:
        data = b"".join(map(int.to_bytes, listed, repeat(16), repeat(_LITTLE)))
    except (OverflowError, TypeError):  # some are negative, missing, or too large
        data = b"".join([checked(u or 0).to_bytes(16, "little", signed=True) for u in listed])
        known = pa.array([u is not None for u in listed], pa.bool_()).buffers()[1]
    result = pa.Array.from_buffers(ARROW, len(listed), [known, pa.py_buffer(data)])
    if known is None and len(listed) and int(halves(result)[1].view(np.uint64).max()) >= LIMIT >> 64:
        checked(max(listed))
    return result


def _small(listed: list[int | None]) -> pa.Array | None:
    """What `array` returns where all are there and fit 64 bits, several times faster."""
    try:
        low = np.array(listed, np.int64)
    except (OverflowError, TypeError):
        return None
    return of_whole(low)


def of_whole(units: np.ndarray) -> pa.Array:
    """Units of 64 bits as an array of the frames' type."""
    pairs = np.empty((len(units), 2), np.int64)
    pairs[:, 0] = units
    np.right_shift(units, 63, out=pairs[:, 1])
    return pa.Array.from_buffers(ARROW, len(units), [None, pa.py_buffer(pairs)])


def column(units: Iterable[int | None]) -> pd.Series:
    """Units as a frame column of `DTYPE`; None becomes a missing value. Raises OutOfRangeError."""
    return pd.Series(pd.array(array(units), dtype=DTYPE))


def units_of(series: pd.Series) -> list[int | None]:
    """A column of `DTYPE` as units."""
    chunks = pa.array(series.array, type=ARROW)
    pieces = chunks.chunks if isinstance(chunks, pa.ChunkedArray) else [chunks]
    return [unit for piece in pieces for unit in units(piece)]


def units(numbers: pa.Array) -> list[int | None]:
    """An array of the frames' type as units, read from the Arrow buffer and not through Decimal objects."""
    if not len(numbers):
        return []
    low, high = halves(numbers)
    large = np.flatnonzero(high)
    if 4 * len(large) < len(high):
        values: list[int | None] = low.tolist()
        for place, top in zip(large.tolist(), high[large].tolist(), strict=True):
            values[place] = top << 64 | int(low[place])
    elif (high >= 0).all():
        data = numbers.buffers()[1][16 * numbers.offset : 16 * (numbers.offset + len(numbers))]
        values = [*map(int.from_bytes, np.frombuffer(data, "V16").tolist(), repeat(_LITTLE))]
    else:
        values = [h << 64 | lo for h, lo in zip(high.tolist(), low.tolist(), strict=True)]
    if numbers.null_count:
        return [v if known else None for v, known in zip(values, numbers.is_valid().to_pylist(), strict=True)]
    return values


def halves(numbers: pa.Array) -> tuple[np.ndarray, np.ndarray]:
    """Lower (unsigned) and upper (signed) 64 bits of each number of an array of the frames' type; equal halves, equal numbers.

    What stands under a null is arbitrary.
    """
    pairs = np.frombuffer(numbers.buffers()[1], np.uint64)[2 * numbers.offset : 2 * (numbers.offset + len(numbers))]
    return pairs[0::2], pairs[1::2].view(np.int64)


def differences(left: pa.Array, right: pa.Array) -> pa.Array:
    """Row by row difference of two arrays of the frames' type without nulls; by halves, which is faster than Arrow's own.

    Raises OutOfRangeError.
    """
    (low, high), (other_low, other_high) = halves(left), halves(right)
    result = np.empty((len(left), 2), np.uint64)
    np.subtract(low, other_low, out=result[:, 0])
    top = high - other_high - (low < other_low)
    result[:, 1] = top.view(np.uint64)
    if len(top) and max(int(top.max()), -int(top.min())) >= LIMIT >> 64:
        checked(LIMIT)
    return pa.Array.from_buffers(ARROW, len(left), [None, pa.py_buffer(result)])


_FEW = 1 << 15  # so many groups can be sorted by their digits


def grouped_sums(codes: np.ndarray, numbers: pa.Array, groups: int) -> list[int]:
    """Exact sum in units of the numbers of each group, for codes from 0 to `groups` - 1; Arrow's own sum could wrap around."""
    low, high = halves(numbers)
    order = np.argsort(codes.astype(np.int16) if groups < _FEW else codes, kind="stable")
    starts = np.flatnonzero(np.diff(codes[order], prepend=-1))
    limbs = (high, (low >> np.uint64(32)).astype(np.int64), (low & np.uint64(0xFFFFFFFF)).astype(np.int64))
    sums = [0] * groups
    if len(codes):
        parts = [np.add.reduceat(limb[order], starts).tolist() for limb in limbs]
        for code, top, middle, bottom in zip(codes[order][starts].tolist(), *parts, strict=True):
            sums[code] = (top << 64) + (middle << 32) + bottom
    return sums


def _known(series: pd.Series) -> Sequence[int]:
    return [u for u in units_of(series) if u is not None]


def total(series: pd.Series) -> Decimal:
    """Exact sum of a column of `DTYPE`; missing values count as nothing."""
    return to_decimal(sum(_known(series)))


def add(left: pd.Series, right: pd.Series) -> pd.Series:
    """Row by row sum of two columns of `DTYPE`; missing where either is. Raises OutOfRangeError."""
    return _rowwise(left, right, 1)


def subtract(left: pd.Series, right: pd.Series) -> pd.Series:
    """Row by row difference of two columns of `DTYPE`; missing where either is. Raises OutOfRangeError."""
    return _rowwise(left, right, -1)


def _rowwise(left: pd.Series, right: pd.Series, sign: int) -> pd.Series:
    pairs = zip(units_of(left), units_of(right), strict=True)
    result = column(None if a is None or b is None else a + sign * b for a, b in pairs)
    result.index = left.index
    return result
