"""River: the golden; equal rows are genuine; a row without a tag is a move."""

from layout_samples import codes, compare, legs, read

HEADER = "Date,Sent Amount,Sent Currency,Received Amount,Received Currency,Fee Amount,Fee Currency,Tag"


def test_sample_gives_its_golden_ledger() -> None:
    compare("river", "river/river-account-activity.csv")


def test_fee_of_a_purchase_comes_on_top_and_equal_rows_stay() -> None:
    # 3.96 and a fee of 0.04 are the 4 dollars that were paid
    line = "2024-01-03 12:00:05,3.96,USD,0.00009,BTC,0.04,USD,Buy"
    assert [legs(one) for one in read("river", HEADER, line, line).transactions] == ["buy -3.96 USD +0.00009 BTC fee 0.04 USD"] * 2


def test_what_cannot_be_used_is_named() -> None:
    intake = read(
        "river",
        HEADER,
        "2024-01-03 12:00:05,1,USD,1,BTC,,,",
        "2024-01-03 12:00:05,1,USD,1,BTC,,,Gift",
        "2024-01-03 12:00:05,1,USD,,,,,Buy",
        "2024-01-03 12:00:05,1,BTC,,,,,Interest",
        "January,1,BTC,,,,,",
        "2024-01-03 12:00:05,1,,,,,,",
    )
    assert codes(intake) == ["ROW_UNKNOWN_KIND", "ROW_UNKNOWN_KIND", "ROW_UNPAIRED_LEG", "ROW_INVALID", "TIME_INVALID", "ROW_INVALID"]
