"""Crypto.com App: the crypto, fiat and card records, which have one header.

Traps: what goes between the fiat and the crypto wallet stands in both records, so the fiat record's row is merged where the crypto
record says the same; limit orders write rows that only lock money; the fee is inside the price; the sign of the amount of a purchase
from the fiat wallet differs between files; the kind alone tells a reward from a returned stake; token migrations are told in rows
that belong together.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from decimal import Decimal

from taxlots import exact
from taxlots.importers.exchanges import cryptocom_kinds as kinds
from taxlots.importers.exchanges.exchange_legs import Deal, Part, trade
from taxlots.importers.exchanges.exchange_times import moment
from taxlots.importers.numbers import number, required
from taxlots.importers.proportion import portion
from taxlots.importers.records import Intake, Row, RowError, Table, Transaction, all_rows
from taxlots.kinds import is_fiat

ACCOUNT = "crypto-com"
EXCHANGE = "crypto-com-exchange"
REQUIRED = (
    "Timestamp (UTC)",
    "Transaction Description",
    "Currency",
    "Amount",
    "To Currency",
    "To Amount",
    "Native Currency",
    "Native Amount",
    "Transaction Kind",
)
_TOGETHER = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Entry:
    """One row with its cells read; `amount` is signed as in the export."""

    row: Row
    time: datetime
    kind: str
    asset: str
    amount: Decimal
    to_asset: str
    to_amount: Decimal | None

    @property
    def worth(self) -> tuple[Decimal, str] | None:
        """The export's market value where it is one in money; Native Amount is rounded to 18 decimals."""
        value, currency = number(self.row, "Native Amount"), self.row.text("Native Currency").upper()
        if not value or not is_fiat(currency):
            return None
        return exact.to_decimal(exact.to_units(abs(value))), currency


def read(tables: Sequence[Table], zone: tzinfo) -> Intake:  # noqa: ARG001  every time in this export is UTC
    """Every row of every table to its fate. Raises nothing."""
    intake = Intake()
    with exact.exactly():
        entries = _without_repeated(_entries(tables, intake), intake)
        for group in _groups(entries):
            _take(group, intake)
    return intake


def _entries(tables: Sequence[Table], intake: Intake) -> list[Entry]:
    entries: list[Entry] = []
    for row in all_rows(tables):
        try:
            one = _entry(row)
        except RowError as error:
            intake.reject(row, error)
            continue
        if kinds.is_internal(one.kind):
            intake.leave(row, f"{row.text('Transaction Kind')}: a move inside the App, or a lock of an order")
        elif not one.amount and not one.to_amount:
            intake.leave(row, "the amount is 0")
        else:
            entries.append(one)
    return entries


def _entry(row: Row) -> Entry:
    asset = row.text("Currency").upper()
    if not asset:
        raise RowError("ROW_INVALID", "column 'Currency' is empty")
    to_amount = number(row, "To Amount")
    to_asset = row.text("To Currency").upper()
    if to_amount and not to_asset:
        raise RowError("ROW_INVALID", "column 'To Amount' is given, but 'To Currency' is empty")
    one = Entry(row, moment(row, "Timestamp (UTC)", UTC), _kind(row), asset, required(row, "Amount"), to_asset, to_amount)
    try:
        _ = one.worth
    except exact.OutOfRangeError as error:
        raise RowError("ROW_INVALID", f"column 'Native Amount': {error}") from None
    return one


def _kind(row: Row) -> str:
    """The kind; rows of the fiat record that have none say it in their description, those of the card record are money by card."""
    said = row.text("Transaction Kind").casefold()
    description = row.text("Transaction Description").casefold()
    if not said and "deposit" in description:
        return "fiat deposit"
    if not said and "withdrawal" in description:
        return "fiat withdrawal"
    if not said and is_fiat(row.text("Currency").upper()) and not row.text("To Currency"):
        return "card"
    return said


def _without_repeated(entries: list[Entry], intake: Intake) -> list[Entry]:
    """Exchanges that two files tell, each from its side: the later one is merged. Within one file nothing is repeated."""
    first: dict[tuple[object, ...], list[Entry]] = defaultdict(list)
    taken: set[tuple[tuple[str, int], str]] = set()
    kept: list[Entry] = []
    for one in entries:
        key = (one.time, frozenset(((one.asset, abs(one.amount)), (one.to_asset, abs(one.to_amount or Decimal(0))))))
        name = one.row.file
        twin = next((e for e in first[key] if e.row.file != name and (e.row.source, name) not in taken), None)
        if one.kind in kinds.EXCHANGES and twin:
            taken.add((twin.row.source, name))
            intake.merge(one.row, f"the same exchange as {twin.row.file}:{twin.row.number}")
        else:
            first[key].append(one)
            kept.append(one)
    return kept


