"""Trezor: goldens of the three headers, fees of several outputs, the coin in the file's name."""

from datetime import UTC
from zoneinfo import ZoneInfo

import pytest
from goldens import assert_one_fate_each, written
from layout_samples import codes, compare, layout, legs, read
from taxlots.importers.coin_in_name import coin_of
from taxlots.importers.records import Intake, Row, RowError

SUITE = "Timestamp,Date,Time,Type,Transaction ID,Fee,Fee unit,Address,Label,Amount,Amount unit,Fiat (USD),Other"
FIRST = "Date & Time,Type,Transaction ID,Addresses,Fee,Total"
WEB = "Date,Time,TX id,Address,TX type,Value,TX total,Balance"


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("trezor_suite", "trezor/export-btc-20240601T101010.csv"),
        ("trezor_suite_first", "trezor/ltc-first-suite-export.csv"),
        ("trezor_web", "trezor/history-btc-web-wallet.csv"),
    ],
)
def test_samples_give_their_golden_ledger(name: str, path: str) -> None:
    compare(name, path, ZoneInfo("America/New_York"))


def in_file(name: str, header: str, *lines: str, file: str = "btc.csv") -> Intake:
    table = written(layout(name), header, *lines, file=file)
    intake = layout(name).read([table], UTC)
    assert_one_fate_each([table], intake)
    return intake


def test_fee_of_several_outputs_stands_once() -> None:
    intake = read(
        "trezor_suite",
        SUITE,
        "1696156200,,,SENT,h,0.00004,BTC,a,,0.1,BTC,,",
        "1696156200,,,SENT,h,,,b,,0.02,BTC,,",
    )
    assert [legs(one) for one in intake.transactions] == ["withdrawal -0.1 BTC fee 0.00004 BTC", "withdrawal -0.02 BTC"]
    assert {one.txid for one in intake.transactions} == {"h"}


def test_fee_beside_a_receipt_is_the_senders() -> None:
    intake = read("trezor_suite", SUITE, "1696156200,,,RECV,h,0.00004,BTC,a,,0.1,BTC,,")
    assert [legs(one) for one in intake.transactions] == ["deposit +0.1 BTC"]


def test_total_of_the_first_header_contains_the_fee() -> None:
    # 0.05 left the account, 0.0003 of it as fee: 0.0497 were sent
    intake = in_file("trezor_suite_first", FIRST, '"1/25/2022, 2:03:40 AM",SENT,h,a,0.0003,0.05')
    assert [legs(one) for one in intake.transactions] == ["withdrawal -0.0497 BTC fee 0.0003 BTC"]


def test_fee_of_the_web_wallet_is_total_less_values() -> None:
    # 0.1505 left the account for outputs of 0.1 and 0.05: the fee is 0.0005
    intake = in_file("trezor_web", WEB, "2018-03-07,12:00:00,h,a,OUT,0.1,-0.1505,1", "2018-03-07,12:00:00,h,b,OUT,0.05,-0.1505,1")
    assert [legs(one) for one in intake.transactions] == ["withdrawal -0.1 BTC fee 0.0005 BTC", "withdrawal -0.05 BTC"]


def test_rows_of_a_transaction_are_used_together_or_not_at_all() -> None:
    intake = read(
        "trezor_suite",
        SUITE,
        "1696156200,,,SENT,h,0.00004,BTC,a,,0.1,BTC,,",
        "1696156200,,,SENT,h,,,b,,nothing,BTC,,",
        "never,,,SENT,i,,,b,,1,BTC,,",
        "1696156200,,,STOLEN,j,,,b,,1,BTC,,",
        "1696156200,,,RECV,k,,,b,,0,BTC,,",
    )
    assert codes(intake) == ["ROW_INVALID", "ROW_INVALID", "TIME_INVALID", "ROW_UNKNOWN_KIND"]
    assert list(intake.set_aside.values()) == ["nothing came or went: the quantity is 0"]


def test_totals_that_cannot_be_are_named() -> None:
    intake = in_file("trezor_suite_first", FIRST, '"1/25/2022, 2:03:40 AM",SENT,h,a,0.3,0.05')
    assert codes(intake) == ["ROW_INVALID"]
    assert codes(in_file("trezor_web", WEB, "2018-03-07,12:00:00,h,a,OUT,0.1,-0.05,1")) == ["ROW_INVALID"]


@pytest.mark.parametrize(
    ("file", "coin"),
    [("export-btc-2024.csv", "BTC"), ("all.zip!bob_LTC.csv", "LTC"), ("C:\\mine\\eth 2.csv", "ETH"), ("bitcoin.csv", "BTC")],
)
def test_coin_in_the_name(file: str, coin: str) -> None:
    assert coin_of(Row(file, 1, {})) == coin


@pytest.mark.parametrize("file", ["export.csv", "btc-and-ltc.csv", "btc/export.csv"])
def test_no_coin_or_several_in_the_name(file: str) -> None:
    with pytest.raises(RowError) as error:
        coin_of(Row(file, 1, {}))
    assert "export-btc.csv" in (error.value.hint or "")


def test_a_coin_to_fall_back_on() -> None:
    assert coin_of(Row("history.csv", 1, {}), default="BTC") == "BTC"
