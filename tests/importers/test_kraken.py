"""Kraken: one golden per header era, and each trap with its expected legs."""

from datetime import UTC
from decimal import Decimal

import pytest
from goldens import assert_one_fate_each, compare, written
from taxlots.importers.detect import Layout
from taxlots.importers.exchanges import kraken
from taxlots.importers.exchanges.kraken_rows import asset_name
from taxlots.importers.records import Intake, Transaction

LAYOUT = Layout("kraken_ledgers", "Kraken", "test", kraken.REQUIRED, kraken.read)
HEADER = "txid,refid,time,type,subtype,aclass,asset,amount,fee,balance"
USD_HEADER = f"{HEADER},amountusd"
ERAS = (
    "kraken_2022",
    "kraken_2022_trailing",
    "kraken_2023_usd",
    "kraken_2024_wallet",
    "kraken_2024_subclass",
    "kraken_2025_all",
    "kraken_2026",
)


def read(*lines: str, header: str = HEADER) -> Intake:
    table = written(LAYOUT, header, *lines)
    intake = LAYOUT.read([table], UTC)
    assert_one_fate_each([table], intake)
    return intake


def legs(one: Transaction) -> tuple[object, ...]:
    sides = ("sent", "received", "fee")
    return (one.kind, *(v for s in sides for v in (getattr(one, f"{s}_quantity"), getattr(one, f"{s}_asset"))))


def codes(intake: Intake) -> list[str]:
    return [problem.code for problem in intake.problems]


@pytest.mark.parametrize("name", ERAS)
def test_every_era_gives_its_golden_ledger(name: str) -> None:
    compare(LAYOUT, name)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("XXBT", "BTC"),
        ("XBT.M", "BTC"),
        ("XXDG", "DOGE"),
        ("XETH", "ETH"),
        ("ETH2.S", "ETH"),
        ("ZUSD", "USD"),
        ("EUR.HOLD", "EUR"),
        ("SOL03.S", "SOL"),
        ("DOT28.S", "DOT"),
        ("C98.S", "C98"),
        ("XTZ", "XTZ"),
        ("ZRX", "ZRX"),
        ("ZEC", "ZEC"),
        ("1INCH", "1INCH"),
    ],
)
def test_asset_name(code: str, name: str) -> None:
    assert asset_name(code) == name


def test_fee_in_money_is_the_trades_and_the_other_stands_alone() -> None:
    intake = read(
        "a,T1,2024-01-01 00:00:00,trade,,currency,ZEUR,-100,0.26,",
        "b,T1,2024-01-01 00:00:00,trade,,currency,XXBT,0.002,0.00001,",
    )
    trade, fee = intake.transactions
    assert legs(trade) == ("buy", Decimal(100), "EUR", Decimal("0.002"), "BTC", Decimal("0.26"), "EUR")
    assert legs(fee) == ("fee", None, None, None, None, Decimal("0.00001"), "BTC")
    assert (trade.id, fee.id, fee.fee_value, fee.value_currency) == ("T1", "T1/fee", Decimal("0.5"), "EUR")
    assert trade.sources == fee.sources


def test_money_for_money_is_a_swap() -> None:
    intake = read(
        "a,T1,2024-01-01 00:00:00,trade,,currency,ZEUR,-100,0.2,",
        "b,T1,2024-01-01 00:00:00,trade,,currency,ZUSD,110,0,",
    )
    assert legs(intake.transactions[0]) == ("swap", Decimal(100), "EUR", Decimal(110), "USD", Decimal("0.2"), "EUR")


def test_rows_of_one_trade_may_stand_in_two_files_and_repeat() -> None:
    lines = (
        "a,T1,2024-01-01 00:00:00,trade,,currency,XXBT,-0.1,0,",
        "b,T1,2024-01-01 00:00:00,trade,,currency,ZUSD,4000,10,",
    )
    tables = [
        written(LAYOUT, HEADER, lines[0], file="one.csv"),
        written(LAYOUT, HEADER, lines[1], lines[0].replace("XXBT", "BTC"), file="two.csv"),
    ]
    intake = kraken.read(tables, UTC)
    assert_one_fate_each(tables, intake)
    assert [legs(one) for one in intake.transactions] == [("sell", Decimal("0.1"), "BTC", Decimal(4000), "USD", Decimal(10), "USD")]
    assert list(intake.merged) == [("two.csv", 3)]


def test_same_txid_with_other_content_is_an_error() -> None:
    intake = read(
        "a,D1,2024-01-01 00:00:00,deposit,,currency,XXBT,1,0,",
        "a,D1,2024-01-01 00:00:00,deposit,,currency,XXBT,2,0,",
    )
    assert codes(intake) == ["ID_CONFLICT"]


