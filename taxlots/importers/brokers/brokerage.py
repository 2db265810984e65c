"""Brokers' rows in common terms: what a purchase, a sale, a dividend, a fee or a move of shares becomes in the universal ledger.

A broker's layout turns each row into an `Entry` with a *deed*: a kind of the universal ledger or one of the words below. The amount
is what the row does to the cash, its fees included, as nearly all brokers print it: a purchase for 1,000 with a commission of 5 has
the amount -1,005 and the fees 5, and becomes `sent 1,000, fee 5`.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal

from taxlots.exact import plain
from taxlots.importers.brokers.to_add import lines_to_add
from taxlots.importers.records import Intake, NotBookedError, Row, RowError, Table, Transaction, all_rows
from taxlots.importers.times import TimeError, parse_time

BUY, SELL, DIVIDEND, QUALIFIED, INTEREST = "buy", "sell", "income:dividend", "income:qualified-dividend", "income:interest"
GAINS, OTHER_INCOME, RETURNED = "income:capital-gain-distribution", "income:other", "return-of-capital"
SPUN_OFF = "spin-off"
CASH, COST, SHARES, SPLIT = "cash", "cost", "shares", "split"  # either way, by the sign
MOVE, TRADE = "move", "trade"  # a layout settles them: shares or cash, a purchase or a sale
ASIDE, REFUSE = "aside: ", "refuse: "
OPTION = REFUSE + "an option"
SHORT = REFUSE + "a short sale"
FUTURE = REFUSE + "a future"
CORPORATE = REFUSE + "a corporate action"
CFD = REFUSE + "a contract for difference"
FRACTION = REFUSE + "cash for a fraction of a share"
ACCRUED = REFUSE + "a bond traded with accrued interest"
REALIZED = "a report of realised lots, for reconciliation, not transactions"
_HINTS = {
    OPTION: "Give what it did to shares and their basis in a universal ledger CSV; premiums and expiries are not computed by themselves.",
    FUTURE: "Section 1256 contracts are not computed; take the totals from the broker's Form 1099-B.",
    CFD: "The broker's tax report has the result.",
    ACCRUED: "Give the trade without the accrued interest in a universal ledger CSV, and the interest as income:interest or spend.",
}
_POSITIONS = {OPTION, SHORT, FUTURE, CFD}
_ELSE = "Give its effect in a universal ledger CSV, or its gain to your accountant."
_FUND = re.compile(r"[A-Z]{4}X")  # the tickers of US mutual funds
_NONE = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A row of a broker's export. `quantity` keeps its sign; `fees` are positive and contained in `amount`.

    `cancels` marks a row that undoes an earlier one of the same deed, quantity and amount. `withheld` is tax that was kept back from a
    dividend, interest or a sale of which `amount` is the rest, `fee_apart` a fee that `amount` does not contain, as of another currency.
    `also` are rows that tell a part of the same, as the fee of an order: they share the entry's fate. `of` is the holding that shares
    were spun off from.
    """

    row: Row
    deed: str
    account: str
    time: datetime
    date_only: bool = True
    symbol: str = ""
    quantity: Decimal = _NONE
    amount: Decimal = _NONE
    fees: Decimal = _NONE
    currency: str = "USD"
    note: str = ""
    id: str = ""
    cancels: bool = False
    asset_class: str | None = None
    withheld: tuple[Decimal, str] | None = None
    fee_apart: tuple[Decimal, str] | None = None
    also: tuple[Row, ...] = ()
    of: str = ""

    @property
    def rows(self) -> tuple[Row, ...]:
        """The entry's row and those that share its fate."""
        return (self.row, *self.also)

    @property
    def what(self) -> str:
        """The row in a few words, for problems."""
        parts = (self.deed.removeprefix(REFUSE), plain(abs(self.quantity)) if self.quantity else "", self.symbol)
        money = f"for {plain(abs(self.amount))} {self.currency}" if self.amount else ""
        return " ".join(filter(None, (*parts, money)))


def when(row: Row, column: str, zone: tzinfo, text: str | None = None) -> tuple[datetime, bool]:
    """The time of a row, and whether it is only a date; `text` instead of the cell where that holds more. Raises RowError."""
    said = row.text(column) if text is None else text
    try:
        return parse_time(said, zone)
    except (TimeError, OverflowError) as error:
        raise RowError("TIME_INVALID", f"column {column!r}: {error}") from None


