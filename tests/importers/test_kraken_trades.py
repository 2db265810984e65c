"""Kraken trades repeat the ledgers."""

from layout_samples import compare, layout, read
from taxlots.problems import Severity


def test_golden_all_rows_are_set_aside_with_one_warning() -> None:
    intake = compare("kraken_trades", "kraken_trades/trades.csv")
    assert set(intake.set_aside.values()) == {"Kraken trades repeat the ledgers; export the ledgers"}
    (warning,) = intake.problems
    assert (warning.severity, warning.row) == (Severity.WARNING, 1)
    assert "Ledgers" in warning.hint


def test_an_empty_file_warns_of_nothing() -> None:
    assert not read("kraken_trades", ",".join(layout("kraken_trades").required)).problems
