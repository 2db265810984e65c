"""Years as filed: their sales, income, lots carried out and carryover, kept in a document, so that later imports do not change them.

Where the exports of today give other figures for a filed year, that is a Problem with what an amended return would show; what is used
stays as filed, and the years after start from the lots that the document carries out.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from decimal import Decimal
from typing import Any

import pandas as pd
import pyarrow as pa

from taxlots import exact, frames
from taxlots.ledger.settle import Ledger
from taxlots.lots.elections import Claim, Elections
from taxlots.lots.results import Book
from taxlots.lots.results import book as book_ledger
from taxlots.problems import Problem, problem
from taxlots.rulebook import Rulebook

SCHEMA = "taxlots.filed/1"
_SHOWN = 3
Electing = Callable[[Ledger], Elections]  # what is elected for a ledger
_CARRIED_KINDS = {"gift-in", "inheritance"}
_AMOUNTS = ("proceeds", "basis", "adjustment", "gain")


class FiledError(ValueError):
    """A document that can't be used; the message says why."""


@dataclass(frozen=True, slots=True)
class FiledYear:
    """A year as filed: frames of `frames.DISPOSALS`, `INCOME` and `LOTS`, the losses carried over, and losses that wait for a purchase."""

    year: int
    file: str
    disposals: pd.DataFrame
    income: pd.DataFrame
    lots: pd.DataFrame
    carryover: tuple[Decimal, Decimal]
    claims: tuple[Claim, ...] = ()


@dataclass(frozen=True, slots=True)
class Booking:
    """How a ledger is booked in this run, and how for what is filed."""

    elect: Electing
    filing: Electing
    rulebook: Rulebook


def closing(ledger: Ledger, elect: Electing, rulebook: Rulebook, year: int) -> Book:
    """The book at the end of a year, without anything later."""
    rows = ledger.transactions
    early = replace(ledger, transactions=rows[rows["time"] < _end(year, ledger.zone)].reset_index(drop=True))
    return book_ledger(early, elect(early), rulebook)


def document(book: Book, closed: Book, year: int, carryover: tuple[Decimal, Decimal]) -> dict[str, Any]:
    """What is kept of a year. `book` of everything that was known when filing, `closed` of what happened until the end of the year."""
    content = {
        "schema": SCHEMA,
        "year": year,
        "disposals": _written(frames.of_year(book.disposals, "disposed_on", year)),
        "income": _written(frames.of_year(book.income, "received_on", year)),
        "lots": _written(closed.lots),
        "carryover": {"short": exact.plain(carryover[0]), "long": exact.plain(carryover[1])},
        "waiting_losses": [
            {
                "purchase": one.purchase,
                "quantity": _plain(one.units),
                "denied": _plain(one.denied),
                "held_from": one.first.isoformat(),
                "sold_on": one.sold_on.isoformat(),
            }
            for one in book.claims
            if one.sold_on.year <= year < one.bought_on.year
        ],
    }
    return content | {"sha256": _digest(content)}


def parse(data: bytes, year: int, file: str) -> FiledYear:
    """A year from its document. Raises FiledError."""
    try:
        content = json.loads(data)
        _check(content, content.pop("sha256"), year)
        found = (
            _read(frames.DISPOSALS, content["disposals"]),
            _read(frames.INCOME, content["income"]),
            _read(frames.LOTS, content["lots"]),
        )
        carried = Decimal(content["carryover"]["short"]), Decimal(content["carryover"]["long"])
        claims = tuple(_claim(one) for one in content["waiting_losses"])
    except FiledError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError) as error:
        raise FiledError(f"can't be read: {error}") from None
    return FiledYear(year, file, *found, carried, claims)


def _check(content: Mapping[str, Any], digest: str, year: int) -> None:
    """Raises FiledError for another document, another year, or one that was changed."""
    if content["schema"] != SCHEMA or content["year"] != year:
        raise FiledError(f"is not {SCHEMA} of {year}")
    if digest != _digest(content):
        raise FiledError("was changed since it was written: its SHA-256 differs")