def account_names(
    platform: str, rows: Iterable[Row], *columns: str, words: bool = False, files: Mapping[str, str] | None = None
) -> Callable[[Row], str]:
    """The account of a row: the platform's name, with the account's number where the rows hold several.

    The number is that of the first column that has one, else that of the row's file in `files`. With `words`, a name without a digit
    tells an account apart as well.
    """
    whole = files or {}

    def number_of(row: Row) -> str:
        told = (*map(row.text, columns), whole.get(row.file, ""))
        return next(filter(None, (_account_number(text, words=words) for text in told)), "")

    if len({number_of(row) for row in rows} - {""}) < 2:
        return lambda _row: platform
    return lambda row: "-".join(filter(None, (platform, number_of(row))))


def numbers_of_files(tables: Sequence[Table], *patterns: re.Pattern[str]) -> dict[str, str]:
    """Per file the account's number, by the first group of a pattern in the file's name or in the lines above its header."""
    texts = {table.file: " ".join((table.file, *(cell for line in table.preamble for cell in line))) for table in tables}
    matches = {file: next(filter(None, (pattern.search(text) for pattern in patterns)), None) for file, text in texts.items()}
    return {file: match[1] for file, match in matches.items() if match}


def _account_number(text: str, *, words: bool) -> str:
    named = len(text) <= 40 and (words or any(c.isdigit() for c in text))
    return re.sub(r"[^a-z0-9]", "", text.lower()) if named else ""


def fund_or_security(symbol: str) -> str:
    """The asset class of what a US broker lists under this symbol."""
    return "fund" if _FUND.fullmatch(symbol) else "security"


def read_entries(tables: Sequence[Table], intake: Intake, entry: Callable[[Row], Entry]) -> list[Entry]:
    """Every row as an entry; rows that can't be read are rejected."""
    return entries_of(all_rows(tables), intake, entry)


def entries_of(rows: Iterable[Row], intake: Intake, entry: Callable[[Row], Entry]) -> list[Entry]:
    """As `read_entries`, of rows."""
    entries = []
    for row in rows:
        try:
            entries.append(entry(row))
        except RowError as error:
            intake.reject(row, error)
    return entries


def book(entries: Iterable[Entry], intake: Intake) -> None:
    """Every entry to its fate. Raises nothing."""
    for entry in without_cancelled(list(entries), intake):
        try:
            take(entry, intake)
        except RowError as error:
            _reject(entry, intake, error)


def _reject(entry: Entry, intake: Intake, error: RowError) -> None:
    for row in entry.rows:
        intake.reject(row, error)


def _leave(entry: Entry, intake: Intake, reason: str) -> None:
    for row in entry.rows:
        intake.leave(row, reason)


def take(entry: Entry, intake: Intake) -> None:
    """One entry into the intake: a transaction, or set aside. Raises RowError."""
    if entry.deed.startswith(ASIDE):
        _leave(entry, intake, entry.deed.removeprefix(ASIDE))
        return
    if entry.deed in _POSITIONS:
        what = entry.deed.removeprefix(REFUSE)
        name, hint, states = entry.symbol or entry.note, _HINTS.get(entry.deed), entry.deed != FUTURE
        raise NotBookedError(what, name, entry.account, hint, entry.time, currency=entry.currency, ends_in_a_result=states)
    if entry.deed.startswith(REFUSE):
        hint = lines_to_add(entry) if entry.deed in {CORPORATE, FRACTION} else _HINTS.get(entry.deed, _ELSE)
        raise RowError("KIND_NOT_BOOKED", f"{entry.what} is not booked in this version", hint)
    if entry.cancels:
        raise RowError("ROW_UNPAIRED_LEG", f"cancels {entry.what}, and no such row is in the files")
    made = made_of(entry)
    if made is None:
        _leave(entry, intake, "the amount is 0")
        return
    intake.add(made)
    for one in _withheld(entry):
        intake.add(one)


def made_of(entry: Entry) -> Transaction | None:
    """The transaction of an entry's deed; None where its amount is 0. Raises RowError."""
    return _BOOKED.get(entry.deed, _income)(entry)


def _withheld(entry: Entry) -> Iterator[Transaction]:
    """The part of a dividend that was withheld as tax: received as income, and taken off again. A sale brought it already."""
    if entry.withheld and entry.withheld[0]:
        amount, currency = abs(entry.withheld[0]), entry.withheld[1]
        part = replace(entry, note=f"tax withheld: {entry.note}", id="")
        if entry.deed != SELL:
            yield transaction(part, entry.deed, received=(amount, currency))
        yield transaction(part, "fee", fee=(amount, currency))


