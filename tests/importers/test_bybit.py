"""Bybit: goldens, spot and perpetual trades, conversions of small balances, the older files."""

import pytest
from exchange_samples import compare_all
from layout_samples import codes, legs, read
from taxlots.importers.records import Intake

UNIFIED = (
    "Uid,Currency,Contract,Type,Direction,Quantity,Position,Filled Price,Funding,Fee Paid,Cash Flow,Change,Wallet Balance,Action,Time(UTC)"
)
OLD = (
    "Time,Currency,Contract,Type,Direction,Quantity,Position,Filled Price,Funding,Fee Paid,Cash Flow,Change,Wallet Balance,Fee Rate,"
    "Trade ID,Order ID"
)
FUNDING = "Uid,Date & Time(UTC),Coin,QTY,Type,Account Balance,Description"


def shown(intake: Intake) -> list[str]:
    """The legs of every transaction."""
    return [legs(one) for one in intake.transactions]


def test_unified_account_gives_its_golden_ledger() -> None:
    intake = compare_all("bybit", "bybit/AssetChangeDetails_uta_80808080_20250101_20251231_0.csv")
    # two rows of USDT in the second of the conversions: the last balance is the one that none starts from
    assert {(one.asset, str(one.quantity)) for one in intake.balances} == {
        ("USDT", "76.804"),
        ("ETH", "0.0499"),
        ("DOGE", "0"),
        ("ADA", "0"),
    }


def test_funding_account_gives_its_golden_ledger() -> None:
    intake = compare_all("bybit_funding", "bybit/AssetChangeDetails_fund_80808080_20250101_20251231_0.csv")
    assert "BTC" not in {one.asset for one in intake.balances}


def test_fee_comes_beside_the_cash_flow() -> None:
    # 130 flow in, 0.13 are the fee; the change is 129.87
    intake = read(
        "bybit",
        UNIFIED,
        "1,ETH,ETHUSDT,TRADE,SELL,-0.05,0,2600,0,0,-0.05,-0.05,0,--,2025-01-01 00:00:00",
        "1,USDT,ETHUSDT,TRADE,SELL,130,0,2600,0,-0.13,130,129.87,129.87,--,2025-01-01 00:00:00",
    )
    assert shown(intake) == ["swap -0.05 ETH +130 USDT fee 0.13 USDT"]


def test_fees_of_the_older_log_have_the_other_sign() -> None:
    intake = read(
        "bybit",
        OLD,
        "2023-01-01 00:00:00,ETH,ETHUSDT,trade,BUY,0.1,0,2500,0,0.0001,0.1,0.0999,0.0999,0.001,t,o",
        "2023-01-01 00:00:00,USDT,ETHUSDT,trade,BUY,-250,0,2500,0,0,-250,-250,0,0.001,t,o",
    )
    assert shown(intake) == ["swap -250 USDT +0.1 ETH fee 0.0001 ETH"]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("USDT,BTCUSDT,TRADE,BUY,1,1,1,0,-0.05,0,-0.05,-0.05,--", "KIND_NOT_BOOKED"),
        ("USDC,BTC-29DEC23-40000-C,TRADE,BUY,1,1,900,0,-0.05,-900,-900.05,-900.05,OPEN", "KIND_NOT_BOOKED"),
        ("USDT,BTC-29DEC23-40000-P-USDT,TRADE,SELL,1,1,900,0,-0.05,900,899.95,899.95,CLOSE", "KIND_NOT_BOOKED"),
        ("USDC,BTC-29DEC23,DELIVERY,BUY,1,0,1,0,0,5,5,5,--", "KIND_NOT_BOOKED"),
        ("USDT,,LUCK,--,0,0,0,0,0,1,1,1,--", "ROW_UNKNOWN_KIND"),
        ("USDT,,--,--,0,0,0,0,0,1,1,1,--", "ROW_UNPAIRED_LEG"),
        (",,TRANSFER_IN,--,0,0,0,0,0,1,1,1,--", "ROW_INVALID"),
        ("USDT,,TRANSFER_IN,--,0,0,0,0,0,1,,1,--", "ROW_INVALID"),
    ],
)
def test_what_cannot_be_used_is_named(row: str, code: str) -> None:
    intake = read("bybit", UNIFIED, f"1,{row},2025-01-01 00:00:00")
    assert codes(intake) == [code]
    assert intake.problems[0].hint


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("BTC,1,Deposit,1,Deposit", ["deposit +1 BTC"]),
        ("BTC,-1,Withdraw,0,Withdrawal", ["withdrawal -1 BTC"]),
        ("BTC,5.5E-7,Earn,1,Easy Earn | Flexible Interest Distribution", ["income:interest +0.00000055 BTC"]),
        ("BTC,-1,Earn,1,Easy Earn | Flexible Subscription", []),
        ("BTC,-1,Transfer out,0,Transfer to Derivatives Account", []),
        ("BTC,1,Airdrop,1,Airdrop", ["income:airdrop +1 BTC"]),
        ("BTC,0,Deposit,1,Deposit", []),
    ],
)
def test_funding_rows(row: str, expected: list[str]) -> None:
    intake = read("bybit_funding", FUNDING, f"1,2025-01-01 00:00:00,{row}")
    assert shown(intake) == expected
    assert set(codes(intake)) <= {"BALANCE_MISMATCH"}  # what leaves was held before the row


