"""PayPal and Venmo crypto: the golden under a header with blanks, fees inside or on top, which of the two it is."""

from dataclasses import replace
from datetime import UTC

import pytest
from goldens import written
from layout_samples import codes, compare, layout, legs, read

HEADER = (
    "DateTime,Transaction Type,Asset In (Quantity),Asset In (Currency),Asset Out (Quantity),Asset Out (Currency),"
    "Transaction Fee (Quantity),Transaction Fee (Currency),Market Value (USD)"
)


def test_sample_gives_its_golden_ledger() -> None:
    compare("paypal_venmo_crypto", "paypal/crypto_transactions.csv")


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        # worth 100, paid 102.30: the fee of 2.30 is inside
        ("BUY,0.0023,BTC,102.30,USD,2.30,USD,100.00", "buy -100 USD +0.0023 BTC fee 2.3 USD"),
        # worth what was paid: the fee comes on top
        ("BUY,0.0023,BTC,100.00,USD,2.30,USD,100.00", "buy -100 USD +0.0023 BTC fee 2.3 USD"),
        # worth 32, paid out 31.51: the fee of 0.49 is already off
        ("SELL,31.51,USD,0.02,ETH,0.49,USD,32.00", "sell -0.02 ETH +32 USD fee 0.49 USD"),
        ("SELL,21,USD,0.001,BTC,0.49,USD,", "sell -0.001 BTC +21 USD fee 0.49 USD"),
        ("CHECKOUT,,,0.001,BTC,,,26.50", "spend -0.001 BTC"),
    ],
)
def test_fees(row: str, expected: str) -> None:
    intake = read("paypal_venmo_crypto", HEADER, f"2022-03-01 10:15:00 PST,{row}")
    assert [legs(one) for one in intake.transactions] == [expected]


@pytest.mark.parametrize(("preamble", "account"), [(("Venmo crypto report",), "venmo"), (("Your report",), "paypal")])
def test_the_lines_above_say_whose_it_is(preamble: tuple[str, ...], account: str) -> None:
    table = replace(written(layout("paypal_venmo_crypto"), HEADER, "2022-03-01,SEND,,,1,BTC,,,"), preamble=(preamble,))
    (one,) = layout("paypal_venmo_crypto").read([table], UTC).transactions
    assert one.account == account


def test_what_cannot_be_used_is_named() -> None:
    intake = read(
        "paypal_venmo_crypto",
        HEADER,
        "2022-03-01 10:15:00 PST,SPIN,1,BTC,,,,,1",
        "2022-03-01 10:15:00 PST,BUY,1,BTC,,,,,1",
        "2022-03-01 10:15:00 PST,CHECKOUT,1,BTC,1,ETH,,,1",
        "2022-03-01 10:15:00 PST,SEND,,,,,,,",
    )
    assert codes(intake) == ["ROW_UNKNOWN_KIND", "ROW_UNPAIRED_LEG", "ROW_INVALID"]
    assert len(intake.set_aside) == 1


def test_further_names_of_moves_and_a_value_in_another_currency() -> None:
    header = HEADER.replace("(USD)", "(GBP)")
    rows = ("CRYPTO TRANSFER IN,0.001,BTC,,,,,20", "CRYPTO_TRANSFER_OUT,,,0.001,BTC,,,20", "CRYPTO CHECKOUT,,,0.001,BTC,,,20")
    intake = read("paypal_venmo_crypto", header, *(f"2022-03-01 10:15:00 PST,{row}" for row in rows))
    assert [legs(one) for one in intake.transactions] == ["deposit +0.001 BTC", "withdrawal -0.001 BTC", "spend -0.001 BTC"]
    assert {(one.value, one.value_currency) for one in intake.transactions} == {(20, "GBP")}
