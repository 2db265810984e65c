"""Binance.US: the golden, both headers, and each trap with its expected legs."""

from decimal import Decimal

import pytest
from layout_samples import codes, compare, legs, read

HEADER = (
    "User ID,Time,Category,Operation,Order ID,Transaction ID,Primary Asset,Realized Amount For Primary Asset,"
    "Realized Amount for Primary Asset in USD,Base Asset,Realized Amount For Base Asset,Realized Amount For Base Asset In USD,Quote Asset,"
    "Realized Amount for Quote Asset,Realized Amount for Quote Asset in USD,Fee Asset,Realized Amount for Fee Asset,"
    "Realized Amount for Fee Asset in USD,Payment Method,Withdraw Method,Additional Note"
)
OLD = (
    "User_Id,Time,Category,Operation,Order_Id,Transaction_Id,Primary_Asset,Realized_Amount_For_Primary_Asset,"
    "Realized_Amount_For_Primary_Asset_In_USD_Value,Base_Asset,Realized_Amount_For_Base_Asset,"
    "Realized_Amount_For_Base_Asset_In_USD_Value,Quote_Asset,Realized_Amount_For_Quote_Asset,"
    "Realized_Amount_For_Quote_Asset_In_USD_Value,Fee_Asset,Realized_Amount_For_Fee_Asset,Realized_Amount_For_Fee_Asset_In_USD_Value,"
    "Payment_Method,Withdrawal_Method,Additional_Note"
)
TIME = "2022-01-05T16:10:00.000+00:00"


def test_sample_gives_its_golden_ledger() -> None:
    compare("binance_us", "binance-us/tax_report_2022.csv")


@pytest.mark.parametrize(("name", "header"), [("binance_us", HEADER), ("binance_us_2019", OLD)])
@pytest.mark.parametrize(
    ("row", "expected"),
    [
        # spot: the base is what was bought or sold
        ("Spot Trading,Buy,o,t,,,,BTC,0.01,460,USD,460,460,USD,1,1,,,", "buy -460 USD +0.01 BTC fee 1 USD"),
        ("Spot Trading,Sell,o,t,,,,BTC,0.01,460,USDT,,459,USDT,1,1,,,", "swap -0.01 BTC +459 USDT fee 1 USDT"),
        # everywhere else the base is given and the quote received
        ("Quick Buy,Buy,o,t,,,,USD,100,100,BTC,0.002,99,,,,,,", "buy -100 USD +0.002 BTC"),
        ("Quick Sell,Sell,o,t,,,,BTC,0.002,99,USD,98,98,USD,0.5,0.5,,,", "sell -0.002 BTC +98 USD fee 0.5 USD"),
        ("Convert,Buy,o,t,,,,BTC,0.002,99,ETH,0.03,98,,,,,,", "swap -0.002 BTC +0.03 ETH"),
        ("Withdrawal,Crypto Withdrawal,,t,BTC,0.1,10,,,,,,,BTC,0.001,1,,,", "withdrawal -0.1 BTC fee 0.001 BTC"),
        ("Distribution,Referral Rewards,,t,BTC,0.1,10,,,,,,,,,,,,", "income:referral +0.1 BTC"),
        ("Distribution,Staking Rewards,,t,SOL,-0.1,10,,,,,,,,,,,,", "fee fee 0.1 SOL"),
    ],
)
def test_legs(name: str, header: str, row: str, expected: str) -> None:
    intake = read(name, header, f"1,{TIME},{row}")
    assert [legs(one) for one in intake.transactions] == [expected]


def test_value_is_that_of_what_was_received() -> None:
    (one,) = read("binance_us", HEADER, f"1,{TIME},Convert,Buy,o,t,,,,BTC,0.002,99,ETH,0.03,98,BNB,0.01,3,,,").transactions
    assert (one.value, one.fee_value, one.value_currency, one.id) == (Decimal(98), Decimal(3), "USD", "t")


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("Lending,Payout,,t,SOL,1,1,,,,,,,,,,,,", "ROW_UNKNOWN_KIND"),
        ("Distribution,Others,,t,SOL,-1,1,,,,,,,,,,,,", "ROW_INVALID"),
        ("Deposit,USD Deposit,,t,,1,1,,,,,,,,,,,,", "ROW_INVALID"),
        ("Spot Trading,Buy,o,t,,,,BTC,0.01,460,,,,,,,,,", "ROW_UNPAIRED_LEG"),
    ],
)
def test_what_cannot_be_used_is_named(row: str, code: str) -> None:
    assert codes(read("binance_us", HEADER, f"1,{TIME},{row}")) == [code]


def test_nothing_moved() -> None:
    intake = read("binance_us", HEADER, f"1,{TIME},Deposit,USD Deposit,,t,USD,0,0,,,,,,,,,,,,", f"1,{TIME},Withdrawal,x,,u,,,,,,,,,,,,,,,")
    assert len(intake.set_aside) == 2
