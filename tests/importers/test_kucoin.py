"""KuCoin: one golden for all files of an export, each older era, and each trap with its expected legs."""

from datetime import UTC, datetime

import pytest
from exchange_samples import compare_all
from goldens import assert_one_fate_each, written
from layout_samples import codes, layout, legs, read
from taxlots.importers.records import Intake

FILLS = (
    "UID,Account Type,Order ID,Symbol,Side,Order Type,Avg. Filled Price,Filled Amount,Filled Volume,Filled Volume (USDT),"
    "Filled Time(UTC+02:00),Fee,Tax,Maker/Taker,Fee Currency"
)
ORDERS = (
    "UID,Account Type,Order ID,Order Time(UTC+02:00),Symbol,Side,Order Type,Order Price,Order Amount,Avg. Filled Price,Filled Amount,"
    "Filled Volume,Filled Volume (USDT),Filled Time(UTC+02:00),Fee,Fee Currency,Tax,Status"
)
CARD = (
    "Order ID,Currency (Crypto),Crypto Quantity,Currency (Fiat),Fiat Amount,Fee Currency (Fiat),Fee (Fiat),Fee Currency (Crypto),"
    "Fee (Crypto),Payment Method,Status,Time(UTC)"
)
HISTORY = "UID,Account Type,Currency,Side,Amount,Fee,Time(UTC+08:00),Remark,Type"
ORDER = "u,t,O1,2023-01-01 00:00:00,ETH-USDT,BUY,LIMIT,9,0.2,9,0.2,320,320,2023-01-01 01:00:00,0.3,USDT,,deal"
FILL = "u,t,O1,ETH-USDT,BUY,LIMIT,9,0.1,160,160,2023-01-01 01:00:00,0.15,,TAKER,USDT"


def together(*files: tuple[str, tuple[str, ...]]) -> Intake:
    """What the files make, read in one call."""
    kucoin = layout("kucoin")
    tables = [written(kucoin, header, *lines, file=f"{n}.csv") for n, (header, lines) in enumerate(files)]
    intake = kucoin.read(tables, UTC)
    assert_one_fate_each(tables, intake)
    return intake


def shown(intake: Intake) -> list[str]:
    """The legs of every transaction."""
    return [legs(one) for one in intake.transactions]


def test_the_files_of_an_export_give_their_golden_ledger() -> None:
    names = (
        "Spot Orders_Filled Orders (Show Order-Splitting)",
        "Spot Orders_Filled Orders",
        "Spot Orders_Canceled Orders",
        "Deposit_Withdrawal History_Deposit History",
        "Deposit_Withdrawal History_Withdrawal Record",
        "Account History_Funding Account",
        "Convert Orders_Limit & Market Orders",
        "Earn Orders_Profit History",
    )
    intake = compare_all("kucoin", *(f"kucoin/{name}.csv" for name in names))
    assert codes(intake) == ["ROW_UNKNOWN_KIND"]


def test_an_order_and_its_fills_count_once() -> None:
    intake = together((FILLS, (FILL, FILL)), (ORDERS, (ORDER,)))
    assert shown(intake) == ["swap -160 USDT +0.1 ETH fee 0.15 USDT"] * 2
    assert list(intake.merged) == [("1.csv", 2)]
    assert intake.transactions[0].time == datetime(2022, 12, 31, 23, 0, tzinfo=UTC)


def test_fills_that_are_only_a_part_give_way_to_the_order() -> None:
    intake = together((FILLS, (FILL,)), (ORDERS, (ORDER,)))
    assert shown(intake) == ["swap -320 USDT +0.2 ETH fee 0.3 USDT"]
    assert list(intake.merged) == [("0.csv", 2)]
    assert intake.transactions[0].id == "O1"


def test_staking_of_the_history_counts_where_no_file_of_earnings_is() -> None:
    row = "u,m,KCS,Deposit,0.5,0,2023-01-01 08:00:00,Staking,Staking"
    assert shown(together((HISTORY, (row,)))) == ["income:staking +0.5 KCS"]
    earnings = "UID,Account Type,Order ID,Time(UTC),Staked Coin,Product Type,Product Name,Earnings Coin,Earnings Type,Remarks,Amount,Fee"
    beside = together((HISTORY, (row,)), (earnings, ("u,m,o,2023-01-01 00:00:00,KCS,Staking,KCS,KCS,Interest,,0.5,0",)))
    assert shown(beside) == ["income:staking +0.5 KCS"]
    assert len(beside.set_aside) == 1


