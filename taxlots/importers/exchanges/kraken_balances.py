"""Kraken states the balance after every row, per asset and wallet; staked and bonded units are wallets of their own."""

from collections.abc import Sequence
from decimal import Decimal

from taxlots.importers import running_balances
from taxlots.importers.exchanges.kraken_rows import Entry
from taxlots.importers.records import Intake
from taxlots.importers.running_balances import Stated, Terms

ACCOUNT = "kraken"
_NO_ASSET = {"KFEE"}
_EXACT = Terms(tolerance=Decimal(0))  # amounts, fees and balances are printed with all their decimals


def check(entries: Sequence[Entry], intake: Intake) -> None:
    """Warn where a chain's balances don't follow, and hand on each chain's last balance."""
    stated = (_stated(entry) for entry in entries if entry.balance is not None and entry.asset not in _NO_ASSET)
    running_balances.check(ACCOUNT, stated, intake, _EXACT)


def _stated(entry: Entry) -> Stated:
    return Stated(
        row=entry.row,
        time=entry.time,
        asset=entry.asset,
        change=entry.change,
        balance=entry.balance,
        wallet=f"{entry.raw_asset}/{entry.chain[1]}",
        name=entry.raw_asset,
        chain=entry.chain,
    )
