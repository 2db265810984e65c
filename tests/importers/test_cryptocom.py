"""Crypto.com App and Exchange: goldens, and each trap with its expected legs."""

from datetime import UTC
from decimal import Decimal

import pytest
from exchange_samples import compare_all
from goldens import assert_one_fate_each, written
from layout_samples import codes, compare, layout, legs, read
from taxlots.importers.records import Intake

HEADER = (
    "Timestamp (UTC),Transaction Description,Currency,Amount,To Currency,To Amount,Native Currency,Native Amount,Native Amount (in USD),"
    "Transaction Kind"
)
TRADES = "Order ID,Trade ID,Time (UTC),Symbol,Side,Trade Price,Trade Amount,Volume of Business,Fee,Fee Currency"


def app(*rows: str) -> Intake:
    """Rows `currency,amount,to,to amount,native,native amount,kind`, a second apart."""
    lines = []
    for second, row in enumerate(rows):
        cells = row.split(",")
        lines.append(f"2024-01-01 00:00:{second:02d},Text,{','.join(cells[:6])},{cells[5]},{cells[6]}")
    return read("cryptocom_app", HEADER, *lines)


def shown(intake: Intake) -> list[str]:
    """The legs of every transaction."""
    return [legs(one) for one in intake.transactions]


def test_crypto_and_fiat_record_give_their_golden_ledger() -> None:
    names = ("crypto_transactions_record_20240131_090000", "fiat_transactions_record_20240131_090000")
    intake = compare_all("cryptocom_app", *(f"crypto-com/{name}.csv" for name in names))
    assert len(intake.merged) == 2


def test_exchange_gives_its_golden_ledger() -> None:
    compare("cryptocom_exchange", "crypto-com-exchange/SPOT_TRADE.csv")


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("EUR,-200,BTC,0.005,EUR,200,viban_purchase", "buy -200 EUR +0.005 BTC"),
        ("EUR,200,BTC,0.005,EUR,200,van_purchase", "buy -200 EUR +0.005 BTC"),
        ("BTC,0.005,EUR,200,EUR,200,viban_purchase", "buy -200 EUR +0.005 BTC"),
        ("CRO,-100,EUR,8,EUR,8,crypto_viban_exchange", "sell -100 CRO +8 EUR"),
        ("EUR,8,CRO,100,EUR,8,crypto_viban_exchange", "sell -100 CRO +8 EUR"),
        ("CRO,-100,ETH,0.01,USD,20,crypto_exchange", "swap -100 CRO +0.01 ETH"),
        ("BTC,0.01,,,EUR,300,crypto_purchase", "buy -300 EUR +0.01 BTC"),
        ("CRO,-5,,,USD,1,crypto_transfer", "gift-out -5 CRO"),
        ("CRO,5,,,USD,1,crypto_transfer", "gift-in +5 CRO"),
        ("CRO,5,,,USD,1,mco_stake_reward", "income:staking +5 CRO"),
        ("CRO,5,,,USD,1,crypto_earn_interest_paid", "income:interest +5 CRO"),
        ("CRO,5,,,USD,1,referral_bonus", "income:referral +5 CRO"),
        ("CRO,-5,,,USD,1,card_cashback_reverted", "spend -5 CRO"),
        ("CRO,-5,,,USD,1,crypto_to_exchange_transfer", "withdrawal -5 CRO"),
        ("CRO,5,,,USD,1,finance.dpos.any_interest.crypto_wallet", "income:staking +5 CRO"),
    ],
)
def test_kinds(row: str, expected: str) -> None:
    intake = app(row)
    assert shown(intake) == [expected]
    assert not intake.problems


def test_a_payment_that_was_given_back_buys_again() -> None:
    # 10 CRO were spent for 4 euro and come back: they cost those 4 euro
    assert shown(app("CRO,10,,,EUR,4,crypto_payment_refund")) == ["buy -4 EUR +10 CRO"]


@pytest.mark.parametrize(
    ("row", "expected"),
    [("EUR,40,,,EUR,40,", ["deposit +40 EUR"]), ("EUR,-10,,,EUR,10,", ["withdrawal -10 EUR"]), ("CRO,-10,,,EUR,10,", [])],
)
def test_the_card_record_is_money(row: str, expected: list[str]) -> None:
    intake = app(row)
    assert shown(intake) == expected
    assert codes(intake) == ([] if expected else ["ROW_UNKNOWN_KIND"])


def test_the_exchange_is_an_account_of_its_own() -> None:
    (one,) = app("CRO,5,,,USD,1,exchange_to_crypto_transfer").transactions
    assert (one.account, one.counter_account) == ("crypto-com", "crypto-com-exchange")


