"""CoinTracker: a golden per file, and each trap with its legs."""

from decimal import Decimal

import pytest
from layout_samples import codes, compare, legs, read

IMPORT = "Date,Received Quantity,Received Currency,Sent Quantity,Sent Currency,Fee Amount,Fee Currency,Tag"
OLDER = (
    "Date,Type,Transaction ID,Received Quantity,Received Currency,Received Cost Basis (GBP),Received Wallet,Received Tag,"
    "Sent Quantity,Sent Currency,Sent Wallet,Sent Tag,Fee Amount,Fee Currency,Ignored"
)


@pytest.mark.parametrize(("name", "file"), [("cointracker", "transaction_history.csv"), ("cointracker_import", "cointracker_import.csv")])
def test_the_sample_gives_its_golden_ledger(name: str, file: str) -> None:
    compare(name, f"cointracker/{file}")


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("1,BTC,20005,USD,5,USD", "buy -20000 USD +1 BTC fee 5 USD"),  # 20005 contain the fee of 5
        ("19995,USD,1,BTC,5,USD", "sell -1 BTC +20000 USD fee 5 USD"),  # 19995 are left of 20000
        ("10,SOL,1,ETH,0.01,BNB", "swap -1 ETH +10 SOL fee 0.01 BNB"),
        (",,1.01,ETH,0.01,ETH", "withdrawal -1 ETH fee 0.01 ETH"),
        (",,0.01,ETH,0.01,ETH", "fee fee 0.01 ETH"),  # nothing is left but the fee
    ],
)
def test_what_was_sent_contains_the_fee(row: str, expected: str) -> None:
    intake = read("cointracker_import", IMPORT, f"06/14/2023 20:57:35,{row},")
    assert [legs(one) for one in intake.transactions] == [expected]


def test_a_fee_above_what_was_sent_is_rejected() -> None:
    assert codes(read("cointracker_import", IMPORT, "06/14/2023,,,1,ETH,2,ETH,")) == ["ROW_INVALID"]


def older(kind: str, got: str, gave: str, ignored: str = "") -> str:
    return f"01/02/2022 10:00:00,{kind},tx1,{got},{gave},,,{ignored}"


def test_tags_of_older_exports_say_the_kind() -> None:
    intake = read(
        "cointracker",
        OLDER,
        older("Receive", "1,ETH,50,Coinbase - ETH,mined", ",,,"),
        older("Send", ",,,,", "1,ETH,Coinbase - ETH,donation"),
        older("Receive", "9,SPAM,0,W,", ",,,", "True"),
    )
    assert [legs(one) for one in intake.transactions] == ["income:mining +1 ETH", "donation -1 ETH"]
    assert (intake.transactions[0].account, intake.transactions[0].value) == ("coinbase", Decimal(50))
    assert intake.transactions[0].value_currency == "GBP"
    assert list(intake.set_aside.values()) == ["ignored in CoinTracker"]


def test_an_id_that_stands_twice_identifies_no_row() -> None:
    intake = read("cointracker", OLDER, older("RECEIVE", "1,ETH,,W,", ",,,"), older("RECEIVE", "1,ETH,,W,", ",,,"))
    assert [one.id for one in intake.transactions] == ["", ""]


def test_a_history_that_was_cut_off_says_so() -> None:
    intake = read("cointracker", OLDER, "...,,,,,,,,,,,,,,")
    assert codes(intake) == ["ROW_TRUNCATED"]


def test_unknown_and_one_sided_types() -> None:
    intake = read("cointracker", OLDER, older("TELEPORT", "1,ETH,,W,", ",,,"), older("TRADE", "1,ETH,,W,", ",,,"))
    assert codes(intake) == ["ROW_UNKNOWN_KIND", "ROW_UNPAIRED_LEG"]
    assert "TELEPORT" in intake.problems[0].message
