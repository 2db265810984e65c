"""An export that begins or ends inside a group of rows, beside another that has the group whole: the whole one alone counts."""

from collections import Counter
from pathlib import Path

import pytest
from layout_samples import legs
from taxlots.importers.read import read
from taxlots.ledger.duplicates import distinct
from taxlots.ledger.settle import settle

FILLS = (
    "Date(UTC),Pair,Side,Price,Executed,Amount,Fee",
    "2021-03-02 09:00:00,BTCUSDT,BUY,50000,0.01BTC,500USDT,0.0015BNB",
    "2021-03-02 09:00:00,BTCUSDT,BUY,50000,0.01BTC,500USDT,0.0015BNB",
    "2021-03-08 09:00:00,ETHUSDT,BUY,2000,0.1ETH,200USDT,0.0002BNB",
)
STATEMENT = (
    "User_ID,UTC_Time,Account,Operation,Coin,Change,Remark",
    "1,2021-03-01 09:00:00,Spot,Deposit,USDT,5000,",
    "1,2021-03-02 09:00:00,Spot,Buy,BTC,0.01,",
    "1,2021-03-02 09:00:00,Spot,Transaction Related,USDT,-500,",
    "1,2021-03-02 09:00:00,Spot,Fee,BNB,-0.0015,",
    "1,2021-03-02 09:00:00,Spot,Buy,ETH,0.1,",
    "1,2021-03-02 09:00:00,Spot,Transaction Related,USDT,-200,",
    "1,2021-03-02 09:00:00,Spot,Fee,ETH,-0.0001,",
    "1,2021-03-05 09:00:00,Spot,Small Assets Exchange BNB,XRP,-1.5,",
    "1,2021-03-05 09:00:00,Spot,Small Assets Exchange BNB,BNB,0.002,",
    "1,2021-03-06 09:00:00,Spot,POS savings interest,BNB,0.00001,",
)
_AMOUNTS = "Currency,Amount,To Currency,To Amount,Native Currency,Native Amount,Native Amount (in USD)"
APP = (
    f"Timestamp (UTC),Transaction Description,{_AMOUNTS},Transaction Kind",
    "2021-05-01 10:00:00,Convert Dust,CRO,30,,,USD,3,3,dust_conversion_credited",
    "2021-05-01 10:00:00,Convert Dust,ADA,-1,,,USD,-2,-2,dust_conversion_debited",
    "2021-05-01 10:00:00,Convert Dust,DOT,-0.1,,,USD,-1,-1,dust_conversion_debited",
    "2021-05-02 10:00:00,Deposit,BTC,0.1,,,USD,5000,5000,crypto_deposit",
)


def kept(folder: Path, **files: tuple[str, ...]) -> list[str]:
    """What is left in the ledger of these files."""
    folder.mkdir()
    for name, lines in files.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    imported = read([folder])
    ledger = settle(imported)
    assert [(f.file, f.rows) for f in ledger.files] == [(f.file, f.used + f.merged + f.set_aside + f.unusable) for f in ledger.files]
    assert not any(p.code in {"ROW_UNPAIRED_LEG", "ROW_INVALID"} for p in ledger.problems)
    return sorted(legs(one) for one in distinct(imported.transactions, imported.order()).transactions)


@pytest.mark.parametrize("export", [FILLS, STATEMENT, APP], ids=["fills", "statement", "app"])
def test_a_cut_inside_a_group_changes_nothing(tmp_path: Path, export: tuple[str, ...]) -> None:
    header, rows = export[0], export[1:]
    whole = kept(tmp_path / "whole", whole=export)
    for end in range(1, len(rows)):
        older, newer = (header, *rows[:end]), export  # one that was made earlier, and one that has all
        assert kept(tmp_path / f"end{end}", older=older, newer=newer) == whole, end
        assert kept(tmp_path / f"begin{end}", older=export, newer=(header, *rows[end:])) == whole, end


def test_a_row_that_was_missing_is_still_added(tmp_path: Path) -> None:
    """The second file has the group of the first, and another fill of it: the second alone counts, not both, and not the first."""
    more = (*FILLS[:3], FILLS[1])
    assert kept(tmp_path / "more", older=FILLS, newer=more) == kept(tmp_path / "expected", all=(*more, FILLS[3]))


def test_equal_rows_of_one_file_stay(tmp_path: Path) -> None:
    doubled = kept(tmp_path / "doubled", one=FILLS)
    assert Counter(doubled) == Counter(kept(tmp_path / "twice", one=FILLS, other=(FILLS[0], *reversed(FILLS[1:]))))
    assert any("1000 USDT" in line and "0.02 BTC" in line for line in doubled)
