"""OKEx before 2021: goldens, sides, times of China."""

from datetime import UTC, datetime

import pytest
from goldens import compare
from layout_samples import codes, layout, legs, read

FILLS = "Order ID,Trade ID,Trade Time,Pairs,Amount,Price,Total,taker/maker,Fee,unit"
LOG = "time,type,size,balance,fee,currency"
AT = "1,7,2020-03-05 07:08:09"


def test_fills_give_their_golden_ledger() -> None:
    # the last fill has a rebate: 0.0072 + 0.0000007 BTC arrive
    compare(layout("okx_fills_2020"), "okx_fills_2020")


def test_the_log_gives_its_golden_ledger() -> None:
    # 0.5 ETH were bought, of which 0.00075 are the fee; the row of 3 June has no other side
    compare(layout("okx_log_2019"), "okx_log_2019")


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ("ETH/USDT,0.1,250,25,taker,-0.0001,ETH", "swap -25 USDT +0.1 ETH fee 0.0001 ETH"),
        ("ETH/USDT,0.1,250,25,taker,-0.025,USDT", "swap -0.1 ETH +25 USDT fee 0.025 USDT"),  # the fee is off what was received
        ("ETH-USDT,-0.1,250,-25,taker,,ETH", "swap -0.1 ETH +25 USDT"),
        ("btc_usd,0.1,250,25,taker,0,BTC", "buy -25 USD +0.1 BTC"),
    ],
)
def test_side_of_a_fill(cells: str, expected: str) -> None:
    (one,) = read("okx_fills_2020", FILLS, f"{AT},{cells}").transactions
    assert (legs(one), one.id) == (expected, "7")


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        ("ETHUSDT,0.1,250,25,taker,-0.0001,ETH", "ROW_INVALID"),
        ("ETH_USDT,some,250,25,taker,-0.0001,ETH", "ROW_INVALID"),
        ("ETH_USDT,1.2.3,250,25,taker,-0.0001,ETH", "ROW_INVALID"),
        ("ETH_USDT,0,250,0,taker,0,ETH", "ROW_UNPAIRED_LEG"),
    ],
)
def test_fills_that_cannot_be_used(cells: str, code: str) -> None:
    assert codes(read("okx_fills_2020", FILLS, f"{AT},{cells}")) == [code]


def test_the_log_is_in_chinas_time() -> None:
    intake = read("okx_log_2019", LOG, "2019-06-01T10:30:00 CST,buy,1,1,0,ETH", "2019-06-01T10:30:00 CST,sell,-250,0,0,USDT")
    assert intake.transactions[0].time == datetime(2019, 6, 1, 2, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "code"),
    [("2019-06-01T10:30:00,deposit,1,1,0,ETH", "ROW_UNKNOWN_KIND"), ("2019-06-01T10:30:00,buy,1,1,0,", "ROW_INVALID")],
)
def test_log_rows_that_cannot_be_used(line: str, code: str) -> None:
    assert codes(read("okx_log_2019", LOG, line)) == [code]


def test_another_platforms_columns_are_no_log() -> None:
    assert codes(read("okx_log_2019", f"{LOG},user", "2019-06-01T10:30:00,buy,1,1,0,ETH,me")) == ["ROW_INVALID"]