def frozen(ledger: Ledger, law: Booking, book: Book, years: Sequence[FiledYear]) -> Book:
    """The book with the filed years as they were filed, and one Problem per year that the exports would change now.

    `book` is that of this run, which may ask what other orders of lots would give; what is compared is what would be filed.
    """
    elect, rulebook = law.elect, law.rulebook
    last = max(years, key=lambda one: one.year)
    ends = {one.year: closing(ledger, law.filing, rulebook, one.year) if one is last else None for one in years}
    now = book_ledger(ledger, law.filing(ledger), rulebook)
    told = [_told(one, now, differing) for one in years if (differing := differences(one, now, ends[one.year]))]
    own = closing(ledger, elect, rulebook, last.year)
    if not told and not any(differences(one, book, own if one is last else None) for one in years):
        return book
    end = _end(last.year, ledger.zone)
    rows = ledger.transactions
    later = rows[rows["time"] >= end]
    opening = _opening(last.lots, end, rows)
    started = replace(ledger, transactions=pd.concat([opening, later], ignore_index=True).astype(opening.dtypes.to_dict()))
    after = book_ledger(started, replace(elect(started), claims=last.claims), rulebook)
    filed = {one.year for one in years}
    return replace(
        after,
        disposals=_joined("disposed_on", book.disposals, [one.disposals for one in years], after.disposals, filed),
        income=_joined("received_on", book.income, [one.income for one in years], after.income, filed),
        moves=_together([book.moves[book.moves["time"] < end], after.moves]),
        problems=[*_apart(book.problems, after.problems), *told],
    )


def differences(filed: FiledYear, book: Book, closed: Book | None) -> list[str]:
    """What is not as filed: ids of sales and of receipts of income, and of lots carried out where the book of the end is given."""
    found = _differing(_sales(filed.disposals), _sales(frames.of_year(book.disposals, "disposed_on", filed.year)))
    found += _differing(_receipts(filed.income), _receipts(frames.of_year(book.income, "received_on", filed.year)))
    return found + (_differing(_held(filed.lots), _held(closed.lots)) if closed is not None else [])


def _told(filed: FiledYear, book: Book, differing: Sequence[str]) -> Problem:
    now = frames.of_year(book.disposals, "disposed_on", filed.year)
    parts = [
        f"{name}: filed {exact.plain(exact.cents(was))}, now {exact.plain(exact.cents(is_))}" for name, was, is_ in _sums(filed, now, book)
    ]
    listed = ", ".join(dict.fromkeys(differing[:_SHOWN])) + (f" and {len(differing) - _SHOWN} more" if len(differing) > _SHOWN else "")
    message = f"{filed.year} is as filed, but the exports of today give other figures ({'; '.join(parts)}); differing: {listed}"
    return problem("FILED_YEAR_DIFFERS", message, file=filed.file)


def _sums(filed: FiledYear, now: pd.DataFrame, book: Book) -> list[tuple[str, Decimal, Decimal]]:
    """Short-term and long-term gain and income, as filed and now."""
    rows, fresh = frames.records(filed.disposals), frames.records(now)
    found: list[tuple[str, Decimal, Decimal]] = []
    with exact.exactly():
        for term in ("short", "long"):
            both = [sum((row["gain"] for row in listed if row["term"] == term), Decimal(0)) for listed in (rows, fresh)]
            found.append((f"{term}-term gain", both[0], both[1]))
        incomes = (filed.income, frames.of_year(book.income, "received_on", filed.year))
        both = [sum((row["value"] for row in frames.records(one)), Decimal(0)) for one in incomes]
        found.append(("income", both[0], both[1]))
    return found


Amounts = Mapping[tuple[str, ...], tuple[Decimal, ...]]


def _sales(disposals: pd.DataFrame) -> Amounts:
    return _summed(disposals, ("transaction_id", "kind", "asset", "term"), ("quantity", *_AMOUNTS))


def _receipts(income: pd.DataFrame) -> Amounts:
    return _summed(income, ("transaction_id", "kind", "asset"), ("quantity", "value"))


def _held(lots: pd.DataFrame) -> Amounts:
    return _summed(lots, ("lot_transaction_id", "account", "asset"), ("quantity", "basis"))


def _summed(frame: pd.DataFrame, keys: Sequence[str], amounts: Sequence[str]) -> Amounts:
    found: dict[tuple[str, ...], tuple[Decimal, ...]] = {}
    for row in frames.records(frame):
        key = tuple(str(row[name]) for name in keys)
        before = found.get(key, (Decimal(0),) * len(amounts))
        found[key] = tuple(exact.CONTEXT.add(was, row[name]) for was, name in zip(before, amounts, strict=True))
    return found


