"""Bitfinex: trades, movements and the ledger."""

from datetime import UTC, datetime

import pytest
from layout_samples import codes, compare, legs, read
from taxlots.importers.records import Intake
from taxlots.problems import Severity

TRADES = "#,PAIR,AMOUNT,PRICE,FEE,FEE PERC,FEE CURRENCY,DATE,ORDER ID"
MOVEMENTS = "#,DATE,CURRENCY,STATUS,AMOUNT,FEES,DESCRIPTION,TRANSACTION ID,NOTE"
LEDGER = "#,DESCRIPTION,CURRENCY,AMOUNT,BALANCE,DATE,WALLET"
PERIOD = "FROM_01-01-20_TO_31-12-20.csv"


@pytest.mark.parametrize(
    ("name", "file"), [("bitfinex_trades", "trades"), ("bitfinex_movements", "movements"), ("bitfinex_ledger", "ledgers")]
)
def test_golden(name: str, file: str) -> None:
    compare(name, f"bitfinex/{file}_{PERIOD}")


def trades(*lines: str) -> Intake:
    """What the trades export makes of lines."""
    return read("bitfinex_trades", TRADES, *lines)


@pytest.mark.parametrize(
    ("dates", "first"),
    [
        (("04-02-20 16:52:06",), datetime(2020, 2, 4, 16, 52, 6, tzinfo=UTC)),  # the default of the platform
        (("04-02-20 16:52:06", "13-02-20 00:00:00"), datetime(2020, 2, 4, 16, 52, 6, tzinfo=UTC)),
        (("04-02-20 16:52:06", "04-13-20 00:00:00"), datetime(2020, 4, 2, 16, 52, 6, tzinfo=UTC)),  # there is no 13th month
        (("2020-02-04 16:52:06",), datetime(2020, 2, 4, 16, 52, 6, tzinfo=UTC)),
        (("04-02-2020 16:52:06.5",), datetime(2020, 2, 4, 16, 52, 6, 500000, tzinfo=UTC)),
    ],
)
def test_all_dates_of_a_file_decide_their_order(dates: tuple[str, ...], first: datetime) -> None:
    intake = trades(*(f"{n},BTC/USD,1,9000,0,0%,BTC,{text},9" for n, text in enumerate(dates)))
    assert not intake.problems
    assert intake.transactions[0].time == first


@pytest.mark.parametrize(
    ("line", "said"),
    [
        # 0.05 * 9300 = 465; the fee is in the coin and comes out of it
        ("1,BTC/USD,0.05,9300,-0.0001,0.2%,BTC,04-02-20 00:00:00,9", "buy -465 USD +0.05 BTC fee 0.0001 BTC"),
        ("1,BTC/USD,-0.05,9300,-0.93,0.2%,USD,04-02-20 00:00:00,9", "sell -0.05 BTC +465 USD fee 0.93 USD"),
        # a rebate of 0.93 USD makes the purchase cheaper
        ("1,BTC/USD,0.05,9300,0.93,-0.2%,USD,04-02-20 00:00:00,9", "buy -464.07 USD +0.05 BTC"),
        ("1,BTCUST,0.01,7000,-0.07,0.1%,UST,04-02-20 00:00:00,9", "swap -70 UST +0.01 BTC fee 0.07 UST"),
        ("1,tDSHUSD,-3,70,0,0%,USD,04-02-20 00:00:00,9", "sell -3 DSH +210 USD"),
    ],
)
def test_total_is_amount_times_price(line: str, said: str) -> None:
    assert [legs(one) for one in trades(line).transactions] == [said]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("1,BTCF0:USTF0,0.2,11000,0,0%,USTF0,04-02-20 00:00:00,9", "KIND_NOT_BOOKED"),
        ("1,BTC,0.2,11000,0,0%,USD,04-02-20 00:00:00,9", "ROW_INVALID"),
        ("1,BTC/USD,0.2,,0,0%,USD,04-02-20 00:00:00,9", "ROW_INVALID"),
        ("1,BTC/USD,0.2,11000,-1,0%,,04-02-20 00:00:00,9", "ROW_INVALID"),
        ("1,BTC/USD,0.2,11000,0,0%,USD,31-02-20 00:00:00,9", "TIME_INVALID"),
        ("1,BTC/USD,0.2,11000,0,0%,USD,20-02-04 00:00:00,9", "TIME_INVALID"),  # 2004 was before Bitfinex
    ],
)
def test_what_cannot_be_used_is_named(line: str, code: str) -> None:
    assert codes(trades(line)) == [code]


def test_movements_of_the_older_header() -> None:
    intake = read("bitfinex_movements", MOVEMENTS, "1,04-02-20 10:00:00,BTC,COMPLETED,-1,-0.0004,bc1q,hash,cold")
    (one,) = intake.transactions
    assert legs(one) == "withdrawal -1 BTC fee 0.0004 BTC"
    assert (one.id, one.txid, one.note) == ("movement-1", "hash", "cold")


@pytest.mark.parametrize(
    ("status", "problems"), [("CANCELED", []), ("FAILED", []), ("PENDING REVIEW", []), ("TELEPORTED", ["ROW_UNKNOWN_KIND"])]
)
def test_only_what_was_completed_moved(status: str, problems: list[str]) -> None:
    intake = read("bitfinex_movements", MOVEMENTS, f"1,04-02-20 10:00:00,BTC,{status},-1,0,bc1q,,")
    assert not intake.transactions
    assert codes(intake) == problems


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Margin Funding Payment on wallet funding", "income:interest"),
        ("Earned fees from user 1234 on wallet exchange", "income:referral"),
        ("Affiliate Rebate (BTCUSD) on wallet exchange", "income:referral"),
        ("Staking reward on wallet exchange", "income:staking"),
    ],
)
def test_what_the_ledger_alone_tells(text: str, kind: str) -> None:
    intake = read("bitfinex_ledger", LEDGER, f"1,{text},USD,0.5,0.5,04-02-20 10:00:00,exchange")
    assert [one.kind for one in intake.transactions] == [kind]
    assert not intake.problems


def test_trades_in_the_ledger_are_set_aside_with_one_warning() -> None:
    lines = [
        f"{n},Exchange 0.05 BTC for USD @ 9300.0 on wallet exchange,BTC,0.05,{n * 0.05:.2f},04-02-20 10:00:00,exchange" for n in (1, 2)
    ]
    intake = read("bitfinex_ledger", LEDGER, *lines)
    assert len(intake.set_aside) == 2
    assert [problem.severity for problem in intake.problems] == [Severity.WARNING]


@pytest.mark.parametrize(
    ("text", "amount", "code"),
    [
        ("Position #1 swap on wallet margin", "-1", "KIND_NOT_BOOKED"),
        ("Delist adjustment on wallet exchange", "-1", "ROW_UNKNOWN_KIND"),
        ("Staking reward on wallet exchange", "-1", "ROW_INVALID"),
    ],
)
def test_ledger_rows_that_are_not_booked(text: str, amount: str, code: str) -> None:
    assert codes(read("bitfinex_ledger", LEDGER, f"1,{text},BTC,{amount},{amount},04-02-20 10:00:00,exchange")) == [code]
