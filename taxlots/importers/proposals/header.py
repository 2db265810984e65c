"""Where the header is, and what the cells below each of its names look like."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC
from decimal import Decimal
from functools import cached_property

from taxlots.importers.date_orders import DAY_FIRST, MONTH_FIRST
from taxlots.importers.detect import SEARCHED_ROWS
from taxlots.importers.numbers import NumberError, parse_number
from taxlots.importers.own_times import parse_own_time
from taxlots.importers.proposals.words import HEADER_WORDS, TICKERS, plain_words
from taxlots.importers.readers import Sheet
from taxlots.importers.times import TimeError

LOOKED_AT = 400
_KNOWN_WORDS = {word for words in HEADER_WORDS.values() for word in words}
_TICKER = re.compile(r"[A-Z][A-Z0-9.]{1,9}|[0-9][A-Z]{2,9}|[A-Z]{2}[A-Z0-9]{9}[0-9]")  # the last is an ISIN
_UNIT = re.compile(r"[$€£]|(?<=[0-9.,\s])[A-Za-z]{2,6}$|^[A-Z]{2,6}(?=[\s0-9])")
_HEX = re.compile(r"(?:0x)?[0-9a-fA-F]{40,}|[1-9A-HJ-NP-Za-km-z]{64,}")
_MARKET = re.compile(r"[A-Z0-9]{2,10}\s?[-/_:]\s?[A-Z0-9]{2,10}")
_COMMA = re.compile(r"[-+]?[^\d]*(?:\d{1,3}(?:\.\d{3})+,\d+|0,\d+|\d+,(?:\d{1,2}|\d{4,}))[^\d]*")
_POINT = re.compile(r"[-+]?[^\d]*(?:\d{1,3}(?:,\d{3})+\.\d+|0\.\d+|\d*\.(?:\d{1,2}|\d{4,}))[^\d]*")


@dataclass(eq=False)
class Column:
    """A column's name and its cells, row by row; what they look like is worked out once."""

    name: str
    index: int
    texts: list[str]
    decimal: str = "."
    words: str = field(init=False)

    def __post_init__(self) -> None:
        """The name in plain words."""
        self.words = plain_words(self.name)

    @cached_property
    def filled(self) -> list[str]:
        """The cells that are not empty."""
        return [text for text in self.texts if text]

    @cached_property
    def distinct(self) -> list[str]:
        """Each text once, the most frequent first."""
        return [text for text, _ in Counter(self.filled).most_common()]

    @cached_property
    def numbers(self) -> list[Decimal | None]:
        """Per row the number, None where the cell is empty or none."""
        return [_number(text, self.decimal) for text in self.texts]

    @cached_property
    def is_numeric(self) -> bool:
        """Whether nearly all filled cells are numbers (and the column is not empty)."""
        return self.share(lambda text: _number(text, self.decimal) is not None) >= 95

    @cached_property
    def is_time(self) -> bool:
        """Whether most filled cells are times in one order of day and month or the other: below the rows there may be a text."""
        return max(self.times(DAY_FIRST), self.times(MONTH_FIRST), self.times(None)) >= 80

    @cached_property
    def has_negatives(self) -> bool:
        """Whether a number is below 0."""
        return any(number is not None and number < 0 for number in self.numbers)

    @cached_property
    def tickers(self) -> int:
        """Percentage of the distinct texts that are known tickers or currencies."""
        return 100 * sum(text.upper() in TICKERS for text in self.distinct) // len(self.distinct) if self.distinct else 0

    @cached_property
    def unit(self) -> str | None:
        """The one currency sign or ticker that all numbers carry; None where there is none or several."""
        units = {match[0].strip() for text in self.filled if (match := _UNIT.search(text.strip()))}
        names = {"$": "USD", "€": "EUR", "£": "GBP"}
        return names.get(unit := units.pop(), unit.upper()) if len(units) == 1 and self.is_numeric else None

    def share(self, fits: Callable[[str], bool]) -> int:
        """Percentage of the filled cells that fit."""
        return 100 * sum(map(fits, self.filled)) // len(self.filled) if self.filled else 0

    def times(self, order: str | None) -> int:
        """Percentage of the filled cells that are times where day and month stand in that order."""
        return self.share(lambda text: _is_time(text, order))

    @property
    def looks_like_assets(self) -> bool:
        """Whether the cells are short names in capitals, of which few are distinct."""
        return self.share(lambda text: bool(_TICKER.fullmatch(text))) >= 90 and not self.is_numeric

    @property
    def looks_like_markets(self) -> bool:
        """Whether the cells are pairs such as BTC/USD."""
        return self.share(lambda text: bool(_MARKET.fullmatch(text))) >= 90

    @property
    def looks_like_hashes(self) -> bool:
        """Whether the cells are long hexadecimal or base-58 texts."""
        return self.share(lambda text: bool(_HEX.fullmatch(text))) >= 90

    @property
    def is_unique(self) -> bool:
        """Whether no text stands twice, in every row or nearly so."""
        return len(self.filled) > 1 and len(self.distinct) == len(self.filled) and 10 * len(self.filled) >= 8 * len(self.texts)

    @property
    def repeats(self) -> bool:
        """Whether the column has few texts, as types have."""
        return 0 < len(self.distinct) <= max(2, min(40, len(self.filled) // 2 + 1))


@dataclass(frozen=True)
class Grid:
    """The part of a file that was looked at: header, columns (each name once) and how its numbers are written."""

    file: str
    header: tuple[str, ...]
    header_row: int
    preamble: tuple[str, ...]
    columns: list[Column]
    rows: int
    decimal: str
    decimal_sure: int
    doubled: tuple[str, ...]


def find_header(sheet: Sheet) -> int | None:
    """The index of the row that names columns: of the first rows, the one with most known words above rows of its width."""
    scores = [(_header_score(sheet.cells, index), -index) for index in range(min(len(sheet.cells) - 1, SEARCHED_ROWS))]
    best = max(scores, default=(0, 0))
    return -best[1] if best[0] > 0 else None


def _header_score(cells: Sequence[Sequence[str]], index: int) -> int:
    names = [cell.strip() for cell in cells[index] if cell.strip()]
    if len(names) < 2 or any(_number(name, ".") is not None or _is_time(name, None) for name in names):
        return 0
    known = sum(_is_known(plain_words(name)) for name in names)
    below = [row for row in cells[index + 1 : index + 6] if sum(bool(cell.strip()) for cell in row) >= 2]
    filled = sum(any(_is_value(cell) for cell in row) for row in below)
    return 10 * known + 2 * len(set(names)) + 5 * filled if filled and len(set(names)) * 2 > len(names) else 0


def _is_known(words: str) -> bool:
    return words in _KNOWN_WORDS or any(word in _KNOWN_WORDS for word in words.split())


def _is_value(text: str) -> bool:
    return bool(text.strip()) and (_number(text, ".") is not None or _number(text, ",") is not None or _is_time(text, DAY_FIRST))


def look_at(sheet: Sheet, index: int) -> Grid:
    """The columns under the header in that row, by the first hundreds of rows."""
    header = tuple(cell.strip().lstrip("\ufeff") for cell in sheet.cells[index])
    rows = [[cell.strip() for cell in row] for row in sheet.cells[index + 1 :] if any(cell.strip() for cell in row)][:LOOKED_AT]
    last = {name: number for number, name in enumerate(header) if name}
    texts = {name: [row[number] if number < len(row) else "" for row in rows] for name, number in last.items()}
    decimal, sure = _decimal_mark([text for column in texts.values() for text in column])
    columns = [Column(name, last[name], texts[name], decimal) for name in last]
    doubled = tuple(name for name, count in Counter(header).items() if name and count > 1)
    preamble = tuple(cell.strip() for row in sheet.cells[:index] for cell in row if cell.strip())
    return Grid(sheet.file, header, sheet.numbers[index], preamble, columns, len(rows), decimal, sure, doubled)


def _decimal_mark(texts: Sequence[str]) -> tuple[str, int]:
    """The decimal separator, and how sure it is: numbers that are no number of the other kind decide."""
    commas = sum(bool(_COMMA.fullmatch(text)) for text in texts)
    points = sum(bool(_POINT.fullmatch(text)) for text in texts)
    if not commas and not points:
        return ".", 60
    return ("," if commas > points else "."), 100 * max(commas, points) // (commas + points)


def _number(text: str, decimal: str) -> Decimal | None:
    """The number in a cell; a text with letters that are no currency, such as `TX1001`, is an id."""
    letters = [word for word in re.findall(r"[^\W\d_]+", text) if word not in {"e", "E"}]
    try:
        return parse_number(text, decimal) if text and all(word.upper() in TICKERS for word in letters) else None
    except NumberError:
        return None


def _is_time(text: str, order: str | None) -> bool:
    try:
        parse_own_time(text, UTC, order)
    except (TimeError, OverflowError):
        return False
    return True
