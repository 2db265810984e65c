"""Coinbase: one golden per header era, and each trap with its expected legs."""

from datetime import UTC
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from goldens import assert_one_fate_each, compare, written
from taxlots.importers.detect import Layout
from taxlots.importers.exchanges import coinbase
from taxlots.importers.exchanges import coinbase_notes as notes
from taxlots.importers.records import Intake, Transaction

LAYOUT = Layout("coinbase_retail", "Coinbase", "test", coinbase.REQUIRED, coinbase.read)
HEADER = (
    "ID,Timestamp,Transaction Type,Asset,Quantity Transacted,Price Currency,Price at Transaction,Subtotal,"
    "Total (inclusive of fees and/or spread),Fees and/or Spread,Notes"
)
ERAS = (
    "coinbase_2018_cad",
    "coinbase_2019_suffix",
    "coinbase_2020_usd",
    "coinbase_2021_plain",
    "coinbase_2021_spot",
    "coinbase_2022_spread",
    "coinbase_2024_price",
    "coinbase_2024_total",
    "coinbase_2024_id",
    "coinbase_2025_addresses",
)


def read(*lines: str) -> Intake:
    table = written(LAYOUT, HEADER, *lines)
    intake = LAYOUT.read([table], UTC)
    assert_one_fate_each([table], intake)
    return intake


def legs(one: Transaction) -> tuple[object, ...]:
    sides = ("sent", "received", "fee")
    return (one.kind, *(v for s in sides for v in (getattr(one, f"{s}_quantity"), getattr(one, f"{s}_asset"))))


def only(intake: Intake) -> Transaction:
    assert not intake.problems
    (one,) = intake.transactions
    return one


def codes(intake: Intake) -> list[str]:
    return [problem.code for problem in intake.problems]


@pytest.mark.parametrize("name", ERAS)
def test_every_era_gives_its_golden_ledger(name: str) -> None:
    compare(LAYOUT, name)


def test_fee_is_beside_the_subtotal() -> None:
    bought = only(read("x,2024-05-01 10:00:00 UTC,Buy,BTC,0.1,USD,$60000,$6000.00,$6060.00,$60.00,Bought 0.1 BTC"))
    assert legs(bought) == ("buy", Decimal(6000), "USD", Decimal("0.1"), "BTC", Decimal(60), "USD")
    sold = only(read('x,2024-05-01 10:00:00 UTC,Sell,BTC,-0.1,USD,$60000,"($6,000.00)","($5,940.00)",$60.00,'))
    assert legs(sold) == ("sell", Decimal("0.1"), "BTC", Decimal(6000), "USD", Decimal(60), "USD")


def test_total_is_trusted_where_subtotal_and_fee_do_not_add_up_to_it() -> None:
    bought = only(read("x,2024-05-01 10:00:00 UTC,Buy,BTC,0.1,USD,60000,6000.00,6100.00,60.00,"))
    assert legs(bought) == ("buy", Decimal(6040), "USD", Decimal("0.1"), "BTC", Decimal(60), "USD")
    rebate = only(read("x,2024-05-01 10:00:00 UTC,Buy,BTC,0.1,USD,60000,6000.00,5990.00,-10.00,"))
    assert legs(rebate) == ("buy", Decimal(5990), "USD", Decimal("0.1"), "BTC", None, None)


def test_blank_fee_is_the_difference() -> None:
    bought = only(read("x,2024-05-01 10:00:00 UTC,Buy,BTC,0.1,USD,60000,6000.00,6060.00,,"))
    assert legs(bought) == ("buy", Decimal(6000), "USD", Decimal("0.1"), "BTC", Decimal(60), "USD")


def test_buy_without_an_amount_is_rejected() -> None:
    assert codes(read("x,2024-05-01 10:00:00 UTC,Buy,BTC,0.1,USD,60000,,,,")) == ["ROW_INVALID"]


def test_notes_amount_holds_the_fee_of_a_crypto_quote() -> None:
    note = "Bought 0.01 BTC for 808 USDC on BTC-USDC at 80000 USDC/BTC"
    bought = only(read(f"x,2025-05-01 10:00:00 UTC,Advanced Trade Buy,BTC,0.01,EUR,€70000,€700.00,€707.00,€7.00,{note}"))
    assert legs(bought) == ("swap", Decimal(800), "USDC", Decimal("0.01"), "BTC", Decimal(8), "USDC")
    assert (bought.value, bought.fee_value, bought.value_currency) == (Decimal(700), Decimal(7), "EUR")


