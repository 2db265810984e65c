"""Charles Schwab: the goldens of the samples, and each trap with its legs."""

from datetime import UTC, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from broker_samples import all_legs, codes, compare, legs, read, read_files

HEADER = '"Date","Action","Symbol","Description","Quantity","Price","Fees & Comm","Amount"'
OTHER_ORDER = '"Date","Action","Symbol","Description","Price","Quantity","Fees & Comm","Amount"'
LAPSES = (
    "Date,Action,Symbol,Description,Quantity,FeesAndCommissions,DisbursementElection,Amount,AwardDate,AwardId,"
    "FairMarketValuePrice,SalePrice,SharesSoldWithheldForTaxes,NetSharesDeposited,Taxes"
)
COMPLETE = (
    "Date,Action,Symbol,Description,Quantity,FeesAndCommissions,DisbursementElection,Amount,Type,Shares,SalePrice,"
    "SubscriptionDate,SubscriptionFairMarketValue,PurchaseDate,PurchasePrice,PurchaseFairMarketValue,DispositionType,GrantId,"
    "VestDate,VestFairMarketValue,GrossProceeds,AwardDate,AwardId"
)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("schwab_transactions", "schwab/Individual_XXX482_Transactions_20260215-160311.csv"),
        ("schwab_realized_lots", "schwab/XXX482_GainLoss_Realized_Details_20260215-160502.csv"),
        ("schwab_equity_awards", "schwab/EquityAwardsCenter_Transactions_20251002.csv"),
        ("schwab_bank", "schwab/Checking_XXX901_Transactions.csv"),
    ],
)
def test_the_sample_gives_its_golden_ledger(name: str, path: str) -> None:
    compare(name, path)


def one(line: str, header: str = HEADER):
    """The transaction of one line."""
    (made,) = read("schwab_transactions", header, line).transactions
    return made


def test_the_amount_contains_the_fee() -> None:
    # 10 at 50 are 500; with a fee of 4.95 they cost 504.95, and a sale brings 495.05
    assert legs(one("01/05/2026,Buy,KO,X,10,$50.00,$4.95,-$504.95")) == "buy -500 USD +10 KO fee 4.95 USD"
    assert legs(one("01/06/2026,Sell,KO,X,10,$50.00,$4.95,$495.05")) == "sell -10 KO +500 USD fee 4.95 USD"


def test_a_sale_may_have_a_minus_and_the_columns_another_order() -> None:
    assert legs(one('01/06/2026,Sell,KO,X,$50.00,"-1,208",$0.00,"$60,400.00"', OTHER_ORDER)) == "sell -1208 KO +60400 USD"


def test_the_second_date_is_when_it_happened_in_the_taxpayers_zone() -> None:
    zone = ZoneInfo("America/Los_Angeles")
    line = "03/10/2026 as of 03/09/2026,Qualified Dividend,PEP,PEPSICO,,,,$41.07"
    (made,) = read("schwab_transactions", HEADER, line, zone=zone).transactions
    assert (made.time, made.date_only) == (datetime(2026, 3, 9, tzinfo=zone).astimezone(UTC), True)
    assert legs(made) == "income:qualified-dividend +41.07 USD"


def test_a_reverse_split_takes_the_difference_from_the_symbol_that_stays() -> None:
    # 45 old shares become 9: 36 are taken away, the basis stays
    intake = read(
        "schwab_transactions",
        HEADER,
        "11/04/2025,Reverse Split,SQZZ,SQUEEZE ETF SHORT,9,,,",
        "11/04/2025,Reverse Split,99999Q101,SQUEEZE ETF SXXXREVERSE SPLIT EFF: 11/04/25,-45,,,",
        "11/05/2025,Cash In Lieu,SQZZ,SQUEEZE ETF SHORT,,,,$11.80",
    )
    assert all_legs(intake) == ["split -36 SQZZ"]
    assert codes(intake) == ["KIND_NOT_BOOKED"]


def test_a_reverse_split_with_a_new_ticker_carries_the_lots_over() -> None:
    # 100 of the old ticker become 10 of the new one; a number instead of a ticker is no name of its own
    rows = ("11/04/2025,Reverse Split,{},SAME COMPANY,-100,,,", "11/04/2025,Reverse Split,NEWX,SAME COMPANY NEW,10,,,")
    for old, expected in (("OLDX", "convert -100 OLDX +10 NEWX"), ("99999Q101", "split -90 NEWX")):
        assert all_legs(read("schwab_transactions", HEADER, rows[0].format(old), rows[1])) == [expected]


def test_half_a_reverse_split_is_named() -> None:
    assert codes(read("schwab_transactions", HEADER, "11/04/2025,Reverse Split,SQZZ,SQUEEZE,9,,,")) == ["ROW_UNPAIRED_LEG"]


