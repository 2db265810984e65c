"""Bitstamp: the old file with amounts in one cell, and the new one with ids."""

from datetime import UTC, datetime

import pytest
from layout_samples import codes, compare, legs, read

from support import ledger_of, records

OLD = "Type,Datetime,Account,Amount,Value,Rate,Fee,Sub Type"
NEW = "ID,Account,Type,Subtype,Datetime,Amount,Amount currency,Value,Value currency,Rate,Rate currency,Fee,Fee currency,Order ID"
AT = '"Feb. 14, 2019, 03:32 PM"'


@pytest.mark.parametrize(("name", "file"), [("bitstamp_old", "Transactions"), ("bitstamp_rfc4180", "Transactions_RFC4180")])
def test_golden(name: str, file: str) -> None:
    compare(name, f"bitstamp/{file}.csv")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Feb. 14, 2019, 03:32 PM", datetime(2019, 2, 14, 15, 32, tzinfo=UTC)),
        ("May 02, 2019, 12:05 AM", datetime(2019, 5, 2, 0, 5, tzinfo=UTC)),
        ("Sept. 03, 2019, 11:59 PM", datetime(2019, 9, 3, 23, 59, tzinfo=UTC)),
        ("March 08, 2021, 04:20 PM", datetime(2021, 3, 8, 16, 20, tzinfo=UTC)),
    ],
)
def test_months_of_the_old_file(text: str, moment: datetime) -> None:
    intake = read("bitstamp_old", OLD, f'Deposit,"{text}",Main Account,1.0 BTC,,,,')
    assert intake.transactions[0].time == moment


@pytest.mark.parametrize(
    ("line", "said"),
    [
        # the fee comes beside the value: 359 + 0.90 are paid, 359 - 0.90 are got
        (f"Market,{AT},Main Account,0.1 BTC,359.00 USD,3590.00 USD,0.90 USD,Buy", "buy -359 USD +0.1 BTC fee 0.9 USD"),
        (f"Market,{AT},Main Account,0.1 BTC,359.00 USD,3590.00 USD,0.90 USD,Sell", "sell -0.1 BTC +359 USD fee 0.9 USD"),
        (f"Market,{AT},Main Account,2 ETH,0.07 BTC,0.035 BTC,,Sell", "swap -2 ETH +0.07 BTC"),
        (f"Ripple payment,{AT},Main Account,500 XRP,,,,", "withdrawal -500 XRP"),
        (f"Withdrawal,{AT},Main Account,0.05 BTC,,,0.0005 BTC,", "withdrawal -0.05 BTC fee 0.0005 BTC"),
        (f"Staking reward,{AT},Main Account,0.0012 ETH2R,,,,", "income:staking +0.0012 ETH"),
    ],
)
def test_kind_and_legs(line: str, said: str) -> None:
    assert [legs(one) for one in read("bitstamp_old", OLD, line).transactions] == [said]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (f"Market,{AT},Main Account,0.1 BTC,359.00 USD,3590.00 USD,0.90 USD,Short", "ROW_UNKNOWN_KIND"),
        (f"Market,{AT},Main Account,0.1 BTC,,,,Buy", "ROW_UNPAIRED_LEG"),
        (f"Fork,{AT},Main Account,0.1 BCH,,,,", "ROW_UNKNOWN_KIND"),
        (f"Deposit,{AT},Main Account,0.1,,,,", "ROW_INVALID"),
        (f"Deposit,{AT},Main Account,1.2.3 BTC,,,,", "ROW_INVALID"),
        ("Deposit,soon,Main Account,1 BTC,,,,", "TIME_INVALID"),
    ],
)
def test_what_cannot_be_used_is_named(line: str, code: str) -> None:
    assert codes(read("bitstamp_old", OLD, line)) == [code]


def test_both_files_tell_a_trade_once_although_the_old_one_has_no_seconds(tmp_path) -> None:
    old = f"{OLD}\n" + f"Market,{AT},Main Account,0.1 BTC,359.00 USD,3590.00 USD,0.90 USD,Buy\n" * 2
    line = "Main Account,Market,Buy,2019-02-14T15:32:{},0.1,BTC,359.00,USD,3590,USD,0.90,USD,7\n"
    new = f"{NEW}\n1,{line.format('12Z')}2,{line.format('48Z')}"
    ledger = ledger_of(tmp_path, {"old.csv": old, "new.csv": new})
    assert [one["id"] for one in records(ledger.transactions)] == ["1", "2"]