def test_history_is_used_only_where_nothing_else_tells() -> None:
    rows = ("u,m,BTC,Deposit,1,0,2023-01-01 08:00:00,,Deposit", "u,m,BTC,Withdrawal,0.5,0.001,2023-01-02 08:00:00,,Withdrawal")
    assert shown(together((HISTORY, rows))) == ["deposit +1 BTC", "withdrawal -0.5 BTC fee 0.001 BTC"]
    deposits = "UID,Account Type,Time(UTC),Coin,Amount,Fee,Transfer Network,Status,Remarks"
    beside = together((HISTORY, rows), (deposits, ("u,m,2023-01-01 00:00:00,BTC,1,0,BTC,SUCCESS,",)))
    assert shown(beside) == ["deposit +1 BTC", "withdrawal -0.5 BTC fee 0.001 BTC"]
    assert len(beside.set_aside) == 1


def test_a_download_of_another_period_tells_nothing_of_a_day() -> None:
    """The file of deposits begins in June: that of January counts from the history, and the trade of January is missing."""
    rows = (
        "u,m,BTC,Deposit,1,0,2023-01-01 08:00:00,,Deposit",
        "u,m,BTC,Deposit,2,0,2023-06-01 08:00:00,,Deposit",
        "u,m,BTC,Deposit,3,0,2023-01-02 08:00:00,,Spot",
    )
    deposits = "UID,Account Type,Time(UTC),Coin,Amount,Fee,Transfer Network,Status,Remarks"
    june = ORDER.replace("2023-01-01", "2023-06-01")
    intake = together((HISTORY, rows), (deposits, ("u,m,2023-06-01 00:00:00,BTC,2,0,BTC,SUCCESS,",)), (ORDERS, (june,)))
    assert sorted(shown(intake)) == ["deposit +1 BTC", "deposit +2 BTC", "swap -320 USDT +0.2 ETH fee 0.3 USDT"]
    assert codes(intake) == ["ROW_UNPAIRED_LEG"]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("BTC,Deposit,1,0,2023-01-01 08:00:00,,Spot", "ROW_UNPAIRED_LEG"),
        ("BTC,Sideways,1,0,2023-01-01 08:00:00,,Spot", "ROW_UNKNOWN_KIND"),
        ("BTC,Withdrawal,1,0,2023-01-01 08:00:00,,KCS Bonus", "ROW_UNKNOWN_KIND"),
        ("BTC,Withdrawal,1,0,2023-01-01 08:00:00,,Staking", "ROW_UNPAIRED_LEG"),
        ("BTC,Deposit,1,0,2023-01-01 08:00:00,,Convert Dust to KCS", "ROW_UNPAIRED_LEG"),
        (",Deposit,1,0,2023-01-01 08:00:00,,Deposit", "ROW_INVALID"),
        ("BTC,Withdrawal,1,0,2023-01-01 08:00:00,,Deposit", "ROW_INVALID"),
        ("BTC,Deposit,1,0,never,,Deposit", "TIME_INVALID"),
    ],
)
def test_history_rows_that_cannot_be_used(row: str, code: str) -> None:
    assert codes(together((HISTORY, (f"u,m,{row}",)))) == [code]


def test_futures_files_are_recognised_and_not_booked() -> None:
    header = "UID,Account Type,Symbol,Close Type,Realized PNL,Position Closing Time(UTC)"
    assert codes(together((header, ("u,f,XBTUSDTM,x,5,2023-01-01 00:00:00",)))) == ["KIND_NOT_BOOKED"]


