"""OFX and QFX of brokers and banks: investment transactions, bank transactions, positions and balances.

`TOTAL` is what a record does to the cash, its fees included. A reinvestment is a dividend and a purchase in one record. `FITID` is the
bank's own id of a record in an account. A time without a zone is in GMT; midnight and noon are what banks write who have a date only. A
security is named by its ticker in the file's list of securities, without one by its id (CUSIP). Positions and cash are balances that are
compared with what the rows add up to.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from decimal import Decimal

from taxlots import exact
from taxlots.importers.brokers import brokerage
from taxlots.importers.brokers.brokerage import (
    ACCRUED,
    ASIDE,
    BUY,
    CASH,
    COST,
    DIVIDEND,
    FRACTION,
    GAINS,
    INTEREST,
    OPTION,
    OTHER_INCOME,
    RETURNED,
    SELL,
    SHARES,
    SHORT,
    SPLIT,
    Entry,
)
from taxlots.importers.numbers import number
from taxlots.importers.ofx_markup import HEADER, ORG, RECORD, SECURITY
from taxlots.importers.records import Intake, NotBookedError, ReportedBalance, Row, RowError, Table, all_rows

REQUIRED = HEADER
_REINVEST, _DISTRIBUTION, _BANK, _POSITION, _BALANCE = "reinvest", "distribution", "bank", "position", "balance"
_DEEDS = {
    **dict.fromkeys(("BUYSTOCK", "BUYMF", "BUYOTHER", "BUYDEBT"), BUY),
    **dict.fromkeys(("SELLSTOCK", "SELLMF", "SELLOTHER", "SELLDEBT"), SELL),
    **dict.fromkeys(("BUYOPT", "SELLOPT", "CLOSUREOPT"), OPTION),
    "REINVEST": _REINVEST,
    "INCOME": _DISTRIBUTION,
    "RETOFCAP": RETURNED,
    "SPLIT": SPLIT,
    "TRANSFER": SHARES,
    **dict.fromkeys(("INVEXPENSE", "MARGININTEREST"), COST),
    **dict.fromkeys(("JRNLFUND", "JRNLSEC"), ASIDE + "a move between parts of one account"),
    **dict.fromkeys(("STMTTRN", "INVBANKTRAN"), _BANK),
    **dict.fromkeys(("POSSTOCK", "POSMF", "POSDEBT", "POSOTHER"), _POSITION),
    "POSOPT": ASIDE + "a position in an option",
    **dict.fromkeys(("LEDGERBAL", "INVBAL"), _BALANCE),
    "AVAILBAL": ASIDE + "what may be spent, credit included",
}
_INCOME = {"CGLONG": GAINS, "CGSHORT": DIVIDEND, "DIV": DIVIDEND, "INTEREST": INTEREST, "MISC": OTHER_INCOME}
_BANKS = {"INT": INTEREST, "DIV": DIVIDEND, "FEE": COST, "SRVCHG": COST, "HOLD": ASIDE + "an amount that is only held back"}
_BANKS |= dict.fromkeys(
    "CREDIT DEBIT DEP ATM POS XFER CHECK PAYMENT CASH DIRECTDEP DIRECTDEBIT REPEATPMT OTHER".split(),
    CASH,
)
_FEES = ("COMMISSION", "TAXES", "FEES", "LOAD", "PENALTY")
_WITHHELD = ("WITHHOLDING", "STATEWITHHOLDING")
_CLASSES = {"MFINFO": "fund"}
_TIME = re.compile(
    r"(?P<day>\d{8})(?P<clock>\d{6})?(?:\.\d{1,6})?(?:\s*\[(?P<hours>[-+]?\d{1,2})(?:[.:](?P<part>\d{1,2}))?(?::[^\]]*)?\])?", re.ASCII
)
_PLACEHOLDERS = {None, "000000", "120000"}
_NONE = Decimal(0)


@dataclass(frozen=True, slots=True)
class _Place:
    """A record with its account, and the taxpayer's zone for dates."""

    row: Row
    account: str
    zone: tzinfo


def read(tables: Sequence[Table], zone: tzinfo) -> Intake:
    """Every record of every file to its fate. Raises nothing."""
    intake = Intake()
    rows = list(all_rows(tables))
    numbered = {
        bank: brokerage.account_names(bank, [row for row in rows if _bank(row) == bank], "ACCTID") for bank in set(map(_bank, rows))
    }
    with exact.exactly():
        entries: list[Entry] = []
        for row in rows:
            try:
                entries += _entries(_Place(row, numbered[_bank(row)](row), zone), intake)
            except RowError as error:
                intake.reject(row, error)
        _book(entries, intake)
    return intake


