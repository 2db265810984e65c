"""Coinbase transaction history ("Transactions" CSV), every header from 2018 to 2026.

The type says what a row is and which way it goes; the sign of the quantity repeats that since 2024 and is used only
where two rows make one conversion. Amounts of trades are read in `coinbase_trades`, pairs of rows in `coinbase_pairs`.
"""

import re
from collections.abc import Callable, Sequence
from datetime import tzinfo

from taxlots import exact
from taxlots.importers.exchanges import coinbase_pairs as pairs
from taxlots.importers.exchanges.coinbase_rows import Entry, columns, entry
from taxlots.importers.exchanges.coinbase_trades import buy, convert_one, convert_two, sell, transaction, worth
from taxlots.importers.records import Intake, NotBookedError, RowError, Table, Transaction

REQUIRED = ("Timestamp", "Transaction Type", "Asset", "Quantity Transacted", "Notes")

_TRADES: dict[str, Callable[[Entry], Transaction]] = {
    "buy": buy,
    "advanced trade buy": buy,
    "advance trade buy": buy,  # the export's own spelling in 2024
    "credit": buy,
    "sell": sell,
    "advanced trade sell": sell,
    "advance trade sell": sell,
    "retail simple dust": sell,
}
_INCOME = {
    "staking income": "income:staking",
    "inflation reward": "income:staking",
    "interest payout": "income:interest",
    "learning reward": "income:reward",
    "coinbase earn": "income:reward",
    "incentives rewards payout": "income:reward",
    "credit card reward": "income:reward",
    "subscription rebate": "income:reward",
    "subscription rebates": "income:reward",
    "subscription rebates (24 hours)": "income:reward",
}
_REWARDS = {"rewards income", "reward income"}
# Rewards on these are for staking; on others (USDC, EURC, DAI) they are Coinbase's own.
_STAKED_NAMES = "ETH SOL ADA ATOM XTZ ALGO DOT AVAX MATIC POL NEAR OSMO MINA KSM AXL SUI APT SEI INJ TIA CELO HYPE"
_STAKED = frozenset(_STAKED_NAMES.split())
_OUT = {
    "send": "withdrawal",
    "withdrawal": "withdrawal",
    "retail mgx dex send": "withdrawal",
    "donation": "donation",
    "card spend": "spend",
    "subscription": "spend",
    "admin debit": "spend",
}
_IN = {"receive": "deposit", "deposit": "deposit"}
# The other end is an account of its own with its own statement.
_TO_ACCOUNT = {
    "pro deposit": "coinbase-pro",
    "exchange deposit": "coinbase-pro",
    "prime deposit": "coinbase-prime",
}
_FROM_ACCOUNT = {
    "pro withdrawal": "coinbase-pro",
    "exchange withdrawal": "coinbase-pro",
    "prime withdrawal": "coinbase-prime",
}
_WRAPS = ("wrap", "unwrap", "wrap asset", "unwrap asset")
_PAIRED = {
    "convert": "swap",
    "retail mgx dex buy": "swap",
    "asset migration": "convert",
    **dict.fromkeys(_WRAPS, "swap"),
}
_INTERNAL = frozenset(
    (
        "retail staking transfer",
        "retail unstaking transfer",
        "retail eth2 deprecation",
        "vault withdrawal",
        "vault deposit",
        "cash to savings",
        "savings to cash",
        "transfer",
        "portfolio transfer",
        "cfm funding",
    )
)
_NOT_BOOKED = frozenset(("derivatives settlement",))
_RECEIPTS = (
    (re.compile(r"coinbase referral", re.IGNORECASE), "income:referral"),
    (re.compile(r"coinbase (?:earn|rewards)|learning reward", re.IGNORECASE), "income:reward"),
)


def read(tables: Sequence[Table], zone: tzinfo) -> Intake:
    """Every row of every table to its fate; `zone` is used for the dates of the files before 2021. Raises nothing."""
    intake = Intake()
    with exact.exactly():
        entries = _entries(tables, zone, intake)
        entries = _without_repeated(entries, intake)
        for one in _without_pairs(entries, intake):
            _take(one, intake)
    return intake