def test_dust_is_divided_by_its_native_amounts() -> None:
    # 30 CRO for 2 and 1 dollars' worth: 20 and 10
    intake = app(
        "ADA,-4,,,USD,2,dust_conversion_debited",
        "DOGE,-9,,,USD,1,dust_conversion_debited",
        "CRO,30,,,USD,3,dust_conversion_credited",
    )
    assert shown(intake) == ["swap -4 ADA +20 CRO", "swap -9 DOGE +10 CRO"]
    assert [one.value for one in intake.transactions] == [Decimal(2), Decimal(1)]


def test_a_forced_exchange_is_a_swap() -> None:
    assert shown(app("MCO,-1,,,USD,5,crypto_wallet_swap_debited", "CRO,27,,,USD,5,crypto_wallet_swap_credited")) == ["swap -1 MCO +27 CRO"]


@pytest.mark.parametrize(
    "kind",
    [
        "lockup_lock",
        "crypto_earn_program_created",
        "crypto_earn_program_withdrawn",
        "supercharger_deposit",
        "council_node_deposit_created",
        "trading.limit_order.fiat_wallet.purchase_lock",
        "trading.limit_order.cash_account.purchase_unlock",
        "finance.dpos.staking.crypto_wallet",
        "finance.lockup.dpos_lock.crypto_wallet",
    ],
)
def test_moves_and_locks_are_set_aside(kind: str) -> None:
    intake = app(f"CRO,-5,,,USD,1,{kind}")
    assert len(intake.set_aside) == 1
    assert not intake.transactions


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("CRO,5,,,USD,1,lucky_wheel", "ROW_UNKNOWN_KIND"),
        ("CRO,-5,,,USD,1,mco_stake_reward", "ROW_INVALID"),
        ("CRO,-5,ETH,,USD,1,crypto_exchange", "ROW_UNPAIRED_LEG"),
        ("BTC,0.01,,,USDT,300,crypto_purchase", "ROW_INVALID"),
        ("ADA,-4,,,USD,2,dust_conversion_debited", "ROW_UNPAIRED_LEG"),
        (",5,,,USD,1,crypto_deposit", "ROW_INVALID"),
        ("CRO,-5,,3,USD,1,crypto_exchange", "ROW_INVALID"),
        ("CRO,5,,,USD,1e30,crypto_deposit", "ROW_INVALID"),
    ],
)
def test_what_cannot_be_used_is_named(row: str, code: str) -> None:
    assert codes(app(row)) == [code]


def test_dust_of_unknown_value_is_not_divided() -> None:
    rows = ("ADA,-4,,,USD,2,dust_conversion_debited", "DOGE,-9,,,USD,,dust_conversion_debited", "CRO,30,,,USD,3,dust_conversion_credited")
    assert codes(app(*rows)) == ["ROW_INVALID"] * 3


def test_money_in_the_fiat_record() -> None:
    lines = ("2024-01-01 00:00:00,EUR Deposit,EUR,500,,,EUR,500,500,", "2024-01-02 00:00:00,EUR Withdrawal,EUR,-50,,,EUR,-50,-50,")
    assert shown(read("cryptocom_app", HEADER, *lines)) == ["deposit +500 EUR", "withdrawal -50 EUR"]


def test_equal_exchanges_inside_one_file_are_two() -> None:
    line = "2024-01-01 00:00:00,x,EUR,-200,BTC,0.005,EUR,200,218,viban_purchase"
    app_layout = layout("cryptocom_app")
    tables = [written(app_layout, HEADER, line, line, file="crypto.csv"), written(app_layout, HEADER, line, line, line, file="fiat.csv")]
    intake = app_layout.read(tables, UTC)
    assert_one_fate_each(tables, intake)
    assert (len(intake.transactions), len(intake.merged)) == (3, 2)


def test_fills_of_the_exchange() -> None:
    intake = read(
        "cryptocom_exchange",
        TRADES,
        "1,10,2021-12-24 15:34:45.564,ETH_CRO,BUY,7000,0.1,700,2.8,CRO",
        "1,11,2021-12-24 15:34:45.564,BTC_USD,SELL,50000,0.1,5000,0.001,ETH",
        "1,12,2021-12-24 15:34:45.564,BTC_USD,SELL,50000,0.1,5000,0.001,",
    )
    assert shown(intake) == ["swap -700 CRO +0.1 ETH fee 2.8 CRO", "sell -0.1 BTC +5000 USD fee 0.001 ETH"]
    assert [one.id for one in intake.transactions] == ["10", "11"]
    assert codes(intake) == ["ROW_INVALID"]
