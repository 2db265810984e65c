"""Tables in a terminal: what is too wide is folded where that harms nothing."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from taxlots.problems import problem
from taxlots.reports.render import as_text
from taxlots.reports.tables import MONEY, NUMBER, TEXT, Table, problems_table

_COLUMNS = (("lot", TEXT), ("asset", TEXT), ("quantity", NUMBER), ("acquired", TEXT), ("gain", MONEY), ("what it offsets", TEXT))
_ROW = ("6920726c6f4c033bd852b6d0", "BTC", Decimal("0.00127163"), datetime(2025, 11, 22, tzinfo=UTC), Decimal("-91234.5"), "long-term gain")


@pytest.mark.parametrize("width", [40, 80, 200])
def test_numbers_dates_and_short_words_stay_whole(width):
    """In a window of any width; the long id is folded first."""
    shown = as_text([Table("Lots", _COLUMNS, [_ROW])], width)
    for word in ("BTC", "0.00127163", "2025-11-22", "-91,234.50"):
        assert word in shown
    assert (_ROW[0] in shown) is (width == 200)
    assert ("Lines break in this window" in shown) is (width == 40)


def test_a_problem_s_next_step_can_be_copied_from_a_narrow_window():
    """The line to paste is not folded, and no blanks are put into it."""
    line = "hw-0007-and-a-long-identifier-of-a-platform,deposit,,<basis>,<acquired>,<why>"
    shown = as_text(
        [problems_table([problem("DEPOSIT_UNPAIRED", "2 ETH came in", f"Add to overrides.csv: {line}", file="a.csv", row=5)])], 60
    )
    assert f"error DEPOSIT_UNPAIRED a.csv:5: 2 ETH came in\n  -> Add to overrides.csv: {line}\n" in shown


def test_remarks_are_set_in_and_commands_stay_whole():
    """A remark's further lines begin under its text; a command to copy is one line in any window, without characters that steer it."""
    command = f"taxlots identify --sale TIME --account kraken --asset ETH --lots {'e2=10,' * 20}e3=1"
    shown = as_text([Table("Sale", _COLUMNS, [_ROW], ("A remark of many words. " * 6, command, "red \x1b[31m"))], 80)
    lines = shown.splitlines()
    assert f"  {command}" in lines
    begun = next(n for n, line in enumerate(lines) if line.startswith("  A remark"))
    assert lines[begun + 1].startswith("    ")
    assert "\x1b" not in shown


def test_a_last_column_of_sentences_stands_below_its_row_where_the_window_is_narrow():
    """Instead of twelve letters a line; in a wide window it stays a column, and CSV has one in any case."""
    why = "long-term since 2026-07-27; loss 191 % of the value; after the trades above it saves 19.58 of tax"
    table = Table("Trades", (*_COLUMNS[:5], ("why", TEXT)), [(*_ROW[:5], why)] * 2)
    narrow, wide = as_text([table], 80), as_text([table], 200)
    assert narrow.count("    long-term since 2026-07-27; loss 191 % of the value;") == 2
    assert all(len(line) <= 80 for line in narrow.splitlines())
    head, row = (next(line for line in narrow.splitlines() if word in line) for word in ("quantity", "0.00127163"))
    assert head.index("asset") == row.index("BTC")
    assert "why" in wide
    assert "why" not in narrow