def _entries(tables: Sequence[Table], zone: tzinfo, intake: Intake) -> list[Entry]:
    """The rows that can be read and move something."""
    entries: list[Entry] = []
    for table in tables:
        found = columns(table)
        for row in table.rows:
            try:
                one = entry(row, found, zone)
            except RowError as error:
                intake.reject(row, error)
                continue
            if one.quantity:
                entries.append(one)
            else:
                intake.leave(row, f"{one.type} of 0 {one.asset}: nothing moved")
    return entries


def _without_repeated(entries: list[Entry], intake: Intake) -> list[Entry]:
    again = pairs.repeated(entries)
    for one, first in again:
        intake.merge(one.row, f"the same row as {first.row.file}:{first.row.number}")
    return [one for one in entries if one.row.source not in intake.merged]


def _without_pairs(entries: list[Entry], intake: Intake) -> list[Entry]:
    """Take what two rows say together; the rest is returned."""
    taken: set[int] = set()
    for given, got in pairs.renamed_eth(entries):
        taken |= {id(given), id(got)}
        for one in (given, got):
            intake.leave(one.row, "ETH2 became ETH, one to one")
    for given, got in pairs.legs(one for one in entries if one.type.lower() in _PAIRED):
        taken |= {id(given), id(got)}
        if given.asset == got.asset:
            for one in (given, got):
                intake.leave(one.row, f"{one.type} of {one.asset} into itself: a change of name")
        else:
            intake.add(convert_two(given, got, _paired_kind(given, got)))
    return [one for one in entries if id(one) not in taken]


def _paired_kind(given: Entry, got: Entry) -> str:
    """A coin and its wrapped form are one holding, as WETH for ETH; a staked form such as CBETH is worth another amount, and is swapped."""
    names = sorted((given.asset, got.asset), key=len)
    if given.type.lower() in _WRAPS and names[1] == f"W{names[0]}":
        return "convert"
    return _PAIRED[given.type.lower()]


def _take(one: Entry, intake: Intake) -> None:
    name = one.type.lower()
    if name in _INTERNAL:
        intake.leave(one.row, f"{one.type}: a move inside Coinbase")
        return
    try:
        made = _transaction(one, name)
    except RowError as error:
        intake.reject(one.row, error)
        return
    if made is None:
        intake.leave(one.row, "ETH became ETH2, one to one")
    else:
        intake.add(made)


def _transaction(one: Entry, name: str) -> Transaction | None:
    if name in _TRADES:
        return _TRADES[name](one)
    if name in {"convert", *_WRAPS}:
        return convert_one(one)
    if name in _PAIRED:
        raise RowError("ROW_UNPAIRED_LEG", f"{one.type!r} of {one.quantity} {one.asset} has no other row within 10 seconds")
    if name in _OUT or name in _TO_ACCOUNT:
        return _outgoing(one, name)
    if name in _NOT_BOOKED:
        raise NotBookedError(f"results of derivatives ({one.type!r})", one.asset)
    kind = _incoming_kind(one, name)
    if kind is None:
        raise RowError("ROW_UNKNOWN_KIND", f"transaction type {one.type!r} is not known")
    return _incoming(one, kind, _FROM_ACCOUNT.get(name))


def _outgoing(one: Entry, name: str) -> Transaction:
    kind = _OUT.get(name, "withdrawal")
    legs = {"sent_quantity": one.size, "sent_asset": one.asset, "counter_account": _TO_ACCOUNT.get(name)}
    return transaction(one, kind, **legs, **worth(one))


def _incoming_kind(one: Entry, name: str) -> str | None:
    if name in _REWARDS:
        return "income:staking" if one.asset in _STAKED else "income:reward"
    if name == "receive":
        return next((kind for pattern, kind in _RECEIPTS if pattern.search(one.notes)), "deposit")
    return _INCOME.get(name) or _IN.get(name) or ("deposit" if name in _FROM_ACCOUNT else None)


def _incoming(one: Entry, kind: str, counter: str | None) -> Transaction:
    if one.quantity < 0:
        message = f"{one.type!r} with the negative quantity {one.quantity} {one.asset}: taken back or corrected"
        raise RowError("ROW_INVALID", message, "Give it as a withdrawal or spend in a universal ledger CSV.")
    return transaction(one, kind, received_quantity=one.size, received_asset=one.asset, counter_account=counter, **worth(one))
