"""Nexo transactions CSV, every header since 2020.

Traps: the details begin with the status, and pending and rejected rows move nothing; types were written as one word until 2022; the files
of 2020 have both sides of an exchange in one cell (`-1.5 / +300`, `BTC/USDT`); `Date / Time` is central European time, `Date / Time
(UTC)` is UTC; GBPX, EURX and USDX are Nexo's names for money; a withdrawal's input contains the fee; loans are
not booked, but a liquidation sells the coins.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo

from taxlots import exact
from taxlots.importers.exchanges.exchange_ids import unique_ids
from taxlots.importers.exchanges.exchange_legs import Deal, Part, trade
from taxlots.importers.exchanges.exchange_times import moment, time_column
from taxlots.importers.numbers import NumberError, number, parse_number, required
from taxlots.importers.records import Intake, Row, RowError, Table, Transaction
from taxlots.kinds import is_fiat

ACCOUNT = "nexo"
REQUIRED = ("Transaction", "Type", "Input Currency", "Input Amount", "Output Currency", "Output Amount", "USD Equivalent", "Details")
REQUIRED_2020 = ("Transaction", "Type", "Currency", "Amount", "Details")
_RENAMES = {
    "GBPX": "GBP",
    "EURX": "EUR",
    "USDX": "USD",
    "NEXONEXO": "NEXO",
    "NEXOBNB": "BNB",
    "NEXOBEP2": "NEXO",
    "BNBN": "BNB",
    "USDTERC": "USDT",
}
_DEPOSITS = {"deposit", "exchangedepositedon", "topupcrypto"}
_INTERESTS = {"interest", "fixedterminterest", "interestadditional", "dualinvestmentinterest"}
_INCOME = {
    **dict.fromkeys(_INTERESTS, "income:interest"),
    "dividend": "income:dividend",
    "referralbonus": "income:referral",
    "bonus": "income:reward",
    "cashback": "income:reward",
    "exchangecashback": "income:reward",
}
_TRADES = {"exchange", "exchangecollateral", "creditcardstatus", "deposittoexchange", "exchangetowithdraw"}
_SALES = {"manualsellorder", "automaticsellorder", "liquidation"}
_WITHDRAWALS = {"withdrawal", "withdrawexchanged"}
_SPENDS = {"nexocardpurchase", "administrativededuction", "administrator"}
_LOANS = {"withdrawalcredit", "loanwithdrawal", "repayment", "manualrepayment", "forcedrepayment"}
_INTERNAL = {
    "lockingtermdeposit",
    "unlockingtermdeposit",
    "transferin",
    "transferout",
    "transfertoprowallet",
    "transferfromprowallet",
    "dualinvestmentlock",
    "dualinvestmentunlock",
}
_LOAN_HINT = "Loans are not booked in this version; give a repayment in coins as a sell in a universal ledger CSV."
_BOTH_SIDES = re.compile(r"(?P<sent>-?[0-9.,]+)\s*/\s*\+?(?P<received>[0-9.,]+)")
_HASH = re.compile(r"\b(?:0x)?[0-9a-fA-F]{64}\b")
Amount = tuple[Decimal, str]


@dataclass(frozen=True, slots=True)
class _Entry:
    """One row with its cells read; `input` is signed, negative where it leaves."""

    row: Row
    time: datetime
    type: str
    input: Amount
    output: Amount
    fee: Amount | None
    usd: Decimal | None
    id: str

    @property
    def details(self) -> str:
        """The details without the status that they begin with."""
        return self.row.text("Details").partition(" / ")[2] or self.row.text("Details")

    @property
    def said(self) -> str:
        """The type as the row writes it."""
        return self.row.text("Type")


def read(tables: Sequence[Table], zone: tzinfo) -> Intake:  # noqa: ARG001  the header says which zone it is
    """Every row of every table to its fate. Raises nothing."""
    intake = Intake()
    with exact.exactly():
        for table in tables:
            column, named = time_column(table, "Date / Time")
            settled = [row for row in table.rows if not _status(row)]
            ids = unique_ids(settled, "Transaction")
            for row in table.rows:
                status = _status(row)
                if status:
                    intake.leave(row, f"the transaction is {status}")
                    continue
                try:
                    _take(_entry(row, moment(row, column, named or ZoneInfo("Europe/Zurich")), ids), intake)
                except RowError as error:
                    intake.reject(row, error)
    return intake


def _status(row: Row) -> str | None:
    words = row.text("Details").lower()
    return next((word for word in ("rejected", "pending") if words.startswith(word)), None)


def _entry(row: Row, time: datetime, ids: frozenset[str]) -> _Entry:
    type_ = re.sub(r"[^a-z]", "", row.text("Type").lower())
    given, got = _sides_2020(row, type_) if not row.has("Input Amount") else _sides(row)
    fee = number(row, "Fee")
    fee_asset = _asset(row.text("Fee Currency")) if fee else ""
    usd = number(row, "USD Equivalent") or Decimal(0)
    name = row.text("Transaction")
    return _Entry(
        row, time, type_, given, got, (abs(fee), fee_asset) if fee and fee_asset else None, abs(usd) or None, name if name in ids else ""
    )


def _sides(row: Row) -> tuple[Amount, Amount]:
    given = (required(row, "Input Amount"), _asset(row.text("Input Currency")))
    got = (number(row, "Output Amount") or Decimal(0), _asset(row.text("Output Currency")) or given[1])
    return given, got


def _sides_2020(row: Row, type_: str) -> tuple[Amount, Amount]:
    coin, _, other = row.text("Currency").partition("/")
    match = _BOTH_SIDES.fullmatch(row.text("Amount"))
    if type_ != "exchange" or not match:
        one = (required(row, "Amount"), _asset(coin))
        return one, one
    try:
        sent, received = parse_number(match["sent"]), parse_number(match["received"])
    except NumberError as error:
        raise RowError("ROW_INVALID", f"column 'Amount': {error}") from None
    return (sent, _asset(coin)), (received, _asset(other))


def _asset(name: str) -> str:
    cleaned = name.strip().upper()
    return "" if cleaned == "-" else _RENAMES.get(cleaned, cleaned)


def _take(entry: _Entry, intake: Intake) -> None:
    if entry.type in _INTERNAL:
        intake.leave(entry.row, f"{entry.said}: a move inside Nexo")
        return
    if not entry.input[1]:
        raise RowError("ROW_INVALID", "the currency is empty")
    if not entry.input[0] and not entry.output[0]:
        intake.leave(entry.row, "the amount is 0")
    elif entry.type in _TRADES and entry.input[1] == entry.output[1]:
        intake.leave(entry.row, f"{entry.said}: {entry.input[1]} under another name")
    elif entry.type in _TRADES | _SALES:
        for one in _traded(entry):
            intake.add(one)
    else:
        intake.add(_single(entry))


def _traded(entry: _Entry) -> list[Transaction]:
    got = entry.output
    if entry.type in _SALES and got[1] == entry.input[1]:
        if not entry.usd or is_fiat(entry.input[1]):
            raise RowError(
                "KIND_NOT_BOOKED", f"{entry.said!r} belongs to a loan, and the row does not say what the coins brought", _LOAN_HINT
            )
        got = (entry.usd, "USD")  # sold to repay a loan in dollars
    parts = [Part(entry.row, -abs(entry.input[0]), entry.input[1]), Part(entry.row, abs(got[0]), got[1])]
    parts += [Part(entry.row, -entry.fee[0], entry.fee[1], fee=True)] if entry.fee else []
    value = None if is_fiat(entry.input[1]) or is_fiat(got[1]) else entry.usd
    return trade(Deal(ACCOUNT, entry.time, entry.id, note=entry.details or None, value=value, value_currency="USD"), parts)


def _single(entry: _Entry) -> Transaction:
    if entry.type in _LOANS or (entry.type in _DEPOSITS and "credit" in entry.details.lower()):
        raise RowError("KIND_NOT_BOOKED", f"{entry.said!r} belongs to a loan", _LOAN_HINT)
    kind = _kind(entry)
    incoming = kind not in {"withdrawal", "gift-out", "spend"}
    if incoming and entry.input[0] < 0:
        message = f"{entry.said!r} of {exact.plain(entry.input[0])} {entry.input[1]}: taken back or corrected"
        raise RowError("ROW_INVALID", message, "Give it in a universal ledger CSV.")
    size, asset = abs(entry.input[0]), entry.input[1]
    fee = entry.fee if not incoming else None
    if fee and fee[1] == asset:
        size -= fee[0]
    found = _HASH.search(entry.details)
    worth = None if is_fiat(asset) or kind in {"withdrawal", "deposit"} else entry.usd
    return Transaction(
        time=entry.time,
        account=ACCOUNT,
        kind=kind,
        sources=(entry.row.source,),
        sent_quantity=None if incoming else size,
        sent_asset=None if incoming else asset,
        received_quantity=size if incoming else None,
        received_asset=asset if incoming else None,
        fee_quantity=fee[0] if fee else None,
        fee_asset=fee[1] if fee else None,
        value=worth,
        value_currency="USD" if worth else None,
        id=entry.id,
        txid=found[0] if found else None,
        note=entry.details or None,
    )


def _kind(entry: _Entry) -> str:
    details = entry.details.lower()
    if entry.type in _DEPOSITS:
        return "income:airdrop" if "airdrop" in details else "income:interest" if "interest adjustment" in details else "deposit"
    if entry.type in _INTERESTS and entry.input[0] < 0:
        return "spend"  # interest on a loan, paid in coins
    if entry.type in _INCOME:
        return _INCOME[entry.type]
    if entry.type in _WITHDRAWALS:
        return "gift-out" if "transfer to nexo user" in details else "withdrawal"
    if entry.type in _SPENDS and entry.input[0] < 0:
        return "spend"
    raise RowError("ROW_UNKNOWN_KIND", f"type {entry.said!r} is not known")
