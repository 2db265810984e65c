"""Koinly: a golden per file, and each trap with its legs."""

from decimal import Decimal

import pytest
from layout_samples import codes, compare, legs, read

UNIVERSAL = (
    "Date,Sent Amount,Sent Currency,Received Amount,Received Currency,Fee Amount,Fee Currency,Net Worth Amount,Net Worth Currency,Label"
)
EXPORT = (
    "Date,Type,Tag,Sending Wallet,Sent Amount,Sent Currency,Sent Cost Basis,Receiving Wallet,Received Amount,Received Currency,"
    "Received Cost Basis,Fee Amount,Fee Currency,Gain (EUR),Net Value (EUR),Fee Value (EUR)"
)
BULK = (
    "ID (read-only),Parent ID (read-only),Date (UTC),Type,Tag,From Wallet (read-only),From Amount,From Currency,"
    "To Wallet (read-only),To Amount,To Currency,Fee Amount,Fee Currency,Deleted"
)


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("koinly_universal", "koinly_universal.csv"),
        ("koinly_simple", "koinly_simple.csv"),
        ("koinly_export", "koinly_transactions_2024.csv"),
        ("koinly_bulk", "koinly_bulk_edit.csv"),
    ],
)
def test_the_sample_gives_its_golden_ledger(name: str, file: str) -> None:
    compare(name, f"koinly/{file}")


def test_fees_come_on_top() -> None:
    # 1 ETH leaves beside the fee of 0.01 ETH: the wallet is 1.01 ETH smaller.
    intake = read("koinly_universal", UNIVERSAL, "2023-01-01 10:00 UTC,1,ETH,2000,USDC,0.01,ETH,1990,USD,")
    (one,) = intake.transactions
    assert legs(one) == "swap -1 ETH +2000 USDC fee 0.01 ETH"
    assert (one.account, one.value, one.value_currency) == ("koinly", Decimal(1990), "USD")


def test_a_stated_value_beside_money_is_left_out() -> None:
    intake = read("koinly_universal", UNIVERSAL, "2023-01-01 10:00,100,EUR,1,SOL,,,108,USD,")
    assert legs(intake.transactions[0]) == "buy -100 EUR +1 SOL"
    assert (intake.transactions[0].value, intake.transactions[0].value_currency) == (None, None)


def test_the_id_behind_an_asset_is_left_off() -> None:
    intake = read("koinly_universal", UNIVERSAL, "2023-01-01 10:00,,,5,LUNA;1234,,,,,airdrop")
    assert legs(intake.transactions[0]) == "income:airdrop +5 LUNA"


def export(*cells: str) -> str:
    kind, tag, sender, sent, receiver, received, fee = cells
    return f"2024-01-01 10:00:00 UTC,{kind},{tag},{sender},{sent},,{receiver},{received},,{fee},,500,4"


def test_a_transfer_has_both_ends() -> None:
    # the fee on top: 0.5 arrive, 0.51 leave; contained: 0.5 left, 0.49 arrive, so that 0.49 were sent and 0.01 paid
    on_top = read("koinly_export", EXPORT, export("transfer", "", "Kraken", "0.5,BTC", "My Ledger", "0.5,BTC", "0.01,BTC"))
    inside = read("koinly_export", EXPORT, export("transfer", "", "Kraken", "0.5,BTC", "My Ledger", "0.49,BTC", "0.01,BTC"))
    assert legs(on_top.transactions[0]) == "transfer -0.5 BTC +0.5 BTC fee 0.01 BTC"
    assert legs(inside.transactions[0]) == "transfer -0.49 BTC +0.49 BTC fee 0.01 BTC"
    assert (on_top.transactions[0].account, on_top.transactions[0].counter_account) == ("kraken", "my-ledger")
    assert (on_top.transactions[0].fee_value, on_top.transactions[0].value_currency) == (Decimal(4), "EUR")


def test_a_transfer_inside_a_wallet_is_only_its_fee() -> None:
    free = read("koinly_export", EXPORT, export("transfer", "", "Kraken", "1,ETH", "Kraken", "1,ETH", ","))
    paid = read("koinly_export", EXPORT, export("transfer", "", "Kraken", "1,ETH", "Kraken", "0.99,ETH", "0.01,ETH"))
    assert list(free.set_aside.values()) == ["a move inside kraken"]
    assert [legs(one) for one in paid.transactions] == ["fee fee 0.01 ETH"]


