"""The check of stated balances: what it finds, where, and what it leaves alone; and each layout that has such a column."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from goldens import written
from layout_samples import layout, read
from taxlots.importers.records import Intake, Row
from taxlots.importers.running_balances import Stated, Terms, check

START = datetime(2024, 1, 1, tzinfo=UTC)
EXACT = Terms(tolerance=Decimal(0))


def line(number: int, change: str, balance: str | None, day: int = 0, file: str = "a.csv") -> Stated:
    """Row `number` of a file, on a day after the first."""
    after = None if balance is None else Decimal(balance)
    return Stated(row=Row(file, number, {}), time=START + timedelta(days=day), asset="BTC", change=Decimal(change), balance=after)


def found(*lines: Stated, terms: Terms | None = None) -> tuple[list[tuple[str | None, int | None, str]], list[tuple[str, str]]]:
    """Problems by place, and the balances that are handed on."""
    intake = Intake()
    check("anywhere", lines, intake, terms)
    assert all(problem.code == "BALANCE_MISMATCH" for problem in intake.problems)
    return [(p.file, p.row, p.message) for p in intake.problems], [(b.asset, str(b.quantity)) for b in intake.balances]


def test_a_missing_row_is_located_where_the_chain_breaks() -> None:
    """2 + 3 = 5, then 5 + 1 would be 6, and the export says 10: a row of 4 is missing before row 4. What follows fits 10 again."""
    problems, balances = found(line(2, "2", "2", 0), line(3, "3", "5", 1), line(4, "1", "10", 2), line(5, "-4", "6", 3))
    assert problems == [("a.csv", 4, "the rows add up to 6 BTC, the export says 10")]
    assert balances == [("BTC", "6")]


def test_one_problem_per_chain() -> None:
    """The first of several breaks is named."""
    problems, _ = found(line(2, "1", "1", 0), line(3, "1", "5", 1), line(4, "1", "9", 2))
    assert [row for _, row, _ in problems] == [3]


@pytest.mark.parametrize("newest_first", [False, True])
def test_rows_of_one_moment_stand_in_any_order(*, newest_first: bool) -> None:
    lines = [line(2, "5", "5", 0), line(3, "-1", "6", 1), line(4, "2", "7", 1), line(5, "1", "8", 2)]
    # 5, then +2 to 7, then -1 to 6; the third moment should give 7, and says 8
    problems, balances = found(*(reversed(lines) if newest_first else lines))
    assert problems == [("a.csv", 5, "the rows add up to 7 BTC, the export says 8")]
    assert balances == [("BTC", "8")]


def test_a_row_missing_inside_one_moment() -> None:
    """5, then at one moment +1 to 6 and +1 to 9: between 6 and 8 a row of 2 is missing."""
    problems, balances = found(line(2, "5", "5", 0), line(3, "1", "6", 1), line(4, "1", "9", 1))
    assert problems == [("a.csv", 4, "the rows add up to 6 BTC, the export says 9")]
    assert balances == [("BTC", "9")]


def test_what_was_held_before() -> None:
    problems, balances = found(line(2, "-1", "4", 0), line(3, "-1", "3", 1))
    assert problems == [("a.csv", 2, "5 BTC were held before the first row of the files")]
    assert balances == [("BTC", "3")]
    assert found(line(2, "-1", "4", 0), terms=Terms(whole=False))[0] == []


def test_rounding_is_no_difference() -> None:
    """The platform keeps more decimals than it prints: a hundred-millionth is tolerated, two are not, and nothing where it is exact."""
    lines = (line(2, "1", "1", 0), line(3, "0.5", "1.50000001", 1))
    assert found(*lines)[0] == []
    assert len(found(*lines, terms=EXACT)[0]) == 1
    assert len(found(line(2, "1", "1", 0), line(3, "0.5", "1.50000002", 1))[0]) == 1
    together = (line(2, "1", "1", 0), line(3, "0.5", "1.50000001", 1), line(4, "0.25", "1.75000001", 1), line(5, "0.25", "2", 1))
    assert found(*together)[0] == []


def test_lines_without_a_balance_add_up() -> None:
    """1, then 2 and 3 without balances: 6 follows, 7 does not."""
    before = (line(2, "1", "1", 0), line(3, "2", None, 1), line(4, "3", None, 2))
    assert found(*before, line(5, "0", "6", 3)) == ([], [("BTC", "6")])
    assert found(*before, line(5, "0", "7", 3))[0] == [("a.csv", 5, "the rows add up to 6 BTC, the export says 7")]
    assert found(line(2, "1", None, 0), line(3, "1", "2", 1)) == ([], [("BTC", "2")])
    assert found(line(2, "1", None, 0)) == ([], [])


def test_files_that_overlap_count_a_row_once() -> None:
    """Two equal deposits are genuine in one file, and the same two in the other."""
    first = (line(2, "1", "1", 0), line(3, "1", "2", 1), line(4, "-1", "1", 1), line(5, "1", "2", 1))
    again = [line(n, str(one.change), str(one.balance), 1, "b.csv") for n, one in enumerate(first[1:], 2)]
    assert found(*first, *again, line(9, "1", "3", 2, "b.csv")) == ([], [("BTC", "3")])


def test_a_gap_between_two_files() -> None:
    problems, _ = found(line(2, "1", "1", 0), line(2, "1", "5", 9, "b.csv"))
    assert problems == [("b.csv", 2, "the rows add up to 2 BTC, the export says 5")]


def test_wallets_are_chains_of_their_own() -> None:
    intake = Intake()
    lines = [
        Stated(row=Row("a.csv", n, {}), time=START, asset="BTC", change=Decimal(n), balance=Decimal(n), wallet=wallet)
        for n, wallet in ((2, "spot"), (3, "earn"))
    ]
    check("anywhere", lines, intake)
    assert not intake.problems
    assert {(one.wallet, one.quantity) for one in intake.balances} == {("spot", Decimal(2)), ("earn", Decimal(3))}
    check("anywhere", lines, left := Intake(), Terms(away={"BTC"}))
    assert not left.balances


GEMINI = (
    "Date,Time (UTC),Type,Symbol,Specification,Liquidity Indicator,Trading Fee Rate (bps),BTC Amount BTC,Fee (BTC) BTC,BTC Balance BTC,"
    "Tx Hash"
)
OKX = (
    "id,Order id,Time,Trade Type,Symbol,Action,Amount,Trading Unit,Filled Price,PnL,Fee,Fee Unit,Position Change,Position Balance,"
    "Balance Change,Balance,Balance Unit"
)
BYBIT = (
    "Uid,Currency,Contract,Type,Direction,Quantity,Position,Filled Price,Funding,Fee Paid,Cash Flow,Change,Wallet Balance,Action,Time(UTC)"
)
LEGACY = (
    "Timestamp,Balance,Amount,Currency,To,Notes,Instantly Exchanged,Transfer Total,Transfer Total Currency,Transfer Fee,"
    "Transfer Fee Currency,Transfer Payment Method,Transfer ID"
)
STRIKE = (
    "Transaction ID,Initiated Date (UTC),Initiated Time (UTC),Completed Date (UTC),Completed Time (UTC),Transaction Type,State,Amount 1,"
    "Currency 1,Fee 1,Amount 2,Currency 2,Fee 2,BTC Price,Balance 1,Currency 1,Balance - BTC,Destination,Description,Note"
)
# Of each layout three rows of +1 each, the day in the place of {d} and the balance in that of {b}.
LAYOUTS = {
    "kraken_ledgers": (
        "txid,refid,time,type,subtype,aclass,asset,amount,fee,balance",
        "t{d},R{d},2024-01-{d} 00:00:00,deposit,,currency,XXBT,1,0,{b}",
    ),
    "coinbase_pro_account": (
        "portfolio,type,time,amount,balance,amount/balance unit,transfer id,trade id,order id",
        "default,deposit,2024-01-{d}T00:00:00.000Z,1,{b},BTC,t{d},,",
    ),
    "gemini_history": (GEMINI, "2024-01-{d},04:26:23.644,Credit,BTC,Deposit (BTC),,,1,,{b},h{d}"),
    "okx": (OKX, "{d},0,2024-01-{d} 00:00:00,Transfer,,Transfer in,1,BTC,,0,0,,0,0,1,{b},BTC"),
    "okx_funding": ("id,Time,Type,Amount,Before Balance,After Balance,Fee,Symbol", "{d},2024-01-{d} 00:00:00,Deposit,1,{a},{b},0,BTC"),
    "bybit": (BYBIT, "1,BTC,,TRANSFER_IN,--,0,0,0,0,0,1,1,{b},--,2024-01-{d} 00:00:00"),
    "bybit_funding": ("Uid,Date & Time(UTC),Coin,QTY,Type,Account Balance,Description", "1,2024-01-{d} 00:00:00,BTC,1,Deposit,{b},Deposit"),
    "bitfinex_ledger": (
        "#,DESCRIPTION,CURRENCY,AMOUNT,BALANCE,DATE,WALLET",
        "{d},Staking reward on wallet exchange,BTC,1,{b},{d}-01-24 10:00:00,exchange",
    ),
    "bitmex_wallet": (
        "transactTime,transactType,amount,fee,address,transactStatus,walletBalance",
        "2024-01-{d} 00:00:00,Deposit,100000000,0,a,Completed,{b}00000000",
    ),
    "coinbase_transactions_legacy": (LEGACY, "2014-01-{d} 10:00:00 -0800,{b},1,BTC,,,false,,,,,,"),
    "schwab_bank": (
        "Date,Status,Type,CheckNumber,Description,Withdrawal,Deposit,RunningBalance",
        "01/{d}/2024,Posted,ACH,,Invented,,$1.00,${b}.00",
    ),
    "strike_2022": (
        STRIKE,
        "t{d},Jan {d} 2023,10:00:00,Jan {d} 2023,10:00:01,Receive,Completed,,USD,,1,BTC,,,0,USD,{b},,,",
    ),
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_layout_with_balances_locates_a_missing_row(name: str) -> None:
    """The rows of the 10th to 13th lead from 0 to 4. Without that of the 12th, the one of the 13th (row 4) says 4 instead of 3."""
    header, row = LAYOUTS[name]
    whole = [row.format(d=9 + n, b=n, a=n - 1) for n in (1, 2, 3, 4)]
    assert not [p for p in read(name, header, *whole).problems if p.code == "BALANCE_MISMATCH"]
    for lines, at in ((whole[:2] + whole[3:], 4), ((whole[:2] + whole[3:])[::-1], 2)):
        intake = read(name, header, *lines)
        (problem,) = [p for p in intake.problems if p.code == "BALANCE_MISMATCH"]
        assert problem.row == at
        assert "add up to 3 " in problem.message
        assert problem.message.endswith("the export says 4")
        handed_on = [(one.asset, one.quantity) for one in intake.balances if one.asset != "USD"]
        assert handed_on == ([("BTC", Decimal(4))] if name != "schwab_bank" else [])


def test_trezors_web_wallet_states_a_balance_per_transaction() -> None:
    """Each of the two outputs of a transaction has the balance after both: 5 - 1 - 1 = 3. Then 3 - 1 would be 2, and it says 1."""
    header = "Date,Time,TX id,Address,TX type,Value,TX total,Balance"
    lines = (
        "2018-01-05,10:00:00,a,x,IN,5,5,5",
        "2018-01-06,10:00:00,b,x,OUT,1,-2,3",
        "2018-01-06,10:00:00,b,y,OUT,1,-2,3",
        "2018-01-08,10:00:00,d,x,OUT,1,-1,1",
    )
    table = written(layout("trezor_web"), header, *lines, file="export-btc.csv")
    intake = layout("trezor_web").read([table], UTC)
    assert [(p.row, p.message) for p in intake.problems] == [(5, "the rows add up to 2 BTC, the export says 1")]


VENMO = (
    ",ID,Datetime,Type,Status,Note,From,To,Amount (total),Amount (fee),Funding Source,Destination,Beginning Balance,Ending Balance,"
    "Disclaimer"
)


@pytest.mark.parametrize(("ending", "said"), [("$90.00", []), ("$95.00", ["the rows add up to 90 USD, the export says 95"])])
def test_a_venmo_statement_leads_from_its_first_balance_to_its_last(ending: str, said: list[str]) -> None:
    """120 - 50 + 20 = 90; the payment from a bank does not touch the balance."""
    intake = read(
        "venmo_statement",
        VENMO,
        ",,,,,,,,,,,,$120.00,,",
        ",1,2026-06-02T19:11:43,Payment,Complete,a,A,B,- $50.00,,Venmo balance,,,,",
        ",2,2026-06-03T19:11:43,Payment,Complete,b,A,B,- $900.00,,Bank *0000,,,,",
        ",3,2026-06-04T19:11:43,Payment,Complete,c,B,A,+ $20.00,,,Venmo balance,,,",
        f",,,,,,,,,,,,,{ending},In case of errors",
    )
    assert [problem.message for problem in intake.problems] == said


def test_two_files_of_a_coin_may_be_the_same_account() -> None:
    """Trezor's web wallet has a file per account, or two for one: the balances are not added up, each file is checked on its own."""
    header = "Date,Time,TX id,Address,TX type,Value,TX total,Balance"
    tables = [
        written(layout("trezor_web"), header, *lines, file=file)
        for file, lines in {
            "btc-1.csv": ("2018-01-05,10:00:00,a,x,IN,5,5,5",),
            "btc-2.csv": ("2018-01-05,10:00:00,b,x,IN,2,2,2",),
            "ltc.csv": ("2018-01-05,10:00:00,c,x,IN,7,7,7",),
        }.items()
    ]
    intake = layout("trezor_web").read(tables, UTC)
    assert not intake.problems
    assert [(one.asset, one.quantity) for one in intake.balances] == [("LTC", Decimal(7))]


def test_a_balance_that_cannot_be_read_is_said() -> None:
    header, row = LAYOUTS["coinbase_transactions_legacy"]
    intake = read("coinbase_transactions_legacy", header, row.format(d=10, b="lots"))
    assert [problem.code for problem in intake.problems] == ["BALANCE_MISMATCH"]
    assert "the balance was not checked" in intake.problems[0].message
    assert len(intake.transactions) == 1
