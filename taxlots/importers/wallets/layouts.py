"""The table of layouts of this family: one row each."""

from taxlots.importers.date_orders import MONTH_FIRST
from taxlots.importers.detect import Layout
from taxlots.importers.wall_clocks import OWN
from taxlots.importers.wallets import electrum, etherscan, exodus, ledger_live, trezor

LAYOUTS: tuple[Layout, ...] = (
    Layout("electrum_3", "Electrum", "History CSV of version 3", electrum.REQUIRED_3, electrum.read_3, clock=OWN),
    Layout("electrum_4", "Electrum", "History CSV of version 4", electrum.REQUIRED_4, electrum.read_4, clock=OWN),
    Layout(
        "etherscan",
        "Etherscan",
        "Transactions, internal and ERC-20 CSVs, also of its clones",
        etherscan.REQUIRED,
        etherscan.read,
        dates=MONTH_FIRST,
        synonyms=etherscan.SYNONYMS,
    ),
    Layout("exodus", "Exodus", "All transactions CSV, 2020 on", exodus.REQUIRED, exodus.read),
    Layout("exodus_coin", "Exodus", "Transactions of one coin, 2023 on", exodus.REQUIRED_COIN, exodus.read_coin),
    Layout("ledger_live", "Ledger Live", "Operations CSV, 2019 on", ledger_live.REQUIRED, ledger_live.read),
    Layout("trezor_suite", "Trezor", "Trezor Suite account CSV", trezor.REQUIRED_SUITE, trezor.read_suite),
    Layout("trezor_suite_first", "Trezor", "First Trezor Suite account CSV", trezor.REQUIRED_FIRST, trezor.read_first, clock=OWN),
    Layout("trezor_web", "Trezor", "Web wallet account CSV", trezor.REQUIRED_WEB, trezor.read_web),
)
