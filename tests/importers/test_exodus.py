"""Exodus: the golden, another order of columns, swaps in one row or two."""

from datetime import UTC, datetime

import pytest
from layout_samples import codes, compare, layout, legs, read, sample
from taxlots.importers import read as imports

HEADER = (
    "DATE,TYPE,FROMPORTFOLIO,TOPORTFOLIO,OUTAMOUNT,OUTCURRENCY,FEEAMOUNT,FEECURRENCY,OUTTXID,OUTTXURL,INAMOUNT,INCURRENCY,INTXID,INTXURL,"
    "ORDERID,PERSONALNOTE,TOADDRESS"
)


def test_sample_gives_its_golden_ledger() -> None:
    compare("exodus", "exodus/exodus-export-all.csv")


def test_samples_of_one_coin_and_of_staking() -> None:
    compare("exodus_coin", "exodus/exodus-btc.csv")
    detected, source = sample("exodus/exodus-staking.csv")
    assert detected == "cointracking"  # Exodus writes rewards in CoinTracking's format
    made = layout(detected).read([source], UTC).transactions
    assert [(one.account, legs(one)) for one in made] == [("exodus", "income:staking +12.5 ADA"), ("exodus", "income:staking +0.031 SOL")]


@pytest.mark.parametrize("newest_first", [False, True])
def test_swap_of_two_rows_has_the_fee_and_the_time_of_what_went_out(*, newest_first: bool) -> None:
    lines = [
        "2022-03-01T12:00:00.000Z,withdrawal,,,-0.1,BTC,-0.00003,BTC,h,,,,,,o1,,",
        "2022-03-01T12:10:30.000Z,deposit,,,,,0.0005,ETH,,,1.32,ETH,i,,o1,,",
    ]
    (one,) = read("exodus", HEADER, *(lines[::-1] if newest_first else lines)).transactions
    assert legs(one) == "swap -0.1 BTC +1.32 ETH fee 0.00003 BTC"
    assert one.time == datetime(2022, 3, 1, 12, tzinfo=UTC)


def test_an_export_that_begins_within_a_swap_repeats_half_of_it(tmp_path) -> None:
    """The deposit of the order stands in both files, its withdrawal in the first only: one swap, and the half is merged."""
    given = "2022-03-01T12:00:00.000Z,withdrawal,,,-0.1,BTC,-0.00003,BTC,h,,,,,,o1,,"
    got = "2022-03-01T12:10:30.000Z,deposit,,,,,0.0005,ETH,,,1.32,ETH,i,,o1,,"
    for name, lines in {"a.csv": [given, got], "b.csv": [got]}.items():
        (tmp_path / name).write_text("\n".join([HEADER, *lines]))
    imported = imports.read([tmp_path], base=tmp_path)
    assert [legs(one) for one in imported.transactions] == ["swap -0.1 BTC +1.32 ETH fee 0.00003 BTC"]
    assert list(imported.merged) == [("b.csv", 2)]


def test_written_date_and_swap_of_one_row() -> None:
    (one,) = read(
        "exodus",
        HEADER,
        "Thu Apr 16 2020 20:14:29 GMT-0400 (EDT),exchange,,,0.5,ETH,0.001,ETH,h,,100,USDC,i,,o1,mine,",
    ).transactions
    assert legs(one) == "swap -0.5 ETH +100 USDC fee 0.001 ETH"
    # 20:14:29 at four hours behind UTC is 0:14:29 of the next day
    assert (one.time, one.note) == (datetime(2020, 4, 17, 0, 14, 29, tzinfo=UTC), "mine")


def test_what_cannot_be_used_is_named() -> None:
    intake = read(
        "exodus",
        HEADER,
        "2022-03-01T12:00:00.000Z,withdrawal,,,-0.1,BTC,,,,,,,,,o1,,",
        "2022-03-01T12:00:00.000Z,withdrawal,,,-0.1,BTC,,,,,,,,,o1,,",
        "2022-03-01T12:00:00.000Z,gamble,,,-0.1,BTC,,,,,,,,,,,",
        "2022-03-01T12:00:00.000Z,exchange,,,-0.1,BTC,,,,,,,,,,,",
        "March,deposit,,,,,,,,,1,BTC,,,,,",
        "2022-03-01T12:00:00.000Z,deposit,,,,,,,,,1,,,,,,",
    )
    expected = ["ROW_UNPAIRED_LEG", "ROW_UNPAIRED_LEG", "ROW_UNKNOWN_KIND", "ROW_UNPAIRED_LEG", "TIME_INVALID", "ROW_INVALID"]
    assert codes(intake) == expected