def test_notes_amount_of_a_sale_is_what_is_left_after_the_fee() -> None:
    note = "Sold 2 SOL for 297 USDC on SOL-USDC at 150 USDC/SOL"
    sold = only(read(f"x,2025-05-01 10:00:00 UTC,Advanced Trade Sell,SOL,-2,EUR,€140,-€280.00,-€277.20,€2.80,{note}"))
    assert legs(sold) == ("swap", Decimal(2), "SOL", Decimal(300), "USDC", Decimal(3), "USDC")


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        # 0.0043 x 103882.31 = 446.693933; 447.59 - 446.693933 = 0.896067, where the columns round to 0.90 dollars
        ("447.59 USDC on BTC-USDC at 103882.31 USDC/BTC,$446.82,$447.72,$0.90", ("446.693933", "0.896067")),
        # a price cut to 100,000 leaves 17.59 for the fee, which the columns deny: their share of 447.59, 0.9 / 447.72
        ("447.59 USDC on BTC-USDC at 100000 USDC/BTC,$446.82,$447.72,$0.90", ("446.690261324041811847", "0.899738675958188153")),
        # no fee column: 0.896067 are 0.2 % of the trade
        ("447.59 USDC on BTC-USDC at 103882.31 USDC/BTC,$446.82,$447.72,", ("446.693933", "0.896067")),
        # the columns say that there was none, and 17.59 of 447.59 is no fee either
        ("447.59 USDC on BTC-USDC at 103882.31 USDC/BTC,$446.82,$446.82,$0.00", ("447.59", None)),
        ("447.59 USDC on BTC-USDC at 100000 USDC/BTC,$446.82,$446.82,", ("447.59", None)),
    ],
)
def test_fee_of_a_crypto_quote_is_the_notes_amount_less_price_times_quantity(row: str, expected: tuple[str, str | None]) -> None:
    text, subtotal, total, fee = row.split(",")
    note = f"Bought 0.0043 BTC for {text}"
    bought = only(read(f"x,2026-01-04 10:00:00 UTC,Advanced Trade Buy,BTC,0.0043,USD,$103912,{subtotal},{total},{fee},{note}"))
    assert (bought.sent_quantity, bought.fee_quantity) == (Decimal(expected[0]), Decimal(expected[1]) if expected[1] else None)


def test_notes_may_name_the_dollar_of_a_country() -> None:
    bought = only(read("x,2024-05-01 10:00:00 UTC,Buy,ETH,0.03,CAD,3000,90,92,2,Bought 0.03 ETH for C$92.00 CAD"))
    assert legs(bought) == ("buy", Decimal(90), "CAD", Decimal("0.03"), "ETH", Decimal(2), "CAD")
    assert notes.trade("Bought 0.03 ETH for C$92.00 CAD", Decimal("0.03")) == notes.Trade(Decimal(92), "CAD", None)


def test_fee_comes_on_top_where_the_notes_amount_is_price_times_quantity() -> None:
    note = "Bought 0.5 ETH for 0.02 BTC on ETH-BTC at 0.04 BTC/ETH"
    bought = only(read(f"x,2025-05-01 10:00:00 UTC,Advanced Trade Buy,ETH,0.5,EUR,€2000,€1000,€1005,€5,{note}"))
    assert legs(bought) == ("swap", Decimal("0.02"), "BTC", Decimal("0.5"), "ETH", Decimal("0.0001"), "BTC")


def test_fiat_in_notes_beats_the_display_currency() -> None:
    sold = only(read("x,2023-07-14 10:00:00 UTC,Sell,USDC,11,USD,1.00,11.00,11.00,0.00,Sold 11 USDC for €10.00 EUR"))
    assert legs(sold) == ("sell", Decimal(11), "USDC", Decimal("10.00"), "EUR", None, None)


@pytest.mark.parametrize(
    ("asset", "quantity", "note", "sent", "received"),
    [
        ("BTC", "0.05", "Converted 0.05 BTC to 1,234.5 ADA", ("0.05", "BTC"), ("1234.5", "ADA")),
        ("BTC", "-0.05", "Converted 0.05 BTC to .5 1INCH", ("0.05", "BTC"), (".5", "1INCH")),
        ("ADA", "1.234", '"Converted 1,234 ADA to 0,005 BTC"', ("1.234", "ADA"), ("0.005", "BTC")),
        ("BTC", "0.0015", "Converted 57 USDC to 0.0015 BTC", ("57", "USDC"), ("0.0015", "BTC")),
    ],
)
def test_convert_in_one_row(asset: str, quantity: str, note: str, sent: tuple[str, str], received: tuple[str, str]) -> None:
    quoted = note if note.startswith('"') else f'"{note}"'
    one = only(read(f"x,2024-05-01 10:00:00 UTC,Convert,{asset},{quantity},USD,100,$49.00,$50.00,,{quoted}"))
    expected = ("swap", Decimal(sent[0]), sent[1], Decimal(received[0]), received[1], None, None)
    assert legs(one) == expected
    # What was received is worth the Subtotal; the spread is no fee leg.
    assert (one.value, one.fee_value) == (Decimal(49), None)


