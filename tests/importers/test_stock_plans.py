"""Stock plans: Morgan Stanley's reports and E*TRADE's benefit history. Wages are the shares that arrive at their price."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from broker_samples import SAMPLES, all_legs, codes, compare, layout, read
from goldens import _equal, _fates, _ledger, assert_one_fate_each
from taxlots.importers.detect import detect
from taxlots.importers.layouts import LAYOUTS
from taxlots.importers.readers import Sheet, read_sheets
from taxlots.importers.records import Intake

from support import book_of, ledger_of, records
from support import codes as codes_of

RELEASES = "Vest Date,Order Number,Plan,Type,Status,Price,Quantity,Net Cash Proceeds,Net Share Proceeds,Tax Payment Method"
WITHDRAWALS = "Execution Date,Order Number,Plan,Type,Order Status,Price,Quantity,Net Amount,Net Share Proceeds,Tax Payment Method"
RESTRICTED = (
    "Record Type,Symbol,Grant Date,Withheld Qty.,Grant Number,Date,Event Type,Qty. or Amount,Vest Period,Vest Date,Vested Qty.,Taxable Gain"
)
ESPP = (
    "Record Type,Symbol,Purchase Date,Purchase Price,Purchased Qty.,Tax Collection Shares,Net Shares,Purchase Date FMV,Date,Event Type,Qty"
)
REPORTS = {
    "morgan_stanley_releases": "Releases Report",
    "morgan_stanley_net_shares": "Releases Net Shares Report",
    "morgan_stanley_withdrawals": "Withdrawals Report",
    "morgan_stanley_wires": "Withdrawal Wire Report",
}


@pytest.mark.parametrize(("name", "file"), REPORTS.items())
def test_golden_of_morgan_stanley(name: str, file: str) -> None:
    compare(name, f"morgan_stanley/{file}.csv")


def test_golden_of_the_benefit_history() -> None:
    found = {}
    for sheet in read_sheets([SAMPLES / "etrade/BenefitHistory.xlsx"]):
        assert isinstance(sheet, Sheet)
        detected = detect(sheet, LAYOUTS)
        assert detected is not None
        found[detected.layout.id] = detected
    assert set(found) == {"etrade_espp", "etrade_restricted_stock"}
    for name, one in found.items():
        intake = one.layout.read([one.table], UTC)
        assert_one_fate_each([one.table], intake)
        _equal(f"{name}.csv", _ledger(intake))
        _equal(f"{name}.fates.csv", _fates(one.table, intake))


def test_both_reports_of_the_releases_count_once(tmp_path: Path) -> None:
    """The releases are told twice, once without an order number: 11.4 + 11.4 shares, not the double."""
    files = {name: (SAMPLES / f"morgan_stanley/{name}.csv").read_text() for name in ("Releases Report", "Releases Net Shares Report")}
    ledger = ledger_of(tmp_path, {f"{name}.csv": text for name, text in files.items()})
    rows = records(ledger.transactions)
    assert [(row["kind"], row["received_quantity"]) for row in rows] == [("income:wages", Decimal("11.4"))] * 2
    assert [row["home_value"] for row in rows] == [Decimal("1723.68"), Decimal("2113.56")]  # 11.4 * 151.20 and 11.4 * 185.40


def test_shares_before_the_split_are_shares_of_today() -> None:
    line = '01-Apr-2021,W1,GSU Class C,Sale,Complete,"$2,000.00",-2,"$3,999.95",0,N/A'
    # 2 * 20 = 40 shares for 2 * 2000 = 4000, of which 3999.95 were paid out; after the split, and for a low price, nothing changes
    assert all_legs(read("morgan_stanley_withdrawals", WITHDRAWALS, line)) == ["sell -40 GOOG +4000 USD fee 0.05 USD"]
    later = "18-Jul-2022,W1,GSU Class C,Sale,Complete,$110.00,-2,$219.95,0,N/A"
    assert all_legs(read("morgan_stanley_withdrawals", WITHDRAWALS, later)) == ["sell -2 GOOG +220 USD fee 0.05 USD"]
    turned = "01-Apr-2021,N/A,GSU Class C,Release,Complete,$102.25,40,$0.00,22,Net"
    assert all_legs(read("morgan_stanley_releases", RELEASES, turned)) == ["income:wages +22 GOOG"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ('25-Sep-2024,R1,GSU Class C,Release,Complete,$162.00,20,"$3,230.00",0,Autosale', "KIND_NOT_BOOKED"),
        ("25-Sep-2024,R1,RSU 2020,Release,Complete,$162.00,20,$0.00,11,Net", "ROW_INVALID"),
        ("25-Sep-2024,R1,GSU Class C,Gift,Complete,$162.00,20,$0.00,11,Net", "ROW_UNKNOWN_KIND"),
        ("25-Sep-2024,R1,GSU Class C,Release,Complete,,20,$0.00,11,Net", "ROW_INVALID"),
        ("31-Foo-2024,R1,GSU Class C,Release,Complete,$162.00,20,$0.00,11,Net", "TIME_INVALID"),
    ],
)
def test_releases_that_cant_be_used(line: str, code: str) -> None:
    assert codes(read("morgan_stanley_releases", RELEASES, line)) == [code]


def test_a_column_symbol_names_other_plans() -> None:
    line = "25-Sep-2024,R1,RSU 2020,Release,Complete,$10.00,20,$0.00,11,Net,ACME"
    (one,) = read("morgan_stanley_releases", f"{RELEASES},Symbol", line).transactions
    assert (one.received_asset, one.value, one.time) == ("ACME", Decimal(110), datetime(2024, 9, 25, tzinfo=UTC))


def test_a_row_that_is_cut_off_is_no_note() -> None:
    assert codes(read("morgan_stanley_withdrawals", WITHDRAWALS, "01-Apr-2021")) == []
    assert codes(read("morgan_stanley_withdrawals", WITHDRAWALS, "01-Apr-2021,W1,Cash,Sale,Complete")) == ["ROW_INVALID"]


def restricted(*lines: str) -> Intake:
    return read("etrade_restricted_stock", RESTRICTED, "Grant,ACME,15-MAY-2023,18,G1,,,,,,,", *lines)


SCHEDULE = "Vest Schedule,,,,G1,,,,1,05/15/2024,50,"
TAX = "Tax Withholding,,,,G1,,,,1,,,{}"


def test_wages_are_the_shares_that_were_released() -> None:
    intake = restricted("Event,,,,,05/15/2024,Shares released,32,,,,", SCHEDULE, TAX.format(6000), TAX.format(4000))
    (one,) = intake.transactions
    # 32 of 50 arrived, of a value of 6000: 3840. The ceiling of the second tax does not count.
    assert all_legs(intake) == ["income:wages +32 ACME"]
    assert (one.value, one.value_currency, one.id, one.account, len(one.sources)) == (Decimal(3840), "USD", "G1/1", "etrade", 3)


def test_shares_withheld_without_an_event_that_tells_how_many() -> None:
    assert codes(restricted(SCHEDULE, TAX.format(6000))) == ["ROW_INVALID", "ROW_INVALID"]


def test_two_vestings_of_one_day_can_only_be_told_apart_where_all_arrived() -> None:
    second = SCHEDULE.replace(",1,05/15", ",2,05/15")
    told = restricted("Event,,,,,05/15/2024,Shares released,100,,,,", SCHEDULE, second)
    assert all_legs(told) == ["income:wages +50 ACME", "income:wages +50 ACME"]
    assert codes(restricted("Event,,,,,05/15/2024,Shares released,64,,,,", SCHEDULE, second)) == ["ROW_INVALID", "ROW_INVALID"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("Vest Schedule,,,,G9,,,,1,05/15/2024,50,", "ROW_UNPAIRED_LEG"),
        (TAX.format(1), "ROW_UNPAIRED_LEG"),
        ("Event,,,,,05/15/2024,Shares lent,1,,,,", "ROW_UNKNOWN_KIND"),
        ("Event,,,,,soon,Shares released,1,,,,", "TIME_INVALID"),
        ("Dividend,,,,G1,,,,,,,", "ROW_UNKNOWN_KIND"),
    ],
)
def test_rows_of_a_grant_that_cant_be_used(line: str, code: str) -> None:
    assert codes(restricted(line)) == [code]


def test_sales_are_set_aside_with_one_warning() -> None:
    intake = restricted("Event,,,,,06/15/2024,Shares sold,10,,,,", "Event,,,,,07/15/2024,Shares sold,5,,,,")
    assert codes(intake) == ["KIND_NOT_BOOKED"]
    assert len(intake.set_aside) == 3  # the grant and both sales


def test_shares_kept_back_of_a_purchase_are_spent_at_their_price() -> None:
    intake = read("etrade_espp", ESPP, "Purchase,ACME,31-JUL-2024,$90.00,30,3,27,$120.00,,,", "Event,,,,,,,,07/31/2024,PURCHASE,30")
    assert all_legs(intake) == ["buy -2700 USD +30 ACME", "spend -3 ACME"]
    assert intake.transactions[1].value == Decimal(360)
    assert list(intake.merged.values()) == ["the purchase above says the same"]


@pytest.mark.parametrize("cells", ["$90.00,30,3,30,$120.00", "$90.00,30,3,27,", "$90.00,0,0,0,$120.00", ",30,0,30,$120.00"])
def test_purchases_that_do_not_add_up(cells: str) -> None:
    assert codes(read("etrade_espp", ESPP, f"Purchase,ACME,31-JUL-2024,{cells},,,")) == ["ROW_INVALID"]


def test_a_date_that_a_spreadsheet_has_stored_as_a_time() -> None:
    schedule = SCHEDULE.replace("05/15/2024", "2024-05-15 00:00:00")
    (one,) = restricted("Event,,,,,05-15-2024,Shares released,50,,,,", schedule).transactions
    assert one.time == datetime(2024, 5, 15, tzinfo=UTC)


def test_vested_shares_are_there_for_the_sales_of_the_account(tmp_path: Path) -> None:
    """32 + 50 vested and 40 + 30 - 3 bought by June 2025; the account's transactions sell 100 of them: nothing is missing."""
    header = "TransactionDate,TransactionType,SecurityType,Symbol,Quantity,Amount,Price,Commission,Description"
    sold = f"{header}\n06/20/25,Sold,EQ,ACME,-100,14000,140,0,ACME INC\n"
    book = book_of(tmp_path, {"BenefitHistory.xlsx": (SAMPLES / "etrade/BenefitHistory.xlsx").read_bytes(), "trades.csv": sold})
    # 82 vested and 67 bought, less 100: 49 are left, all of them with a known basis
    assert sum(row["quantity"] for row in records(book.lots)) == Decimal(49)
    assert "NOT_COVERED" not in codes_of(book.problems)


def test_layouts_of_stock_plans_are_there() -> None:
    assert {layout(name).platform for name in REPORTS} == {"Morgan Stanley"}
