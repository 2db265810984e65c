"""Whatever stands in the cells of an exchange's export: no exception, and exactly one fate per row."""

from datetime import UTC

import pytest
from goldens import assert_one_fate_each
from hypothesis import given, settings
from hypothesis import strategies as st
from layout_samples import layout
from taxlots.importers.apps import nexo
from taxlots.importers.exchanges import binance_operations, cryptocom_kinds, nicehash
from taxlots.importers.records import Row, Table

NAMES = (
    *("binance_statements", "binance_trades", "binance_trades_2019", "binance_convert", "binance_deposits_withdrawals"),
    *("binance_withdrawals", "binance_fiat", "binance_earn", "binance_us", "kucoin", "kucoin_trades_2021", "kucoin_moves_2019"),
    *("kucoin_moves_2018", "kucoin_fiat", "okx", "okx_funding", "bybit", "bybit_funding", "bybit_moves", "bybit_deposits"),
    *(
        "cryptocom_app",
        "cryptocom_exchange",
        "hitbtc_trades",
        "hitbtc_moves",
        "bitmex_wallet",
        "uphold",
        "uphold_2016",
        "nexo",
        "nexo_2020",
        "binance_auto_invest",
        "binance_staked_eth",
        "bitvavo",
        "bitvavo_older",
        "bitbank_trades",
        "bitbank_trades_margin",
        "bitbank_deposits",
        "bitbank_withdrawals",
        "bitbank_withdrawals_older",
        "coincheck",
        "localbitcoins",
        "nicehash",
        "nicehash_older",
        "pionex_moves",
        "relai",
        "kraken_trades",
    ),
    *("binance_orders_2020", "okx_fills_2020", "okx_log_2019", "hitbtc_moves_2018", "bitmex_trades", "poloniex_trades_2022"),
    *("coinbase_prime_orders", "coinbase_prime_moves", "coinbase_prime_rewards"),
)
EXTRA = {
    "binance_statements": ("UTC_Time",),
    "binance_trades": ("Executed",),
    "binance_deposits_withdrawals": ("Date(UTC)",),
    "binance_fiat": ("Date(UTC+1)",),
    "binance_us": (
        "Realized Amount For Primary Asset",
        "Realized Amount for Primary Asset in USD",
        "Realized Amount For Base Asset",
        "Realized Amount for Quote Asset",
        "Realized Amount for Quote Asset in USD",
        "Fee Asset",
        "Realized Amount for Fee Asset",
        "Realized Amount for Fee Asset in USD",
    ),
    "kucoin": ("Currency", "Side", "Amount", "Fee", "Remark", "Type", "Time(UTC+02:00)"),
    "kucoin_fiat": ("Crypto Quantity,", "Fee", "Fee Currency", "Order Type", "Time(UTC)"),
    "okx": ("id", "Balance", "Fee Unit"),
    "okx_funding": ("id", "Fee"),
    "bybit": ("Time(UTC)",),
    "hitbtc_trades": ("Date (+01:00)", "Margin Mode", "PnL"),
    "hitbtc_moves": ("Date (UTC)",),
    "hitbtc_moves_2018": ("Currency",),
    "poloniex_trades_2022": ("fee_total",),
    "coinbase_prime_rewards": ("Amount of Reward (notional USD)",),
    "uphold": ("Fee Amount", "Fee Currency"),
    "uphold_2016": ("value_in_USD",),
    "nexo": ("Fee", "Fee Currency", "Date / Time (UTC)"),
    "nexo_2020": ("Date / Time",),
    "bitbank_trades": ("タイプ",),
    "bitbank_withdrawals": ("ラベル",),
    "localbitcoins": ("transaction_released_at", "reference", "online_provider"),
    "nicehash": ("Amount (BTC)", "Amount (USD)"),
    "nicehash_older": ("Amount (BTC)",),
    "relai": ("Destination",),
    "kraken_trades": ("margin", "misc"),
}
NUMBERS = ["", "0", "1", "-1", "0.5", "-2.5", "1e-25", "999999999999999999", "x", "$3.00", "--", "-1.5 / +300", "1BTC", "3 USDT", "0.1BNB"]
TIMES = ["2022-01-01 00:00:00", "2022-01-01 00:00:01", "24-01-01 00:00:00", "9/10/2019, 3:22:19 PM", "never", ""]
ASSETS = ["BTC", "USDT", "EUR", "BNB", "USD", "KCS", "EURX", "BTC/USDT", "-", ""]
WORDS = [
    "Deposit",
    "Withdrawal",
    "Buy",
    "SELL",
    "Spot",
    "Transfer",
    "TRADE",
    "--",
    "in",
    "out",
    "completed",
    "SUCCESS",
    "Completed",
    "x",
    "",
]
KINDS = {
    "Operation": [*binance_operations.TRADE_FAMILIES, *binance_operations.INCOME, "Deposit", "Staking Rewards", "Others", "Buy"],
    "Transaction Kind": [*cryptocom_kinds.EXCHANGES, *cryptocom_kinds.FAMILIES, *cryptocom_kinds.ONE_SIDED, "crypto_purchase"],
    "Category": ["Spot Trading", "Convert", "Deposit", "Withdrawal", "Distribution"],
    "Details": ["approved / x", "pending / x", "approved / Airdrop", ""],
    "Pair": ["BTCUSDT", "1INCHBTC", "", "Date(UTC)", "2022-01-01 00:00:00"],
    "Pairs": ["BTC_USDT", "eth/btc", "BTC", ""],
    "market": ["BTC/USD", "ETH_USDT", "USDTBTC", ""],
    "activity type": ["Deposit", "Withdrawal", "Conversion", "Stake", "x"],
    "Market": ["ETHBTC", "XYZ", ""],
    "Symbol": ["BTC-USDT", "ETH_CRO", "BTC", ""],
    "Instrument": ["ETH/BTC", "ETHBTC"],
    "Remark": ["", "Distribution", "Withdraw fee is included"],
    "Timezone": ["Europe/Amsterdam", "x", ""],
    "通貨ペア": ["btc_jpy", "btc", "_"],
    "売/買": ["買", "売", "x"],
    "ステータス": ["DONE", "FAILED"],
    "日時": ["2022/04/20 07:19:00", "x"],
    "取引日時": ["2022/04/20 07:19:00", "x"],
    "Progress": ["completed", "canceled", "x"],
    "Purpose": [*nicehash._KINDS, "x"],
    "trade_type": ["ONLINE_BUY", "LOCAL_SELL", "x"],
    "buyer": ["a", "b", ""],
    "seller": ["a", "c", ""],
    "tx_type": ["DEPOSIT", "WITHDRAWAL", "x"],
    "Transaction Type": ["Buy", "Sell", "x"],
    "pair": ["XXBTZUSD", "ETH/EUR", "x", ""],
    "type": ["buy", "sell", "x", *cryptocom_kinds.ONE_SIDED],
    "margin": ["", "0", "5"],
}
NEXO_TYPES = [*nexo._INCOME, *nexo._TRADES, *nexo._SALES, *nexo._WITHDRAWALS, *nexo._SPENDS, *nexo._LOANS, *nexo._INTERNAL]
OTHER_TYPES = ["Earn", "Convert Dust to KCS", "KCS Bonus", "Staking Yield", "RealisedPNL", "AIRDROP"]


