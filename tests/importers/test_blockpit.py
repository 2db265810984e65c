"""Blockpit: a golden per file, and each trap with its legs."""

import pytest
from layout_samples import codes, compare, legs, read

HEADER = (
    "Blockpit ID,Timestamp,Source Type,Source Name,Integration,Transaction Type,Outgoing Asset,Outgoing Amount,"
    "Incoming Asset,Incoming Amount,Fee Asset,Fee Amount,Transaction ID,Note,Merge ID"
)


@pytest.mark.parametrize(("name", "file"), [("blockpit", "blockpit_transactions.csv"), ("blockpit_template", "blockpit_template.csv")])
def test_the_sample_gives_its_golden_ledger(name: str, file: str) -> None:
    compare(name, f"blockpit/{file}")


def line(kind: str, moved: str, id: str = "b1", txid: str = "") -> str:  # noqa: A002  the column's name
    return f"{id},03.01.2024 09:30,Exchange,Old Exchange,x,{kind},{moved},{txid},,"


def test_fees_come_on_top() -> None:
    # 1 ETH comes in and 0.01 of it goes again
    intake = read("blockpit", HEADER, line("Trade", "EUR,2000,ETH,1,ETH,0.01"))
    assert [(legs(one), one.account) for one in intake.transactions] == [("buy -2000 EUR +1 ETH fee 0.01 ETH", "old-exchange")]


def test_ids_that_a_spreadsheet_has_cut_are_left_out() -> None:
    cut = '"1,55444E+13"'
    intake = read("blockpit", HEADER, line("Staking", ",,ETH,1,,", cut, cut), line("Staking", ",,ETH,1,,", "b7", "0xabc"))
    assert [(one.id, one.txid) for one in intake.transactions] == [("", None), ("b7", "0xabc")]


def test_a_comma_is_a_decimal_comma_where_no_number_has_a_point() -> None:
    intake = read("blockpit", HEADER, line("Lending", ',,EURC,"1,234",,'), line("Lending", ',,EURC,"0,5",,', "b2"))
    assert [legs(one) for one in intake.transactions] == ["income:interest +1.234 EURC", "income:interest +0.5 EURC"]


@pytest.mark.parametrize(
    ("kind", "moved", "code"),
    [
        ("Margin_trading_loss", "USDT,5,BEST,5,,", "KIND_NOT_BOOKED"),
        ("Loan", "USDT,5,,,,", "KIND_NOT_BOOKED"),
        ("Raffle", ",,BEST,5,,", "ROW_UNKNOWN_KIND"),
        ("Trade", ",,BEST,5,,", "ROW_UNPAIRED_LEG"),
    ],
)
def test_what_cannot_be_used_is_named(kind: str, moved: str, code: str) -> None:
    assert codes(read("blockpit", HEADER, line(kind, moved))) == [code]