def transaction(entry: Entry, kind: str, **legs: object) -> Transaction:
    """A transaction of the entry's account and time with these legs, each `(quantity, asset)`."""
    fields: dict[str, object] = {}
    for side in ("sent", "received", "fee"):
        if legs.get(side):
            fields[f"{side}_quantity"], fields[f"{side}_asset"] = legs.pop(side)  # type: ignore[misc]
    classed = entry.asset_class if any(fields.get(f"{side}_asset") == entry.symbol for side in ("sent", "received")) else None
    return Transaction(
        time=entry.time,
        date_only=entry.date_only,
        account=entry.account,
        kind=kind,
        sources=tuple(row.source for row in entry.rows),
        id=entry.id,
        note=entry.note or None,
        asset_class=classed,
        **fields,  # type: ignore[arg-type]
    )


def take_together(group: Sequence[Entry], make: Callable[[Sequence[Entry]], Transaction], intake: Intake) -> None:
    """Several rows that tell one thing, as one transaction; all of them are rejected where `make` raises RowError."""
    try:
        made = make(group)
    except RowError as error:
        for entry in group:
            _reject(entry, intake, error)
        return
    intake.add(replace(made, sources=tuple(row.source for entry in group for row in entry.rows)))


def reverse_split(group: Sequence[Entry]) -> Transaction:
    """The old shares out and the new ones in, as the change of the new: 39 old for 7 new takes 32 away. Raises RowError.

    A new ticker takes over the lots (`convert`). A number such as a CUSIP in place of the old ticker is no new name: the shares had
    the ticker of the new ones before.
    """
    new = [entry for entry in group if entry.quantity > 0]
    old = [entry for entry in group if entry.quantity < 0]
    if len(new) != 1 or len(old) != 1 or len(group) != 2:
        raise RowError("ROW_UNPAIRED_LEG", f"a reverse split of {group[0].symbol} has {len(old)} old and {len(new)} new rows")
    if old[0].symbol not in {"", new[0].symbol} and old[0].symbol.isalpha():
        return transaction(new[0], "convert", sent=(-old[0].quantity, old[0].symbol), received=_shares_of(new[0]))
    change = new[0].quantity + old[0].quantity
    return split_by(replace(new[0], deed=SPLIT, quantity=change))


def _shares_of(entry: Entry) -> tuple[Decimal, str]:
    if not entry.symbol:
        raise RowError(
            "ROW_INVALID", f"{entry.what}: the row names no security", "Fill in the symbol, or give the row in a universal ledger."
        )
    if not entry.quantity:
        raise RowError("ROW_INVALID", f"{entry.what}: the quantity is missing or 0")
    return abs(entry.quantity), entry.symbol


def fee_of(entry: Entry) -> tuple[Decimal, str] | None:
    """The fee of an entry with its currency, None without one."""
    return entry.fee_apart or ((entry.fees, entry.currency) if entry.fees > 0 else None)


def _buy(entry: Entry) -> Transaction:
    paid = -entry.amount - entry.fees
    if paid <= 0:
        raise RowError("ROW_INVALID", f"{entry.what}: a purchase that costs {plain(-entry.amount)} {entry.currency}")
    return transaction(entry, BUY, sent=(paid, entry.currency), received=_shares_of(entry), fee=fee_of(entry))


def sale(entry: Entry) -> Transaction:
    """Shares given for the amount and the fees in it. Raises RowError."""
    gross = entry.amount + entry.fees + _kept_back(entry)
    if gross <= 0:
        raise RowError("ROW_INVALID", f"{entry.what}: a sale that brings {plain(entry.amount)} {entry.currency}")
    return transaction(entry, SELL, sent=_shares_of(entry), received=(gross, entry.currency), fee=fee_of(entry))


def _kept_back(entry: Entry) -> Decimal:
    """Tax that the broker kept of a sale: the sale brought it, the payout does not hold it."""
    amount, currency = entry.withheld or (_NONE, entry.currency)
    if amount and currency != entry.currency:
        raise RowError("ROW_INVALID", f"{entry.what}: tax was withheld in {currency}, which the payout does not tell")
    return abs(amount)


def _income(entry: Entry) -> Transaction | None:
    if entry.amount < 0:
        hint = "Export the period with the row that it corrects, or give the correction to your accountant."
        raise RowError("ROW_INVALID", f"{entry.what} takes money back, and no equal earlier row is in the files", hint)
    return transaction(entry, entry.deed, received=(entry.amount, entry.currency)) if entry.amount else None