@pytest.mark.parametrize(
    ("name", "header", "line", "expected"),
    [
        (
            "kucoin_trades_2018",
            "Time,Coins,Sell/Buy,Filled Price,Coin,Amount,Coin,Volume,Coin,Fee,Coin",
            "2018-01-01 08:00:00,KCS-BTC,BUY,0.001,BTC,10,KCS,0.01,BTC,0.01,KCS",
            "swap -0.01 BTC +10 KCS fee 0.01 KCS",
        ),
        (
            "kucoin_trades_2019",
            "Time,Pair,Side,FilledPrice,FilledPriceCoin,Amount,AmountCoin,Volume,VolumeCoin,Fee,FeeCoin",
            "2019-01-01 08:00:00,KCS-BTC,SELL,0.001,BTC,10,KCS,0.01,BTC,0.00001,BTC",
            "swap -10 KCS +0.01 BTC fee 0.00001 BTC",
        ),
        (
            "kucoin_trades_2020",
            "oid,symbol,dealPrice,dealValue,amount,fee,direction,createdDate,",
            "o1,LOKI-BTC,0.001,0.01,10,0.00001,BUY,2020-01-01 08:00:00,",
            "swap -0.01 BTC +10 LOKI fee 0.00001 BTC",
        ),
        (
            "kucoin_trades_2021",
            "tradeCreatedAt,symbol,side,price,size,funds,fee,feeCurrency",
            "2021-01-01 08:00:00,ETH-USDT,sell,1000,1,1000,1,USDT",
            "swap -1 ETH +1000 USDT fee 1 USDT",
        ),
        (
            "kucoin_trades_old",
            "uid,symbol,order_type,price,amount_coin,direction,funds,fee,created_at",
            "u,ETH-USDT,limit,1000,1,BUY,1000,1,2018-01-01 08:00:00",
            "swap -1000 USDT +1 ETH fee 1 USDT",
        ),
        (
            "kucoin_trades_oldest",
            "uid,symbol,direction,deal_price,amount,deal_value,created_at",
            "u,ETH-USDT,BUY,1000,1,1000,2018-01-01 08:00:00",
            "swap -1000 USDT +1 ETH",
        ),
        ("kucoin_moves_2018", "coin_type,type,add,hash,vol,created_at", "BTC,WITHDRAW,a,h,1,2018-01-01 08:00:00", "withdrawal -1 BTC"),
        ("kucoin_moves_2019", "Time,Coin,Network,Amount,Type,Remark,Fee", "2019-01-01 08:00:00,BTC,BTC,1,x,,0", "deposit +1 BTC"),
        ("kucoin_moves_2019", "Time,Coin,Amount,Type,Wallet Address,Remark", "2019-01-01 08:00:00,BTC,1,x,a,", "withdrawal -1 BTC"),
        (
            "kucoin_fiat",
            'Order ID,Order Type,Currency (Crypto),"Crypto Quantity,",Price,Currency (Fiat),Fiat Amount,Fee Currency,Fee,Status,Time(UTC)',
            "o1,BUY,USDT,100,0.9,EUR,90,EUR,1,DONE,2022-01-01 00:00:00",
            "buy -90 EUR +100 USDT fee 1 EUR",
        ),
        (
            "kucoin_fiat",
            CARD,
            "o1,USDT,100,EUR,90,EUR,1,,0,Card,SUCCEEDED,2022-01-01 00:00:00",
            "buy -90 EUR +100 USDT fee 1 EUR",
        ),
        (
            "kucoin_fiat_deposits",
            "Order ID,Currency (Fiat),Fiat Amount,Fee,Deposit Method,Status,Time(UTC)",
            "o1,EUR,90,1,SEPA,SUCCEEDED,2022-01-01 00:00:00",
            "deposit +90 EUR fee 1 EUR",
        ),
    ],
)
def test_older_eras(name: str, header: str, line: str, expected: str) -> None:
    intake = read(name, header, line)
    assert shown(intake) == [expected]
    assert intake.transactions[0].time.hour == 0


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("2021-01-01 08:00:00,ETHUSDT,sell,1000,1,1000,1,USDT", "ROW_INVALID"),
        ("2021-01-01 08:00:00,ETH-USDT,short,1000,1,1000,1,USDT", "ROW_UNKNOWN_KIND"),
        ("2021-01-01 08:00:00,ETH-USDT,sell,1000,,1000,1,USDT", "ROW_INVALID"),
    ],
)
def test_trades_that_cannot_be_used(row: str, code: str) -> None:
    assert codes(read("kucoin_trades_2021", "tradeCreatedAt,symbol,side,price,size,funds,fee,feeCurrency", row)) == [code]


@pytest.mark.parametrize("name", ["kucoin", "kucoin_trades_2021", "kucoin_moves_2019"])
def test_an_empty_export_is_set_aside(name: str) -> None:
    header = ",".join(layout(name).required)
    assert list(read(name, header, "No matching records found.").set_aside.values()) == ["an empty export"]
