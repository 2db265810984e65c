"""bitbank: trades of both headers, withdrawals and deposits, times in Japan, rebates for makers."""

from datetime import UTC, datetime

import pytest
from layout_samples import codes, compare, legs, read

TRADES = "注文ID,取引ID,通貨ペア,売/買,数量,価格,手数料,M/T,取引日時"
WITHDRAWALS = "コイン,日時,数量,手数料,ラベル,ネットワーク,アドレス,Txid,ステータス"
SAMPLES = {
    "bitbank_trades": "trade_history_2021",
    "bitbank_trades_margin": "trade_history_2025",
    "bitbank_deposits": "fiat_deposits",
    "bitbank_withdrawals": "withdrawals",
    "bitbank_withdrawals_older": "withdrawals_xlm",
}


@pytest.mark.parametrize(("name", "file"), SAMPLES.items())
def test_golden(name: str, file: str) -> None:
    compare(name, f"bitbank/{file}.csv")


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ("btc_jpy,買,0.01,5000000,60", "buy -50000 JPY +0.01 BTC fee 60 JPY"),
        ("btc_jpy,売,0.01,5000000,60", "sell -0.01 BTC +50000 JPY fee 60 JPY"),
        # a maker is paid 10: the purchase cost 49990, the sale brought 50010
        ("btc_jpy,buy,0.01,5000000,-10", "buy -49990 JPY +0.01 BTC"),
        ("BTC/JPY,sell,0.01,5000000,-10", "sell -0.01 BTC +50010 JPY"),
        ("xrp_btc,buy,100,0.00002,0.000002", "swap -0.002 BTC +100 XRP fee 0.000002 BTC"),
    ],
)
def test_trades(cells: str, said: str) -> None:
    (one,) = read("bitbank_trades", TRADES, f"1,2,{cells},maker,2021/01/01 00:30:00").transactions
    # half past midnight in Tokyo is 15:30 of the day before in UTC
    assert (legs(one), one.time) == (said, datetime(2020, 12, 31, 15, 30, tzinfo=UTC))


@pytest.mark.parametrize(
    ("cells", "code"),
    [("btcjpy,買,1,1,0", "ROW_INVALID"), ("btc_jpy,?,1,1,0", "ROW_UNKNOWN_KIND"), ("btc_jpy,買,0,1,0", "ROW_INVALID")],
)
def test_trades_that_cant_be_used(cells: str, code: str) -> None:
    assert codes(read("bitbank_trades", TRADES, f"1,2,{cells},maker,2021/01/01 00:30:00")) == [code]


def test_a_withdrawal_costs_its_fee_on_top() -> None:
    (one,) = read("bitbank_withdrawals", WITHDRAWALS, "btc,2021/12/01 07:15:00,0.01,0.0006,me,BTC,bc1q,f00d,DONE").transactions
    assert (legs(one), one.txid, one.note) == ("withdrawal -0.01 BTC fee 0.0006 BTC", "f00d", "me")


def test_the_older_withdrawals_need_the_coin_in_the_files_name() -> None:
    header = "日時,数量,手数料,合計,ラベル,アドレス,Txid,ステータス"
    assert codes(read("bitbank_withdrawals_older", header, "2020/05/06 12:00:00,120,0.01,120.01,me,G,f,DONE")) == ["ROW_INVALID"]
