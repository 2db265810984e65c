"""CoinLedger: a golden per file, and each trap with its legs."""

from datetime import UTC

import pytest
from goldens import assert_one_fate_each, written
from layout_samples import codes, compare, layout, legs, read
from taxlots.importers.records import Intake

HEADER = "Timestamp (UTC),Type,Internal Id,Platform,Account Name,Platform Id,Blockchain Id,Record Type,Asset,Amount,Description"
TEMPLATE = (
    "Date (UTC),Platform (Optional),Asset Sent,Amount Sent,Asset Received,Amount Received,"
    "Fee Currency (Optional),Fee Amount (Optional),Type"
)


def line(kind: str, record: str, asset: str, amount: str, id: str = "1", platform: str = "Kraken") -> str:  # noqa: A002  the column's name
    return f"2024-02-03T10:15:00.000,{kind},{id},{platform},main,,,{record},{asset},{amount},"


def rows(*lines: str) -> Intake:
    return read("coinledger", HEADER, *lines)


@pytest.mark.parametrize(
    ("name", "file"), [("coinledger", "coinledger_transactions.csv"), ("coinledger_template", "coinledger_template.csv")]
)
def test_the_sample_gives_its_golden_ledger(name: str, file: str) -> None:
    compare(name, f"coinledger/{file}")


def test_rows_of_one_id_are_one_transaction_with_fees_on_top() -> None:
    # 800 TRX are credited and 0.4 of them paid again: 799.6 stay
    intake = rows(
        line("Trade", "Debit", "USDT", "-100"), line("Trade", "Credit", "TRX", "800"), line("Trade", "Platform Fee", "TRX", "-0.4")
    )
    (one,) = intake.transactions
    assert legs(one) == "swap -100 USDT +800 TRX fee 0.4 TRX"
    assert len(one.sources) == 3


def test_fees_in_two_assets_are_two_transactions() -> None:
    fees = (line("Withdrawal", "Platform Fee", "BTC", "-0.1"), line("Withdrawal", "Network Fee", "BNB", "-0.2"))
    intake = rows(line("Withdrawal", "Debit", "BTC", "-1"), *fees)
    assert [(legs(one), one.id) for one in intake.transactions] == [
        ("withdrawal -1 BTC fee 0.1 BTC", "1"),
        ("fee fee 0.2 BNB", "1/fee-BNB"),
    ]


def test_the_order_of_fees_says_nothing() -> None:
    """The fee in an asset that moved stays with the move, also where another fee stands before it."""
    fees = (line("Withdrawal", "Network Fee", "BNB", "-0.2"), line("Withdrawal", "Platform Fee", "BTC", "-0.1"))
    intake = rows(*fees, line("Withdrawal", "Debit", "BTC", "-1"))
    assert [legs(one) for one in intake.transactions] == ["withdrawal -1 BTC fee 0.1 BTC", "fee fee 0.2 BNB"]


def test_partial_fills_of_one_asset_are_added() -> None:
    intake = rows(line("Sell", "Debit", "BTC", "-1"), line("Sell", "Debit", "BTC", "-0.5"), line("Sell", "Credit", "USD", "60000"))
    assert [legs(one) for one in intake.transactions] == ["sell -1.5 BTC +60000 USD"]


def test_both_ends_under_one_id_are_a_transfer() -> None:
    intake = rows(line("Transfer", "Debit", "BTC", "-1"), line("Transfer", "Credit", "BTC", "1", platform="Ledger Nano"))
    assert [(legs(one), one.account, one.counter_account) for one in intake.transactions] == [
        ("transfer -1 BTC +1 BTC", "kraken", "ledger-nano"),
    ]


def test_one_end_is_a_deposit_and_so_is_an_opening_position() -> None:
    intake = rows(line("Transfer", "Credit", "BTC", "1"), line("Manual Position", "Credit", "ETH", "2", "2"))
    assert [legs(one) for one in intake.transactions] == ["deposit +1 BTC", "deposit +2 ETH"]


def test_results_of_margin_are_gains_and_losses() -> None:
    intake = rows(line("Margin Gain", "Margin Gain", "USDT", "111"), line("Margin Loss", "Margin Loss", "USDT", "11", "2"))
    assert [legs(one) for one in intake.transactions] == ["realized-gain +111 USDT", "realized-gain -11 USDT"]


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ((line("Buy", "Debit", "EUR", "-15.6"),), "ROW_UNPAIRED_LEG"),
        ((line("Margin Trade", "Credit", "USDT", "111"),), "KIND_NOT_BOOKED"),
        ((line("Trade", "Debit", "EUR", "15.6"),), "ROW_INVALID"),
        ((line("Airdrop", "Debit", "EUR", "-15.6"),), "ROW_INVALID"),
        ((line("Airdrop", "Mystery", "EUR", "-15.6"),), "ROW_UNKNOWN_KIND"),
        ((line("Jackpot", "Credit", "EUR", "15.6"),), "ROW_UNKNOWN_KIND"),
        ((line("Airdrop", "Credit", "", "1"),), "ROW_INVALID"),
        ((line("Trade", "Debit", "A", "-1"), line("Trade", "Debit", "B", "-1"), line("Trade", "Credit", "C", "1")), "ROW_INVALID"),
    ],
)
def test_what_cannot_be_used_is_named_for_every_row(lines: tuple[str, ...], code: str) -> None:
    assert codes(rows(*lines)) == [code] * len(lines)


def test_rows_that_another_file_repeats_are_merged_by_count() -> None:
    one, other = line("Airdrop", "Credit", "OP", "1"), line("Airdrop", "Credit", "OP", "2", "2")
    tables = [
        written(layout("coinledger"), HEADER, one, one, file="a.csv"),
        written(layout("coinledger"), HEADER, one, other, one, one, file="b.csv"),
    ]
    intake = layout("coinledger").read(tables, UTC)
    assert_one_fate_each(tables, intake)
    # the first file has the row twice, the second three times: one more
    assert sorted(intake.merged) == [("b.csv", 2), ("b.csv", 4)]
    assert sorted(legs(one) for one in intake.transactions) == ["income:airdrop +2 OP", "income:airdrop +3 OP"]


def test_the_template_has_one_row_per_transaction() -> None:
    intake = read(
        "coinledger_template", TEMPLATE, "03/01/2023 10:00:00,,BTC,1,USD,20000,USD,5,Sell", "03/01/2023 10:00:00,,BTC,1,,,,,Theft Loss"
    )
    assert [(legs(one), one.account) for one in intake.transactions] == [
        ("sell -1 BTC +20000 USD fee 5 USD", "coinledger"),
        ("theft -1 BTC", "coinledger"),
    ]