def _returned(entry: Entry) -> Transaction | None:
    """Money that lowers the basis of the security that the row names."""
    made = _income(entry)
    return replace(made, sent_asset=entry.symbol, asset_class=entry.asset_class) if made and entry.symbol else made


def spun_off(entry: Entry) -> Transaction:
    """New shares out of a holding that brokers rarely name; `of` does where they do. Raises RowError."""
    made = transaction(entry, SPUN_OFF, received=_shares_of(entry))
    return replace(made, sent_asset=entry.of or None)


def _cash(entry: Entry) -> Transaction | None:
    if not entry.amount:
        return None
    money = (abs(entry.amount), entry.currency)
    return transaction(entry, "deposit", received=money) if entry.amount > 0 else transaction(entry, "withdrawal", sent=money)


def _cost(entry: Entry) -> Transaction | None:
    if entry.amount >= 0:
        return _cash(entry)
    return transaction(entry, "fee", fee=(-entry.amount, entry.currency))


def _move(entry: Entry) -> Transaction:
    shares = _shares_of(entry)
    return transaction(entry, "deposit", received=shares) if entry.quantity > 0 else transaction(entry, "withdrawal", sent=shares)


def split_by(entry: Entry) -> Transaction:
    """The change of a holding by a split. Raises RowError."""
    shares = _shares_of(entry)
    return transaction(entry, SPLIT, received=shares) if entry.quantity > 0 else transaction(entry, SPLIT, sent=shares)


_BOOKED: dict[str, Callable[[Entry], Transaction | None]] = {
    BUY: _buy,
    SELL: sale,
    CASH: _cash,
    COST: _cost,
    SHARES: _move,
    SPLIT: split_by,
    RETURNED: _returned,
    SPUN_OFF: spun_off,
}
_MONEY_ONLY = {RETURNED}  # booked like income: a minus takes an earlier row back


def without_cancelled(entries: list[Entry], intake: Intake) -> list[Entry]:
    """Set rows aside that undo an earlier one (marked so, or income with a minus), together with what they undo."""
    undoing = [entry for entry in entries if entry.cancels or (_is_income(entry) and entry.amount < 0)]
    known: dict[tuple[object, ...], list[Entry]] = defaultdict(list)
    for entry in entries:
        if not entry.cancels and (not _is_income(entry) or entry.amount > 0):
            known[_likeness(entry)].append(entry)
    gone: set[tuple[str, int]] = set()
    for undo in undoing:
        undone = min(_undoable(undo, known[_likeness(undo)], gone), key=lambda e: _distance(undo, e), default=None)
        if undone:
            _leave(undo, intake, f"cancels row {undone.row.number}")
            _leave(undone, intake, f"cancelled by row {undo.row.number}")
            gone |= {undo.row.source, undone.row.source}
    return [entry for entry in entries if entry.row.source not in gone]


def _is_income(entry: Entry) -> bool:
    return entry.deed not in _BOOKED or entry.deed in _MONEY_ONLY


def _likeness(entry: Entry) -> tuple[object, ...]:
    return (entry.deed, entry.account, entry.symbol, entry.currency, abs(entry.quantity), abs(entry.amount))


def _undoable(undo: Entry, like: Sequence[Entry], gone: set[tuple[str, int]]) -> Iterator[Entry]:
    refused = undo.deed.startswith((ASIDE, REFUSE))
    return (e for e in like if e.row.source not in gone and e.time <= undo.time + timedelta(days=1) and not refused)


def _distance(undo: Entry, other: Entry) -> tuple[bool, timedelta, int]:
    return (undo.row.file != other.row.file, abs(undo.time - other.time), abs(undo.row.number - other.row.number))


def warn_of_premiums(by_option: Iterable[Entry], intake: Intake) -> None:
    """Shares that came or went by an option: its premium belongs to their basis or proceeds, and options are not booked."""
    booked = {source for one in intake.transactions for source in one.sources}
    hint = "Add the option's premium to the basis or the proceeds by a line in overrides.csv."
    for entry in by_option:
        if entry.row.source in booked:
            message = f"{entry.what} by an option that was assigned or exercised: its premium is missing"
            intake.warn(entry.row, "KIND_NOT_BOOKED", message, hint)


def unknown(what: str, known: Iterable[str]) -> RowError:
    """The error for a type that the layout does not have."""
    hint = f"Known types: {', '.join(known)}. Give the row in a universal ledger CSV, or report the type."
    return RowError("ROW_UNKNOWN_KIND", f"type {what!r} is not known", hint)
