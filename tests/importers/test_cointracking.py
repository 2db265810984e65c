"""CoinTracking: the golden of the sample, and each trap with its legs."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from goldens import assert_one_fate_each
from layout_samples import codes, compare, legs, read
from taxlots.importers.detect import detect
from taxlots.importers.layouts import LAYOUTS
from taxlots.importers.readers import Sheet
from taxlots.importers.records import Intake

HEADER = "Type,Buy Amount,Buy Currency,Sell Amount,Sell Currency,Fee,Fee Currency,Exchange,Trade-Group,Comment,Date"


def lines(*rows: str, at: str = "21.01.2024 19:56:23", zone: str = "UTC") -> Intake:
    return read("cointracking_import", HEADER, *(f"{row},Kraken,,said,{at}" for row in rows), zone=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("cointracking", "CoinTracking_trades_en.csv"),
        ("cointracking_german", "CoinTracking_trades_de.csv"),
        ("cointracking_import", "cointracking_import.csv"),
    ],
)
def test_the_sample_gives_its_golden_ledger(name: str, file: str) -> None:
    compare(name, f"cointracking/{file}")


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("Trade,1,BTC,505,USD,5,USD", "buy -500 USD +1 BTC fee 5 USD"),  # 505 contain the fee
        ("Trade,0.99,BTC,500,USD,0.01,BTC", "buy -500 USD +1 BTC fee 0.01 BTC"),  # 0.99 are left of 1
        ("Trade,495,USD,1,BTC,5,USD", "sell -1 BTC +500 USD fee 5 USD"),
        ("Withdrawal,,,1.001,BTC,0.001,BTC", "withdrawal -1 BTC fee 0.001 BTC"),
        ("Trade,1,ETH,2000,USDT,0.01,BNB", "swap -2000 USDT +1 ETH"),  # the fee is in a row of its own
        ("Other Fee,-,-,0.01,BNB,-,-", "fee fee 0.01 BNB"),
        ("Einzahlung,1,BTC,,,,", "deposit +1 BTC"),
        ("Zinsen,1,BTC,,,,", "income:interest +1 BTC"),
        ("Sonstige Gebühr,,,1,BTC,,", "fee fee 1 BTC"),
        ("Swap (steuerfrei),1,WETH,1,ETH,,", "convert -1 ETH +1 WETH"),
        ("Belohnung / Bonus,1,BTC,,,,", "income:reward +1 BTC"),
        ("Reward/Bonus,1,BTC,,,,", "income:reward +1 BTC"),
        ("Margin Gewinn,1,BTC,,,,", "realized-gain +1 BTC"),
        ("Derivatives / Futures Loss,,,90,USDT,,", "realized-gain -90 USDT"),
        ("Margin Fee,,,2,USDT,,", "fee fee 2 USDT"),
    ],
)
def test_amounts_contain_the_fees_of_their_currency(row: str, expected: str) -> None:
    assert [legs(one) for one in lines(row).transactions] == [expected]


def test_a_fee_in_a_third_currency_is_a_remark() -> None:
    (one,) = lines("Trade,1,ETH,2000,USDT,0.010,BNB").transactions
    assert one.note == "said; fee of 0.01 BNB in a row of its own"


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("Margin Trade,1,BTC,500,USDT,,", "KIND_NOT_BOOKED"),
        ("Derivatives / Futures Trade,1,BTC,500,USDT,,", "KIND_NOT_BOOKED"),
        ("Receive LP Token,1,LP-1,,,,", "KIND_NOT_BOOKED"),
        ("Darlehen erhalten,1,BTC,,,,", "KIND_NOT_BOOKED"),
        ("Trade,1,BTC,,,,", "ROW_UNPAIRED_LEG"),
        ("Lotterie,1,BTC,,,,", "ROW_UNKNOWN_KIND"),
        ("Withdrawal,,,1,BTC,2,BTC", "ROW_INVALID"),
        ("Withdrawal,1,BTC,1,USDT,,", "ROW_INVALID"),
    ],
)
def test_what_cannot_be_used_is_named(row: str, code: str) -> None:
    intake = lines(row)
    assert codes(intake) == [code]
    assert intake.problems[0].hint


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("21.01.2024 19:56:23", datetime(2024, 1, 21, 18, 56, 23, tzinfo=UTC)),  # Berlin is an hour ahead in winter
        ("2025-07-01 10:12:27", datetime(2025, 7, 1, 8, 12, 27, tzinfo=UTC)),
        ("7/21/2025 10:12", datetime(2025, 7, 21, 8, 12, tzinfo=UTC)),
    ],
)
def test_times_are_in_the_zone_of_the_account(at: str, expected: datetime) -> None:
    assert lines("Mining,1,BTC,,,,", at=at, zone="Europe/Berlin").transactions[0].time == expected


def test_dates_with_slashes_begin_with_the_day_where_one_of_the_file_does() -> None:
    rows = ["Mining,1,BTC,,,,,Kraken,,,02/03/2024 10:00", "Mining,1,BTC,,,,,Kraken,,,31/03/2024 10:00"]
    intake = read("cointracking_import", HEADER, *rows)
    assert [one.time.month for one in intake.transactions] == [3, 3]


def test_a_file_with_decimal_commas_only() -> None:
    rows = ['Mining,"1,234",BTC,,,,,Kraken,,,02.03.2024 10:00', 'Mining,"0,5",BTC,,,,,Kraken,,,02.03.2024 10:00']
    assert [legs(one) for one in read("cointracking_import", HEADER, *rows).transactions] == [
        "income:mining +1.234 BTC",
        "income:mining +0.5 BTC",
    ]


TRADES = "Type,Buy,Cur.,Sell,Cur.,Fee,Cur.,Exchange,Group,Comment,Date"
FULL = "Type,Buy,Cur.,Value in BTC,Value\u00a0in\u00a0USD,Sell,Cur.,Value in BTC,Value\u00a0in\u00a0USD,Spread,Exchange,Group,Date"


def trade_table(header: str, *rows: str) -> Intake:
    """A trade table as a file has it: three of its columns have one name."""
    cells = [text.split(",") for text in (header, *rows)]
    found = detect(Sheet("t.csv", "0", cells, list(range(1, len(cells) + 1))), LAYOUTS)
    assert found is not None
    assert found.layout.id == "cointracking"
    intake = found.layout.read([found.table], UTC)
    assert_one_fate_each([found.table], intake)
    return intake


def test_the_three_currency_columns_are_told_apart() -> None:
    intake = trade_table(TRADES, "Trade,1,ETH,2001,USD,1,USD,Kraken,,,21.01.2024 10:00:00")
    assert [legs(one) for one in intake.transactions] == ["buy -2000 USD +1 ETH fee 1 USD"]


def test_the_widest_table_has_values_in_between_and_no_fee() -> None:
    intake = trade_table(FULL, "Trade,1,ETH,0.05,2000,2001,USD,0.05,2001,0.01%,Kraken,,21.01.2024 10:00:00")
    assert [legs(one) for one in intake.transactions] == ["buy -2001 USD +1 ETH"]


def test_rows_that_do_not_fit_the_header() -> None:
    """One is too short and one too wide; the header again is no data."""
    rows = ("Mining,1,ETH,,,,,Kraken", "Mining,1,ETH,,,,,Kraken,,a,21.01.2024 10:00:00,more", TRADES)
    cells = [text.split(",") for text in (TRADES, *rows)]
    found = detect(Sheet("t.csv", "0", cells, [1, 2, 3, 4]), LAYOUTS)
    assert found is not None
    assert {row: error.code for (_, row), error in found.broken.items()} == {2: "ROW_TRUNCATED", 3: "ROW_INVALID"}
    assert [row.number for row in found.table.rows] == [2, 3]


@pytest.mark.parametrize(
    ("said", "kind"), [("Geschenk/Trinkgeld", "gift-in"), ("Zinseinnahme", "income:interest"), ("Einkommen", "income:other")]
)
def test_further_german_types(said: str, kind: str) -> None:
    assert [legs(one) for one in lines(f"{said},1,BTC,,,,").transactions] == [f"{kind} +1 BTC"]


def test_trades_on_margin_are_no_fault_up_to_the_last_result_of_their_account() -> None:
    """Results stand at 1 and 3 June: what was traded between them is in the last one; what is traded after it is in none."""
    rows = (
        f"{kind},{legs_given},,,{exchange},,said,{day}.06.2023 10:00:00"
        for kind, legs_given, exchange, day in (
            ("Margin Profit", "10,USDT,,", "Kraken", "01"),
            ("Margin Trade", "1,BTC,500,USDT", "Kraken", "02"),
            ("Margin Trade", "1,BTC,500,USDT", "Bitfinex", "02"),
            ("Margin Loss", ",,90,USDT", "Kraken", "03"),
            ("Margin Trade", "1,BTC,500,USDT", "Kraken", "04"),
        )
    )
    intake = read("cointracking_import", HEADER, *rows)
    assert [legs(one) for one in intake.transactions] == ["realized-gain +10 USDT", "realized-gain -90 USDT"]
    assert {row: reason for (_, row), reason in intake.set_aside.items()} == {3: "its result is stated by another row of the account"}
    assert sorted(row for _, row in intake.unusable) == [4, 6]
