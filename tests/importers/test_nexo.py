"""Nexo: the golden, every header era, and each trap with its expected legs."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from exchange_samples import compare_all
from layout_samples import codes, legs, read
from taxlots.importers.records import Intake

HEADER = (
    "Transaction,Type,Input Currency,Input Amount,Output Currency,Output Amount,USD Equivalent,Fee,Fee Currency,Details,Date / Time (UTC)"
)
OLD = "Transaction,Type,Currency,Amount,USD Equivalent,Details,Outstanding Loan,Date / Time"


def nexo(row: str) -> Intake:
    """A row without its id and time."""
    return read("nexo", HEADER, f"n1,{row},2024-01-01 00:00:00")


def test_sample_gives_its_golden_ledger() -> None:
    compare_all("nexo", "nexo/nexo_transactions.csv")


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        # 0.0305 leave, of which 0.0005 are the fee
        ("Withdrawal,ETH,-0.0305,ETH,0.03,$90,0.0005,ETH,approved / x", "withdrawal -0.03 ETH fee 0.0005 ETH"),
        ("Withdrawal,ETH,-1,ETH,1,$90,-,-,approved / Transfer to Nexo user", "gift-out -1 ETH"),
        ("Exchange,BTC,-1,EURX,300,$310,-,-,approved / x", "sell -1 BTC +300 EUR"),
        ("Exchange,BTC,-1,NEXONEXO,300,$310,-,-,approved / x", "swap -1 BTC +300 NEXO"),
        ("Manual Sell Order,BTC,-1,BTC,1,$310,-,-,approved / x", "sell -1 BTC +310 USD"),
        ("Top up Crypto,BTC,1,BTC,1,$310,-,-,approved / x", "deposit +1 BTC"),
        ("ExchangeDepositedOn,EUR,1,EURX,1,$310,-,-,approved / x", "deposit +1 EUR"),
        ("Deposit,NEXO,1,NEXO,1,$310,-,-,approved / Airdrop", "income:airdrop +1 NEXO"),
        ("Deposit,NEXO,1,NEXO,1,$310,-,-,approved / Earn Interest Adjustment", "income:interest +1 NEXO"),
        ("FixedTermInterest,BTC,1,BTC,1,$310,-,-,approved / x", "income:interest +1 BTC"),
        ("Interest,USDTERC,-1,USDTERC,1,$1,-,-,approved / x", "spend -1 USDT"),
        ("Cashback,BTC,1,BTC,1,$310,-,-,approved / x", "income:reward +1 BTC"),
        ("Administrative Deduction,BTC,-1,BTC,1,$310,-,-,approved / x", "spend -1 BTC"),
    ],
)
def test_kinds(row: str, expected: str) -> None:
    intake = nexo(row)
    assert [legs(one) for one in intake.transactions] == [expected]


@pytest.mark.parametrize(
    "row",
    [
        "Locking Term Deposit,BTC,-1,BTC,1,$310,-,-,approved / x",
        "TransferIn,BTC,1,BTC,1,$310,-,-,approved / x",
        "Exchange To Withdraw,EURX,1,EUR,1,$1,-,-,approved / x",
        "Interest,BTC,0,BTC,0,$0,-,-,approved / x",
        "Withdrawal,BTC,-1,BTC,1,$0,-,-,rejected / x",
        "Withdrawal,BTC,-1,BTC,1,$0,-,-,pending / x",
    ],
)
def test_what_moves_nothing_is_set_aside(row: str) -> None:
    intake = nexo(row)
    assert len(intake.set_aside) == 1
    assert not intake.problems


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("Manual Repayment,BTC,-1,BTC,1,$310,-,-,approved / x", "KIND_NOT_BOOKED"),
        ("Deposit,USDT,100,USDT,100,$100,-,-,approved / Credit", "KIND_NOT_BOOKED"),
        ("Wheel,BTC,1,BTC,1,$310,-,-,approved / x", "ROW_UNKNOWN_KIND"),
        ("Bonus,BTC,-1,BTC,1,$310,-,-,approved / x", "ROW_INVALID"),
        ("Bonus,-,1,BTC,1,$310,-,-,approved / x", "ROW_INVALID"),
        ("Bonus,BTC,,BTC,1,$310,-,-,approved / x", "ROW_INVALID"),
    ],
)
def test_what_cannot_be_used_is_named(row: str, code: str) -> None:
    assert codes(nexo(row)) == [code]


def test_value_hash_and_id() -> None:
    (one,) = nexo(f'Referral Bonus,BTC,0.03,BTC,0.03,"$1,936.905",-,-,approved / 0x{"a1" * 32}').transactions
    assert (one.value, one.value_currency, one.id) == (Decimal("1936.905"), "USD", "n1")
    assert one.txid == "0x" + "a1" * 32


def test_the_files_of_2020_have_both_sides_in_one_cell_and_central_european_time() -> None:
    intake = read(
        "nexo_2020",
        OLD,
        "n1,Exchange,BTC/USDT,-1.5 / +300,$300,approved / x,0,2020-07-01 02:00:00",
        "n2,Interest,USDT,0.5,$0.5,approved / x,0,2020-12-01 01:00:00",
        "n3,Exchange,BTC/USDT,-1.5,$300,approved / x,0,2020-07-01 02:00:00",
    )
    assert [legs(one) for one in intake.transactions] == ["swap -1.5 BTC +300 USDT", "income:interest +0.5 USDT"]
    assert [one.time for one in intake.transactions] == [datetime(2020, 7, 1, tzinfo=UTC), datetime(2020, 12, 1, tzinfo=UTC)]
    assert len(intake.set_aside) == 1


def test_a_liquidation_sells_the_coins() -> None:
    # 0.1 BTC were worth 3000 dollars, which repaid the loan
    intake = nexo("Liquidation,BTC,-0.1,BTC,0.1,$3000,-,-,approved / x")
    assert [legs(one) for one in intake.transactions] == ["sell -0.1 BTC +3000 USD"]


def test_nexobnb_is_bnb() -> None:
    for name, coin in (("NEXOBNB", "BNB"), ("NEXONEXO", "NEXO"), ("NEXOBEP2", "NEXO")):
        assert legs(nexo(f"Deposit,{name},2,{name},2,$600,-,-,approved / x").transactions[0]) == f"deposit +2 {coin}"


def test_a_liquidation_without_a_value_is_named() -> None:
    assert codes(read("nexo_2020", OLD.replace("USD Equivalent,", ""), "n,Liquidation,BTC,-0.1,approved / x,0,2020-07-05 07:01:00")) == [
        "KIND_NOT_BOOKED"
    ]
