"""Kraken's trades count where the ledgers lack them, and once where both tell them."""

from decimal import Decimal
from pathlib import Path

import pytest
from layout_samples import codes, compare, legs, read
from taxlots.importers import readers
from taxlots.importers.exchanges.kraken_trades_export import split_pair
from taxlots.importers.records import RowError
from taxlots.problems import Severity

from support import codes as codes_of
from support import ledger_of, records

TRADES = "txid,ordertxid,pair,time,type,ordertype,price,cost,fee,vol,margin,misc,ledgers"
LEDGERS = "txid,refid,time,type,subtype,aclass,asset,amount,fee,balance"
ONE = 'T1,O1,XXBTZUSD,2021-03-01 10:11:12.3456,buy,limit,48000,960,2.5,0.02,0,"","L1,L2"'
TWO = 'T2,O1,XXBTZUSD,2021-03-01 10:11:13.0001,buy,limit,48000,480,1.25,0.01,0,"","L3,L4"'
# the ledgers say that the fee of T1 was charged in BTC, and round what was paid: so the two exports differ in everything but the id
LEDGER_ONE = (
    "L1,T1,2021-03-01 10:11:12,trade,,currency,ZUSD,-960.01,0,39.99",
    "L2,T1,2021-03-01 10:11:12,trade,,currency,XXBT,0.0201,0.0001,0.02",
)
DEPOSIT = "L0,D0,2021-02-01 00:00:00,deposit,,currency,ZUSD,1000,0,1000"


def csv(header: str, *lines: str) -> str:
    return "\n".join((header, *lines, ""))


def test_golden() -> None:
    compare("kraken_trades", "kraken_trades/trades.csv")


@pytest.mark.parametrize(
    ("pair", "split"),
    [
        ("XXBTZUSD", ("BTC", "USD")),
        ("XBT/USD", ("BTC", "USD")),
        ("XXBT/ZEUR", ("BTC", "EUR")),
        ("XETHXXBT", ("ETH", "BTC")),
        ("XTZUSD", ("XTZ", "USD")),
        ("CHZUSD", ("CHZ", "USD")),
        ("TRXXBT", ("TRX", "BTC")),
        ("XTZXBT", ("XTZ", "BTC")),
        ("XDGUSD", ("DOGE", "USD")),
        ("USDTZUSD", ("USDT", "USD")),
        ("ZEURZUSD", ("EUR", "USD")),
        ("XBTUSDT", ("BTC", "USDT")),
        ("XBTPYUSD", ("BTC", "PYUSD")),
        ("ETHUSDC", ("ETH", "USDC")),
        ("SOL/EUR", ("SOL", "EUR")),
        ("XZECZUSD", ("ZEC", "USD")),
    ],
)
def test_pairs(pair: str, split: tuple[str, str]) -> None:
    assert split_pair(pair) == split


@pytest.mark.parametrize("pair", ["", "USD", "/", "BTC/", "XBT/XXBT", "FOOBAR"])
def test_pairs_that_cant_be_told_apart(pair: str) -> None:
    with pytest.raises(RowError):
        split_pair(pair)


def test_a_fee_comes_on_top_in_the_second_asset() -> None:
    intake = read("kraken_trades", TRADES, ONE, ONE.replace("T1", "T3").replace("buy", "sell"))
    assert [legs(one) for one in intake.transactions] == ["buy -960 USD +0.02 BTC fee 2.5 USD", "sell -0.02 BTC +960 USD fee 2.5 USD"]
    assert [(one.id, one.lesser) for one in intake.transactions] == [("T1", True), ("T3", True)]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (ONE.replace(',0,"",', ',240,"initiated",'), "KIND_NOT_BOOKED"),
        (ONE.replace("buy", "give"), "ROW_UNKNOWN_KIND"),
        (ONE.replace(",2.5,", ",-2.5,"), "ROW_INVALID"),
        (ONE.replace(",0.02,", ",0,"), "ROW_INVALID"),
    ],
)
def test_trades_that_are_not_booked(line: str, code: str) -> None:
    assert codes(read("kraken_trades", TRADES, line)) == [code]


def test_trades_alone_count_with_a_warning(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, {"trades.csv": csv(TRADES, ONE, TWO)})
    assert [(row["id"], row["received_quantity"]) for row in records(ledger.transactions)] == [
        ("T1", Decimal("0.02")),
        ("T2", Decimal("0.01")),
    ]
    (warning,) = [p for p in ledger.problems if p.code == "EXPORT_LESSER"]
    assert (warning.severity, Path(str(warning.file)).name, warning.message[:2]) == (Severity.WARNING, "trades.csv", "2 ")


