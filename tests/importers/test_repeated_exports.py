"""What two exports of one account tell at different minutes, or with the fee inside and beside, counts once."""

from pathlib import Path

import pytest
from layout_samples import legs
from taxlots.importers.read import Imported, read
from taxlots.ledger.duplicates import distinct
from taxlots.ledger.settle import settle

BYBIT_FUNDING = "Uid,Date & Time(UTC),Coin,QTY,Type,Account Balance,Description"
BYBIT_MOVES = "Uid,Date,Type,Asset,Chain,Amount,Tx ID,Status,Received Address"
STATEMENT = "User_ID,UTC_Time,Account,Operation,Coin,Change,Remark"
WITHDRAWALS = "Date(UTC+0),Coin,Network,Amount,Fee,Address,TXID,Status"
DEPOSITS = "Date(UTC),Coin,Network,Amount,Address,TXID,Status"


def told(folder: Path, **files: tuple[str, ...]) -> tuple[Imported, list[str]]:
    """What the files hold, and the moves that are left of them in the ledger."""
    for name, lines in files.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    imported = read([folder])
    assert all(file.layout for file in imported.files)
    rows = sum(file.rows for file in imported.files)
    ledger = settle(imported)
    assert sum(f.used + f.merged + f.set_aside + f.unusable for f in ledger.files) == rows
    kept = distinct(imported.transactions, imported.order()).transactions
    return imported, sorted(legs(one) for one in kept)


def test_bybit_tells_a_move_in_two_files(tmp_path: Path) -> None:
    """The log takes 0.5005 BTC at 10:07 for a withdrawal of 0.5 that was asked for at 9:58: 0.0005 are the fee."""
    imported, moves = told(
        tmp_path,
        log=(
            BYBIT_FUNDING,
            "1,2025-01-02 10:07:00,BTC,-0.5005,Withdraw,0.4995,Withdrawal",
            "1,2025-01-01 00:20:00,BTC,1,Deposit,1,Deposit",
        ),
        history=(
            BYBIT_MOVES,
            "1,2025-01-01 00:00:00,Deposit,BTC,BTC,1,h1,Success,a",
            "1,2025-01-02 09:58:00,Withdraw,BTC,BTC,0.5,h2,Success,b",
        ),
    )
    assert moves == ["deposit +1 BTC", "withdrawal -0.5 BTC fee 0.0005 BTC"]
    assert {(one.id, one.txid, one.time.isoformat()) for one in imported.transactions} == {
        ("h1", "h1", "2025-01-01T00:20:00+00:00"),
        ("h2", "h2", "2025-01-02T10:07:00+00:00"),
    }


def test_two_equal_withdrawals_of_an_hour_stay_two(tmp_path: Path) -> None:
    """Each row of the history goes with another row of the log, the nearest first."""
    log = [f"1,2025-01-02 10:{minute}:00,BTC,-0.5,Withdraw,0,Withdrawal" for minute in ("40", "10")]
    history = [f"1,2025-01-02 10:{minute}:00,Withdraw,BTC,BTC,0.5,h{minute},Success,b" for minute in ("05", "35")]
    imported, moves = told(tmp_path, log=(BYBIT_FUNDING, *log), history=(BYBIT_MOVES, *history))
    assert moves == ["withdrawal -0.5 BTC"] * 2
    assert [(one.time.minute, one.id) for one in sorted(imported.transactions, key=lambda one: one.time)] == [(10, "h05"), (40, "h35")]


def test_histories_that_overlap_tell_a_move_once(tmp_path: Path) -> None:
    """The same move stands in two downloads of the history and one of the log."""
    row = "1,2025-01-02 09:58:00,Withdraw,BTC,BTC,0.5,h2,Success,b"
    _, moves = told(
        tmp_path,
        log=(BYBIT_FUNDING, "1,2025-01-02 10:07:00,BTC,-0.5,Withdraw,0.5,Withdrawal"),
        january=(BYBIT_MOVES, row),
        winter=(BYBIT_MOVES, row, "1,2025-02-02 09:58:00,Withdraw,BTC,BTC,0.5,h3,Success,b"),
    )
    assert moves == ["withdrawal -0.5 BTC"] * 2  # that of February is another


@pytest.mark.parametrize(("time", "expected"), [("10:00:01", 1), ("10:20:00", 1), ("11:01:00", 2)])
def test_binance_credits_a_deposit_later(tmp_path: Path, time: str, expected: int) -> None:
    """The history has the time of the deposit, the statement that of its credit; more than an hour apart, they are two."""
    _, moves = told(
        tmp_path,
        statement=(STATEMENT, f'1,2022-01-01 {time},Spot,Deposit,ETH,2,""'),
        deposits=(DEPOSITS, "2022-01-01 10:00:00,ETH,ETH,2,0xa,0xfeed,Completed"),
    )
    assert moves == ["deposit +2 ETH"] * expected


def test_a_withdrawal_of_binance_with_its_fee_inside(tmp_path: Path) -> None:
    """The statement takes 0.01 at 10:12; of that 0.0095 were sent and 0.0005 are the fee. Another of 0.0095 that day stays."""
    imported, moves = told(
        tmp_path,
        statement=(STATEMENT, '1,2022-01-01 10:12:00,Spot,Withdraw,BTC,-0.01,""', '1,2022-01-01 18:00:00,Spot,Withdraw,BTC,-0.0095,""'),
        withdrawals=(WITHDRAWALS, "2022-01-01 10:00:00,BTC,BTC,0.0095,0.0005,bc1,feed01,Completed"),
    )
    assert moves == ["withdrawal -0.0095 BTC", "withdrawal -0.0095 BTC fee 0.0005 BTC"]
    assert [source for source in imported.merged if "withdrawals.csv" in source[0]]
