"""Robinhood: goldens of the activity report, of both crypto exports and of the 1099 list, and their traps."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from layout_samples import codes, compare, legs, read

ACTIVITY = "Activity Date,Process Date,Settle Date,Instrument,Description,Trans Code,Quantity,Price,Amount"
ORDERS = "UUID,Time Entered,Symbol,Side,Quantity,State,Order Type,Leaves Quantity,Entered Price,Average Price,Notional"
TRANSFERS = (
    "id,created_at,withdrawal_submitted_timestamp,currency_code,transfer_type,amount,network,network_fee,native_network_fee,"
    "usd_amount_at_request,fiat_amount_at_request,state,to_address,address_tag,blockchain_txn_id,blockchain_txn_state"
)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("robinhood_activity", "robinhood/report.csv"),
        ("robinhood_crypto_orders", "robinhood/crypto-orders.csv"),
        ("robinhood_crypto_transfers", "robinhood/crypto-transfers.csv"),
        ("robinhood_1099_csv", "robinhood/1099.csv"),
        ("robinhood_1099_div", "robinhood/1099-dividends.csv"),
        ("robinhood_1099_int", "robinhood/1099-interest.csv"),
        ("robinhood_script", "robinhood/robin_stocks-crypto.csv"),
    ],
)
def test_samples_give_their_golden_ledger(name: str, path: str) -> None:
    compare(name, path)


def activity(*rows: str) -> tuple[list[str], list[str]]:
    intake = read("robinhood_activity", ACTIVITY, *(f"1/16/2024,1/16/2024,1/18/2024,{row}" for row in rows))
    return [legs(one) for one in intake.transactions], codes(intake)


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("VTI,a fund,Buy,2,$100.00,($200.00)", "buy -200 USD +2 VTI"),
        # 18 at 25 is 450; the regulatory fee of 0.02 is off the amount already
        ("XYZ,shares,Sell,18,$25.00,$449.98", "sell -18 XYZ +449.98 USD"),
        ("QRS,out,ACATO,4.5S,,", "withdrawal -4.5 QRS"),
        (",cash,ACATI,,,$12.00", "deposit +12 USD"),
        (",margin interest,MINT,,,($0.20)", "fee fee 0.2 USD"),
        ("XYZ,cash in lieu,CIL,0.5,,$3.00", "sell -0.5 XYZ +3 USD"),
        ("XYZ,return of capital,ROC,,,$3.00", "return-of-capital +3 USD"),
        (",margin interest,INT,,,($3.00)", "fee fee 3 USD"),
        (",back,GOLD,,,$5.00", "deposit +5 USD"),
        (",bank,ACH,,,($70.00)", "withdrawal -70 USD"),
    ],
)
def test_codes(row: str, expected: str) -> None:
    assert activity(row) == ([expected], [])


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("XYZ,call,BTC,1,$0.40,($40.00)", "KIND_NOT_BOOKED"),
        ("XYZ,merger,MRGS,1,,", "ROW_UNPAIRED_LEG"),
        (",spun off,SOFF,1,,", "ROW_INVALID"),
        ("BTC,coins,COIN,1,,", "KIND_NOT_BOOKED"),
        ("XYZ,what,WHAT,,,", "ROW_UNKNOWN_KIND"),
        ("XYZ,dividend back,CDIV,,,($1.00)", "ROW_INVALID"),
        ("XYZ,wrong way,ACATI,3S,,", "ROW_INVALID"),
        ("XYZ,no amount,Buy,3,$1.00,", "ROW_INVALID"),
        ("XYZ,return of capital taken back,ROC,,,($3.00)", "ROW_INVALID"),
        (",no name,Buy,3,$1.00,($3.00)", "ROW_INVALID"),
        ("XYZ,no number,Buy,x S,$1.00,($3.00)", "ROW_INVALID"),
        ("XYZ,bad number,Sell,1-2S,$1.00,$3.00", "ROW_INVALID"),
        ("XYZ,old shares only,SPR,20S,,", "ROW_UNPAIRED_LEG"),
        ("XYZ,cut off,Sell,20", "ROW_TRUNCATED"),
    ],
)
def test_what_cannot_be_used_is_named(row: str, code: str) -> None:
    assert activity(row) == ([], [code])


def test_return_of_capital_names_its_holding() -> None:
    """The money lowers the basis of XYZ: the holding stands beside it, without a quantity."""
    (one,) = read("robinhood_activity", ACTIVITY, "1/16/2024,1/16/2024,1/18/2024,XYZ,return of capital,ROC,,,$3.00").transactions
    assert (one.sent_asset, one.sent_quantity, one.received_quantity) == ("XYZ", None, 3)


def test_cash_for_a_fraction_without_its_quantity_names_the_line_to_add() -> None:
    intake = read("robinhood_activity", ACTIVITY, "1/16/2024,1/16/2024,1/18/2024,XYZ,cash in lieu,CIL,,,$3.00")
    (one,) = intake.problems
    assert one.code == "KIND_NOT_BOOKED"
    assert "2024-01-16T00:00:00Z,robinhood,sell,FRACTION,XYZ,3,USD" in one.hint


def test_reverse_split_is_two_rows() -> None:
    # 20 old shares leave, 2 come: the position falls by 18, the basis stays
    assert activity("QRS,new,SPR,2,,", "QRS,old,SPR,20S,,") == (["split -20 QRS +2 QRS"], [])


def test_mergers_conversions_and_spin_offs() -> None:
    assert activity("NEW,merger,MRGS,5,,", "OLD,merger,MRGS,20S,,") == (["convert -20 OLD +5 NEW"], [])
    assert activity("OLD,merger,MRGS,20S,,$90.00") == (["sell -20 OLD +90 USD"], [])
    assert activity("NEW,conv,CONV,5,,", "OLD,conv,CONV,5S,,") == (["convert -5 OLD +5 NEW"], [])
    assert activity("SPN,spun,SOFF,3,,") == (["spin-off +3 SPN"], [])


def test_dates_are_days_of_the_taxpayer() -> None:
    line = "1/16/2024,1/16/2024,1/18/2024,VTI,a fund,Buy,2,$100.00,($200.00)"
    (one,) = read("robinhood_activity", ACTIVITY, line, zone=ZoneInfo("America/Los_Angeles")).transactions
    assert one.date_only
    assert one.time == datetime(2024, 1, 16, 8, tzinfo=UTC)
    assert one.asset_class == "security"


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ('BTCUSD,Buy,0.01,Filled,Market,0,,"$42,900","($429.00)"', ["buy -429 USD +0.01 BTC"]),
        # 0.4 ordered, 0.15 left: 0.25 at 3000 is 750
        ("ETH-USD,Sell,0.4,Partially Filled,Limit,0.15,,$3000,$1200", ["sell -0.25 ETH +750 USD"]),
        ("DOGE,Buy,1000,Canceled,Limit,1000,,,", []),
        ("DOGE,Buy,1000,Canceled,Limit,,,,", []),
    ],
)
def test_orders_count_by_what_was_filled(row: str, expected: list[str]) -> None:
    intake = read("robinhood_crypto_orders", ORDERS, f"u,2024-02-01 14:30:10,{row}")
    assert [legs(one) for one in intake.transactions] == expected
    assert not intake.problems


def test_orders_that_cannot_be_used_are_named() -> None:
    intake = read(
        "robinhood_crypto_orders",
        ORDERS,
        "u,2024-02-01 14:30:10,BTC,Short,1,Filled,Market,0,,1,1",
        "v,2024-02-01 14:30:10,BTC,Buy,1,Unheard,Market,0,,1,1",
        "w,2024-02-01 14:30:10,BTC,Buy,1,Partially Filled,Market,0.5,,,1",
    )
    assert codes(intake) == ["ROW_UNKNOWN_KIND", "ROW_UNKNOWN_KIND", "ROW_INVALID"]


def test_transfer_fee_comes_on_top() -> None:
    line = "i,2024-03-20T10:00:00Z,2024-03-20T10:04:30Z,BTC,withdrawal,0.003,BITCOIN,0.0001,,190,190,succeeded,bc1q,,hash,confirmed"
    (one,) = read("robinhood_crypto_transfers", TRANSFERS, line).transactions
    assert legs(one) == "withdrawal -0.003 BTC fee 0.0001 BTC"
    assert (one.id, one.txid, one.time.minute) == ("i", "hash", 4)


SCRIPT = "symbol,date,order_type,side,fees,quantity,average_price"


def test_orders_of_a_script_are_coins_where_they_say_so() -> None:
    # 0.5 at 1600 are 800; the fee of 1.20 comes on top. AAPL has the same columns and may be anything
    lines = ("ETHUSD,2021-03-05T09:30:15.250000-05:00,limit,sell,1.20,0.5,1600", "AAPL,2021-03-05T09:30:15Z,market,buy,0,1,120")
    intake = read("robinhood_script", SCRIPT, *lines)
    assert [legs(one) for one in intake.transactions] == ["sell -0.5 ETH +800 USD fee 1.2 USD"]
    assert intake.transactions[0].time == datetime(2021, 3, 5, 14, 30, 15, 250000, tzinfo=UTC)
    assert codes(intake) == ["KIND_NOT_BOOKED"]