@pytest.mark.parametrize("event", ["Full Redemption", "Cash Merger"])
def test_units_and_money_in_two_rows_are_one_sale(event: str) -> None:
    lines = (f"10/01/2025,{event} Adj,91282CAB7,NOTE,,,,$2000.00", f"10/01/2025,{event},91282CAB7,NOTE,-2000,,,")
    assert all_legs(read("schwab_transactions", HEADER, *lines)) == ["sell -2000 91282CAB7 +2000 USD"]
    assert codes(read("schwab_transactions", HEADER, lines[0])) == ["ROW_UNPAIRED_LEG"]


def test_two_equal_rows_of_journaled_shares_are_both_real() -> None:
    line = "07/09/2025,Journaled Shares,KO,COCA COLA,12,$70.10,,"
    assert all_legs(read("schwab_transactions", HEADER, line, line)) == ["deposit +12 KO"] * 2


def test_shares_journaled_out_and_in_stay_where_they_are() -> None:
    intake = read(
        "schwab_transactions",
        HEADER,
        "05/14/2025,Journal,CSX,CSX,-26,,,",
        "05/14/2025,Journal,CSX,CSX,26,,,",
        "05/14/2025,Journal,,TO 7702,,,,-$3",
    )
    assert all_legs(intake) == ["withdrawal -3 USD"]
    assert len(intake.set_aside) == 2


def test_a_cancelled_purchase_leaves_nothing_and_a_cancellation_alone_is_named() -> None:
    bought, cancelled = "01/15/2026,Buy,KO,X,5,$61.00,,-$305.00", "01/16/2026,Cancel Buy,KO,X,5,$61.00,,$305.00"
    assert len(read("schwab_transactions", HEADER, cancelled, bought).set_aside) == 2
    assert all_legs(read("schwab_transactions", HEADER, cancelled, bought, bought)) == ["buy -305 USD +5 KO"]
    assert codes(read("schwab_transactions", HEADER, cancelled)) == ["ROW_UNPAIRED_LEG"]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("01/05/2026,Buy to Open,KO 07/17/2026 60.00 C,CALL,2,$1.00,$1.30,-$201.30", "KIND_NOT_BOOKED"),
        ("01/05/2026,Sell,KO 07/17/2026 60.00 C,CALL,2,$1.00,$1.30,$198.70", "KIND_NOT_BOOKED"),
        ("01/05/2026,Assigned,KO 07/17/2026 60.00 P,PUT,1,,,", "KIND_NOT_BOOKED"),
        ("01/05/2026,Sell Short,KO,X,2,$60.00,,$120.00", "KIND_NOT_BOOKED"),
        ("01/05/2026,Spin-off,,X,2,,,", "ROW_INVALID"),
        ("01/05/2026,Stock Merger,KO,X,-2,,,", "ROW_UNPAIRED_LEG"),
        ("01/05/2026,Name Change,KO,X,2,,,", "ROW_UNPAIRED_LEG"),
        ("01/05/2026,Cash In Lieu,KO,X,,,,$5", "KIND_NOT_BOOKED"),
        ("01/05/2026,Free Lunch,KO,X,2,,,", "ROW_UNKNOWN_KIND"),
        ("01/05/2026,Buy,KO,X,2,,,", "ROW_INVALID"),
        ("01/05/2026,Buy,,X,2,,,-$5", "ROW_INVALID"),
        ("01/05/2026,Cash Dividend,KO,X,,,,-$5", "ROW_INVALID"),
        ("someday,Buy,KO,X,2,,,-$5", "TIME_INVALID"),
    ],
)
def test_what_cannot_be_used_is_named(line: str, code: str) -> None:
    intake = read("schwab_transactions", HEADER, line)
    assert codes(intake) == [code]
    assert intake.problems[0].hint


def test_capital_returned_names_its_holding() -> None:
    made = one("01/05/2026,Return Of Capital,KO,X,,,,$12.00")
    assert (legs(made), made.sent_asset, made.sent_quantity, made.asset_class) == ("return-of-capital +12 USD", "KO", None, "security")
    intake = read("schwab_transactions", HEADER, "01/05/2026,Return Of Capital,KO,X,,,,$12.00", "01/06/2026,Return Of Capital,KO,X,,,,-$12")
    assert (all_legs(intake), len(intake.set_aside)) == ([], 2)