def test_unknown_refid_groups_nothing() -> None:
    intake = read(
        "a,Unknown,2024-01-01 00:00:00,earn,reward,currency,SOL,1,0,",
        "b,Unknown,2024-01-02 00:00:00,earn,reward,currency,DOT,2,0,",
        "c,Unknown,2024-01-03 00:00:00,trade,,currency,DOT,2,0,",
        ",Unknown,2024-01-04 00:00:00,earn,reward,currency,ADA,2,0,",
    )
    assert [one.kind for one in intake.transactions] == ["income:staking"] * 2
    assert codes(intake) == ["ROW_UNPAIRED_LEG"]
    assert len(intake.set_aside) == 1


def test_pending_row_that_never_completes_warns() -> None:
    intake = read(",W1,2024-01-01 00:00:00,withdrawal,,currency,XXBT,-1,0,")
    assert codes(intake) == ["ROW_PENDING"]
    assert not intake.transactions


@pytest.mark.parametrize(("fee_back", "kinds"), [("-0.01", []), ("0", ["fee"])])
def test_failed_withdrawal_is_undone(fee_back: str, kinds: list[str]) -> None:
    intake = read(
        "a,W1,2024-01-01 00:00:00,withdrawal,,currency,XXBT,-1,0.01,",
        f"b,W2,2024-01-03 00:00:00,withdrawal,,currency,XXBT,1,{fee_back},",
    )
    assert [one.kind for one in intake.transactions] == kinds
    assert not intake.problems


def test_unmatched_reversals_move_what_they_say() -> None:
    intake = read(
        "a,W1,2024-01-01 00:00:00,withdrawal,,currency,XXBT,1,0,",
        "b,W2,2024-01-03 00:00:00,deposit,,currency,ZEUR,-50,0,",
    )
    assert [one.kind for one in intake.transactions] == ["deposit", "withdrawal"]


def test_reward_is_what_arrives_after_the_commission() -> None:
    intake = read("a,S1,2024-01-01 00:00:00,earn,reward,currency,SOL,1,0.2,0.8,150", header=USD_HEADER)
    (one,) = intake.transactions
    assert legs(one) == ("income:staking", None, None, Decimal("0.8"), "SOL", None, None)
    assert (one.value, one.value_currency) == (Decimal(120), "USD")


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        ("staking,,currency,DOT.S,1,0,", "income:staking"),
        ("earn,,currency,DOT,1,0.1,", "income:staking"),
        ("dividend,,currency,KSM,1,0,", "income:dividend"),
        ("invite bonus,,currency,ZUSD,1,0,", "income:referral"),
        ("adjustment,,currency,FLR,1,0,", "income:airdrop"),
        ("adjustment,,currency,FLR,-1,0,", "spend"),
        ("transfer,,currency,BCH,1,0,", "income:airdrop"),
        ("transfer,airdrop,currency,SGB,1,0,", "income:airdrop"),
        ("earn,allocation,currency,DOT,-1,0.1,", "fee"),
    ],
)
def test_kind_of_type(row: str, kind: str) -> None:
    intake = read(f"a,R1,2024-01-01 00:00:00,{row}")
    assert [one.kind for one in intake.transactions] == [kind]
    assert not intake.problems


