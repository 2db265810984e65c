"""Ledger Live: the golden of the present header, an older one, fees inside amounts, moves inside the wallet."""

import pytest
from layout_samples import codes, compare, legs, read

HEADER = (
    "Operation Date,Status,Currency Ticker,Operation Type,Operation Amount,Operation Fees,Operation Hash,Account Name,Account xpub,"
    "Countervalue Ticker,Countervalue at Operation Date,Countervalue at CSV Export"
)
HEADER_2019 = "Operation Date,Currency Ticker,Operation Type,Operation Amount,Operation Fees,Operation Hash,Account Name,Account id"


def test_sample_gives_its_golden_ledger() -> None:
    compare("ledger_live", "ledger-live/ledgerlive-operations-2025.01.15.csv")


def test_amount_that_goes_out_contains_the_fees() -> None:
    # 0.01002 left the account, 0.00002 of it as fee
    intake = read("ledger_live", HEADER_2019, "2019-03-04T17:05:09.000Z,BTC,OUT,0.01002,0.00002,h,Main,x")
    assert [legs(one) for one in intake.transactions] == ["withdrawal -0.01 BTC fee 0.00002 BTC"]


def test_fees_beside_a_receipt_are_the_senders() -> None:
    intake = read("ledger_live", HEADER_2019, "2019-03-04T17:05:09.000Z,BTC,IN,0.01,0.00002,h,Main,x")
    assert [legs(one) for one in intake.transactions] == ["deposit +0.01 BTC"]


def test_a_failed_operation_costs_its_fees() -> None:
    intake = read("ledger_live", HEADER, "2024-07-07T07:07:07.000Z,Failed,ETH,OUT,0.5009,0.0009,h,Main,x,USD,1,1")
    assert [legs(one) for one in intake.transactions] == ["fee fee 0.0009 ETH"]


@pytest.mark.parametrize(("out", "expected"), [("1.001", ["fee fee 0.001 BTC"]), ("1", [])])
def test_a_move_between_accounts_costs_its_fee(out: str, expected: list[str]) -> None:
    fees = "0.001" if expected else "0"
    intake = read(
        "ledger_live",
        HEADER_2019,
        f"2019-03-04T17:05:09.000Z,BTC,OUT,{out},{fees},h,First,x",
        f"2019-03-04T17:05:09.000Z,BTC,IN,1,{fees},h,Second,x",
    )
    assert [legs(one) for one in intake.transactions] == expected


def test_change_of_one_account_is_no_move() -> None:
    intake = read(
        "ledger_live",
        HEADER_2019,
        "2019-03-04T17:05:09.000Z,BTC,OUT,3,0,h,First,x",
        "2019-03-04T17:05:09.000Z,BTC,IN,1,0,h,Second,x",
    )
    assert [legs(one) for one in intake.transactions] == ["withdrawal -3 BTC", "deposit +1 BTC"]


def test_what_goes_out_as_fee_alone() -> None:
    intake = read("ledger_live", HEADER_2019, "2019-03-04T17:05:09.000Z,ETH,OUT,0.001,0.001,h,First,x")
    assert [legs(one) for one in intake.transactions] == ["fee fee 0.001 ETH"]


def test_what_cannot_be_used_is_named() -> None:
    intake = read(
        "ledger_live",
        HEADER_2019,
        "2019-03-04T17:05:09.000Z,ETH,LOTTERY,1,0,h,First,x",
        "2019-03-04T17:05:09.000Z,ETH,NFT_OUT,1,0,h,First,x",
        "2019-03-04T17:05:09.000Z,ETH,OUT,1,2,i,First,x",
        "2019-03-04T17:05:09.000Z,ETH,OUT,,2,j,First,x",
        "March,ETH,OUT,3,2,k,First,x",
        "2019-03-04T17:05:09.000Z,ETH,IN,0,0,l,First,x",
    )
    assert codes(intake) == ["ROW_UNKNOWN_KIND", "ROW_INVALID", "ROW_INVALID", "TIME_INVALID", "KIND_NOT_BOOKED"]
    assert list(intake.set_aside.values()) == ["the quantity is 0"]


def test_the_fee_beside_a_token_is_told_by_its_own_row() -> None:
    """100 USDT arrive whole: 0.002 is ether, and the FEES row tells it once."""
    intake = read(
        "ledger_live",
        HEADER_2019,
        "2023-03-04T17:05:09.000Z,USDT,OUT,100,0.002,h,Ethereum 1,x",
        "2023-03-04T17:05:09.000Z,ETH,FEES,0.002,0.002,h,Ethereum 1,x",
    )
    assert [legs(one) for one in intake.transactions] == ["withdrawal -100 USDT", "fee fee 0.002 ETH"]


def test_a_row_that_cannot_be_read_takes_its_hash_with_it() -> None:
    intake = read(
        "ledger_live",
        HEADER_2019,
        "2023-03-04T17:05:09.000Z,USDT,OUT,none,,h,Ethereum 1,x",
        "2023-03-04T17:05:09.000Z,ETH,FEES,0.002,0.002,h,Ethereum 1,x",
    )
    assert codes(intake) == ["ROW_INVALID", "ROW_INVALID"]


def test_a_failed_receipt_costs_its_sender() -> None:
    intake = read("ledger_live", HEADER, "2024-07-07T07:07:07.000Z,Failed,ETH,IN,0.5,0.0009,h,Main,x,USD,1,1")
    assert list(intake.set_aside.values()) == ["nothing moved, and no fee was paid"]