@pytest.mark.parametrize("event", ["Stock Merger", "Name Change", "Conversion"])
def test_old_shares_for_new_ones_carry_their_basis(event: str) -> None:
    lines = (f"01/05/2026,{event},OLD,X,-40,,,", f"01/05/2026,{event},NEW,Y,10,,,", f"01/06/2026,{event},OTHER,Z,3,,,")
    intake = read("schwab_transactions", HEADER, *lines)
    assert all_legs(intake) == ["convert -40 OLD +10 NEW"]
    assert codes(intake) == ["ROW_UNPAIRED_LEG"]


def test_shares_and_money_for_shares_is_named() -> None:
    # 26 USC 356: the gain counts up to the money, so that neither a sale nor a conversion alone is right
    lines = ("01/05/2026,Stock Merger,OLD,X,-40,,,", "01/05/2026,Stock Merger Adj,NEW,Y,10,,,$80.00")
    intake = read("schwab_transactions", HEADER, *lines)
    assert (all_legs(intake), codes(intake)) == ([], ["KIND_NOT_BOOKED"] * 2)
    assert "80 USD for shares" in intake.problems[0].message


def test_money_alone_for_shares_is_a_sale() -> None:
    lines = ("01/05/2026,Stock Merger,OLD,X,-40,,,", "01/05/2026,Stock Merger Adj,OLD,X,,,,$80.00")
    assert all_legs(read("schwab_transactions", HEADER, *lines)) == ["sell -40 OLD +80 USD"]


def test_a_spin_off_does_not_name_where_it_came_from() -> None:
    made = one("01/05/2026,Spin-off,KOX,X,2,,,")
    assert (legs(made), made.sent_asset, made.basis) == ("spin-off +2 KOX", None, None)
    assert legs(one("01/05/2026,Stock Div Dist,KO,X,2,,,")) == "split +2 KO"


def test_vested_shares_are_wages_and_go_on_to_the_brokerage_account() -> None:
    # of 90 vested 33 were withheld; 57 arrive, worth 57 x 212.40 = 12,106.80
    lines = ("02/20/2025,Lapse,BAR,Restricted Stock Lapse,90,,,,,,,,,,", ",,,,,,,,02/20/2024,4471,$212.40,,33,57,$7009.20")
    wages, moved = read("schwab_equity_awards", LAPSES, *lines).transactions
    assert (legs(wages), legs(moved)) == ("income:wages +57 BAR", "withdrawal -57 BAR")
    assert (wages.value, wages.value_currency, wages.sources) == (Decimal("12106.80"), "USD", (("export.csv", 2), ("export.csv", 3)))


def test_the_complete_history_books_deposits_and_sales() -> None:
    lines = (
        "06/12/2024,Sale,BAR,Share Sale,15,$0.50,,$1799.50" + "," * 15,
        ",,,,,,,,RS,15,$120.00,,,,,,,,05/15/2024,$100.00,$1800.00,,1018",
        "05/17/2024,Deposit,BAR,RS,20" + "," * 18,
        ",,,,,,,,,,,,,,,,,,05/15/2024,$100.00,,02/15/2023,1018",
        "05/15/2024,Lapse,BAR,Restricted Stock Lapse,30" + "," * 18,
        "03/01/2024,Deposit,BAR,ESPP,8" + "," * 18,
        ",,,,,,,,,,,09/01/2023,$88.00,02/29/2024,$74.80,$95.00,,,,,,,",
        "02/01/2024,Deposit,BAR,Div Reinv,1" + "," * 18,
    )
    intake = read("schwab_equity_awards", COMPLETE, *lines)
    assert all_legs(intake) == ["sell -15 BAR +1800 USD fee 0.5 USD", "income:wages +20 BAR", "buy -598.4 USD +8 BAR"]
    wages = intake.transactions[1]
    assert (wages.time, wages.value) == (datetime(2024, 5, 15, tzinfo=UTC), Decimal(2000))
    assert codes(intake) == ["ROW_UNKNOWN_KIND"]
    assert list(intake.set_aside) == [("export.csv", 6)]


def test_a_detail_row_without_its_parent_is_named() -> None:
    assert codes(read("schwab_equity_awards", LAPSES, ",,,,,,,,02/20/2024,4471,$212.40,,33,57,$1")) == ["ROW_UNPAIRED_LEG"]


def test_files_of_two_accounts_are_told_apart() -> None:
    line = "05/02/2023,Buy,KO,COCA COLA,10,$60.00,,-$600.00"
    above = '"Transactions  for account General Investing ...483 as of 05/03/2023 02:21:05 PM ET"'
    files = {"Individual_XXX482_Transactions_20260101-101010.csv": (HEADER, line), "older.csv": (above, "", HEADER, line)}
    intake = read_files("schwab_transactions", files)
    assert sorted(one.account for one in intake.transactions) == ["schwab-482", "schwab-483"]
    assert read("schwab_transactions", above, "", HEADER, line).transactions[0].account == "schwab"
