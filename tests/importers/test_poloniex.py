"""Poloniex: trades of two eras, deposits, withdrawals and distributions."""

from datetime import UTC

import pytest
from goldens import _equal, _fates, _ledger, assert_one_fate_each
from layout_samples import codes, compare, layout, legs, read, sample
from taxlots.importers.detect import detect
from taxlots.importers.layouts import LAYOUTS
from taxlots.importers.readers import Sheet

SAMPLES = {
    "poloniex_trades": "tradeHistory",
    "poloniex_trades_2022": "trades_2022",
    "poloniex_deposits": "depositHistory",
    "poloniex_deposits_2022": "deposits_2022",
    "poloniex_withdrawals": "withdrawalHistory",
    "poloniex_withdrawals_2022": "withdrawals_2022",
    "poloniex_distributions": "distributions",
}
TRADES = "Date,Market,Category,Type,Price,Amount,Total,Fee,Order Number,Base Total Less Fee,Quote Total Less Fee"
AT = "2017-08-13 21:23:06"


@pytest.mark.parametrize(("name", "file"), SAMPLES.items())
def test_golden(name: str, file: str) -> None:
    compare(name, f"poloniex/{file}.csv")


def test_golden_of_the_trades_of_2021() -> None:
    detected, table = sample("poloniex/tradeHistory_2021.csv")
    assert detected == "poloniex_trades"
    intake = layout(detected).read([table], UTC)
    assert_one_fate_each([table], intake)
    _equal("poloniex_trades_2021.csv", _ledger(intake))
    _equal("poloniex_trades_2021.fates.csv", _fates(table, intake))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        # 1 ETH was bought, 0.9975 arrived: the fee is 0.0025 ETH
        (f"{AT},ETH/BTC,Exchange,Buy,0.073,1,0.073,0.25%,1,-0.073,0.9975", "swap -0.073 BTC +1 ETH fee 0.0025 ETH"),
        # 0.01 BTC were got, 0.009985 arrived: the fee is 0.000015 BTC
        (f"{AT},STR/BTC,Exchange,Sell,0.000005,2000,0.01,0.15%,1,0.009985,-2000", "swap -2000 STR +0.01 BTC fee 0.000015 BTC"),
        # 0.00000025 * 0.03 is too small to be printed
        (f"{AT},DOGE/BTC,Exchange,Buy,0.00000025,0.03,0,0%,1,0,0.03", "swap -0.0000000075 BTC +0.03 DOGE"),
    ],
)
def test_the_fee_is_what_did_not_arrive(line: str, said: str) -> None:
    assert [legs(one) for one in read("poloniex_trades", TRADES, line).transactions] == [said]


def test_a_stated_fee_may_be_in_a_third_asset() -> None:
    line = f"{AT},ETH/USDT,Exchange,Sell,1700,0.5,850,0.0875%,1,850,-0.5,TRX,22.5"
    intake = read("poloniex_trades", f"{TRADES},Fee Currency,Fee Total", line)
    assert [legs(one) for one in intake.transactions] == ["swap -0.5 ETH +850 USDT fee 22.5 TRX"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (f"{AT},BTC/USDT,Margin trade,Buy,6800,0.1,680,0.25%,1,-680,0.09975", "KIND_NOT_BOOKED"),
        (f"{AT},BTC/USDT,Settlement,Sell,6800,0.1,680,0.25%,1,680,-0.1", "KIND_NOT_BOOKED"),
        (f"{AT},BTC/USDT,Exchange,Swap,6800,0.1,680,0.25%,1,680,-0.1", "ROW_UNKNOWN_KIND"),
        (f"{AT},BTCUSDT,Exchange,Buy,6800,0.1,680,0.25%,1,-680,0.09975", "ROW_INVALID"),
        (f"{AT},BTC/USDT,Exchange,Buy,6800,0.1,680,0.25%,1,-680,0.2", "ROW_INVALID"),
    ],
)
def test_trades_that_are_not_booked(line: str, code: str) -> None:
    assert codes(read("poloniex_trades", TRADES, line)) == [code]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ("BTCETH,exchange,Buy,0.07,2,0.0015,ETH,0.003", "swap -0.14 BTC +2 ETH fee 0.003 ETH"),
        ("BTCSTR,exchange,Sell,0.00002,500,0.001,BTC,0.00001", "swap -500 STR +0.01 BTC fee 0.00001 BTC"),
        ("USDTBTC,exchange,Buy,46000,0.01,0.0009,TRX,4.5", "swap -460 USDT +0.01 BTC fee 4.5 TRX"),
        ("USDTTRX,exchange,Sell,0.06,100,0.0009,TRX,0.1", "swap -100 TRX +6 USDT fee 0.1 TRX"),
        ("ETH_USDT,exchange,Buy,1600,0.5,0.00145,ETH,0.000725", "swap -800 USDT +0.5 ETH fee 0.000725 ETH"),
        ("ETH_USDT,exchange,Sell,1600,0.5,0.00145,USDT,1.16", "swap -0.5 ETH +800 USDT fee 1.16 USDT"),
        ("ETHUSDT,exchange,Sell,1600,0.5,0.0009,TRX,9", "swap -0.5 ETH +800 USDT fee 9 TRX"),
    ],
)
def test_market_names_both_assets_in_either_order(cells: str, said: str) -> None:
    intake = read(
        "poloniex_trades_2022", "create_time,trade_id,market,buyer_wallet,side,price,amount,fee,fee_currency,fee_total", f"{AT},7,{cells}"
    )
    assert [legs(one) for one in intake.transactions] == [said]
    assert intake.transactions[0].id == f"{cells.partition(',')[0]}-7"


def test_a_withdrawal_contains_its_fee() -> None:
    columns = ",".join(layout("poloniex_withdrawals").required)
    intake = read("poloniex_withdrawals", columns, f"{AT},ETH,1,0.01,0.99,0xexample,COMPLETE: hash")
    assert [(legs(one), one.txid) for one in intake.transactions] == [("withdrawal -0.99 ETH fee 0.01 ETH", "hash")]


@pytest.mark.parametrize(
    "header",
    [
        "Timezone,Date,Time,Currency,Amount,Address,Status",
        "Date,Currency,Amount,Address,Status,Note",
        "date,currency,amount,wallet,fee",
    ],
)
def test_another_platforms_header_is_no_poloniex_file(header: str) -> None:
    sheet = Sheet("x.csv", "x", [header.split(","), ["2023-01-01"] * (header.count(",") + 1)], [1, 2])
    assert detect(sheet, LAYOUTS) is None
