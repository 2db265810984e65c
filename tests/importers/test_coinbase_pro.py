"""Coinbase Pro: fills and account statement, alone and together."""

from datetime import UTC
from decimal import Decimal

import pytest
from goldens import assert_one_fate_each, written
from layout_samples import SAMPLES, codes, compare, layout, legs, read
from taxlots.importers.records import Intake

from support import ledger_of, records

FILLS = "portfolio,trade id,product,side,created at,size,size unit,price,fee,total,price/fee/total unit"
STATEMENT = "portfolio,type,time,amount,balance,amount/balance unit,transfer id,trade id,order id"
AT = "2020-01-01T00:00:00.000Z"


@pytest.mark.parametrize(
    ("name", "file"),
    [("coinbase_pro_fills", "pro/fills"), ("coinbase_pro_account", "pro/account"), ("coinbase_pro_account_titled", "pro_titled/account")],
)
def test_golden(name: str, file: str) -> None:
    compare(name, f"coinbase_{file}.csv")


def test_total_contains_the_fee() -> None:
    intake = read(
        "coinbase_pro_fills",
        FILLS,
        f"default,1,BTC-USD,BUY,{AT},0.5,BTC,8000.00,20.00,-4020.00,USD",
        f"default,2,BTC-USD,SELL,{AT},0.5,BTC,9000.00,22.50,4477.50,USD",
    )
    # 0.5 * 8000 = 4000 and 20 on top; 0.5 * 9000 = 4500, of which 22.50 are kept
    assert [legs(one) for one in intake.transactions] == [
        "buy -4000 USD +0.5 BTC fee 20 USD",
        "sell -0.5 BTC +4500 USD fee 22.5 USD",
    ]


def test_total_decides_where_size_times_price_is_something_else() -> None:
    intake = read("coinbase_pro_fills", FILLS, f"default,1,BTC-USD,BUY,{AT},0.5,BTC,8000.00,20.00,-5020.00,USD")
    assert legs(intake.transactions[0]) == "buy -5000 USD +0.5 BTC fee 20 USD"


def test_a_rebate_lowers_the_price() -> None:
    intake = read("coinbase_pro_fills", FILLS, f"default,1,BTC-USD,BUY,{AT},0.5,BTC,8000.00,-1.00,-3999.00,USD")
    assert legs(intake.transactions[0]) == "buy -3999 USD +0.5 BTC"


def test_fee_in_scientific_notation() -> None:
    intake = read("coinbase_pro_fills", FILLS, f"default,7,ETH-BTC,BUY,{AT},1,ETH,0.02,4.9751199256E-05,-0.020049751199256,BTC")
    assert intake.transactions[0].fee_quantity == Decimal("0.000049751199256")
    assert intake.transactions[0].kind == "swap"


def test_one_trade_id_in_two_products_is_two_trades() -> None:
    intake = read(
        "coinbase_pro_fills",
        FILLS,
        f"default,123,ETH-BTC,BUY,{AT},1,ETH,0.02,0,-0.02,BTC",
        f"default,123,BTC-USD,BUY,{AT},1,BTC,8000,0,-8000,USD",
    )
    assert [one.id for one in intake.transactions] == ["123/BTC-ETH", "123/BTC-USD"]


def test_unknown_side_and_empty_price_are_named() -> None:
    intake = read(
        "coinbase_pro_fills",
        FILLS,
        f"default,1,BTC-USD,SHORT,{AT},1,BTC,8000,0,-8000,USD",
        f"default,2,BTC-USD,BUY,{AT},1,BTC,,0,-8000,USD",
    )
    assert codes(intake) == ["ROW_UNKNOWN_KIND", "ROW_INVALID"]


def test_rows_of_a_trade_may_stand_in_two_statements_that_overlap() -> None:
    usd = f"default,match,{AT},-100,900,USD,,5,o1", f"default,fee,{AT},-0.5,899.5,USD,,5,o1"
    btc = f"default,match,{AT},0.01,0.01,BTC,,5,o1"
    kind = layout("coinbase_pro_account")
    tables = [written(kind, STATEMENT, *usd, file="usd.csv"), written(kind, STATEMENT, btc, usd[1], file="all.csv")]
    intake = kind.read(tables, UTC)
    assert_one_fate_each(tables, intake)
    assert [legs(one) for one in intake.transactions] == ["buy -100 USD +0.01 BTC fee 0.5 USD"]
    assert list(intake.merged) == [("all.csv", 3)]


