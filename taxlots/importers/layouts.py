"""The table of export layouts: one row each. `taxlots formats` prints it."""

from taxlots.importers import coinbase, kraken, universal
from taxlots.importers.detect import Layout

LAYOUTS: tuple[Layout, ...] = (
    Layout("coinbase_retail", "Coinbase", "Transaction history CSV, 2018 to 2026", coinbase.REQUIRED, coinbase.read),
    Layout("kraken_ledgers", "Kraken", "Ledgers CSV, all header eras to 2026", kraken.REQUIRED, kraken.read),
    Layout("universal", "any", "Universal ledger CSV of this program", universal.REQUIRED, universal.read),
)