def _bank(row: Row) -> str:
    """The bank as an account's name: the broker's domain, which is the same in all its files, else its organisation or number."""
    broker = row.text("BROKERID")
    domain = broker if "." in broker else ""
    named = domain or row.text(ORG) or broker or row.text("BANKID")
    return re.sub(r"[^a-z0-9]+", "-", re.sub(r"\.(?:com|net|org)$", "", named.lower())).strip("-")[:40] or "ofx"


def _book(entries: Sequence[Entry], intake: Intake) -> None:
    """Every record whole: where one of its parts can't be booked, none is."""
    alone = Intake()
    brokerage.book(entries, alone)
    intake.transactions += [one for one in alone.transactions if one.sources[0] not in alone.unusable]
    booked = {one.sources[0] for one in intake.transactions}
    intake.set_aside |= {source: why for source, why in alone.set_aside.items() if source not in alone.unusable | booked}
    intake.unusable |= alone.unusable
    intake.problems += alone.problems
    intake.refused += alone.refused


def _entries(place: _Place, intake: Intake) -> list[Entry]:
    """What a record tells, in one entry or two; a position or balance goes to the intake. Raises RowError."""
    row = place.row
    if row.text("STATEMENT") == "CCSTMTRS":
        intake.leave(row, "a row of a credit card")
        return []
    said = _DEEDS.get(row.text(RECORD))
    if said is None:
        raise brokerage.unknown(row.text(RECORD), _DEEDS)
    if said in {_POSITION, _BALANCE}:
        _take_balance(place, said, intake)
        return []
    if said.startswith(ASIDE):
        intake.leave(row, said.removeprefix(ASIDE))
        return []
    entry = _entry(place, said)
    if said == _REINVEST:
        return _reinvested(entry)
    return _trade(entry) if said in {BUY, SELL} else [_settled(entry)]


def _amount(row: Row, column: str) -> Decimal:
    """A number, which has no thousands separator: a comma is a decimal comma. Raises RowError."""
    return number(row, column, "," if "," in row.text(column) else ".") or _NONE


def _entry(place: _Place, said: str) -> Entry:
    row = place.row
    bank = said == _BANK
    if row.text("CORRECTFITID"):
        raise RowError("ROW_INVALID", f"the record corrects the record {row.text('CORRECTFITID')!r}", "Export the corrected period again.")
    moment, date_only = moment_of(row, "DTPOSTED" if bank else "DTTRADE", place.zone)
    words = (row.text(RECORD), _word(row, "INCOMETYPE") or _word(row, "TRNTYPE"), row.text("SECNAME"), row.text("NAME"), row.text("MEMO"))
    return Entry(
        row=row,
        deed=said,
        account=place.account,
        time=moment,
        date_only=date_only,
        symbol=_symbol(row),
        quantity=_amount(row, "UNITS"),
        amount=_amount(row, "TRNAMT" if bank else "TOTAL"),
        currency=_currency(row),
        note=" ".join(filter(None, words)),
        id=row.text("FITID"),
        cancels=bool(row.text("REVERSALFITID")),
        asset_class=_CLASSES.get(row.text(SECURITY), "security"),
    )


def _currency(row: Row) -> str:
    named = (row.text("CURSYM") or row.text("CURDEF")).upper()
    if not named:
        raise RowError("ROW_INVALID", "neither the record nor its statement names a currency")
    return named


def _word(row: Row, column: str) -> str:
    return row.text(column).upper()


def _symbol(row: Row) -> str:
    return (row.text("TICKER") or row.text("UNIQUEID")).upper()


def moment_of(row: Row, column: str, zone: tzinfo) -> tuple[datetime, bool]:
    """The time of a record in UTC, and whether it is only a date, then at midnight in `zone`. Raises RowError naming the column."""
    match = _TIME.fullmatch(row.text(column))
    if not match:
        raise RowError("TIME_INVALID", f"column {column!r}: {row.text(column)!r} is not a time")
    day = f"{match['day'][:4]}-{match['day'][4:6]}-{match['day'][6:]}"
    if match["clock"] in _PLACEHOLDERS:
        return brokerage.when(row, column, zone, day)
    clock = ":".join(match["clock"][at : at + 2] for at in (0, 2, 4))
    return brokerage.when(row, column, _zone(match), f"{day} {clock}")


def _zone(match: re.Match[str]) -> tzinfo:
    """The offset in `[-5:EST]` or `[+5.30]`; a single digit behind the point is a part of an hour, as in `[-3.5]`."""
    if match["hours"] is None:
        return UTC
    part = match["part"] or "0"
    minutes = int(part) * 6 if len(part) == 1 else int(part)
    size = timedelta(hours=abs(int(match["hours"])), minutes=minutes)
    if size >= timedelta(hours=24):
        return UTC
    return timezone(-size if match["hours"].startswith("-") else size)


