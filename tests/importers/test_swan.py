"""Swan: goldens of both exports, carried basis, moves between custodians."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from layout_samples import codes, compare, legs, read
from taxlots.importers.read import read as read_files

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
    for label in ("Custodial Transferred from Somewhere", "Prime Trust migration", "from Fortress"):
        line = f"deposit,2023-08-11 09:00:00+00,UTC,settled,,,,,0.01,BTC,,{label},,"
        assert len(read("swan_transfers", TRANSFERS, line).set_aside) == 1


def test_purchases_in_the_third_export_count_once(tmp_path: Path) -> None:
    """Two equal purchases a day apart, each told again a minute later; a third in the CoinTracker file stands there only."""
    (tmp_path / "transfers.csv").write_text(
        f"{TRANSFERS}\n"
        "purchase,2024-11-16 18:00:00+00,UTC,settled,t2,100,99.01,0.99,0.0011,BTC,90009,,,\n"
        "purchase,2024-11-17 18:00:00+00,UTC,settled,t3,100,99.01,0.99,0.0011,BTC,90009,,,\n"
    )
    (tmp_path / "trades.csv").write_text(
        "Date,Received Quantity,Received Currency,Sent Quantity,Sent Currency,Fee Amount,Fee Currency,Tag\n"
        "11/16/2024 18:01:12,0.0011,BTC,100.0000000000000000,USD,0.99,USD,\n"
        "11/17/2024 18:00:10,0.0011,BTC,100.0000000000000000,USD,0.99,USD,\n"
        "11/17/2024 19:00:10,0.0011,BTC,100.0000000000000000,USD,0.99,USD,\n"
    )
    imported = read_files([tmp_path])
    assert [(one.account, legs(one)) for one in sorted(imported.transactions, key=lambda one: one.time)] == [
        ("swan", "buy -99.01 USD +0.0011 BTC fee 0.99 USD"),
        ("swan", "buy -99.01 USD +0.0011 BTC fee 0.99 USD"),
        ("cointracker", "buy -99.01 USD +0.0011 BTC fee 0.99 USD"),
    ]
    trades = str(tmp_path / "trades.csv")
    assert imported.merged == {(trades, n): f"says the same as {tmp_path / 'transfers.csv'}:{n}" for n in (2, 3)}


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
