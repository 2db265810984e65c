"""The table of layouts of this family: one row each."""

from taxlots.importers.brokers import (
    avanza,
    bux,
    degiro,
    degiro_transactions,
    degiro_words,
    disnat,
    etoro,
    etrade,
    etrade_benefits,
    fidelity,
    freetrade,
    ibkr,
    ibkr_flex,
    investengine,
    morgan_stanley,
    ofx,
    questrade,
    rbc_direct,
    robinhood,
    robinhood_crypto,
    saxo,
    schwab,
    schwab_awards,
    schwab_bank,
    swissquote,
    trade_republic,
    trading212,
    vanguard,
    vanguard_uk,
    xtb,
)
from taxlots.importers.date_orders import DAY_FIRST, MONTH_FIRST
from taxlots.importers.detect import LOOSE, SECTIONS, Layout
from taxlots.importers.tools.tax_programs import set_all_aside
from taxlots.importers.wall_clocks import OWN

LAYOUTS: tuple[Layout, ...] = (
    Layout("robinhood_activity", "Robinhood", "Account activity report", robinhood.REQUIRED, robinhood.read, LOOSE, dates=MONTH_FIRST),
    Layout(
        "robinhood_crypto_orders",
        "Robinhood",
        "Crypto orders CSV",
        robinhood_crypto.REQUIRED_ORDERS,
        robinhood_crypto.read_orders,
        dates=MONTH_FIRST,
    ),
    Layout(
        "robinhood_crypto_transfers",
        "Robinhood",
        "Crypto transfers CSV",
        robinhood_crypto.REQUIRED_TRANSFERS,
        robinhood_crypto.read_transfers,
        dates=MONTH_FIRST,
    ),
    Layout(
        "robinhood_script", "Robinhood", "Crypto orders by robin_stocks", robinhood_crypto.REQUIRED_SCRIPT, robinhood_crypto.read_script
    ),
    Layout(
        "robinhood_1099_csv",
        "Robinhood",
        "1099 CSV: realised lots",
        robinhood_crypto.REQUIRED_1099,
        robinhood_crypto.read_1099,
        LOOSE,
        dates=MONTH_FIRST,
    ),
    Layout(
        "robinhood_1099_div",
        "Robinhood",
        "1099 CSV: dividends",
        robinhood_crypto.REQUIRED_1099_DIV,
        robinhood_crypto.read_1099,
        LOOSE,
        dates=MONTH_FIRST,
    ),
    Layout(
        "robinhood_1099_int",
        "Robinhood",
        "1099 CSV: interest",
        robinhood_crypto.REQUIRED_1099_INT,
        robinhood_crypto.read_1099,
        LOOSE,
        dates=MONTH_FIRST,
    ),
    Layout("etrade", "E*TRADE", "Transactions CSV to 2025", etrade.REQUIRED, etrade.read, LOOSE, dates=MONTH_FIRST),
    Layout("etrade_activity", "E*TRADE", "Transactions CSV, 2025 on", etrade.NEWER_REQUIRED, etrade.read_newer, LOOSE, dates=MONTH_FIRST),
    Layout(
        "etrade_unnamed",
        "E*TRADE",
        "Transactions CSV without symbols",
        etrade.UNNAMED_REQUIRED,
        etrade.read_unnamed,
        LOOSE,
        dates=MONTH_FIRST,
    ),
    Layout(
        "etrade_restricted_stock",
        "E*TRADE",
        "Benefit history: restricted stock",
        etrade_benefits.RESTRICTED,
        etrade_benefits.read_restricted,
        LOOSE,
        dates=MONTH_FIRST,
    ),
    Layout(
        "etrade_espp",
        "E*TRADE",
        "Benefit history: purchase plan",
        etrade_benefits.ESPP,
        etrade_benefits.read_espp,
        LOOSE,
        dates=MONTH_FIRST,
    ),
    Layout(
        "etrade_gain_loss", "E*TRADE", "Gains and losses: realised lots", etrade.REALIZED_REQUIRED, set_all_aside, LOOSE, dates=MONTH_FIRST
    ),
    Layout(
        "fidelity_history", "Fidelity", "Account history CSV, all column orders", fidelity.REQUIRED, fidelity.read, LOOSE, dates=MONTH_FIRST
    ),
    Layout("freetrade", "Freetrade", "Activity CSV", freetrade.REQUIRED, freetrade.read),
    Layout("ibkr_activity", "Interactive Brokers", "Activity statement, transaction history", ibkr.REQUIRED, ibkr.read, SECTIONS),
    Layout("ibkr_trades", "Interactive Brokers", "Activity statement from its trades on", ibkr.REQUIRED_TRADES, ibkr.read, SECTIONS),
    Layout("ibkr_flex", "Interactive Brokers", "Flex query: trades", ibkr_flex.TRADES_REQUIRED, ibkr_flex.read, SECTIONS, clock=OWN),
    Layout(
        "ibkr_flex_cash",
        "Interactive Brokers",
        "Flex query: cash transactions",
        ibkr_flex.CASH_REQUIRED,
        ibkr_flex.read,
        SECTIONS,
        clock=OWN,
    ),
    Layout("morgan_stanley_releases", "Morgan Stanley", "Releases report", morgan_stanley.RELEASES, morgan_stanley.read_releases, LOOSE),
    Layout(
        "morgan_stanley_net_shares", "Morgan Stanley", "Net shares report", morgan_stanley.NET_SHARES, morgan_stanley.read_net_shares, LOOSE
    ),
    Layout(
        "morgan_stanley_withdrawals",
        "Morgan Stanley",
        "Withdrawals report",
        morgan_stanley.WITHDRAWALS,
        morgan_stanley.read_withdrawals,
        LOOSE,
    ),
    Layout("morgan_stanley_wires", "Morgan Stanley", "Wire report", morgan_stanley.WIRES, morgan_stanley.read_wires, LOOSE),
    Layout("questrade_activities", "Questrade", "Account activities workbook", questrade.REQUIRED, questrade.read),
    Layout("schwab_transactions", "Charles Schwab", "Transactions CSV", schwab.REQUIRED, schwab.read, dates=MONTH_FIRST),
    Layout("schwab_bank", "Charles Schwab", "Checking account transactions CSV", schwab_bank.REQUIRED, schwab_bank.read, dates=MONTH_FIRST),
    Layout("schwab_realized_lots", "Charles Schwab", "Realised lots", schwab.REALIZED_REQUIRED, set_all_aside, LOOSE, dates=MONTH_FIRST),
    Layout(
        "schwab_equity_awards", "Charles Schwab", "Equity Awards history CSV", schwab_awards.REQUIRED, schwab_awards.read, dates=MONTH_FIRST
    ),
    Layout("trading212", "Trading 212", "History CSV, all eras", trading212.REQUIRED, trading212.read),
    Layout("vanguard_us", "Vanguard", "OfxDownload.csv", vanguard.REQUIRED_DOWNLOAD, vanguard.read_download, SECTIONS, dates=MONTH_FIRST),
    Layout(
        "vanguard_transactions", "Vanguard", "Transactions of OfxDownload.csv alone", vanguard.REQUIRED, vanguard.read, dates=MONTH_FIRST
    ),
    Layout("vanguard_realized", "Vanguard", "Realised lots", vanguard.REALIZED_REQUIRED, set_all_aside, LOOSE, dates=MONTH_FIRST),
    Layout("avanza", "Avanza", "Transactions CSV", avanza.REQUIRED, avanza.read),
    Layout("bux", "BUX", "Transactions CSV", bux.REQUIRED, bux.read),
    *(
        Layout(f"degiro_account_{code}", "DEGIRO", f"Account statement CSV ({code})", columns, degiro.read, SECTIONS, dates=DAY_FIRST)
        for code, columns in degiro_words.STATEMENT.items()
    ),
    *(
        Layout(
            f"degiro_transactions_{code}",
            "DEGIRO",
            f"Transactions CSV ({code})",
            columns,
            degiro_transactions.read,
            SECTIONS,
            dates=DAY_FIRST,
        )
        for code, columns in degiro_words.TRANSACTIONS.items()
    ),
    Layout("disnat", "Disnat", "Transactions CSV in French", disnat.REQUIRED, disnat.read),
    Layout("etoro_activity", "eToro", "Account statement: account activity", etoro.REQUIRED, etoro.read, dates=DAY_FIRST),
    Layout("etoro_closed", "eToro", "Account statement: closed positions", etoro.CLOSED_REQUIRED, set_all_aside, LOOSE, dates=DAY_FIRST),
    Layout(
        "investengine",
        "InvestEngine",
        "Trading statement CSV",
        investengine.REQUIRED,
        investengine.read,
        dates=DAY_FIRST,
        clock="Europe/London",
    ),
    Layout("rbc_direct", "RBC Direct Investing", "Activity export CSV", rbc_direct.REQUIRED, rbc_direct.read, LOOSE),
    Layout("saxo", "Saxo", "Transactions export", saxo.REQUIRED, saxo.read, dates=DAY_FIRST),
    Layout(
        "swissquote", "Swissquote", "Transactions CSV (en)", swissquote.REQUIRED, swissquote.read, dates=DAY_FIRST, clock="Europe/Zurich"
    ),
    Layout(
        "swissquote_de",
        "Swissquote",
        "Transactions CSV (de)",
        swissquote.GERMAN_REQUIRED,
        swissquote.read_german,
        dates=DAY_FIRST,
        clock="Europe/Zurich",
    ),
    Layout("trade_republic", "Trade Republic", "Transaction export of the app", trade_republic.APP_REQUIRED, trade_republic.read_app),
    *(
        Layout(f"trade_republic_pytr_{code}", "Trade Republic", f"CSV of pytr ({code})", columns, trade_republic.in_language(code))
        for code, columns in trade_republic.LANGUAGES.items()
    ),
    Layout(
        "vanguard_uk",
        "Vanguard UK",
        "Client transactions: cash and investments",
        vanguard_uk.REQUIRED,
        vanguard_uk.read,
        SECTIONS,
        dates=DAY_FIRST,
    ),
    Layout("xtb", "XTB", "Cash operations", xtb.REQUIRED, xtb.read, dates=DAY_FIRST, clock=OWN),
    Layout("xtb_closed", "XTB", "Closed positions", xtb.CLOSED_REQUIRED, set_all_aside, LOOSE, dates=DAY_FIRST),
    Layout("xtb_newer", "XTB", "Cash operations, 2025 on", xtb.NEWER_REQUIRED, xtb.read_newer, dates=DAY_FIRST, clock=OWN),
    Layout("ofx", "Brokers and banks", "OFX and QFX, 1.x and 2.x", ofx.REQUIRED, ofx.read),
)