@pytest.mark.parametrize(
    "row",
    [
        "earn,,currency,DOT,1,0,",
        "earn,autoallocation,currency,DOT,-1,0,",
        "transfer,stakingtospot,currency,DOT.S,-1,0,",
        "transfer,spottofutures,currency,DOT,-1,0,",
        "hybridearnwithdrawal,,currency,DOT,1,0,",
        "deposit,,currency,KFEE,500,0,",
        "trade,,currency,KFEE,0,12.5,",
        "deposit,,currency,ZEUR,0,0,",
    ],
)
def test_moves_without_effect_are_set_aside(row: str) -> None:
    intake = read(f"a,R1,2024-01-01 00:00:00,{row}")
    assert not intake.transactions
    assert not intake.problems
    assert len(intake.set_aside) == 1


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ("5", ("realized-gain", None, None, Decimal(5), "USD", Decimal("0.1"), "USD")),
        ("-7.5", ("realized-gain", Decimal("7.5"), "USD", None, None, Decimal("0.1"), "USD")),
        ("0", ("fee", None, None, None, None, Decimal("0.1"), "USD")),
    ],
)
def test_closing_a_margin_position_moves_its_result(amount: str, expected: tuple[object, ...]) -> None:
    """A margin row with an amount is profit or loss with its fee; one without is the fee of opening."""
    intake = read(f"T1,R1,2024-01-01 00:00:00,margin,,currency,ZUSD,{amount},0.1,")
    assert [legs(one) for one in intake.transactions] == [expected]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("rollover,,currency,ZUSD,-1,0.1,", "KIND_NOT_BOOKED"),
        ("credit,,currency,ZUSD,5,0,", "KIND_NOT_BOOKED"),
        ("sale,,currency,XXBT,-1,0,", "ROW_UNPAIRED_LEG"),
        ("nfttrade,,currency,ZUSD,5,0,", "KIND_NOT_BOOKED"),
        ("nonsense,,currency,ZUSD,5,0,", "ROW_UNKNOWN_KIND"),
        ("transfer,,currency,LUNA,-5,0,", "ROW_UNKNOWN_KIND"),
        ("transfer,spotfromfutures,currency,ETHW,5,0,", "ROW_UNKNOWN_KIND"),
        ("staking,,currency,DOT.S,-1,0,", "ROW_INVALID"),
        ("trade,,currency,XXBT,1,0,", "ROW_UNPAIRED_LEG"),
        ("deposit,,currency,XXBT,one,0,", "ROW_INVALID"),
        ("deposit,,currency,,1,0,", "ROW_INVALID"),
    ],
)
def test_what_cannot_be_used_is_named(row: str, code: str) -> None:
    intake = read(f"a,R1,2024-01-01 00:00:00,{row}")
    assert codes(intake) == [code]
    assert intake.problems[0].hint


@pytest.mark.parametrize("said", ["margin", "rollover"])
def test_fees_of_a_margin_position_are_fees(said: str) -> None:
    intake = read(f"a,R1,2024-01-01 00:00:00,{said},,currency,XXBT,0,0.0002,")
    assert not intake.problems
    assert [legs(one) for one in intake.transactions] == [("fee", None, None, None, None, Decimal("0.0002"), "BTC")]


def test_staked_eth_sold_for_another_amount_of_eth_is_rejected() -> None:
    intake = read(
        "a,T1,2022-01-01 00:00:00,trade,,currency,ETH2.S,-1,0,",
        "b,T1,2022-01-01 00:00:00,trade,,currency,XETH,0.95,0,",
    )
    assert codes(intake) == ["ROW_INVALID", "ROW_INVALID"]


def test_balance_that_does_not_follow_warns_once_per_chain() -> None:
    intake = read(
        "a,D1,2024-01-01 00:00:00,deposit,,currency,ZEUR,100,0,100",
        "b,D2,2024-01-02 00:00:00,deposit,,currency,ZEUR,100,0,250",
        "c,D3,2024-01-03 00:00:00,deposit,,currency,ZEUR,100,0,300",
    )
    (warning,) = intake.problems
    assert (warning.code, warning.row) == ("BALANCE_MISMATCH", 3)
    assert "200" in warning.message
    assert "250" in warning.message
    (last,) = intake.balances
    assert (last.asset, last.wallet, last.quantity) == ("EUR", "ZEUR/spot / main", Decimal(300))


@pytest.mark.parametrize("newest_first", [False, True])
def test_rows_of_one_moment_may_stand_in_any_order(*, newest_first: bool) -> None:
    lines = [
        "a,D1,2024-01-01 00:00:00,deposit,,currency,ZEUR,100,0,100",
        "c,D3,2024-01-02 00:00:00,deposit,,currency,ZEUR,30,0,160",
        "b,D2,2024-01-02 00:00:00,deposit,,currency,ZEUR,30,0,130",
        "d,D4,2024-01-02 00:00:00,withdrawal,,currency,ZEUR,-5,1,154",
    ]
    intake = read(*(reversed(lines) if newest_first else lines))
    assert not intake.problems
    assert [balance.quantity for balance in intake.balances] == [Decimal(154)]


def test_what_was_held_before_the_file_is_said() -> None:
    intake = read("a,W1,2024-01-01 00:00:00,withdrawal,,currency,XXBT,-1,0.1,0.4")
    (warning,) = intake.problems
    assert warning.code == "BALANCE_MISMATCH"
    assert "1.5 XXBT were held before" in warning.message


def test_assets_of_two_eras_are_one_chain() -> None:
    later = written(LAYOUT, f"{HEADER},wallet", "b,D2,2024-03-01 00:00:00,deposit,,currency,BTC,1,0,2,spot / main")
    earlier = written(LAYOUT, HEADER, "a,D1,2022-01-01 00:00:00,deposit,,currency,XXBT,1,0,1", file="old.csv")
    intake = kraken.read([later, earlier], UTC)
    assert not intake.problems
    assert len(intake.balances) == 1
