"""Which column means what: header words and the look of the cells together, the surest pairs first."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from taxlots.importers.columns import EITHER_WAY, TRADE
from taxlots.importers.date_orders import DAY_FIRST, MONTH_FIRST
from taxlots.importers.proposals.header import Column, Grid
from taxlots.importers.proposals.kind_words import SIDE_WORDS, guess_kind, is_status, known_share
from taxlots.importers.proposals.words import HEADER_WORDS, ZONES, plain_words, tickers_in
from taxlots.kinds import FIAT

_NAMED, _HINTED, _FITS = 60, 40, 35
_MOST = 99
_MOST_TYPES = 40
_SHORT_WORDS = {"fee", "gas", "qty", "out", "tax"}
# Of equally good pairs the meaning further to the left is taken.
_NUMERIC = ("fee_value", "fee", "balance", "basis", "price", "sent", "received", "total", "value", "amount")
_CLOCK = re.compile(r"\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:\s*[AaPp]\.?[Mm]\.?)?")
_SLASHED = re.compile(r"\s*(\d{1,2})[./-](\d{1,2})[./-](\d{2,4})\b.*", re.DOTALL)


@dataclass(frozen=True)
class Guess:
    """A column's meaning, how sure it is in percent, and why."""

    column: Column
    sure: int
    reason: str


Found = dict[str, Guess]


def bare(column: Column) -> str:
    """The words of a column's name without the currencies and zones in it."""
    dropped = {ticker.lower() for ticker in tickers_in(column.name)} | ZONES.keys()
    return " ".join(word for word in column.words.split() if word not in dropped and not word.isdigit()) or column.words


def named(column: Column, meaning: str) -> int:
    """How much the header cell speaks for a meaning: it is one of its words, it contains one, or neither."""
    words = bare(column)
    if words in HEADER_WORDS[meaning]:
        return _NAMED
    inside = [word for word in HEADER_WORDS[meaning] if (len(word) > 3 or word in _SHORT_WORDS) and f" {word} " in f" {words} "]
    return max((_HINTED + len(word.split()) + 3 * words.startswith(word) for word in inside), default=0)


def reason_of(column: Column, meaning: str, fits: str) -> str:
    """The reason in words: what the header says, and what the cells look like."""
    score = named(column, meaning)
    said = f"the header says {bare(column)!r}" if score >= _NAMED else f"the header contains a word for {meaning}" if score else ""
    return "; ".join(filter(None, (said, fits)))


def find_meanings(grid: Grid) -> Found:
    """The columns of everything but assets; empty of `time` where no column holds times."""
    found: Found = {}
    columns = [column for column in grid.columns if column.filled]
    _find_times(columns, found)
    _find_texts(_left(columns, found), found)
    _find_numbers(_left(columns, found), found)
    _settle_sides(found)
    _find_rest(_left(columns, found), found)
    return found


def _left(columns: Iterable[Column], found: Found) -> list[Column]:
    taken = {id(guess.column) for guess in found.values()}
    return [column for column in columns if id(column) not in taken]


def _take(found: Found, meaning: str, column: Column, score: int, fits: str) -> None:
    found[meaning] = Guess(column, min(score, _MOST), reason_of(column, meaning, fits))


def _find_times(columns: Sequence[Column], found: Found) -> None:
    times = [column for column in columns if column.is_time and (not column.is_numeric or named(column, "time"))]
    acquired = next((column for column in times if named(column, "acquired")), None)
    if acquired and len(times) > 1:
        _take(found, "acquired", acquired, named(acquired, "acquired") + _FITS, "all cells are times")
    ranked = [column for column in times if column is not acquired or len(times) == 1]
    if not ranked:
        return
    best = max(ranked, key=lambda column: (named(column, "time"), column.share(lambda text: ":" in text), -column.index))
    _take(found, "time", best, max(named(best, "time"), 30) + _FITS + 4, "all cells are times")
    if not any(":" in text for text in best.filled) and not best.is_numeric:
        clock = next((c for c in columns if c is not best and c.share(lambda text: bool(_CLOCK.fullmatch(text))) >= 95), None)
        if clock:
            _take(found, "time_of_day", clock, named(clock, "time_of_day") + _FITS, "all cells are times of day")


