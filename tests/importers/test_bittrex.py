"""Bittrex: order histories of six headers, deposits and withdrawals."""

from datetime import UTC, datetime

import pytest
from layout_samples import codes, compare, layout, legs, read

from support import ledger_of, records

SAMPLES = {
    "bittrex_orders_2017": "fullOrders",
    "bittrex_orders_upper": "orders_in_capitals",
    "bittrex_orders_2020": "BittrexOrderHistory_2019",
    "bittrex_orders_2021": "BittrexOrderHistory_2021",
    "bittrex_trades": "BittrexTrades_2022",
    "bittrex_orders_2023": "OrderHistory_2023",
    "bittrex_moves": "TransactionHistory_2023",
    "bittrex_deposits": "BittrexDepositHistory",
    "bittrex_deposits_upper": "deposits_in_capitals",
    "bittrex_withdrawals": "BittrexWithdrawalHistory",
    "bittrex_withdrawals_upper": "withdrawals_in_capitals",
}


@pytest.mark.parametrize(("name", "file"), SAMPLES.items())
def test_golden(name: str, file: str) -> None:
    compare(name, f"bittrex/{file}.csv")


def header(name: str) -> str:
    """The required columns of a layout as its header."""
    return ",".join(layout(name).required)


def test_only_what_was_filled_counts() -> None:
    # 3 ordered, 1 left: 2 ETH for 0.066 BTC and 0.000165 BTC on top
    line = "u1,1/20/2019 3:00:00 PM,LIMIT_BUY,BTC-ETH,3,1,0.066,0.000165"
    intake = read("bittrex_orders_2020", header("bittrex_orders_2020"), line)
    assert [legs(one) for one in intake.transactions] == ["swap -0.066 BTC +2 ETH fee 0.000165 BTC"]
    assert intake.transactions[0].time == datetime(2019, 1, 20, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("side", "total", "said"),
    [
        # 0.2 * 1550 = 310: a total of 311.085 contains the fee, one of 310 does not
        ("Bought", "311.085", "buy -310 USD +0.2 ETH fee 1.085 USD"),
        ("Bought", "310", "buy -310 USD +0.2 ETH fee 1.085 USD"),
        ("Sold", "308.915", "sell -0.2 ETH +310 USD fee 1.085 USD"),
        ("Sold", "310", "sell -0.2 ETH +310 USD fee 1.085 USD"),
    ],
)
def test_price_tells_whether_the_total_contains_the_fee(side: str, total: str, said: str) -> None:
    line = f"u1,2023-01-15T10:20:30,{side},ETH,USD,0.2,{total},1550,1.085"
    assert [legs(one) for one in read("bittrex_orders_2023", header("bittrex_orders_2023"), line).transactions] == [said]


@pytest.mark.parametrize(("market", "ok"), [("BTC/USD", True), ("BTC-->USD", True), ("BTC-USD", False), ("BTCUSD", False)])
def test_market_of_the_last_trades(market: str, ok: bool) -> None:  # noqa: FBT001
    intake = read("bittrex_trades", header("bittrex_trades"), f"2022-04-01 09:00:00,BUY,{market},0.01,450,45000")
    assert [legs(one) for one in intake.transactions] == (["buy -450 USD +0.01 BTC"] if ok else [])
    assert codes(intake) == ([] if ok else ["ROW_INVALID"])


@pytest.mark.parametrize(("state", "problems", "count"), [("CONFIRMED", [], 1), ("ORPHANED", [], 0), ("FLOATING", ["ROW_UNKNOWN_KIND"], 0)])
def test_state_of_a_deposit(state: str, problems: list[str], count: int) -> None:
    columns = "Id,Currency,Amount,Confirmations,LastUpdatedDate,TxId,CryptoAddress,State"
    intake = read("bittrex_deposits", columns, f"5,BTC,1,3,2019-01-05 10:00:00.25,hash,1Example,{state}")
    assert (codes(intake), len(intake.transactions)) == (problems, count)


def test_the_same_order_in_two_files_counts_once(tmp_path) -> None:
    first = f"{header('bittrex_orders_2017')}\nu1,BTC-LTC,LIMIT_BUY,4,0.017,0.00017,0.068,,8/1/2017 10:05:30 AM\n"
    later = "UUID,QUOTE,MARKET,ORDERTYPE,FILLED,PROCEEDS,COMISSIONPAID,CLOSED\nu1,BTC,LTC,LIMIT_BUY,4,0.068,0.00017,2017-08-01 10:05:30\n"
    ledger = ledger_of(tmp_path, {"first.csv": first, "later.csv": later})
    assert [one["id"] for one in records(ledger.transactions)] == ["u1"]