@pytest.mark.parametrize("note", ["", "Converted 606 USDC to 0.25 ETH"])
def test_convert_in_two_rows_is_counted_once(note: str) -> None:
    got = f"a,2026-02-12 10:00:00 UTC,Convert,ETH,0.25,USD,$2400,$600.00,$606.00,$6.00,{note}"
    given = f"b,2026-02-12 10:00:09 UTC,Convert,USDC,-606,USD,$1,($606.00),($606.00),$0.00,{note}"
    one = only(read(got, given))
    assert legs(one) == ("swap", Decimal(606), "USDC", Decimal("0.25"), "ETH", None, None)
    assert one.value == Decimal(600)


@pytest.mark.parametrize(
    ("kind", "given", "got", "expected"),
    [
        ("Wrap Asset", ("ETH", "-2"), ("CBETH", "1.9"), ("swap", Decimal(2), "ETH", Decimal("1.9"), "CBETH")),
        ("Unwrap Asset", ("CBETH", "-1.9"), ("ETH", "2"), ("swap", Decimal("1.9"), "CBETH", Decimal(2), "ETH")),
        ("Wrap", ("ETH", "-2"), ("WETH", "2"), ("convert", Decimal(2), "ETH", Decimal(2), "WETH")),
    ],
)
def test_wraps_are_two_rows(kind: str, given: tuple[str, str], got: tuple[str, str], expected: tuple[object, ...]) -> None:
    rows = [f"{n},2025-05-01 10:00:0{n} UTC,{kind},{asset},{size},USD,1,1,1,0," for n, (asset, size) in enumerate((given, got))]
    assert legs(only(read(*rows))) == (*expected, None, None)


def test_converts_of_different_notes_are_not_paired() -> None:
    intake = read(
        "a,2026-02-12 10:00:00 UTC,Convert,BTC,-0.001,USD,$42000,$42,$42,$0,Converted 0.001 BTC to 42 USDC",
        "b,2026-02-12 10:00:03 UTC,Convert,XRP,20,USD,$2,$40,$40,$0,Converted 40 USDC to 20 XRP",
    )
    assert sorted(legs(one)[1:5] for one in intake.transactions) == [
        (Decimal("0.001"), "BTC", Decimal(42), "USDC"),
        (Decimal(40), "USDC", Decimal(20), "XRP"),
    ]


def test_convert_without_other_row_or_notes_is_unpaired() -> None:
    late = "b,2026-02-12 10:00:11 UTC,Convert,USDC,-606,USD,$1,($606.00),($606.00),$0.00,"
    intake = read("a,2026-02-12 10:00:00 UTC,Convert,ETH,0.25,USD,$2400,$600.00,$606.00,$6.00,", late)
    assert codes(intake) == ["ROW_UNPAIRED_LEG", "ROW_UNPAIRED_LEG"]


def test_rows_of_overlapping_files_are_merged_before_pairing() -> None:
    lines = (
        "a,2026-02-12 10:00:00 UTC,Convert,ETH,0.25,USD,$2400,$600.00,$606.00,$6.00,",
        "a,2026-02-12 10:00:00 UTC,Convert,USDC,-606,USD,$1,($606.00),($606.00),$0.00,",
    )
    tables = [written(LAYOUT, HEADER, *lines, file=name) for name in ("one.csv", "two.csv")]
    intake = coinbase.read(tables, UTC)
    assert_one_fate_each(tables, intake)
    assert len(intake.transactions) == 1
    assert {file for file, _ in intake.merged} == {"two.csv"}


