"""BlockFi: goldens of both reports, fees of withdrawals, trades that both reports tell."""

from datetime import UTC

import pytest
from goldens import written
from layout_samples import codes, compare, layout, legs, read
from taxlots.ledger.duplicates import distinct

HEADER = "Cryptocurrency,Amount,Transaction Type,Exchange Rate Per Coin (USD),Confirmed At"
TRADES = "Trade ID,Date,Buy Quantity,Buy Currency,Sold Quantity,Sold Currency,Rate Amount,Rate Currency,Type"


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("blockfi_transactions", "blockfi/transaction_report_all.csv"),
        ("blockfi_trades", "blockfi/trade_report_all.csv"),
    ],
)
def test_samples_give_their_golden_ledger(name: str, path: str) -> None:
    compare(name, path)


def test_fee_row_belongs_to_the_withdrawal_of_its_moment() -> None:
    intake = read(
        "blockfi_transactions",
        HEADER,
        "BTC,-0.2,Withdrawal,,2021-06-10 15:00:00",
        "BTC,-0.001,Withdrawal Fee,,2021-06-10 15:00:00",
        "ETH,-0.015,Withdrawal Fee,,2021-06-10 15:00:00",
    )
    assert [legs(one) for one in intake.transactions] == ["withdrawal -0.2 BTC fee 0.001 BTC", "fee fee 0.015 ETH"]
    assert len(intake.transactions[0].sources) == 2


def test_a_trade_that_both_reports_tell_counts_once() -> None:
    one = written(
        layout("blockfi_transactions"),
        HEADER,
        "GUSD,-600,Trade,,2021-03-02 12:00:00",
        "ETH,0.4,Trade,,2021-03-02 12:00:00",
        file="transactions.csv",
    )
    other = written(layout("blockfi_trades"), TRADES, "t,2021-03-02 12:07:13,0.4,eth,600,gusd,1500,usd,Buy", file="trades.csv")
    told = [layout("blockfi_transactions").read([one], UTC), layout("blockfi_trades").read([other], UTC)]
    found = distinct([transaction for intake in told for transaction in intake.transactions], {})
    assert [(legs(left), left.id) for left in found.transactions] == [("swap -600 GUSD +0.4 ETH", "t")]


def test_what_cannot_be_used_is_named() -> None:
    intake = read(
        "blockfi_transactions",
        HEADER,
        "GUSD,-600,Trade,,2021-03-02 12:00:00",
        "BTC,1,Airdrop,,2021-03-02 12:00:00",
        "BTC,-1,Interest Payment,,2021-03-02 12:00:00",
        "BTC,1,Deposit,,in March",
        ",1,Deposit,,2021-03-02 12:00:00",
    )
    assert codes(intake) == ["ROW_UNPAIRED_LEG", "ROW_UNKNOWN_KIND", "ROW_INVALID", "TIME_INVALID", "ROW_INVALID"]
    assert all(problem.hint for problem in intake.problems)


def test_an_unconfirmed_row_is_set_aside() -> None:
    assert list(read("blockfi_transactions", HEADER, "BTC,1,Trade,,").set_aside.values()) == ["not confirmed"]