def statement(*lines: str) -> Intake:
    """What a statement makes of lines."""
    return read("coinbase_pro_account", STATEMENT, *lines)


def test_half_a_trade_is_named_with_the_next_step() -> None:
    intake = statement(f"default,match,{AT},0.01,0.01,BTC,,5,o1")
    assert codes(intake) == ["ROW_UNPAIRED_LEG"]
    assert "every currency" in intake.problems[0].hint


def test_same_trade_id_in_two_orders() -> None:
    intake = statement(
        f"default,match,{AT},-100,0,USD,,5,o1",
        f"default,match,{AT},0.01,0.01,BTC,,5,o1",
        f"default,match,{AT},-0.01,0,BTC,,5,o2",
        f"default,match,{AT},0.3,0.3,ETH,,5,o2",
    )
    assert [one.id for one in intake.transactions] == ["5/BTC-USD", "5/BTC-ETH"]


@pytest.mark.parametrize(("dollars", "coins", "said"), [("-50", "50", "buy -50 USD +50 USDC"), ("50", "-50", "sell -50 USDC +50 USD")])
def test_conversion_of_dollars_and_usdc(dollars: str, coins: str, said: str) -> None:
    intake = statement(f"default,conversion,{AT},{dollars},0,USD,,,", f"default,conversion,{AT},{coins},50,USDC,,,")
    assert [legs(one) for one in intake.transactions] == [said]


def test_a_move_between_portfolios_has_no_effect() -> None:
    intake = statement(f"default,withdrawal,{AT},-1,0,ETH,t1,,", f"second,deposit,{AT},1,1,ETH,t1,,")
    assert not intake.transactions
    assert len(intake.set_aside) == 2


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (f"default,teleport,{AT},1,1,ETH,t1,,", "ROW_UNKNOWN_KIND"),
        (f"default,deposit,{AT},1,1,,t1,,", "ROW_INVALID"),
        (f"default,deposit,{AT},one,1,ETH,t1,,", "ROW_INVALID"),
        (f"default,deposit,{AT},1,one,ETH,t1,,", "ROW_INVALID"),
        ("default,deposit,yesterday,1,1,ETH,t1,,", "TIME_INVALID"),
        (f"default,rebate,{AT},-1,-1,USD,,,", "ROW_INVALID"),
    ],
)
def test_what_cannot_be_used_is_named(line: str, code: str) -> None:
    assert codes(statement(line)) == [code]


def test_the_last_balance_of_each_currency_is_handed_on() -> None:
    intake = statement(
        f"default,match,{AT},-100,900,USD,,5,o1",
        f"default,fee,{AT},-0.5,899.5,USD,,5,o1",
        f"default,match,{AT},0.01,0.01,BTC,,5,o1",
    )
    assert {(one.asset, one.quantity) for one in intake.balances} == {("USD", Decimal("899.5")), ("BTC", Decimal("0.01"))}


def test_fills_and_statement_of_the_same_trades_count_once(tmp_path) -> None:
    files = {name: (SAMPLES / "coinbase_pro" / name).read_bytes() for name in ("fills.csv", "account.csv")}
    ledger = ledger_of(tmp_path, files)
    assert "BALANCE_MISMATCH" not in codes(ledger)
    told_by_both = {"81204411", "81204412", "3310", "90551002", "90551003"}
    ids = [one["id"] for one in records(ledger.transactions)]
    assert sorted(name for name in ids if name.split("/")[0].split("~")[0] in told_by_both) == [
        "3310/BTC-ETH",
        "3310/BTC-LTC",
        "81204411/BTC-USD",
        "81204412/BTC-USD",
        "90551002/BTC-USD",
        "90551003/BTC-USD",
    ]
