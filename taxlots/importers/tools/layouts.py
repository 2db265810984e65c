"""The table of layouts of this family: one row each."""

from taxlots.importers.date_orders import MONTH_FIRST
from taxlots.importers.detect import Layout
from taxlots.importers.tools import (
    bitcoin_tax,
    bittytax,
    blockpit,
    coinledger,
    cointracker,
    cointracking,
    delta,
    koinly,
    parqet,
    tokentax,
    turbotax,
)
from taxlots.importers.tools.tax_programs import set_all_aside
from taxlots.importers.wall_clocks import OWN

LAYOUTS: tuple[Layout, ...] = (
    Layout("bitcoin_tax_trades", "bitcoin.tax", "Trades CSV", bitcoin_tax.TRADES, bitcoin_tax.read_trades),
    Layout("bitcoin_tax_moves", "bitcoin.tax", "Income and spending CSV", bitcoin_tax.MOVES, bitcoin_tax.read_moves),
    Layout("bittytax", "BittyTax", "Transaction records", bittytax.REQUIRED, bittytax.read),
    Layout("blockpit", "Blockpit", "Transactions export", blockpit.EXPORT, blockpit.read_export),
    Layout("blockpit_template", "Blockpit", "Import template", blockpit.TEMPLATE, blockpit.read_template),
    Layout("coinledger", "CoinLedger", "Transactions export, also as Voyager wrote it", coinledger.EXPORT, coinledger.read_export),
    Layout(
        "coinledger_template", "CoinLedger", "Universal import template", coinledger.TEMPLATE, coinledger.read_template, dates=MONTH_FIRST
    ),
    Layout(
        "cointracker", "CoinTracker", "Transaction history CSV, all eras", cointracker.EXPORT, cointracker.read_export, dates=MONTH_FIRST
    ),
    Layout("cointracker_import", "CoinTracker", "Import CSV", cointracker.IMPORT, cointracker.read_import, dates=MONTH_FIRST),
    Layout("cointracking", "CoinTracking", "Trade table CSV", cointracking.REQUIRED_ENGLISH, cointracking.read_english, clock=OWN),
    Layout("cointracking_german", "CoinTracking", "Trade table, German", cointracking.REQUIRED_GERMAN, cointracking.read_german, clock=OWN),
    Layout("cointracking_import", "CoinTracking", "Import CSV", cointracking.REQUIRED, cointracking.read_import, clock=OWN),
    Layout("delta", "Delta", "Portfolio CSV", delta.REQUIRED, delta.read, clock=OWN),
    Layout("koinly_universal", "Koinly", "Universal CSV, also of wallets that write it", koinly.UNIVERSAL, koinly.read_universal),
    Layout("koinly_simple", "Koinly", "Simple import CSV", koinly.SIMPLE, koinly.read_simple),
    Layout("koinly_export", "Koinly", "Transactions export", koinly.EXPORT, koinly.read_export),
    Layout("koinly_bulk", "Koinly", "Bulk-edit export, 2024 on", koinly.BULK, koinly.read_bulk),
    Layout("parqet", "Parqet", "Activities CSV", parqet.REQUIRED, parqet.read),
    Layout("tokentax", "TokenTax", "Manual template and export", tokentax.REQUIRED, tokentax.read, dates=MONTH_FIRST),
    Layout("turbotax", "TurboTax", "Universal activity template", turbotax.REQUIRED, turbotax.read, dates=MONTH_FIRST),
    Layout("turbotax_gains", "TurboTax", "Realised gains CSV", turbotax.GAINS, set_all_aside, dates=MONTH_FIRST),
    Layout("turbotax_gains_2020", "TurboTax", "Realised gains CSV of 2020", turbotax.GAINS_2020, set_all_aside, dates=MONTH_FIRST),
)
