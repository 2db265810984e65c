"""Coincheck, LocalBitcoins, NiceHash, Pionex and Relai: a golden each, and their traps."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from goldens import assert_one_fate_each, written
from layout_samples import codes, compare, layout, legs, read, sample
from taxlots.importers.records import Intake

LOCAL = (
    "id,created_at,buyer,seller,trade_type,btc_amount,btc_traded,fee_btc,btc_amount_less_fee,btc_final,fiat_amount,fiat_fee,"
    "fiat_per_btc,currency,exchange_rate,transaction_released_at,online_provider,reference"
)
NICEHASH = "Date time,Purpose,Amount (BTC),* Exchange rate,Amount (USD)"
RELAI = "Date,Transaction Type,BTC Amount,Fiat Amount (excl. fees),Fiat Currency,Fee,Fee Currency,Destination,Operation ID"
SAMPLES = {
    "coincheck": "coincheck/buys",
    "localbitcoins": "localbitcoins/trades",
    "nicehash": "nicehash/btc",
    "nicehash_older": "nicehash/btc_2020",
    "pionex_moves": "pionex/deposit_withdrawal",
    "relai": "relai/transactions",
}


@pytest.mark.parametrize(("name", "path"), SAMPLES.items())
def test_golden(name: str, path: str) -> None:
    compare(name, f"{path}.csv")


def said(intake: Intake) -> list[str]:
    return [legs(one) for one in intake.transactions]


def local(*rows: str, file: str = "export.csv") -> Intake:
    """Rows `buyer,seller,trade_type,amount,fee,less fee` for 400 USD."""
    lines = []
    for number, row in enumerate(rows):
        buyer, seller, kind, amount, fee, less = row.split(",")
        lines.append(
            f"{number},2016-01-01 10:00:00+00:00,{buyer},{seller},{kind},{amount},,{fee},{less},,400,,,USD,,2016-01-01 11:00:00+02:00,,"
        )
    table = written(layout("localbitcoins"), LOCAL, *lines, file=file)
    intake = layout("localbitcoins").read([table], UTC)
    assert_one_fate_each([table], intake)
    return intake


def test_the_name_in_every_row_is_the_persons() -> None:
    # me buys from the advertiser a, sells to b with a fee of 0.01 on top, and buys by an advertisement with the fee off the coins
    intake = local("me,a,ONLINE_SELL,1,0,1", "b,me,ONLINE_SELL,1.01,0.01,1", "me,c,ONLINE_BUY,1,0.01,0.99")
    assert said(intake) == ["buy -400 USD +1 BTC", "sell -1 BTC +400 USD fee 0.01 BTC", "buy -400 USD +1 BTC fee 0.01 BTC"]
    assert intake.transactions[0].time == datetime(2016, 1, 1, 9, tzinfo=UTC)  # when the coins were released


def test_one_row_is_told_by_the_files_name_or_by_the_fee() -> None:
    assert codes(local("me,a,ONLINE_SELL,1,0,1")) == ["ROW_INVALID"]
    assert said(local("me,a,ONLINE_SELL,1,0,1", file="localbitcoins-ME.csv")) == ["buy -400 USD +1 BTC"]
    assert said(local("x,y,LOCAL_SELL,1.01,0.01,1")) == ["sell -1 BTC +400 USD fee 0.01 BTC"]
    assert said(local("x,y,LOCAL_BUY,1,0.01,0.99")) == ["buy -400 USD +1 BTC fee 0.01 BTC"]


def test_amounts_that_do_not_add_up_are_rejected() -> None:
    assert codes(local("me,a,ONLINE_BUY,1,0.01,0.5")) == ["ROW_INVALID"]
    assert codes(local("me,a,ONLINE_SWAP,1,0.01,0.99")) == ["ROW_UNKNOWN_KIND"]


def test_income_from_hash_power_is_what_the_fee_leaves() -> None:
    at = "2022-02-01 04:00:10 GMT"
    intake = read(
        "nicehash", NICEHASH, f"{at},Hashpower mining,0.0001,40000,4.00", f"{at},Hashpower mining fee,-0.000002,40000,-0.08", "∑,Total,1,,1"
    )
    # 0.0001 - 0.000002 = 0.000098, at 40000 worth 3.92
    assert said(intake) == ["income:mining +0.000098 BTC"]
    assert (intake.transactions[0].value, intake.transactions[0].value_currency) == (Decimal("3.92"), "USD")
    assert len(intake.transactions[0].sources) == 2


def test_a_fee_without_its_payment_is_a_fee() -> None:
    intake = read("nicehash", NICEHASH, "2022-02-01 04:00:10 GMT,Withdrawal fee,-0.000005,40000,-0.2")
    assert said(intake) == ["fee fee 0.000005 BTC"]


def test_one_side_of_an_exchange_is_reported() -> None:
    assert codes(read("nicehash", NICEHASH, "2022-02-01 04:00:10 GMT,Exchange trade,-0.005,40000,-200")) == ["KIND_NOT_BOOKED"]


def test_a_fee_that_eats_its_payment_is_reported_on_both_rows() -> None:
    at = "2022-02-01 04:00:10 GMT"
    intake = read("nicehash", NICEHASH, f"{at},Hashpower mining,0.1,40000,", f"{at},Hashpower mining fee,-0.1,40000,")
    assert codes(intake) == ["ROW_INVALID", "ROW_INVALID"]


def test_pionex_coins_lose_their_network() -> None:
    header = "date(UTC+0),tx_type,amount,coin,network,txid,fee"
    at = "2022-02-10 09:30:00"
    rows = (f"{at},DEPOSIT,500,USDTTRX,TRX,a,0", f"{at},WITHDRAWAL,1,BTC,BTC,b,0.1", f"{at},WITHDRAWAL,1,ETH,,c,1")
    intake = read("pionex_moves", header, *rows)
    assert said(intake) == ["deposit +500 USDT", "withdrawal -0.9 BTC fee 0.1 BTC"]
    assert codes(intake) == ["ROW_INVALID"]  # a fee of all that left


def test_pionex_trades_are_told_by_the_files_name() -> None:
    detected, table = sample("pionex/pionex_trades.csv")
    assert detected == "cointracker_import"
    intake = layout(detected).read([table], UTC)
    # 0.01 BTC were got and 0.000005 of them charged; 210 USDT got, 0.105 charged
    assert said(intake) == ["swap -430 USDT +0.01 BTC fee 0.000005 BTC", "swap -0.005 BTC +210 USDT fee 0.105 USDT"]
    assert {one.account for one in intake.transactions} == {"pionex"}


def test_relai_sends_purchases_on_and_gets_what_it_sells() -> None:
    at = "2024-01-01T07:30:00Z"
    intake = read("relai", RELAI, f"{at},Buy,0.01,400,CHF,4,CHF,bc1q,op1", f"{at},Sell,0.02,900,CHF,0,CHF,CH00,op2")
    assert said(intake) == [
        "buy -400 CHF +0.01 BTC fee 4 CHF",
        "withdrawal -0.01 BTC",
        "deposit +0.02 BTC",
        "sell -0.02 BTC +900 CHF",
    ]
    assert [one.id for one in intake.transactions] == ["op1", "op1/withdrawal", "op2/deposit", "op2"]