@pytest.mark.parametrize("directions", [("BUY", "BUY"), ("BUY", "SELL"), ("SELL", "BUY")])
def test_direction_may_be_the_orders_or_the_legs(directions: tuple[str, str]) -> None:
    rows = (f"1,BTC,BTCUSDT,TRADE,{directions[0]},1,1,100,--,0,1,1,1", f"1,USDT,BTCUSDT,TRADE,{directions[1]},-100,0,100,--,0,-100,-100,0")
    assert shown(read("bybit", UNIFIED, *(f"{row},--,2025-01-01 00:00:00" for row in rows))) == ["swap -100 USDT +1 BTC"]


def test_a_buy_and_a_sell_of_one_second_are_two() -> None:
    rows = ("BTC,BTCUSDT,TRADE,BUY,2", "USDT,BTCUSDT,TRADE,BUY,-200", "BTC,BTCUSDT,TRADE,SELL,-1", "USDT,BTCUSDT,TRADE,SELL,101")
    lines = []
    for row in rows:
        change = row.rpartition(",")[2]
        lines.append(f"1,{row},0,100,--,0,{change},{change},,--,2025-01-01 00:00:00")
    assert shown(read("bybit", UNIFIED, *lines)) == ["swap -200 USDT +2 BTC", "swap -1 BTC +101 USDT"]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [("Deposit,1", ["deposit +1 BTC"]), ("Withdraw,-1", ["withdrawal -1 BTC"]), ("Deposit,-1", [])],
)
def test_moves_of_the_unified_account(cells: str, expected: list[str]) -> None:
    said, change = cells.split(",")
    intake = read("bybit", UNIFIED, f"1,BTC,--,{said},--,{change},0,--,--,0,{change},{change},{change},--,2025-01-01 00:00:00")
    assert shown(intake) == expected
    assert codes(intake) == ([] if expected else ["ROW_UNKNOWN_KIND"])


def test_a_conversion_in_the_funding_account() -> None:
    lines = ("BTC,-0.001,Convert,0,Convert", "USDT,90,Convert,90,Convert")
    assert shown(read("bybit_funding", FUNDING, *(f"1,2025-01-01 00:00:00,{line}" for line in lines))) == ["swap -0.001 BTC +90 USDT"]


@pytest.mark.parametrize("row", ["BTC,1,Lucky,1,Draw", "BTC,-1,Airdrop,-1,Airdrop", ",1,Deposit,1,Deposit", "BTC,1,Convert,1,Convert"])
def test_funding_rows_that_cannot_be_used(row: str) -> None:
    assert len(codes(read("bybit_funding", FUNDING, f"1,2025-01-01 00:00:00,{row}"))) == 1


