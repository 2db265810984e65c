"""Swan: goldens of both exports, carried basis, moves between custodians."""

from datetime import UTC, datetime
from decimal import Decimal

from layout_samples import codes, compare, legs, read

TRANSFERS = (
    "Event,Date,Timezone,Status,Transaction ID,Total USD,Transaction USD,Fee USD,Unit Count,Asset Type,BTC Price,Address Label,"
    "USD Cost Basis,Acquisition Date"
)


def test_transactions_give_their_golden_ledger() -> None:
    compare("swan_transfers", "swan/transfers.csv")


def test_withdrawals_give_their_golden_ledger() -> None:
    compare("swan_withdrawals", "swan/withdrawals.csv")


def test_total_is_paid_and_fee_together() -> None:
    intake = read("swan_transfers", TRANSFERS, "purchase,2023-06-02 10:00:20+00,UTC,settled,a,101.00,,1.00,0.004,BTC,25000,,,")
    assert [legs(one) for one in intake.transactions] == ["buy -100 USD +0.004 BTC fee 1 USD"]


def test_own_coins_bring_basis_and_date() -> None:
    line = "deposit,2023-09-01 16:45:00+00,UTC,settled,,,,,0.05,BTC,,old wallet,412.50,2017-03-04 00:00:00+00"
    (one,) = read("swan_transfers", TRANSFERS, line).transactions
    assert legs(one) == "deposit +0.05 BTC"
    assert (one.basis, one.acquired) == (Decimal("412.50"), datetime(2017, 3, 4, tzinfo=UTC))


def test_a_move_between_custodians_is_no_deposit() -> None:
    line = "deposit,2023-08-11 09:00:00+00,UTC,settled,,,,,0.01,BTC,,Custodial Transferred from Somewhere,,"
    assert len(read("swan_transfers", TRANSFERS, line).set_aside) == 1


def test_what_cannot_be_used_is_named() -> None:
    intake = read(
        "swan_transfers",
        TRANSFERS,
        "airdrop,2023-08-11 09:00:00+00,UTC,settled,,,,,0.01,BTC,,,,",
        "deposit,2023-08-11 09:00:00+00,UTC,settled,,,,,0.01,,,,,",
        "deposit,2023-08-11 09:00:00+00,UTC,settled,,,,,0.01,BTC,,,-5,",
        "deposit,soon,UTC,settled,,,,,0.01,BTC,,,,",
        "deposit,2023-08-11 09:00:00+00,UTC,settled,,,,,0,BTC,,,,",
    )
    assert codes(intake) == ["ROW_UNKNOWN_KIND", "ROW_INVALID", "ROW_INVALID", "TIME_INVALID"]
    assert list(intake.set_aside.values()) == ["the quantity is 0"]
