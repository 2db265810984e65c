"""The table of layouts of this family: one row each."""

from taxlots.importers.brokers import (
    etrade,
    fidelity,
    freetrade,
    ibkr,
    ibkr_flex,
    questrade,
    robinhood,
    robinhood_crypto,
    schwab,
    schwab_awards,
    trading212,
    vanguard,
)
from taxlots.importers.detect import LOOSE, SECTIONS, Layout
from taxlots.importers.tools.tax_programs import set_all_aside

LAYOUTS: tuple[Layout, ...] = (
    Layout("robinhood_activity", "Robinhood", "Account activity report", robinhood.REQUIRED, robinhood.read, LOOSE),
    Layout("robinhood_crypto_orders", "Robinhood", "Crypto orders CSV", robinhood_crypto.REQUIRED_ORDERS, robinhood_crypto.read_orders),
    Layout(
        "robinhood_crypto_transfers",
        "Robinhood",
        "Crypto transfers CSV",
        robinhood_crypto.REQUIRED_TRANSFERS,
        robinhood_crypto.read_transfers,
    ),
    Layout("robinhood_1099_csv", "Robinhood", "1099 CSV: realised lots", robinhood_crypto.REQUIRED_1099, robinhood_crypto.read_1099, LOOSE),
    Layout("etrade", "E*TRADE", "Transactions CSV to 2025", etrade.REQUIRED, etrade.read, LOOSE),
    Layout("etrade_activity", "E*TRADE", "Transactions CSV, 2025 on", etrade.NEWER_REQUIRED, etrade.read_newer, LOOSE),
    Layout("etrade_gain_loss", "E*TRADE", "Gains and losses: realised lots", etrade.REALIZED_REQUIRED, set_all_aside, LOOSE),
    Layout("fidelity_history", "Fidelity", "Account history CSV, all column orders", fidelity.REQUIRED, fidelity.read, LOOSE),
    Layout("freetrade", "Freetrade", "Activity CSV", freetrade.REQUIRED, freetrade.read),
    Layout("ibkr_activity", "Interactive Brokers", "Activity statement, transaction history", ibkr.REQUIRED, ibkr.read, SECTIONS),
    Layout("ibkr_flex", "Interactive Brokers", "Flex query: trades", ibkr_flex.TRADES_REQUIRED, ibkr_flex.read_trades, LOOSE),
    Layout("ibkr_flex_cash", "Interactive Brokers", "Flex query: cash transactions", ibkr_flex.CASH_REQUIRED, ibkr_flex.read_cash, LOOSE),
    Layout("questrade_activities", "Questrade", "Account activities workbook", questrade.REQUIRED, questrade.read),
    Layout("schwab_transactions", "Charles Schwab", "Transactions CSV", schwab.REQUIRED, schwab.read),
    Layout("schwab_realized_lots", "Charles Schwab", "Realised lots", schwab.REALIZED_REQUIRED, set_all_aside, LOOSE),
    Layout("schwab_equity_awards", "Charles Schwab", "Equity Awards history CSV", schwab_awards.REQUIRED, schwab_awards.read),
    Layout("trading212", "Trading 212", "History CSV, all eras", trading212.REQUIRED, trading212.read),
    Layout("vanguard_us", "Vanguard", "OfxDownload.csv, transactions", vanguard.REQUIRED, vanguard.read),
    Layout("vanguard_realized", "Vanguard", "Realised lots", vanguard.REALIZED_REQUIRED, set_all_aside, LOOSE),
)