def _trade(entry: Entry) -> list[Entry]:
    """A purchase or a sale with its fees; tax that was withheld from a sale's proceeds is a cost of its own."""
    row = entry.row
    if _word(row, "BUYTYPE") == "BUYTOCOVER" or _word(row, "SELLTYPE") == "SELLSHORT":
        return [replace(entry, deed=SHORT)]
    if _amount(row, "ACCRDINT"):
        return [replace(entry, deed=ACCRUED)]
    fees = sum((abs(_amount(row, name)) for name in _FEES), _NONE)
    sign = -1 if entry.deed == BUY else 1
    withheld = sum((abs(_amount(row, name)) for name in _WITHHELD), _NONE) if entry.deed == SELL else _NONE
    undone = entry.quantity * sign > 0 and entry.amount * sign < 0
    gross = abs(entry.quantity * _amount(row, "UNITPRICE"))
    total = abs(entry.amount) if entry.amount else gross - sign * fees - withheld
    made = [replace(entry, amount=sign * total + withheld, fees=fees, cancels=entry.cancels or undone)]
    if withheld:
        cost = f"{entry.id}/withheld" if entry.id else ""
        made.append(replace(entry, deed=COST, amount=-withheld, quantity=_NONE, symbol="", note=f"tax withheld: {entry.note}", id=cost))
    return made


def _reinvested(entry: Entry) -> list[Entry]:
    fees = sum((abs(_amount(entry.row, name)) for name in _FEES), _NONE)
    total = abs(entry.amount)
    income = replace(entry, deed=_income(entry), amount=total, quantity=_NONE, id=f"{entry.id}/income" if entry.id else "")
    return [income, replace(entry, deed=BUY, amount=-total, fees=fees)]


def _income(entry: Entry) -> str:
    said = _word(entry.row, "INCOMETYPE")
    if said not in _INCOME:
        raise brokerage.unknown(said, _INCOME)
    if any(_amount(entry.row, name) for name in _WITHHELD):
        hint = "Give the row in a universal ledger CSV, and the tax withheld as a fee."
        raise RowError("ROW_INVALID", f"{said} with tax withheld: the format does not say whether the total is before it", hint)
    return _INCOME[said]


def _settled(entry: Entry) -> Entry:
    """The entry with its deed and signs, by what else the record says. Raises RowError."""
    row = entry.row
    if entry.deed == _DISTRIBUTION:
        return replace(entry, deed=_income(entry), quantity=_NONE)
    if entry.deed == _BANK:
        if _word(row, "TRNTYPE") not in _BANKS:
            raise brokerage.unknown(_word(row, "TRNTYPE"), _BANKS)
        deed = _BANKS[_word(row, "TRNTYPE")]
        return replace(entry, deed=COST if deed == INTEREST and entry.amount < 0 else deed)
    if entry.deed == SPLIT:
        if _amount(row, "FRACCASH"):
            return replace(entry, deed=FRACTION)
        return replace(entry, quantity=_amount(row, "NEWUNITS") - _amount(row, "OLDUNITS"))
    if entry.deed == SHARES:
        return _moved(entry)
    return replace(entry, amount=-abs(entry.amount)) if entry.deed == COST else entry


def _moved(entry: Entry) -> Entry:
    action = _word(entry.row, "TFERACTION")
    if action not in {"IN", "OUT"}:
        raise brokerage.unknown(action, ("IN", "OUT"))
    if not entry.quantity:
        return replace(entry, deed=ASIDE + "nothing moved")
    if _word(entry.row, "POSTYPE") == "SHORT":
        return replace(entry, deed=SHORT)
    return replace(entry, quantity=abs(entry.quantity) * (1 if action == "IN" else -1))


def _take_balance(place: _Place, said: str, intake: Intake) -> None:
    """A position or the cash at the time of the statement, a date meaning its end. Raises RowError."""
    row = place.row
    held = said == _POSITION
    column = "UNITS" if held else "AVAILCASH" if row.text(RECORD) == "INVBAL" else "BALAMT"
    if not row.text(column):
        intake.leave(row, "a balance without an amount")
        return
    if _word(row, "POSTYPE") == "SHORT":
        raise NotBookedError("a short sale", _symbol(row), currency=_currency(row))
    moment, date_only = moment_of(row, "DTASOF" if row.text("DTASOF") else "ASOF", place.zone)
    until = moment + timedelta(days=1) - timedelta(seconds=1) if date_only else moment
    asset = _symbol(row) if held else _currency(row)
    if not asset:
        raise RowError("ROW_INVALID", "a position without a security")
    intake.balances.append(ReportedBalance(place.account, asset, row.text("HELDINACCT"), until, _amount(row, column), row.source))
    intake.leave(row, "a balance, compared with what the rows add up to")
