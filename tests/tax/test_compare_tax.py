"""The script that compares with another calculator's file, on rows worked out here."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
INPUTS = "year,status,wages,interest,nonqual_div,qual_div,st_net,lt_net,coll_gain"
HEADER = f"{INPUTS},agi,taxable_income,regular_tax,niit,amt,total_regular_plus_niit"
# Worked out in test_tax_liability.py: the 20 % edge with minimum tax; a loss; a 28 % group that fills the 24 % bracket; the separate
# filer's extra amount.
ROWS = [
    "2026,single,116100,0,0,0,0,500000,0,616100,600000,94437,15811.80,5141,110248.80",
    "2025,single,300000,10000,0,0,-8000,0,0,307000,291250,,266,0,",
    "2025,single,115750,0,0,0,0,120000,120000,235750,220000,46555,1358.50,0,47913.50",
    "2025,mfs,0,0,0,0,0,1015750,0,1015750,1000000,177747.50,33848.50,10651,211596",
]


def compared(tmp_path, rows, *options):
    path = tmp_path / "rows.csv"
    path.write_text("\n".join((HEADER, *rows, "")))
    command = [sys.executable, str(ROOT / "tools" / "compare_tax.py"), str(path), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)


def filled():
    """The second row's tax: 291,250 = 57,231 up to 250,525 and 35 % x 40,725 = 14,253.75."""
    return [ROWS[0], ROWS[1].replace(",291250,,266,0,", ",291250,71484.75,266,0,71750.75"), *ROWS[2:]]


def test_every_column_agrees_with_the_statute(tmp_path):
    ran = compared(tmp_path, filled())
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.count("       4       0") == 6


def test_the_other_reading_differs_where_the_statute_is_plain(tmp_path):
    """28 % gain that stops at the 0 % rate's range, and no extra amount of separate filers: two rows differ."""
    ran = compared(tmp_path, filled(), "--reading", "other")
    assert ran.returncode == 1
    # 100,000 ordinary and 120,000 at 28 %: 16,914 + 33,600 = 50,514, above the 46,555 of the ordinary brackets; the schedule
    # itself would give 40,199 + 32 % x 22,700 = 47,463, which is the lesser: off by 908.
    assert "theirs 46555, off by 908.00" in ran.stdout
    # Without the extra amount the minimum tax on 1,015,750 of gain is that on it alone: 180,897.50 - 177,747.50 = 3,150.
    assert "theirs 10651, off by 7501.00" in ran.stdout
