"""Delta: the golden of the sample, and each trap with its legs."""

import pytest
from layout_samples import codes, compare, legs, read

HEADER = (
    "Date,Way,Base amount,Base currency (name),Base type,Quote amount,Quote currency,Exchange,Sent/Received from,Sent to,"
    "Fee amount,Fee currency (name),Broker,Notes"
)


def test_the_sample_gives_its_golden_ledger() -> None:
    compare("delta", "delta/delta_portfolio.csv")


@pytest.mark.parametrize(
    ("row", "expected", "account", "asset_class"),
    [
        ("BUY,5,AAPL,STOCK,1250,USD,Nasdaq,,,1,USD,eToro,", "buy -1250 USD +5 AAPL fee 1 USD", "etoro", "security"),
        ("SELL,5,SOL (Solana),CRYPTO,1,ETH,Binance US,,,,,,", "swap -5 SOL +1 ETH", "binance-us", None),
        ("DEPOSIT,5,DOT,CRYPTO,,,,DIVIDENDS,MY_WALLET,,,,", "income:staking +5 DOT", "delta", None),
        ("DEPOSIT,5,DOT,CRYPTO,,,,MY_WALLET,OTHER,,,,", "deposit +5 DOT", "delta", None),
        ("DIVIDEND,,AAPL,STOCK,2.5,USD,Nasdaq,,,,,eToro,", "income:dividend +2.5 USD", "etoro", None),
    ],
)
def test_kinds(row: str, expected: str, account: str, asset_class: str | None) -> None:
    (one,) = read("delta", HEADER, f"2023-05-08 15:00:00-04:00,{row}").transactions
    assert (legs(one), one.account, one.asset_class) == (expected, account, asset_class)
    assert one.time.isoformat() == "2023-05-08T19:00:00+00:00"


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("BUY,5,ES,FUTURE,1250,USD,,,,,,,", "KIND_NOT_BOOKED"),
        ("BUY,5,X,PAINTING,1250,USD,,,,,,,", "ROW_UNKNOWN_KIND"),
        ("BONUS,5,X,CRYPTO,,,,,,,,,", "ROW_UNKNOWN_KIND"),
        ("BUY,5,X,CRYPTO,,,,,,,,,", "ROW_UNPAIRED_LEG"),
    ],
)
def test_what_cannot_be_used_is_named(row: str, code: str) -> None:
    assert codes(read("delta", HEADER, f"2023-05-08 15:00:00-04:00,{row}")) == [code]
