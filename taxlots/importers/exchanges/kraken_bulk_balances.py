"""The balances of a large ledger, checked by column; a chain in which one does not follow is checked row by row."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from taxlots import exact
from taxlots.importers import text_columns
from taxlots.importers.exchanges import kraken_balances
from taxlots.importers.exchanges.kraken_rows import DEFAULT_WALLET, chain_asset, entry
from taxlots.importers.records import Intake, ReportedBalance, RowError

if TYPE_CHECKING:
    from taxlots.importers.exchanges.kraken_bulk_columns import Ledger

_FEW = 1 << 15  # so many chains can be sorted by their digits
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def check(ledger: "Ledger", counted: np.ndarray, intake: Intake) -> None:
    """Warn where a balance does not follow, and hand on each chain's last balance. `counted` are the rows that are no repetition."""
    stated = counted.copy()
    if ledger.balance.null_count:
        stated &= ~text_columns.mask(pc.equal(ledger.bulk.text("balance"), ""))
    stated &= text_columns.mask(pc.not_equal(ledger.txid, ""))
    stated &= np.array([name != "KFEE" for name in ledger.assets[1]])[ledger.assets[0]]
    rows = np.flatnonzero(stated)
    chains, names = _chains(ledger)
    order = _in_time(ledger, rows)
    order = order[np.argsort(chains[order].astype(np.int16) if len(names) < _FEW else chains[order], kind="stable")]
    sound, last = _follow(ledger, order, chains[order])
    for place, name in enumerate(names):
        if place in sound:
            _hand_on(ledger, last[place], name, intake)
        elif (chains[rows] == place).any():
            _row_by_row(ledger, rows[chains[rows] == place], intake)


def _chains(ledger: "Ledger") -> tuple[np.ndarray, list[tuple[str, str]]]:
    assets = [chain_asset(name) for name in ledger.raw_assets.dictionary.to_pylist()]
    wallets, wallet_names = text_columns.by_word(ledger.bulk.words("wallet"), lambda name: name or DEFAULT_WALLET)
    known = sorted({(asset, wallet) for asset in assets for wallet in wallet_names})
    table = np.array([[known.index((asset, wallet)) for wallet in wallet_names] for asset in assets], np.int32)
    return table[ledger.raw_assets.indices.to_numpy(), wallets], known


def _in_time(ledger: "Ledger", rows: np.ndarray) -> np.ndarray:
    """Rows as they follow each other in time; those of one instant from below in a file that lists the newest first."""
    steps = np.diff(ledger.time[rows])
    if (steps >= 0).all():
        return rows
    turned = -rows if (steps < 0).sum() > (steps > 0).sum() else rows
    return rows[np.lexsort((turned, ledger.time[rows]))]


def _follow(ledger: "Ledger", order: np.ndarray, chains: np.ndarray) -> tuple[set[int], dict[int, int]]:
    """Chains in which every balance is the one before it plus the change, the first from 0; and each chain's last row."""
    zero = pa.scalar(0, ledger.balance.type)
    balance = pc.fill_null(ledger.balance, zero)
    before = [half[order] for half in exact.halves(exact.differences(balance, ledger.change))]
    previous = [np.append(half[:1], half[order[:-1]]) if len(order) else half[order] for half in exact.halves(balance)]
    starts = np.flatnonzero(np.diff(chains, prepend=-1))
    for half in previous:
        half[starts] = 0
    known = ledger.plain & text_columns.mask(pc.is_valid(ledger.balance))
    follows = (before[0] == previous[0]) & (before[1] == previous[1]) & known[order]
    broken = set(chains[~follows].tolist())
    ends = [*(starts[1:] - 1).tolist(), len(order) - 1] if len(order) else []
    last = dict(zip(chains[starts].tolist(), order[ends].tolist(), strict=True))
    return set(last) - broken, last


def _hand_on(ledger: "Ledger", row: int, chain: tuple[str, str], intake: Intake) -> None:
    raw, asset = ledger.raw_assets[row].as_py(), ledger.assets[1][ledger.assets[0][row]]
    (source,) = ledger.bulk.sources(np.array([row]))
    moment, balance = _EPOCH + timedelta(microseconds=int(ledger.time[row])), ledger.balance[row].as_py()
    intake.balances.append(ReportedBalance(kraken_balances.ACCOUNT, asset, f"{raw}/{chain[1]}", moment, balance, source))


def _row_by_row(ledger: "Ledger", rows: np.ndarray, intake: Intake) -> None:
    """As in a small file; a row that can't be read there was rejected already."""
    entries = []
    for row in ledger.bulk.rows(rows):
        try:
            entries.append(entry(row))
        except RowError:
            continue
    with exact.exactly():
        kraken_balances.check(entries, intake)
