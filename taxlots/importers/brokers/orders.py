"""Rows that belong together in brokers' statements: an order's fills and fees, two sides of an exchange, a changed identifier, balances."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from taxlots.importers import running_balances
from taxlots.importers.brokers import brokerage
from taxlots.importers.brokers.brokerage import Entry
from taxlots.importers.brokers.exchanges_of_money import exchange_of_two
from taxlots.importers.proportion import portion
from taxlots.importers.records import Intake, RowError, Transaction
from taxlots.importers.running_balances import Stated, Terms


def grouped(entries: Iterable[Entry], key: Callable[[Entry], Hashable]) -> list[list[Entry]]:
    """The entries of each file with the same key, in the order of their first rows."""
    groups: dict[tuple[str, Hashable], list[Entry]] = defaultdict(list)
    for entry in entries:
        groups[entry.row.file, key(entry)].append(entry)
    return list(groups.values())


def with_fees(trades: Sequence[Entry], fees: Sequence[Entry]) -> tuple[list[Entry], list[Entry]]:
    """The fills of an order with its fees, each in the proportion of its amount; and the fee rows that could not be shared.

    Fees are entries with a negative amount. Those in the currency of the first are shared; the others stay costs of their own.
    """
    if not trades or not fees:
        return list(trades), list(fees)
    mine = [fee for fee in fees if fee.currency == fees[0].currency]
    total = -sum((fee.amount for fee in mine), Decimal(0))
    if total <= 0:
        return list(trades), list(fees)
    whole = sum((abs(trade.amount) for trade in trades), Decimal(0))
    try:
        parts = [portion(total, abs(trade.amount), whole) for trade in trades[1:]]
    except RowError:  # amounts that no frame holds: the trades are rejected for their size, the fees stay costs
        return list(trades), list(fees)
    parts.insert(0, total - sum(parts, Decimal(0)))
    shared = [replace(trade, fee_apart=(part, mine[0].currency)) for trade, part in zip(trades, parts, strict=True)]
    shared[0] = replace(shared[0], also=(*shared[0].also, *(row for fee in mine for row in fee.rows)))
    return shared, [fee for fee in fees if fee not in mine]


def take_exchanges(entries: Sequence[Entry], key: Callable[[Entry], Hashable], intake: Intake) -> None:
    """Take the two sides of each exchange of money: what goes out with the nearest row of another currency that comes in."""
    for group in grouped(entries, key):
        waiting = [entry for entry in group if entry.amount > 0]
        for out in (entry for entry in group if entry.amount <= 0):
            others = [entry for entry in waiting if entry.currency != out.currency]
            other = min(others, key=lambda entry: abs(entry.row.number - out.row.number), default=None)
            if other is None:
                brokerage.take_together([out], exchange_of_two, intake)
                continue
            waiting.remove(other)
            brokerage.take_together([out, other], exchange_of_two, intake)
        for entry in waiting:
            brokerage.take_together([entry], exchange_of_two, intake)


def changed_identifier(group: Sequence[Entry]) -> Transaction:
    """As many units of one security for those of another, without money: basis and dates carry over. Raises RowError."""
    out, into = [e for e in group if e.quantity < 0], [e for e in group if e.quantity > 0]
    if len(out) != 1 or len(into) != 1 or len(group) != 2 or out[0].symbol == into[0].symbol:
        message = f"a changed identifier needs one row out and one in, of two identifiers; its day has {len(out)} and {len(into)}"
        raise RowError("ROW_UNPAIRED_LEG", message)
    if -out[0].quantity != into[0].quantity or any(entry.amount for entry in group):
        message = f"{out[0].what} becomes {into[0].what}: another number of units, or money with it, is not booked in this version"
        raise RowError("KIND_NOT_BOOKED", message, "Give it as a convert (and the money as a sell) in a universal ledger CSV.")
    if not out[0].symbol or not into[0].symbol:
        raise RowError("ROW_INVALID", f"{into[0].what}: one of the rows names no security")
    return brokerage.transaction(into[0], "convert", sent=(-out[0].quantity, out[0].symbol), received=(into[0].quantity, into[0].symbol))


def check_cash(stated: Iterable[tuple[Entry, Decimal | None]], intake: Intake) -> None:
    """Check the balance of the cash after each row, per account and currency, and hand on the last ones.

    An export of a later period begins with money that no row tells, so that its balances could not be compared: it is only checked.
    """
    accounts: dict[str, list[Stated]] = defaultdict(list)
    for entry, left in stated:
        line = Stated(row=entry.row, time=entry.time, asset=entry.currency, change=entry.amount, balance=left, wallet="cash")
        accounts[entry.account].append(line)
    for account, lines in accounts.items():
        running_balances.check(account, lines, intake, Terms(whole=False))
