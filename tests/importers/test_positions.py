"""Options, futures, short sales and margin: one problem per instrument and account, and every row has its fate."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest
from goldens import assert_one_fate_each, written
from layout_samples import layout, legs, read
from taxlots.importers.brokers.brokerage import FUTURE, Entry, take
from taxlots.importers.positions import tell
from taxlots.importers.read import read as read_all
from taxlots.importers.records import Intake, NotBookedError, Row

SCHWAB = "Date,Action,Symbol,Description,Quantity,Price,Fees & Comm,Amount"
OKX = (
    "id,Order id,Time,Trade Type,Symbol,Action,Amount,Trading Unit,Filled Price,PnL,Fee,Fee Unit,"
    "Position Change,Position Balance,Balance Change,Balance,Balance Unit"
)
CALL, PUT = "ABNB 03/20/2026 140.00 C", "ABNB 03/20/2026 120.00 P"


def test_an_option_of_four_rows_is_one_problem_at_its_first() -> None:
    """Opened, added to, assigned and expired from 6 February to 20 March: one problem, which counts the rows. The purchase counts."""
    intake = read(
        "schwab_transactions",
        SCHWAB,
        f"02/06/2026,Sell to Open,{CALL},CALL AIRBNB,1,$2.10,$0.66,$209.34",
        f"02/09/2026,Sell to Open,{CALL},CALL AIRBNB,1,$2.20,$0.66,$219.34",
        f"02/10/2026,Sell to Open,{PUT},PUT AIRBNB,1,$1.10,$0.66,$109.34",
        "02/11/2026,Buy,ABNB,AIRBNB,10,$130.00,,-$1300.00",
        f"03/19/2026,Assigned,{CALL},CALL AIRBNB,1,,,",
        f"03/20/2026,Expired,{CALL},CALL AIRBNB,1,,,",
    )
    first, second = intake.problems
    assert (first.code, first.row, second.row) == ("KIND_NOT_BOOKED", 2, 4)
    assert first.message == f"{CALL} in schwab: an option; 4 rows (2-3, 6-7) from 2026-02-06 to 2026-03-20 not booked in this version"
    assert second.message == f"{PUT} in schwab: an option; 1 row of 2026-02-10 not booked in this version"
    assert len(intake.unusable) == 5
    assert [one.kind for one in intake.transactions] == ["buy"]


def test_a_position_goes_on_over_two_files() -> None:
    """The rows of both files are counted in one problem, which stands at the first row of the first."""
    schwab = layout("schwab_transactions")
    tables = [
        written(schwab, SCHWAB, f"0{month}/06/2026,Sell Short,GME,GAMESTOP,4,$58.00,,$232.00", file=f"{month}.csv") for month in (2, 3)
    ]
    intake = schwab.read(tables, UTC)
    assert_one_fate_each(tables, intake)
    (one,) = intake.problems
    assert (one.file, one.row) == ("2.csv", 2)
    assert (
        one.message
        == "GME in schwab: a short sale; 2 rows in 2.csv (2) and 3.csv (2) from 2026-02-06 to 2026-03-06 not booked in this version"
    )


def test_a_perpetual_is_one_problem_per_contract() -> None:
    """Three rows of the kind that OKX calls Swap, two of them of one contract; the balance changes by more than result and fee."""
    rows = [
        f"{n},{n},2025-04-0{n} 10:00:00,Swap,{pair},Buy,1,cont,1,0,0,USDT,0,0,-5,100,USDT"
        for n, pair in ((1, "BTC-USDT-SWAP"), (2, "BTC-USDT-SWAP"), (3, "ETH-USDT-SWAP"))
    ]
    intake = read("okx", OKX, *rows)
    assert [one.message.partition(";")[2] for one in intake.problems if one.code == "KIND_NOT_BOOKED"] == [
        " 2 rows (2-3) from 2025-04-01 to 2025-04-02 not booked in this version",
        " 1 row of 2025-04-03 not booked in this version",
    ]


def added(folder: Path, hint: str) -> list[str]:
    """What the lines of a next step book, with the words in capitals replaced."""
    header = re.search(r"\((time,[^)]*)\)", hint)
    lines = [re.sub(r"PROFIT|LOSS", "12.5", re.sub("^(?:profit|loss): ", "", line)) for line in hint.partition(" fees. ")[2].split("; ")]
    (folder / "add.csv").write_text("\n".join([header[1] if header else "", *lines, ""]))
    imported = read_all([folder / "add.csv"])
    assert imported.problems == []
    return [f"{one.time:%Y-%m-%d} {one.account} {legs(one)} {one.note}" for one in imported.transactions]


SHORT = "02/06/2026,Sell Short,GME,GAMESTOP,4,$58.00,,$232.00", "03/06/2026,Buy to Cover,GME,GAMESTOP,4,$50.00,,-$200.00"
SWAP = "1,1,2025-04-01 10:00:00,Swap,BTC-USDT-SWAP,Buy,1,cont,1,0,0,USDT,0,0,-5,100,USDT"


@pytest.mark.parametrize(
    ("layout_id", "header", "rows", "booked"),
    [
        ("schwab_transactions", SCHWAB, SHORT, "2026-03-06 schwab realized-gain {} USD a short sale GME"),
        ("okx", OKX, [SWAP], "2025-04-01 okx realized-gain {} USDT trade type 'Swap' BTC-USDT-SWAP"),
    ],
)
def test_the_next_step_is_the_lines_that_say_the_result(
    tmp_path: Path, layout_id: str, header: str, rows: Sequence[str], booked: str
) -> None:
    """On the day of the last row, in the account and its money: a profit, a loss; only the words in capitals have to be replaced."""
    (told,) = [one for one in read(layout_id, header, *rows).problems if one.code == "KIND_NOT_BOOKED"]
    assert added(tmp_path, told.hint) == [booked.format("+12.5"), booked.format("-12.5")]


def test_what_ends_in_no_short_term_result_has_no_such_lines() -> None:
    """A future of a broker belongs on Form 6781, and a collectible is no position."""
    future = Entry(row=Row("a.csv", 2, {}), deed=FUTURE, account="a", time=datetime(2024, 1, 2, tzinfo=UTC), symbol="/ES")
    with pytest.raises(NotBookedError) as refused:
        take(future, Intake())
    assert not refused.value.ends_in_a_result
    intake = Intake()
    intake.reject(future.row, refused.value)
    tell(intake, "A", UTC)
    assert "realized-gain" not in intake.problems[0].hint