@pytest.mark.parametrize("names", [("a_ledgers.csv", "b_trades.csv"), ("b_ledgers.csv", "a_trades.csv")])
def test_the_ledgers_alone_count_for_what_both_tell(tmp_path: Path, names: tuple[str, str]) -> None:
    """T1 stands in both, told differently; T2 in the trades only. Whatever the files are called."""
    files = {names[0]: csv(LEDGERS, DEPOSIT, *LEDGER_ONE), names[1]: csv(TRADES, ONE, TWO)}
    ledger = ledger_of(tmp_path, files)
    rows = {row["id"]: row for row in records(ledger.transactions)}
    assert set(rows) == {"L0", "T1", "T2"}
    assert (rows["T1"]["sent_quantity"], rows["T1"]["fee_quantity"], rows["T1"]["fee_asset"]) == (
        Decimal("960.01"),
        Decimal("0.0001"),
        "BTC",
    )
    (((_, line), reason),) = ledger.merged.items()
    assert (line, reason.startswith("says the same as")) == (2, True)
    assert [p.message[:2] for p in ledger.problems if p.code == "EXPORT_LESSER"] == ["1 "]
    assert "ID_CONFLICT" not in codes_of(ledger.problems)


@pytest.mark.parametrize("large", [1, 10**9])
def test_large_ledgers_are_compared_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, large: int) -> None:
    """Large ledgers are settled by column, and a trade of theirs that the trades tell too is still one."""
    monkeypatch.setattr(readers, "LARGE_BYTES", large)
    ledger = ledger_of(tmp_path, {"ledgers.csv": csv(LEDGERS, DEPOSIT, *LEDGER_ONE), "trades.csv": csv(TRADES, ONE, TWO)})
    rows = {row["id"]: row["fee_asset"] for row in records(ledger.transactions)}
    assert rows == {"L0": None, "T1": "BTC", "T2": "USD"}


def test_nothing_is_warned_of_where_the_ledgers_have_all(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, {"ledgers.csv": csv(LEDGERS, DEPOSIT, *LEDGER_ONE), "trades.csv": csv(TRADES, ONE)})
    assert codes_of(ledger.problems) == []
    assert [(file.used, file.merged) for file in ledger.files] == [(3, 0), (0, 1)]


def test_overlapping_trades_count_once(tmp_path: Path) -> None:
    ledger = ledger_of(tmp_path, {"2020.csv": csv(TRADES, ONE), "all.csv": csv(TRADES, ONE, TWO)})
    assert [row["id"] for row in records(ledger.transactions)] == ["T1", "T2"]


def test_a_trade_of_which_the_ledgers_have_one_side_comes_from_the_trades(tmp_path: Path) -> None:
    """Ledgers of bitcoin only: their half of the trade can't be used, and the trades tell the whole."""
    ledger = ledger_of(tmp_path, {"ledgers.csv": csv(LEDGERS, LEDGER_ONE[1]), "trades.csv": csv(TRADES, ONE)})
    assert [(row["id"], row["sent_quantity"]) for row in records(ledger.transactions)] == [("T1", Decimal(960))]
    assert "ROW_UNPAIRED_LEG" in codes_of(ledger.problems)


def test_a_trade_on_margin_is_no_fault_where_the_ledgers_state_results(tmp_path: Path) -> None:
    """The one that is still open after the last result is: what it will come to stands in no file."""
    margin = "{0},O2,XXBTZUSD,{1},sell,market,50000,1000,2,0.02,200,,"
    closed, open_ = margin.format("M1", "2021-03-02 10:00:00.3456"), margin.format("M2", "2021-03-05 10:00:00.1")
    result = "L5,M1,2021-03-02 10:00:00,margin,,currency,ZUSD,-5,0,994.99"
    ledger = ledger_of(tmp_path, {"ledgers.csv": csv(LEDGERS, DEPOSIT, result), "trades.csv": csv(TRADES, closed, open_)})
    assert [(p.code, p.row) for p in ledger.problems if p.severity is Severity.ERROR] == [("KIND_NOT_BOOKED", 3)]
    assert {row["id"] for row in records(ledger.transactions)} == {"L0", "L5"}