def day_order(column: Column) -> tuple[str | None, int, str]:
    """The order of day and month in the column (None: nothing to say), how sure it is, and why."""
    parts = [(int(match[1]), int(match[2]), int(match[3])) for text in column.filled if (match := _SLASHED.fullmatch(text))]
    if not parts:
        return None, _MOST, "the year stands first, or the month has a name"
    first, second = max(part[0] for part in parts), max(part[1] for part in parts)
    if first > 12 >= second:
        return DAY_FIRST, _MOST, f"a first number is {first}, which is no month"
    if second > 12 >= first:
        return MONTH_FIRST, _MOST, f"a second number is {second}, which is no month"
    if "." in column.filled[0][:3]:
        return DAY_FIRST, 90, "dates with points begin with the day"
    return _order_by_rows(parts, column.decimal)


def _order_by_rows(parts: Sequence[tuple[int, int, int]], decimal: str) -> tuple[str, int, str]:
    """Exports list their rows in order of time: the order of day and month under which they do is the likelier one."""
    month_steps = _backsteps([(year, month, day) for month, day, year in parts])
    day_steps = _backsteps([(year, month, day) for day, month, year in parts])
    if month_steps != day_steps:
        order = MONTH_FIRST if month_steps < day_steps else DAY_FIRST
        return order, 75, "no number is above 12, but in this order the rows follow each other in time"
    if decimal == ",":
        return DAY_FIRST, 65, "no number is above 12; numbers with decimal commas go with day first. CHECK THIS"
    return MONTH_FIRST, 50, "no number is above 12, so both orders are possible. CHECK THIS"


def _backsteps(days: Sequence[tuple[int, int, int]]) -> int:
    """How often the rows go against the direction in which most of them go."""
    rising = sum(a < b for a, b in pairwise(days))
    falling = sum(a > b for a, b in pairwise(days))
    return min(rising, falling)