def test_eth2_is_eth() -> None:
    intake = read(
        "a,2025-01-07 19:00:00 UTC,Retail Eth2 Deprecation,ETH2,-1,EUR,3300,3300,3300,0,",
        "b,2025-01-07 19:00:01 UTC,Retail Eth2 Deprecation,ETH,1,EUR,3300,3300,3300,0,",
        "c,2023-01-07 19:00:00 UTC,Convert,ETH,0.2,EUR,1300,260,260,,Converted 0.2 ETH to 0.2 ETH2",
        "d,2023-01-08 19:00:00 UTC,Convert,ETH,-0.2,EUR,1300,260,260,,",
        "e,2023-01-08 19:00:00 UTC,Convert,ETH2,0.2,EUR,1300,260,260,,",
        "f,2025-01-07 19:26:56 UTC,Send,ETH2,-0.5,EUR,3300,1650,1650,0,Sent 0.5 ETH2s",
        "g,2025-01-07 19:26:56 UTC,Receive,ETH,0.5,EUR,3300,1650,1650,0,Received 0.5 ETHs",
        "h,2025-01-07 19:30:00 UTC,Send,ETH2,-0.1,EUR,3300,330,330,0,Sent 0.1 ETH2 to someone",
    )
    assert legs(only(intake)) == ("withdrawal", Decimal("0.1"), "ETH", None, None, None, None)
    assert len(intake.set_aside) == 7


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ("Receive,BTC,1,USD,2,2,2,0,Received 1 BTC from an external account", "deposit"),
        ("Receive,BTC,1,USD,2,2,2,0,Received 1 BTC from Coinbase Referral", "income:referral"),
        ("Receive,GRT,1,USD,2,2,2,0,Received 1 GRT from Coinbase Earn", "income:reward"),
        ("Rewards Income,SOL,1,USD,2,2,2,0,", "income:staking"),
        ("Reward Income,USDC,1,USD,2,2,2,0,", "income:reward"),
        ("Interest payout,USDC,1,USD,2,2,2,0,", "income:interest"),
        ("Credit Card Reward,BTC,1,USD,2,2,2,0,", "income:reward"),
        ("Subscription Rebates (24 Hours),USDC,1,USD,2,2,2,0,", "income:reward"),
        ("Card Spend,BTC,-1,USD,2,-2,-2,0,", "spend"),
        ("Subscription,USD,-1,USD,1,-1,-1,0,", "spend"),
        ("Admin Debit,BTC,1,USD,2,2,2,0,", "spend"),
        ("Donation,BTC,-1,USD,2,-2,-2,0,", "donation"),
        ("Credit,BTC,1,USD,2,2,2,0,", "buy"),
        ("Withdrawal,EUR,-10,EUR,1,-10,-10,-0.1,", "withdrawal"),
        ("Retail MGX DEX Send,AERO,-1,USD,2,-2,-2,0,", "withdrawal"),
    ],
)
def test_kind_of_type(row: str, kind: str) -> None:
    assert only(read(f"x,2025-05-01 10:00:00 UTC,{row}")).kind == kind


def test_staking_value_is_that_of_the_net_quantity() -> None:
    one = only(read("x,2025-05-01 10:00:00 UTC,Staking Income,ETH,0.001,EUR,2000,€2.00,€2.70,€0.70,"))
    assert (one.received_quantity, one.value, one.fee_quantity) == (Decimal("0.001"), Decimal(2), None)
    priced = only(read("x,2025-05-01 10:00:00 UTC,Staking Income,ETH,0.001,EUR,2000,€0.00,€2.70,€0.70,"))
    assert priced.value == Decimal(2)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("Derivatives Settlement,USDC,1,USD,1,1,1,0,", "KIND_NOT_BOOKED"),
        ("Something New,USDC,1,USD,1,1,1,0,", "ROW_UNKNOWN_KIND"),
        ("Reward Income,USDC,-1,USD,1,1,1,0,", "ROW_INVALID"),
        ("Buy,BTC,many,USD,1,1,1,0,", "ROW_INVALID"),
        ("Buy,,1,USD,1,1,1,0,", "ROW_INVALID"),
        ("Asset Migration,POL,1,USD,1,1,1,0,", "ROW_UNPAIRED_LEG"),
        ("Wrap Asset,ETH,-1,USD,1,1,1,0,", "ROW_UNPAIRED_LEG"),
        ("Convert,POL,1,USD,1,1,1,0,Converted 1 BTC to 2 ETH", "ROW_UNPAIRED_LEG"),
    ],
)
def test_what_cannot_be_used_is_named(row: str, code: str) -> None:
    intake = read(f"x,2025-05-01 10:00:00 UTC,{row}")
    assert codes(intake) == [code]
    assert intake.problems[0].row == 2


def test_a_date_without_time_is_the_taxpayers_date() -> None:
    header = "Timestamp,Transaction Type,Asset,Quantity Transacted,USD Spot Price at Transaction,Subtotal,Total,Notes"
    table = written(LAYOUT, header, "12/31/2018,Buy,BTC,1,3700,0 USD,3755 USD,")
    (one,) = coinbase.read([table], ZoneInfo("America/New_York")).transactions
    assert one.date_only
    assert one.time.isoformat() == "2018-12-31T05:00:00+00:00"


def test_a_bad_time_is_rejected() -> None:
    assert codes(read("x,yesterday,Buy,BTC,1,USD,1,1,1,0,")) == ["TIME_INVALID"]


def test_absurd_numbers_are_rejected_and_tiny_ones_do_not_raise() -> None:
    note = "Bought 1 ETH for 5 USDC on ETH-USDC"
    intake = read(
        "x,2025-05-01 10:00:00 UTC,Send,BTC,100000000000000000,USD,100000000000000000,,,,",
        f"y,2025-05-01 10:00:00 UTC,Advanced Trade Buy,ETH,1,EUR,1,0.000000000000000000000001,1,1e-25,{note}",
    )
    assert codes(intake) == ["ROW_INVALID"]
    assert intake.transactions[0].sent_quantity == Decimal(5)