def _groups(entries: list[Entry]) -> list[list[Entry]]:
    """Rows of one dust conversion or one token migration together, by their time; any other row alone."""
    groups: list[list[Entry]] = []
    open_groups: dict[tuple[str, str], list[Entry]] = {}
    for one in sorted(entries, key=lambda e: (e.row.file, e.time, e.row.number)):
        family = kinds.FAMILIES.get(one.kind)
        key = (one.row.file, family or "")
        near = open_groups.get(key)
        if family and near and one.time - near[0].time <= _TOGETHER:
            near.append(one)
            continue
        groups.append([one])
        if family:
            open_groups[key] = groups[-1]
    return groups


def _take(group: list[Entry], intake: Intake) -> None:
    try:
        made = _together(group) if group[0].kind in kinds.FAMILIES else [_transaction(group[0])]
    except RowError as error:
        for one in group:
            intake.reject(one.row, error)
        return
    for transaction in made:
        intake.add(transaction)


def _together(group: list[Entry]) -> list[Transaction]:
    """Dust given for one coin, divided by what the export says each is worth; or one coin exchanged for another."""
    given = [one for one in group if one.amount < 0]
    got = [one for one in group if one.amount > 0]
    if len(given) < 2 or len(got) != 1:
        return trade(_deal(group[0]), [Part(one.row, one.amount, one.asset) for one in group])
    worths = [one.worth for one in given]
    known = [worth[0] for worth in worths if worth]
    if len(known) < len(given):
        raise RowError("ROW_INVALID", f"{len(given)} coins are given for {got[0].asset}, and Native Amount does not say their shares")
    left, whole, made = got[0].amount, sum(known, Decimal(0)), []
    for index, (one, value) in enumerate(zip(given, known, strict=True)):
        share = left if index == len(given) - 1 else portion(got[0].amount, value, whole)
        left -= share
        made += trade(_deal(one), [Part(one.row, one.amount, one.asset), Part(got[0].row, share, got[0].asset)])
    return made


def _deal(one: Entry) -> Deal:
    worth = None if is_fiat(one.asset) or is_fiat(one.to_asset) else one.worth
    value, currency = worth or (None, None)
    return Deal(ACCOUNT, one.time, note=one.row.text("Transaction Description") or None, value=value, value_currency=currency)


def _transaction(one: Entry) -> Transaction:
    if one.kind in kinds.BOUGHT_BY_CARD or one.kind == kinds.REFUND:
        return _bought(one)
    if one.kind in kinds.EXCHANGES:
        return _exchanged(one)
    if one.kind == "crypto_transfer":
        return _one_sided(one, "gift-in" if one.amount > 0 else "gift-out")
    kind = ("deposit" if one.amount > 0 else "withdrawal") if one.kind == "card" else kinds.one_sided(one.kind)
    if kind is None:
        said = one.row.text("Transaction Kind") or one.row.text("Transaction Description")
        raise RowError("ROW_UNKNOWN_KIND", f"transaction kind {said!r} is not known")
    return _one_sided(one, kind)


def _exchanged(one: Entry) -> Transaction:
    """Currency for To Currency; a purchase gives money and a sale receives it, on whichever side the record has it."""
    if not one.to_amount:
        raise RowError("ROW_UNPAIRED_LEG", f"{one.kind!r} of {one.asset} does not say what was received")
    turned = is_fiat(one.asset) if one.kind in kinds.SALES else one.kind in kinds.PURCHASES and is_fiat(one.to_asset)
    sign = -1 if turned else 1
    parts = [Part(one.row, -sign * abs(one.amount), one.asset), Part(one.row, sign * abs(one.to_amount), one.to_asset)]
    return trade(_deal(one), parts)[0]


def _bought(one: Entry) -> Transaction:
    """A purchase by card, paid in the native currency; a payment that was given back buys again what it had spent."""
    worth = one.worth
    if worth is None or one.amount <= 0:
        raise RowError("ROW_INVALID", f"{one.kind!r} of {exact.plain(one.amount)} {one.asset} without an amount in money")
    parts = [Part(one.row, -worth[0], worth[1]), Part(one.row, one.amount, one.asset)]
    return trade(_deal(one), parts)[0]


def _one_sided(one: Entry, kind: str) -> Transaction:
    incoming = kind in {"deposit", "gift-in"} or kind.startswith("income:")
    if (one.amount > 0) != incoming and kind not in {"deposit", "withdrawal", "spend", "gift-in", "gift-out"}:
        message = f"{one.kind!r} of {exact.plain(one.amount)} {one.asset}: taken back or corrected"
        raise RowError("ROW_INVALID", message, "Give it in a universal ledger CSV.")
    size = abs(one.amount)
    worth = None if is_fiat(one.asset) else one.worth
    return Transaction(
        time=one.time,
        account=ACCOUNT,
        kind=kind,
        sources=(one.row.source,),
        sent_quantity=None if incoming else size,
        sent_asset=None if incoming else one.asset,
        received_quantity=size if incoming else None,
        received_asset=one.asset if incoming else None,
        value=worth[0] if worth else None,
        value_currency=worth[1] if worth else None,
        counter_account=EXCHANGE if one.kind in kinds.WITH_EXCHANGE else None,
        txid=one.row.text("Transaction Hash") or None,
        note=one.row.text("Transaction Description") or None,
    )