def test_deposit_and_withdrawal_histories() -> None:
    header = "Uid,Date,Type,Asset,Chain,Amount,Tx ID,Status,Received Address"
    intake = read(
        "bybit_moves",
        header,
        "1,2025-01-01 00:00:00,Deposit,BTC,BTC,1,h1,Success,a",
        "1,2025-01-02 00:00:00,Withdraw,BTC,BTC,0.5,h2,Completed,b",
        "1,2025-01-03 00:00:00,Withdraw,BTC,BTC,0.5,h3,Rejected,b",
    )
    assert shown(intake) == ["deposit +1 BTC", "withdrawal -0.5 BTC"]
    assert [one.id for one in intake.transactions] == ["h1", "h2"]
    assert len(intake.set_aside) == 1


def test_older_deposits_and_the_assets_history() -> None:
    deposits = read(
        "bybit_deposits",
        "Type,Coin,Amount,Wallet Balance,Time(UTC)",
        "userDeposit,BTC,1,1,2021-01-01 00:00:00",
        "internalAccountTransferDeposit,BTC,1,1,2021-01-01 00:00:00",
    )
    assert shown(deposits) == ["deposit +1 BTC"]
    header = "Time(UTC),Coin,Type,Amount,Address/Symbol,Wallet Balance"
    assets = read("bybit_assets_history", header, "2019-01-01 00:00:00,BTC,Deposit,1,,", "2019-01-01 00:00:00,BTC,Realized P&L,1,BTCUSD,")
    assert shown(assets) == ["deposit +1 BTC", "realized-gain +1 BTC"]
    lost = read("bybit_assets_history", header, "2019-01-01 00:00:00,BTC,Realized P&L,-0.5,BTCUSD,")
    assert (shown(lost), lost.transactions[0].note) == (["realized-gain -0.5 BTC"], "BTCUSD")


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("BTC-PERP,TRADE,BUY,0.02,0.02,4356,0,-0.05,0,-0.05,99.95,OPEN", ["realized-gain -0.05 USDT"]),
        ("BTCUSDT,TRADE,SELL,0.02,0,4356,0,-0.087,1.0375,0.9505,100.9505,CLOSE", ["realized-gain +0.9505 USDT"]),
        ("BTCUSDT,LIQUIDATION,SELL,0.02,0,4356,0,-0.1,-20,-20.1,79.9,CLOSE", ["realized-gain -20.1 USDT"]),
        ("BTCUSDT,SETTLEMENT,BUY,--,0.02,--,0.0043,0,0,0.0043,100.0043,SETTLEMENT", ["realized-gain +0.0043 USDT"]),
        ("BTCUSDT,TRADE,BUY,0.02,0.02,4356,0,0,0,0,100,OPEN", []),
    ],
)
def test_a_position_comes_to_the_change_of_the_balance(row: str, expected: list[str]) -> None:
    """Profit or loss with the fee, or the funding; opened without a fee, nothing."""
    deposit = "1,USDT,,TRANSFER_IN,--,0,0,0,0,0,100,100,100,--,2025-01-01 00:00:00"
    intake = read("bybit", UNIFIED, f"1,USDT,{row},2025-01-02 00:00:00", deposit)
    assert shown(intake) == expected
    assert codes(intake) == []


def test_older_logs_say_open_and_close_in_the_direction() -> None:
    rows = (
        "2023-01-02 00:00:00,USDT,BTCUSDT,trade,Close Short,1,0,100,0,0.1,5,4.9,104.8,0.001,t2,o2",
        "2023-01-01 08:00:00,USDT,BTCUSDT,funding,,1,1,100,-0.1,0,0,-0.1,99.8,0.001,t3,o3",
        "2023-01-01 00:00:00,USDT,BTCUSDT,trade,Open Short,1,1,105,0,0.1,0,-0.1,99.9,0.001,t1,o1",
    )
    expected = ["realized-gain -0.1 USDT", "realized-gain -0.1 USDT", "realized-gain +4.9 USDT"]
    assert sorted(shown(read("bybit", OLD, *rows))) == sorted(expected)