BY_WORD = (
    (("time", "date", "created"), TIMES),
    (("coin", "asset", "currency", "unit", "contract"), ASSETS),
    (("id", "hash"), ["", "1", "2", "a"]),
    (("type", "side", "action", "status", "direction", "account", "description", "origin", "destination", "network"), WORDS),
)


def _cell(name: str) -> st.SearchStrategy[str]:
    plain = name.lower()
    if name in KINDS:
        return st.sampled_from(KINDS[name])
    if name == "Type":
        return st.sampled_from([*WORDS, *NEXO_TYPES, *OTHER_TYPES])
    found = next((cells for words, cells in BY_WORD if any(word in plain for word in words)), NUMBERS)
    return st.sampled_from(NUMBERS if "amount" in plain else found)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_never_raises(name: str, data: st.DataObject) -> None:
    header = (*layout(name).required, *EXTRA.get(name, ()))
    lines = data.draw(st.lists(st.tuples(*map(_cell, header)), max_size=7))
    rows = tuple(Row(f"{n % 2}.csv", n, dict(zip(header, line, strict=True))) for n, line in enumerate(lines))
    tables = [Table(f"{k}.csv", str(k), header, 1, (), tuple(rows[k::2])) for k in (0, 1)]
    assert_one_fate_each(tables, layout(name).read(tables, UTC))