def _find_texts(columns: Sequence[Column], found: Found) -> None:
    texts = [column for column in columns if not column.is_numeric and not column.is_time]
    for column in texts:
        if named(column, "status") and column.share(is_status) >= 90:
            _take(found, "status", column, named(column, "status") + _FITS, "all cells are words for a state")
    scored = [(named(c, "kind") + known_share(c.distinct) * 4 // 10, -c.index, c) for c in _left(texts, found) if _may_be_kind(c)]
    if scored:
        score, _, kind = max(scored, key=lambda one: one[:2])
        if score >= 50:
            share = known_share(kind.distinct)
            _take(found, "kind", kind, score, f"{len(kind.distinct)} different texts, {share} % of them words for kinds of rows")
            _find_side(_left(texts, found), found)


def _may_be_kind(column: Column) -> bool:
    """Few texts that are no assets; in a file of a few rows, a header that says so is enough."""
    known = known_share(column.distinct)
    few = column.repeats or (named(column, "kind") >= _NAMED and known >= 50 and len(column.distinct) <= _MOST_TYPES)
    return few and not column.looks_like_markets and (not column.looks_like_assets or known >= 50)


def _find_side(columns: Sequence[Column], found: Found) -> None:
    """A column of buy and sell (or in and out) beside types that do not tell the direction."""
    open_types = [text for text in found["kind"].column.distinct if guess_kind(text).kind in {None, TRADE, EITHER_WAY}]
    side = next((c for c in columns if c.share(lambda text: plain_words(text) in SIDE_WORDS) >= 95), None)
    if side and open_types:
        found["side"] = Guess(side, 90, f"tells the direction, which {open_types[0]!r} does not")


def _find_numbers(columns: Sequence[Column], found: Found) -> None:
    numeric = [column for column in columns if column.is_numeric and not _is_id(column)]
    ranked = sorted(
        (
            (_numeric_score(column, meaning), -rank, -column.index, meaning, column)
            for rank, meaning in enumerate(_NUMERIC)
            for column in numeric
        ),
        key=lambda one: one[:3],
        reverse=True,
    )
    taken: set[int] = set()
    for score, _, _, meaning, column in ranked:
        if score >= _HINTED and meaning not in found and id(column) not in taken:
            taken.add(id(column))
            _take(found, meaning, column, score + _FITS, _sign_pattern(column))


def _numeric_score(column: Column, meaning: str) -> int:
    """The header's word; a name with a currency in it is money, so rather the total or value of an amount than the amount."""
    score = named(column, meaning)
    money = set(tickers_in(column.name)) & FIAT
    if money and meaning == "amount":
        return score - 25
    if money and meaning == "total" and not score and named(column, "amount"):
        return _HINTED + 5
    return score


def _is_id(column: Column) -> bool:
    whole = column.share(lambda text: text.isdigit())
    return column.is_unique and whole >= 95 and named(column, "id") > 0


def _sign_pattern(column: Column) -> str:
    negative = sum(number is not None and number < 0 for number in column.numbers)
    positive = sum(number is not None and number > 0 for number in column.numbers)
    if negative and positive:
        return f"numbers of both signs ({negative} below 0): signed"
    return "numbers, all below 0" if negative else "numbers without a sign"


def _settle_sides(found: Found) -> None:
    """Two sides need both columns; one alone is what was paid for an amount, or the amount itself."""
    both = "sent" in found and "received" in found
    if both and "amount" in found and found["amount"].sure >= 90 and _overlap(found):
        both = False
    if both:
        for meaning in ("total", "price", "amount"):
            found.pop(meaning, None)
        return
    alone = next((name for name in ("sent", "received") if name in found), None)
    if alone:
        guess = found.pop(alone)
        _settle_cost(guess, found)
        found.setdefault("total" if "amount" in found else "amount", guess)
    for spare in ("sent", "received"):
        found.pop(spare, None)
    if "amount" not in found and "total" in found:
        found["amount"] = found.pop("total")
    if "amount" not in found and "value" in found:
        found["amount"] = found.pop("value")


def _settle_cost(paid: Guess, found: Found) -> None:
    """Beside what was paid, a smaller `Cost` is a fee."""
    if "total" in found and "fee" not in found and _size(found["total"].column) < _size(paid.column):
        cost = found.pop("total")
        found["fee"] = Guess(cost.column, 75, f"{cost.reason}; smaller than {paid.column.name!r}, so a fee")


def _size(column: Column) -> Decimal:
    return sum((abs(number) for number in column.numbers if number is not None), Decimal(0))


def _overlap(found: Found) -> bool:
    """Whether the amount stands beside both sides in the same rows, so that it is none of them."""
    amount, sent = found["amount"].column, found["sent"].column
    return all(a is None or s is not None for a, s in zip(amount.numbers, sent.numbers, strict=True))


def _find_rest(columns: Sequence[Column], found: Found) -> None:
    for column in columns:
        if column.looks_like_hashes and "txid" not in found and (named(column, "txid") or named(column, "id")):
            _take(found, "txid", column, named(column, "txid") + _FITS, "long hexadecimal texts")
    ids = [column for column in _left(columns, found) if named(column, "id") and column.is_unique and not column.is_time]
    if ids:
        best = max(ids, key=lambda column: (named(column, "id"), -column.index))
        _take(found, "id", best, named(best, "id") + _FITS, "no text stands twice")
    for column in _left(columns, found):
        if column.is_numeric or column.is_time:
            continue
        for meaning in ("txid", "account", "counter_account", "note"):
            if meaning not in found and named(column, meaning) >= _NAMED and _may_be(column, meaning):
                _take(found, meaning, column, named(column, meaning) + 20, "texts")
                break


def _may_be(column: Column, meaning: str) -> bool:
    if meaning in {"account", "counter_account"}:
        return column.repeats and not column.looks_like_hashes
    return not (meaning == "note" and column.looks_like_assets)


def follows(balance: Column, amount: Sequence[Decimal | None], keys: Sequence[str], *, unsigned: bool = False) -> tuple[int, int]:
    """In how many rows the balance is the one before (or, newest first, after) plus the amount, per asset; and in how many it could be."""
    rows = list(zip(keys, balance.numbers, amount, strict=True))
    return max(_steps(rows, unsigned=unsigned), _steps(rows[::-1], unsigned=unsigned))


def _steps(rows: Sequence[tuple[str, Decimal | None, Decimal | None]], *, unsigned: bool) -> tuple[int, int]:
    last: dict[str, Decimal] = {}
    fitting = checked = 0
    for key, after, change in rows:
        if after is None or change is None:
            continue
        if key in last:
            checked += 1
            fitting += last[key] + change == after or (unsigned and last[key] - change == after)
        last[key] = after
    return fitting, checked
