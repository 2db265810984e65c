"""The table of layouts of this family: one row each."""

from taxlots.importers.apps import blockfi, cashapp, celsius, nexo, paypal, relai, revolut, river, shakepay, strike, swan, uphold, venmo
from taxlots.importers.date_orders import MONTH_FIRST
from taxlots.importers.detect import Layout
from taxlots.importers.wall_clocks import OWN

LAYOUTS: tuple[Layout, ...] = (
    Layout("uphold", "Uphold", "Transaction history, 2019 on", uphold.REQUIRED, uphold.read, clock=OWN),
    Layout("uphold_2016", "Uphold", "Transaction history, 2016 to 2018", uphold.REQUIRED_2016, uphold.read_2016, clock=OWN),
    Layout("nexo", "Nexo", "Transactions CSV, 2021 on", nexo.REQUIRED, nexo.read, clock="Europe/Zurich"),
    Layout("nexo_2020", "Nexo", "Transactions CSV, 2020 and 2021", nexo.REQUIRED_2020, nexo.read, clock="Europe/Zurich"),
    Layout("blockfi_transactions", "BlockFi", "Transaction report", blockfi.REQUIRED_TRANSACTIONS, blockfi.read_transactions),
    Layout("blockfi_trades", "BlockFi", "Trade report", blockfi.REQUIRED_TRADES, blockfi.read_trades),
    Layout("cashapp", "Cash App", "Report CSV, both orders of its columns", cashapp.REQUIRED, cashapp.read, clock=OWN),
    Layout(
        "cashapp_reference", "Cash App", "Report CSV with Reference ID, 2025", cashapp.REQUIRED_REFERENCE, cashapp.read_reference, clock=OWN
    ),
    Layout("celsius", "Celsius", "Transactions CSV, 2020 to 2022", celsius.REQUIRED, celsius.read),
    Layout("paypal_venmo_crypto", "PayPal, Venmo", "Crypto transactions CSV", paypal.REQUIRED, paypal.read, clock=OWN),
    Layout("relai", "Relai", "Transactions CSV", relai.REQUIRED, relai.read),
    Layout("revolut_crypto", "Revolut", "Crypto statement CSV", revolut.REQUIRED_CRYPTO, revolut.read_crypto, clock=OWN),
    Layout("revolut_invest", "Revolut", "Broker account statement CSV", revolut.REQUIRED_INVEST, revolut.read_invest),
    Layout("river", "River", "Account activity CSV", river.REQUIRED, river.read),
    Layout("shakepay_2020", "Shakepay", "Transactions CSV, 2020 to 2024", shakepay.REQUIRED_2020, shakepay.read),
    Layout("shakepay", "Shakepay", "Transactions CSV, 2025 on", shakepay.REQUIRED_2023, shakepay.read),
    Layout("strike_2021", "Strike", "Statement CSV of 2021", strike.REQUIRED_2021, strike.read),
    Layout("strike_2022", "Strike", "Annual and monthly statement CSV, 2022 and 2023", strike.REQUIRED_2022, strike.read),
    Layout("strike", "Strike", "Statement CSV, 2024 on, dollars or euros", strike.REQUIRED_2024, strike.read),
    Layout("swan_transfers", "Swan", "Transactions CSV", swan.REQUIRED_TRANSFERS, swan.read_transfers, dates=MONTH_FIRST),
    Layout("swan_withdrawals", "Swan", "Withdrawals CSV", swan.REQUIRED_WITHDRAWALS, swan.read_withdrawals, dates=MONTH_FIRST),
    Layout("venmo_statement", "Venmo", "Account statement CSV", venmo.REQUIRED, venmo.read, clock=OWN),
    Layout("venmo_balances", "Venmo", "Balances of the statements", venmo.REQUIRED_BALANCES, venmo.read_balances),
)
