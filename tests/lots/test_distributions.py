"""Return of capital, spin-offs and splits with cash for the fraction, in worked numbers."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from taxlots import frames
from taxlots.importers.records import Transaction
from taxlots.problems import Severity

from histories import book_of

D = Decimal


def tx(day, kind, identifier, account="schwab", **legs):
    """A transaction of securities at noon UTC; a leg is written `sent="1 KO"`, an asset without quantity `sent="KO"`."""
    given = {}
    for side in ("sent", "received"):
        *quantity, asset = legs.pop(side, "").split() or [None]
        given |= {f"{side}_quantity": D(quantity[0]) if quantity else None, f"{side}_asset": asset}
    moment = datetime.fromisoformat(day).replace(hour=12, tzinfo=UTC)
    legs = {name: D(value) if name in {"basis", "value"} else value for name, value in legs.items()}
    return Transaction(
        time=moment, account=account, kind=kind, id=identifier, sources=(("b.csv", 1 + sum(map(ord, identifier))),), **given, **legs
    )


def buy(day, identifier, received, cost, **more):
    """A purchase for dollars."""
    return tx(day, "buy", identifier, sent=f"{cost} USD", received=received, **more)


def sell(day, identifier, sent, proceeds, **more):
    """A sale for dollars."""
    return tx(day, "sell", identifier, sent=sent, received=f"{proceeds} USD", **more)


def sold(book):
    """(kind, lot, quantity, proceeds, basis, gain, term) of every piece."""
    names = ("kind", "lot_transaction_id", "quantity", "proceeds", "basis", "gain", "term")
    return [tuple(row[name] for name in names) for row in frames.records(book.disposals)]


def held(book):
    """(asset, lot, quantity, basis) of every open lot."""
    rows = frames.records(book.lots)
    return sorted((row["asset"], row["lot_transaction_id"], row["quantity"], row["basis"]) for row in rows)


def found(book):
    """Codes of the problems, without those of the time zone and the wash sales."""
    return [p.code for p in book.problems if p.code not in {"TIMEZONE_ASSUMED", "WASH_SALE"}]


LOTS = [buy("2023-01-05", "a", "60 KO", "600"), buy("2024-05-06", "b", "40 KO", "80")]


def test_capital_returned_lowers_the_basis_per_share():
    """100 shares get 50, that is 0.50 each: 30 off the 600 of the first lot, 20 off the 80 of the second. No gain, no income."""
    book = book_of([*LOTS, tx("2024-07-01", "return-of-capital", "r", sent="KO", received="50 USD")])
    assert held(book) == [("KO", "a", 60, 570), ("KO", "b", 40, 60)]
    assert sold(book) == []
    assert len(book.income) == 0
    moves = [(row["kind"], row["lot_id"], row["quantity"], row["basis"]) for row in frames.records(book.moves)]
    assert moves == [("return-of-capital", "a", 0, 30), ("return-of-capital", "b", 0, 20)]


def test_beyond_the_basis_it_is_gain_of_that_lot():
    """26 USC 301(c)(3): 300 returned, 3 a share: 180 off 600; of the 120 for the second lot 80 are its basis and 40 are gain.

    The second lot of May 2024 is short-term in July 2024, and long-term in July 2025.
    """
    returned = tx("2024-07-01", "return-of-capital", "r", sent="KO", received="300 USD")
    book = book_of([*LOTS, returned])
    assert held(book) == [("KO", "a", 60, 420), ("KO", "b", 40, 0)]
    assert sold(book) == [("return-of-capital", "b", 0, 40, 0, 40, "short")]
    later = tx("2025-07-01", "return-of-capital", "r", sent="KO", received="300 USD")
    assert sold(book_of([*LOTS, later])) == [("return-of-capital", "b", 0, 40, 0, 40, "long")]


def test_once_the_basis_is_exhausted_all_of_it_is_gain():
    """A lot with basis 100 gets 70 twice: basis 30 and no gain, then basis 0 and a gain of 40; a sale for 55 then gains 55."""
    rows = [
        buy("2022-01-05", "a", "10 KO", "100"),
        tx("2023-07-01", "return-of-capital", "r1", sent="KO", received="70 USD"),
        tx("2024-07-01", "return-of-capital", "r2", sent="KO", received="70 USD"),
        sell("2024-08-01", "x", "10 KO", "55"),
    ]
    assert sold(book_of(rows)) == [
        ("return-of-capital", "a", 0, 40, 0, 40, "long"),
        ("sell", "a", 10, 55, 0, 55, "long"),
    ]


def test_only_the_lots_of_that_account_and_asset_are_lowered():
    """The same share at another broker, and another share here, keep their basis."""
    others = [buy("2023-01-05", "c", "10 KO", "90", account="fidelity"), buy("2023-01-05", "d", "10 PEP", "90")]
    book = book_of([*LOTS, *others, tx("2024-07-01", "return-of-capital", "r", sent="KO", received="50 USD")])
    assert held(book) == [("KO", "a", 60, 570), ("KO", "b", 40, 60), ("KO", "c", 10, 90), ("PEP", "d", 10, 90)]


def test_what_was_sold_before_is_not_lowered():
    """60 shares sold before: the 50 go to the 40 that are left, 80 - 50 = 30."""
    rows = [*LOTS, sell("2024-06-01", "x", "60 KO", "900"), tx("2024-07-01", "return-of-capital", "r", sent="KO", received="50 USD")]
    assert held(book_of(rows)) == [("KO", "b", 40, 30)]


def test_highest_first_goes_by_the_lowered_basis():
    """Lots of 11 and 10 a share; 2 a share returned before the second was bought leaves 9 and 10: the second is the highest."""
    rows = [
        buy("2023-01-05", "a", "10 KO", "110"),
        tx("2023-07-01", "return-of-capital", "r", sent="KO", received="20 USD"),
        buy("2023-08-01", "b", "10 KO", "100"),
        sell("2023-09-15", "x", "10 KO", "130"),
    ]
    assert sold(book_of(rows, method="hifo")) == [("sell", "b", 10, 130, 100, 30, "short")]
    assert sold(book_of(rows, method="lofo")) == [("sell", "a", 10, 130, 90, 40, "short")]


def test_capital_returned_by_a_holding_that_is_not_there():
    """Nothing is held: all of it is gain and short-term, and an error says so at the row."""
    book = book_of([tx("2024-07-01", "return-of-capital", "r", sent="KO", received="50 USD")])
    assert sold(book) == [("return-of-capital", None, 0, 50, 0, 50, "short")]
    (problem,) = [p for p in book.problems if p.code == "HOLDING_UNKNOWN"]
    assert problem.severity is Severity.ERROR
    assert "no KO in schwab" in problem.message


def test_capital_returned_by_nobody_knows_whom():
    """Without the holding nothing is lowered, and the hint is a line that names it."""
    book = book_of([*LOTS, tx("2024-07-01", "return-of-capital", "r", received="50 USD")])
    assert held(book) == [("KO", "a", 60, 600), ("KO", "b", 40, 80)]
    assert found(book) == ["HOLDING_UNKNOWN"]
    (problem,) = [p for p in book.problems if p.code == "HOLDING_UNKNOWN"]
    assert problem.hint.endswith("r,return-of-capital,,,,<why>,<holding>")


def test_foreign_capital_returned_is_converted():
    """A value is looked up like any other: here it is missing, so that 0 is returned, and an error says so."""
    book = book_of([*LOTS, tx("2024-07-01", "return-of-capital", "r", sent="KO", received="50 EUR")])
    assert held(book) == [("KO", "a", 60, 600), ("KO", "b", 40, 80)]
    assert found(book) == ["PRICE_MISSING"]


SPIN_OFF = {"sent": "KO", "received": "50 KOX"}


@pytest.mark.parametrize("part", ["0.25", "170"])
def test_a_spin_off_takes_a_part_of_every_lots_basis(part):
    """26 USC 358(b): a quarter, or 170 of 680 dollars: 150 of 600 and 20 of 80. The 50 new shares go 30 to 20 like the old 60 to 40."""
    book = book_of([*LOTS, tx("2024-07-01", "spin-off", "s", basis=part, **SPIN_OFF)])
    assert held(book) == [("KO", "a", 60, 450), ("KO", "b", 40, 60), ("KOX", "a", 30, 150), ("KOX", "b", 20, 20)]
    assert sold(book) == []


def test_new_shares_are_as_old_as_those_they_came_from():
    """26 USC 1223(1)(B): sold in August 2024, those of the lot of 2023 are long-term, those of May 2024 short-term."""
    rows = [*LOTS, tx("2024-07-01", "spin-off", "s", basis="0.25", **SPIN_OFF), sell("2024-08-01", "x", "50 KOX", "500")]
    assert sold(book_of(rows)) == [("sell", "a", 30, 300, 150, 150, "long"), ("sell", "b", 20, 200, 20, 180, "short")]


def test_basis_is_conserved_to_the_last_unit():
    """A third of 100 over three equal lots of 3 shares each: 2 new shares, thirds that do not come out even, and not a unit is lost."""
    lots = [buy(f"2023-01-0{n}", f"l{n}", "3 KO", "100") for n in (1, 2, 3)]
    book = book_of([*lots, tx("2024-07-01", "spin-off", "s", basis="0.333333333333333333", sent="KO", received="2 KOX")])
    rows = held(book)
    assert sum(row[3] for row in rows) == 300
    assert sum(row[2] for row in rows if row[0] == "KOX") == 2
    assert sum(row[3] for row in rows if row[0] == "KOX") == D("99.9999999999999999")


def test_highest_first_after_a_spin_off():
    """Lots of 10 and 9 a share; the first loses 0.2 of its basis to the spin-off before the second is bought: 8 and 9."""
    rows = [
        buy("2023-01-05", "a", "10 KO", "100"),
        tx("2023-07-01", "spin-off", "s", basis="0.2", sent="KO", received="10 KOX"),
        buy("2023-08-01", "b", "10 KO", "90"),
        sell("2023-09-15", "x", "10 KO", "130"),
    ]
    assert sold(book_of(rows, method="hifo")) == [("sell", "b", 10, 130, 90, 40, "short")]


def test_a_spin_off_without_its_share_of_basis():
    """The new shares are there with basis 0, the old keep theirs, and an error gives the line to add."""
    book = book_of([*LOTS, tx("2024-07-01", "spin-off", "s", **SPIN_OFF)])
    assert held(book) == [("KO", "a", 60, 600), ("KO", "b", 40, 80), ("KOX", "a", 30, 0), ("KOX", "b", 20, 0)]
    assert found(book) == ["BASIS_SHARE_MISSING"]


def test_a_spin_off_out_of_nothing_known():
    """Without the holding, or without a lot of it, the new shares have basis 0 from that day on: an error each."""
    nameless = book_of([*LOTS, tx("2024-07-01", "spin-off", "s", received="50 KOX")])
    assert ("KOX", "s", 50, 0) in held(nameless)
    assert found(nameless) == ["HOLDING_UNKNOWN"]
    missing = book_of([tx("2024-07-01", "spin-off", "s", basis="0.25", **SPIN_OFF)])
    assert held(missing) == [("KOX", "s", 50, 0)]
    assert found(missing) == ["HOLDING_UNKNOWN"]


def test_more_basis_than_there_is():
    """700 of 680: all of it goes, none is made up, and an error says so."""
    book = book_of([*LOTS, tx("2024-07-01", "spin-off", "s", basis="700", **SPIN_OFF)])
    assert held(book) == [("KO", "a", 60, 0), ("KO", "b", 40, 0), ("KOX", "a", 30, 600), ("KOX", "b", 20, 80)]
    assert found(book) == ["HOLDING_UNKNOWN"]


def test_a_reverse_split_with_cash_for_the_fraction():
    """47 shares with basis 470 become 47 / 5 = 9.4; 0.4 of them (basis 0.4 x 50 = 20) are sold for 11.80: loss 8.20; 9 with 450 left."""
    rows = [
        buy("2023-01-05", "a", "47 KO", "470"),
        tx("2024-07-01", "split", "s", sent="47 KO", received="9.4 KO"),
        sell("2024-07-02", "x", "0.4 KO", "11.80"),
    ]
    book = book_of(rows)
    assert sold(book) == [("sell", "a", D("0.4"), D("11.8"), 20, D("-8.2"), "long")]
    assert held(book) == [("KO", "a", 9, 450)]


def test_stock_for_stock_carries_basis_and_dates():
    """26 USC 354, 358(a), 1223(1): 100 KO in two lots become 50 NEW, 30 and 20, with their bases; the first is long-term at once."""
    rows = [*LOTS, tx("2024-07-01", "convert", "m", sent="100 KO", received="50 NEW"), sell("2024-07-02", "x", "30 NEW", "900")]
    book = book_of(rows)
    assert sold(book) == [("sell", "a", 30, 900, 600, 300, "long")]
    assert held(book) == [("NEW", "b", 20, 80)]


def test_under_one_pool_for_all_accounts():
    """Under a universal pool the lots of all accounts are lowered, 0.50 a share: 120 shares get 60."""
    other = buy("2023-01-05", "c", "20 KO", "90", account="fidelity")
    returned = tx("2024-07-01", "return-of-capital", "r", sent="KO", received="60 USD")
    assert held(book_of([*LOTS, other, returned], pool="universal")) == [("KO", "a", 60, 570), ("KO", "b", 40, 60), ("KO", "c", 20, 80)]
