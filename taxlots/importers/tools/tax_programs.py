"""What the exports of other tax programs share: a wallet in each row, up to two legs, and a label that says what the row was.

A label means one thing on a row with both legs and another on a row with one, so each layout gives three tables. Their values are kinds
of the universal ledger or one of

* `trade`: a buy, sell or swap, by which of the legs is money; the same asset on both sides is a transfer between two wallets;
* `transfer`: the same, and with one leg a deposit or withdrawal;
* `result` (the kind realized-gain): what a position in margin or derivatives came to; what came in is profit, what left is loss;
* `aside: REASON`: recognised and without effect on holdings;
* `refuse: WHAT`: recognised, but not booked in this version.

Programs differ in whether a fee comes on top of the amounts (`on_top`) or is contained in them (`contained`).
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from decimal import Decimal
from functools import lru_cache

from taxlots import exact
from taxlots.importers.records import Intake, NotBookedError, Row, RowError, Table, Transaction
from taxlots.importers.tools.tax_program_cells import BY_HAND, Part
from taxlots.kinds import DUST, KINDS, REALIZED, is_fiat

TRADE, TRANSFER, ASIDE, REFUSE = "trade", "transfer", "aside:", "refuse:"
RESULT = REALIZED
LOTS_REPORT = "a report of realised lots, for reconciliation, not transactions"
MARGIN = "refuse: margin trading"
DERIVATIVE = "refuse: trading in derivatives"
LOAN = "refuse: a loan or its collateral"
POOL = "aside: a move into or out of a pool of one's own, where the units stay one's own"
Maker = Callable[[Row], tuple["Entry", str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What a row (or a group of rows) says, but for its kind. `counter` is the receiving wallet where both are given."""

    rows: tuple[Row, ...]
    time: datetime
    date_only: bool = False
    account: str
    counter: str | None = None
    sent: Part | None = None
    received: Part | None = None
    fee: Part | None = None
    value: Part | None = None
    fee_value: Part | None = None
    id: str = ""
    txid: str | None = None
    note: str | None = None
    asset_class: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """What a label means on a row with both legs, with a received leg only, and with a sent leg (or a fee) only."""

    both: Mapping[str, str] = field(default_factory=dict)
    incoming: Mapping[str, str] = field(default_factory=dict)
    outgoing: Mapping[str, str] = field(default_factory=dict)

    def meaning(self, label: str, entry: Entry) -> str:
        """The table's value for the label on such a row. Raises RowError for a label that is unknown or has the wrong legs."""
        side = "both" if entry.sent and entry.received else "incoming" if entry.received else "outgoing"
        name = _plain(label)
        given = {"both": self.both, "incoming": self.incoming, "outgoing": self.outgoing}
        tables = {s: {_plain(key): value for key, value in table.items()} for s, table in given.items()}
        if name in tables[side]:
            return tables[side][name]
        elsewhere = [value for table in tables.values() if (value := table.get(name))]
        refused = next((value for value in elsewhere if value.startswith(REFUSE)), None)
        if refused:
            return refused
        if name in tables["both"]:
            raise RowError("ROW_UNPAIRED_LEG", f"{label!r} needs what was given and what was received; one side is empty")
        if elsewhere:
            raise RowError("ROW_INVALID", f"{label!r} does not fit a row in which the {_legs(entry)}", BY_HAND)
        known = ", ".join(dict.fromkeys(key for s in (self.both, self.incoming, self.outgoing) for key in s if key))
        hint = f"Known types: {known}. Give the row in a universal ledger CSV, or report the type."
        raise RowError("ROW_UNKNOWN_KIND", f"type {label!r} is not known", hint)


@lru_cache(maxsize=4096)
def _plain(label: str) -> str:
    return re.sub(r"[\s_/-]+", " ", label).strip().casefold()


def _legs(entry: Entry) -> str:
    given = [name for name in ("sent", "received", "fee") if getattr(entry, name)]
    return f"{' and '.join(given)} quantity is given" if given else "quantity is missing"


def read_each(tables: Sequence[Table], prepare: Callable[[Table], Maker]) -> Intake:
    """Each row on its own; `prepare` looks at a table and returns what makes an entry and its meaning of a row. Raises nothing."""
    intake = Intake()
    with exact.exactly():
        for table in tables:
            make = prepare(table)
            for row in table.rows:
                try:
                    take(*make(row), intake)
                except RowError as error:
                    intake.reject(row, error)
    return intake


def set_all_aside(tables: Sequence[Table], _zone: tzinfo) -> Intake:
    """The `read` function of reports of lots that another program computed."""
    intake = Intake()
    for table in tables:
        for row in table.rows:
            intake.leave(row, LOTS_REPORT)
    return intake


def take(entry: Entry, said: str, intake: Intake) -> None:
    """The entry into the intake: a transaction, or set aside. Raises RowError."""
    if said.startswith(REFUSE):
        asset = next((side.asset for side in (entry.sent, entry.received, entry.fee) if side and side.asset), "")
        what, ends = said.removeprefix(REFUSE).strip(), said in {MARGIN, DERIVATIVE}
        hint = None if ends else BY_HAND
        raise NotBookedError(what, asset, entry.account, hint, entry.time, currency=asset, told_beside=ends, ends_in_a_result=ends)
    made = said.removeprefix(ASIDE).strip() if said.startswith(ASIDE) else _booked(entry, said)
    if isinstance(made, Transaction):
        for one in _at_its_wallets(entry, made):
            intake.add(one)
        return
    for row in entry.rows:
        intake.leave(row, made)