def _differing(filed: Amounts, now: Amounts) -> list[str]:
    return [key[0] for key in sorted(filed.keys() | now.keys()) if filed.get(key) != now.get(key)]


def _joined(column: str, before: pd.DataFrame, filed: Sequence[pd.DataFrame], after: pd.DataFrame, years: set[int]) -> pd.DataFrame:
    """Rows of the years before the last filed one by today's exports, those of filed years as filed, those after by the filed lots."""
    last = max(years)
    early = [row for row in range(len(before)) if before[column].iloc[row].year < last and before[column].iloc[row].year not in years]
    return _together([before.iloc[early], *filed, after])


def _together(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat([part for part in parts if len(part)] or [parts[0]], ignore_index=True)


def _apart(before: Sequence[Problem], after: Sequence[Problem]) -> list[Problem]:
    """Problems of both, each once."""
    return [*before, *(one for one in after if one not in before)]


def _opening(lots: pd.DataFrame, end: datetime, ledger: pd.DataFrame) -> pd.DataFrame:
    """The lots carried out as rows of `frames.SETTLED`, the last ones before the end of the year.

    A gift keeps its day and its part of the value when given, by its row in the ledger: of a loss these count (26 USC 1015(a), 1223(2)).
    """
    moment, rows = end - timedelta(microseconds=1), []
    gifts = {row["id"]: row for row in frames.records(ledger[ledger["kind"] == "gift-in"])}
    for number, lot in enumerate(frames.records(lots)):
        kind = lot["source_kind"] if lot["source_kind"] in _CARRIED_KINDS else "deposit"
        rows.append(
            dict.fromkeys(frames.SETTLED)
            | {name: lot[name] for name in ("account", "asset_class", "basis", "acquired", "holding_starts", "sources")}
            | {"time": moment, "kind": kind, "id": lot["lot_id"], "date_only": False, "file_hash": "", "file_order": number}
            | {"received_quantity": lot["quantity"], "received_asset": lot["asset"]}
            | ({"home_value": lot["basis"]} if kind == "inheritance" else {})
            | _given(gifts.get(lot["lot_transaction_id"]), lot["basis"])
        )
    return frames.build(frames.SETTLED, rows)


def _given(gift: Mapping[str, Any] | None, basis: Decimal) -> dict[str, Any]:
    """When a gift was given, and what a part of it with that basis was worth then."""
    if gift is None:
        return {}
    if gift["home_value"] is None or not gift["basis"]:
        return {"time": gift["time"]}
    value, part, whole = (exact.to_units(amount) for amount in (gift["home_value"], basis, gift["basis"]))
    return {"time": gift["time"], "home_value": exact.to_decimal(exact.share(value, part, whole))}


def _end(year: int, zone: tzinfo) -> datetime:
    """The first moment after a year."""
    return datetime.combine(date(year + 1, 1, 1), time(), zone).astimezone(UTC)


def _written(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [{name: _jsonable(value) for name, value in row.items()} for row in frames.records(frame)]


def _jsonable(value: Any) -> Any:
    if isinstance(value, Decimal):
        return exact.plain(value)
    return value.isoformat() if isinstance(value, date) else value


def _read(schema: frames.Schema, rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """A frame of the schema from rows of a document. Raises KeyError or ValueError for a row that lacks a column or has a wrong value."""
    readers: dict[pa.DataType, Any] = {frames.EXACT: Decimal, frames.TIME: datetime.fromisoformat, frames.DATE: date.fromisoformat}
    listed = []
    for row in rows:
        read = {}
        for name, column in schema.items():
            reader, value = readers.get(column.type), row[name]
            read[name] = value if reader is None or value is None else reader(value)
        listed.append(read)
    return frames.build(schema, listed)


def _claim(one: Mapping[str, Any]) -> Claim:
    units, denied = (exact.to_units(Decimal(one[name])) for name in ("quantity", "denied"))
    return Claim(str(one["purchase"]), units, denied, *(date.fromisoformat(one[name]) for name in ("held_from", "sold_on")))


def _plain(units: int) -> str | None:
    return exact.plain(exact.to_decimal(units))


def _digest(content: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