def test_an_exchange_between_wallets_is_booked_where_it_happens() -> None:
    # swapped in the wallet that gave, then what was received moves on
    intake = read("koinly_export", EXPORT, export("exchange", "", "A", "1,ETH", "B", "1,WETH", ","))
    assert [(legs(one), one.account, one.counter_account) for one in intake.transactions] == [
        ("swap -1 ETH +1 WETH", "a", None),
        ("transfer -1 WETH +1 WETH", "a", "b"),
    ]
    bought = read("koinly_export", EXPORT, export("buy", "", "Bank", "100,USD", "Kraken", "0.1,ETH", ","))
    assert [(legs(one), one.account) for one in bought.transactions] == [("buy -100 USD +0.1 ETH", "kraken")]


@pytest.mark.parametrize(
    ("kind", "tag", "legs_given", "expected"),
    [
        ("crypto_deposit", "Lending interest", ("", ",", "W", "1,ETH"), "income:interest +1 ETH"),
        ("crypto_deposit", "", ("", ",", "W", "1,ETH"), "deposit +1 ETH"),
        ("fiat_withdrawal", "", ("W", "5,EUR", "", ","), "withdrawal -5 EUR"),
        ("crypto_withdrawal", "interest_payment", ("W", "1,ETH", "", ","), "spend -1 ETH"),
        ("crypto_withdrawal", "fee", ("W", "1,ETH", "", ","), "fee fee 1 ETH"),
        ("exchange", "swap", ("W", "1,MATIC", "W", "1,POL"), "convert -1 MATIC +1 POL"),
        ("crypto_deposit", "realized_gain", ("", ",", "W", "9,USDT"), "realized-gain +9 USDT"),
        ("crypto_withdrawal", "realized_gain", ("W", "1,ETH", "", ","), "realized-gain -1 ETH"),
    ],
)
def test_kind_by_type_and_tag(kind: str, tag: str, legs_given: tuple[str, ...], expected: str) -> None:
    intake = read("koinly_export", EXPORT, export(kind, tag, *legs_given, ","))
    assert [legs(one) for one in intake.transactions] == [expected]


@pytest.mark.parametrize(
    ("kind", "tag", "legs_given", "code"),
    [
        ("crypto_deposit", "loan", ("", ",", "W", "1,ETH"), "KIND_NOT_BOOKED"),
        ("exchange", "realized_gain", ("W", "1,ETH", "W", "5,SOL"), "KIND_NOT_BOOKED"),
        ("crypto_deposit", "jackpot", ("", ",", "W", "1,ETH"), "ROW_UNKNOWN_KIND"),
        ("crypto_deposit", "donation", ("", ",", "W", "1,ETH"), "ROW_INVALID"),
        ("buy", "", ("W", "5,EUR", "", ","), "ROW_UNPAIRED_LEG"),
        ("rebalance", "", ("W", "5,EUR", "", ","), "ROW_UNKNOWN_KIND"),
        ("crypto_deposit", "", ("", ",", "W", "-1,ETH"), "ROW_INVALID"),
        ("crypto_deposit", "", ("", ",", "W", "1,"), "ROW_INVALID"),
        ("transfer", "", ("W", "1,ETH", "V", "2,ETH"), "ROW_INVALID"),
        ("transfer", "", ("W", "1,ETH", "V", "1,BTC"), "ROW_INVALID"),
    ],
)
def test_what_cannot_be_used_is_named(kind: str, tag: str, legs_given: tuple[str, ...], code: str) -> None:
    intake = read("koinly_export", EXPORT, export(kind, tag, *legs_given, ","))
    assert codes(intake) == [code]
    assert intake.problems[0].hint


def test_parts_of_a_listed_transaction_are_merged_into_it() -> None:
    whole = "K1,,2024-01-01 10:00:00,exchange,,W,2,ETH,W,30,SOL,,,false"
    half = "K2,K1,2024-01-01 10:00:00,exchange,,W,1,ETH,W,15,SOL,,,false"
    assert [legs(one) for one in read("koinly_bulk", BULK, whole, half).transactions] == ["swap -2 ETH +30 SOL"]
    assert [legs(one) for one in read("koinly_bulk", BULK, half).transactions] == ["swap -1 ETH +15 SOL"]
    deleted = read("koinly_bulk", BULK, whole.replace("false", "true"), half)
    assert [one.id for one in deleted.transactions] == ["K2"]
    assert list(deleted.set_aside.values()) == ["deleted in Koinly"]