def _at_its_wallets(entry: Entry, made: Transaction) -> Iterator[Transaction]:
    """An exchange between two wallets: bought where it arrives, sold where it left, swapped where it left and then moved."""
    there = entry.counter
    if there in {None, made.account} or made.kind not in {"buy", "swap", "convert"}:
        yield made
    elif made.kind == "buy":
        yield replace(made, account=there)
    else:
        yield made
        moved = Part(made.received_quantity, made.received_asset) if made.received_quantity and made.received_asset else None
        whole = replace(entry, sent=moved, received=moved, fee=None, value=None, id=f"{made.id}/move" if made.id else "")
        yield _transaction(whole, TRANSFER)


def _booked(entry: Entry, said: str) -> Transaction | str:
    if not (entry.sent or entry.received or entry.fee):
        return "the quantity is 0"
    if entry.sent and entry.received:
        same = entry.sent.asset == entry.received.asset
        if same and said in {TRADE, TRANSFER}:
            return _transfer(entry, entry.sent, entry.received)
        if said == TRANSFER:
            raise RowError("ROW_INVALID", f"a transfer sends {entry.sent.asset} and receives {entry.received.asset}", BY_HAND)
        return _transaction(entry, _trade(entry.sent, entry.received) if said == TRADE else said)
    if said == TRADE:
        raise RowError("ROW_UNPAIRED_LEG", "a trade needs what was given and what was received; one side is empty")
    if said == "fee" and entry.sent and not entry.fee:
        return _transaction(replace(entry, sent=None, fee=entry.sent), "fee")
    if not (entry.sent or entry.received):
        return _transaction(entry, "fee")
    return _transaction(entry, ("deposit" if entry.received else "withdrawal") if said == TRANSFER else said)


def _trade(sent: Part, received: Part) -> str:
    if is_fiat(sent.asset) == is_fiat(received.asset):
        return "swap"
    return "buy" if is_fiat(sent.asset) else "sell"


def _transfer(entry: Entry, sent: Part, received: Part) -> Transaction | str:
    """Between two wallets; a fee that is just the difference of both ends is contained in what was sent."""
    lost = sent.quantity - received.quantity
    if lost < -DUST:
        raise RowError("ROW_INVALID", f"a transfer receives {received.quantity}, more than the {sent.quantity} that were sent")
    if entry.fee and entry.fee == Part(lost, sent.asset):
        sent, lost = received, Decimal(0)
    if entry.counter in {None, entry.account}:
        return _within(entry, sent.asset, lost)
    if received.quantity > sent.quantity:
        received = sent
    return _transaction(replace(entry, sent=sent, received=received), TRANSFER)


def _within(entry: Entry, asset: str, lost: Decimal) -> Transaction | str:
    """A move inside one wallet: what it cost is all that it did."""
    fee = entry.fee
    if fee and lost > 0:
        if fee.asset != asset:
            raise RowError("ROW_INVALID", f"a move inside {entry.account} loses {lost} {asset} and {fee.quantity} {fee.asset}", BY_HAND)
        fee = Part(fee.quantity + lost, asset)
    elif lost > 0:
        fee = Part(lost, asset)
    if not fee:
        return f"a move inside {entry.account}"
    return _transaction(replace(entry, sent=None, received=None, fee=fee, value=None), "fee")


def _transaction(entry: Entry, kind: str) -> Transaction:
    needs = KINDS[kind].needs
    if not KINDS[kind].either:
        missing = [side for side in needs if getattr(entry, side) is None]
        if missing:
            raise RowError("ROW_INVALID", f"a {kind} needs a {missing[0]} quantity, and the row has none", BY_HAND)
    sent, received, fee = entry.sent, entry.received, entry.fee
    money = any(part and is_fiat(part.asset) for part in (sent, received))
    value = None if money else entry.value
    fee_value = entry.fee_value if fee and not is_fiat(fee.asset) else None
    if value and fee_value and value.asset != fee_value.asset:
        fee_value = None
    currency = value or fee_value
    return Transaction(
        time=entry.time,
        date_only=entry.date_only,
        account=entry.account,
        kind=kind,
        sources=tuple(row.source for row in entry.rows),
        sent_quantity=sent.quantity if sent else None,
        sent_asset=sent.asset if sent else None,
        received_quantity=received.quantity if received else None,
        received_asset=received.asset if received else None,
        fee_quantity=fee.quantity if fee else None,
        fee_asset=fee.asset if fee else None,
        fee_value=fee_value.quantity if fee_value else None,
        value=value.quantity if value else None,
        value_currency=currency.asset if currency else None,
        counter_account=entry.counter if kind == TRANSFER else None,
        id=entry.id,
        txid=entry.txid,
        note=entry.note,
        asset_class=entry.asset_class,
    )


def contained(entry: Entry) -> Entry:
    """The entry of a program whose sent amounts contain the fee and whose received amounts are what is left after it."""
    fee, sent, received = entry.fee, entry.sent, entry.received
    if fee and sent and fee.asset == sent.asset:
        left = sent.quantity - fee.quantity
        if left < 0:
            raise RowError("ROW_INVALID", f"the fee of {fee.quantity} {fee.asset} exceeds the {sent.quantity} that were sent", BY_HAND)
        return replace(entry, sent=Part(left, sent.asset) if left else None)
    if fee and received and fee.asset == received.asset:
        return replace(entry, received=Part(received.quantity + fee.quantity, received.asset))
    return entry
