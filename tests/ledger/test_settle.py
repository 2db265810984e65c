"""Overrides, opening lots, as-of dates, balances: a person's own files beside the exports."""

from decimal import Decimal

import pytest

from support import HEADER, book_of, codes, folder, ledger_of, records, run, tx, universal

BUY = tx("2024-01-01T00:00:00Z", "buy", sent="30000 USD", received="3 BTC", id="b")
DEPOSIT = tx("2024-02-01T00:00:00Z", "deposit", received="1 BTC", id="d")
SEND = tx("2024-03-01T00:00:00Z", "withdrawal", sent="1 BTC", id="w")
OVERRIDES = "id,kind,value,basis,acquired,note\n"
OPENING = "account,asset,quantity,basis,acquired,holding_starts,id,note\n"


def settled(tmp_path, *rows: str, **files: str):
    """The ledger of these rows and input files."""
    return ledger_of(tmp_path, {"a.csv": universal(*rows)} | {f"{name}.csv": text for name, text in files.items()})


def test_an_override_changes_the_kind(tmp_path):
    """An open withdrawal that was a gift is one, and the change is told as an info."""
    ledger = settled(tmp_path, BUY, SEND, overrides=OVERRIDES + "w,gift-out,,,,to my sister\n")
    assert [row["kind"] for row in records(ledger.transactions)] == ["buy", "gift-out"]
    assert codes(ledger.problems) == ["OVERRIDE_APPLIED"]


def test_basis_and_date_close_the_gap_of_a_deposit(tmp_path):
    """A deposit with basis and acquisition date is no gap: 1 BTC for 5,000 dollars of 2015."""
    files = {"a.csv": universal(DEPOSIT), "o.csv": OVERRIDES + "d,,,5000,2015-06-01,paper wallet\n"}
    book = book_of(tmp_path, files)
    (lot,) = records(book.lots)
    assert (lot["basis"], f"{lot['acquired']:%F}") == (5000, "2015-06-01")
    assert codes(book.problems) == ["OVERRIDE_APPLIED"]


SPIN_OFF = tx("2024-02-01T00:00:00Z", "spin-off", account="schwab", received="5 KOX", id="s")
KO = tx("2023-01-01T00:00:00Z", "buy", account="schwab", sent="600 USD", received="60 KO", id="k")


def test_an_override_completes_a_spin_off(tmp_path):
    """The holding and a fifth of its basis: 480 stay with KO, 120 go to KOX; nothing is left to ask."""
    line = "id,kind,value,basis,acquired,note,asset\ns,spin-off,,0.2,,Form 8937,ko\n"
    book = book_of(tmp_path, {"a.csv": universal(KO, SPIN_OFF), "o.csv": line})
    assert sorted((lot["asset"], lot["basis"]) for lot in records(book.lots)) == [("KO", 480), ("KOX", 120)]
    assert codes(book.problems) == ["OVERRIDE_APPLIED"]


def test_a_holding_is_named_only_where_there_is_one(tmp_path):
    """A purchase is about no other holding: the line is an error."""
    line = "id,kind,value,basis,acquired,note,asset\nk,,,,,,PEP\n"
    assert codes(ledger_of(tmp_path, {"a.csv": universal(KO), "o.csv": line}).problems) == ["OVERRIDE_INVALID"]


def test_the_template_asks_for_the_holding(tmp_path):
    """`taxlots check --templates` writes a line for the spin-off, and without an answer it has no effect."""
    folder(tmp_path, universal(KO, SPIN_OFF))
    assert run(tmp_path, "check", "ledger.csv", "--templates", "t").code == 1
    header, line = (tmp_path / "t" / "overrides.csv").read_text().splitlines()
    assert header == "id,kind,value,basis,acquired,note,asset"
    assert line == "s,,,,,spin-off of 5 KOX on 2024-02-01,"


def test_rows_about_a_holding_read_back_the_same(tmp_path):
    """The universal CSV keeps the holding of a return of capital and of a spin-off."""
    rows = (KO, tx("2024-01-05T00:00:00Z", "return-of-capital", account="schwab", sent_asset="KO", received="9 USD", id="r"))
    spun = tx("2024-02-01T00:00:00Z", "spin-off", account="schwab", sent_asset="KO", received="5 KOX", basis="0.2", id="s")
    folder(tmp_path / "one", universal(*rows, spun))
    (tmp_path / "two").mkdir()
    run(tmp_path, "ledger", "one", "--format", "csv", "-o", "two/again.csv")
    first, second = (run(tmp_path, "lots", name, "--format", "json").json["lots"] for name in ("one", "two"))
    assert [(lot["asset"], lot["basis"]) for lot in first] == [(lot["asset"], lot["basis"]) for lot in second]
    # 600 less 9 are 591; a fifth of it, 118.2, goes along
    assert sorted((lot["asset"], lot["basis"]) for lot in first) == [("KO", "472.8"), ("KOX", "118.2")]


def test_an_excluded_row_is_set_aside(tmp_path):
    """It has no effect, and counts as set aside."""
    ledger = settled(tmp_path, BUY, DEPOSIT, overrides=OVERRIDES + "d,exclude,,,,spam\n")
    assert list(ledger.transactions["id"]) == ["b"]
    assert (ledger.files[0].used, ledger.files[0].set_aside) == (1, 1)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("nope,spend,1,,,", "OVERRIDE_UNMATCHED"),
        ("w,stake,,,,", "OVERRIDE_INVALID"),
        ("w,income:staking,1,,,", "OVERRIDE_INVALID"),
        ("w,transfer,,,,", "OVERRIDE_INVALID"),
        ("w,spend,-1,,,", "OVERRIDE_INVALID"),
        ("w,spend,1,,never,", "TIME"),
        (",spend,1,,,", "OVERRIDE_INVALID"),
    ],
)
def test_an_override_that_can_not_be(tmp_path, line, code):
    """An unknown id or kind, legs that are missing, a negative value: an error at the line, which is unusable; the row stays as it was."""
    ledger = settled(tmp_path, BUY, SEND, overrides=OVERRIDES + line + "\n")
    (found,) = [p for p in ledger.problems if p.file and p.file.endswith("overrides.csv")]
    assert (found.code, found.row) == (code if code != "TIME" else "OVERRIDE_INVALID", 2)
    assert list(ledger.transactions["kind"]) == ["buy", "withdrawal"]
    assert {f.file.rpartition("/")[2]: f.unusable for f in ledger.files}["overrides.csv"] == 1


def test_an_override_finds_a_merged_row(tmp_path):
    """The id that a row had before a newer export with ids came still works."""
    plain = BUY.replace(",b,", ",,")
    made = settled(tmp_path / "before", plain).transactions["id"][0]
    ledger = settled(tmp_path / "after", BUY, older=universal(plain), overrides=OVERRIDES + f"{made},gift-in,,,,\n")
    assert list(ledger.transactions["kind"]) == ["gift-in"]


def test_an_opening_lot_is_a_lot(tmp_path):
    """Quantity, basis and both dates are the person's."""
    book = book_of(tmp_path, {"a.csv": universal(), "o.csv": OPENING + "vault,btc,2,500,2015-06-01,2014-01-01,,\n"})
    (lot,) = records(book.lots)
    assert (lot["account"], lot["asset"], lot["quantity"], lot["basis"]) == ("vault", "BTC", 2, 500)
    assert (f"{lot['acquired']:%F}", f"{lot['holding_starts']}") == ("2015-06-01", "2014-01-01")


def test_opening_lots_given_again_add_nothing(tmp_path):
    """A second file with one of the two equal lines: still two lots, with ids of their own, and one line merged."""
    line = "vault,BTC,2,500,2015-06-01,,,\n"
    ledger = settled(tmp_path, o1=OPENING + line + line, o2=OPENING + line)
    assert len(set(ledger.transactions["id"])) == 2
    assert sum(f.merged for f in ledger.files) == 1


@pytest.mark.parametrize(
    "line", ["vault,BTC,0,5,2015-06-01,,,", "vault,BTC,1,,2015-06-01,,,", "vault,BTC,1,5,never,,,", "vault,,1,5,2015-06-01,,,"]
)
def test_an_opening_lot_that_can_not_be(tmp_path, line):
    """No quantity, no basis, no date or no asset: an error at the line, no lot."""
    ledger = settled(tmp_path, o=OPENING + line + "\n")
    assert codes(ledger.problems) == ["OVERRIDE_INVALID"]
    assert len(ledger.transactions) == 0


@pytest.mark.parametrize(("day", "kept"), [("2024-01-31", 1), ("2024-02-01", 2), ("2024-02-29", 2), ("2024-03-01", 3)])
def test_as_of_is_the_end_of_that_day(tmp_path, day, kept):
    """Rows of 1 January, 1 February and 1 March: those later than the day are set aside."""
    ledger = ledger_of(tmp_path, universal(BUY, DEPOSIT, SEND), as_of=day)
    assert (len(ledger.transactions), ledger.files[0].set_aside) == (kept, 3 - kept)


def test_as_of_ends_in_the_taxpayers_zone(tmp_path):
    """1 February 00:00 UTC is still 31 January in New York."""
    assert len(ledger_of(tmp_path, universal(BUY, DEPOSIT), as_of="2024-01-31", timezone="America/New_York").transactions) == 2


def test_rows_of_the_future_are_left_out(tmp_path):
    """Without --as-of, what is later than now is left out and warned about."""
    ledger = settled(tmp_path, BUY, tx("2199-01-01T00:00:00Z", "sell", sent="1 BTC", received="9 USD"))
    assert list(ledger.transactions["id"]) == ["b"]
    assert codes(ledger.problems) == ["ROWS_LATER"]


@pytest.mark.parametrize(("reported", "difference"), [("2", "0"), ("2.5", "0.5"), ("1", "-1"), ("2.000000005", "0.000000005")])
def test_balances(tmp_path, reported, difference):
    """3 bought, 1 sent: 2 are left; a reported balance that differs by more than a hundred-millionth is named."""
    ledger = settled(tmp_path, BUY, SEND, balances=f"time,account,asset,quantity\n2024-04-01,kraken,BTC,{reported}\n")
    (check,) = ledger.balances
    assert (check.computed, check.difference) == (2, Decimal(difference))
    assert ("BALANCE_MISMATCH" in codes(ledger.problems)) is (abs(Decimal(difference)) > Decimal("0.00000001"))


def test_a_balance_counts_rows_up_to_its_time(tmp_path):
    """Before the withdrawal there were 3."""
    ledger = settled(tmp_path, BUY, SEND, balances="time,account,asset,quantity\n2024-02-01,kraken,BTC,3\n")
    assert [check.difference for check in ledger.balances] == [0]


HISTORY = {
    "a.csv": universal(
        BUY,
        tx("2024-01-05T12:00:00Z", "withdrawal", sent="1 BTC", id="w"),
        tx("2024-06-01T00:00:00Z", "swap", sent="0.5 BTC", received="10 ETH", fee="3 USD", value="20000", id="s", note="=1+1"),
    ),
    "b.csv": universal(
        tx("2024-01-05T12:30:00Z", "deposit", account="ledger", received="0.99 BTC", id="d"),
        tx("2024-01-01T00:00:00Z", "buy", sent="9000 USD", received="1 BTC"),
        tx("2024-01-01T00:00:00Z", "buy", sent="9500 USD", received="1 BTC"),
        tx("2025-03-01T00:00:00Z", "sell", sent="3.2 BTC", received="200000 USD", fee="10 USD"),
        tx("2025-03-02T00:00:00Z", "deposit", account="vault", received="0.1 BTC"),
    ),
    "c.csv": universal(tx("2025-04-01T00:00:00Z", "income:staking", received="0.1 ETH", value="300"), "never,kraken,buy"),
    "p.csv": "time,asset,price\n2024-01-05T12:00:00Z,BTC,40000\n",
    "q.csv": "what,is,this\n",
}


@pytest.mark.parametrize("command", ["check", "ledger", "lots", "gains", "income"])
def test_the_order_of_files_does_not_matter(tmp_path, command):
    """The same files in any order on the command line: the same document."""
    names = list(HISTORY)
    folder(tmp_path, HISTORY)
    orders = [names, names[::-1], names[2:] + names[:2]]
    documents = [run(tmp_path, command, *order, "--format", "json").json for order in orders]
    assert documents[0] == documents[1] == documents[2]


def test_the_names_of_files_do_not_matter(tmp_path):
    """Renamed files give the same lots, gains and ids; only the sources differ."""
    renamed = {f"{chr(ord('z') - n)}.csv": text for n, text in enumerate(HISTORY.values())}
    first, second = book_of(tmp_path / "1", HISTORY), book_of(tmp_path / "2", renamed)
    for frame in ("lots", "disposals", "income"):
        keep = [name for name in getattr(first, frame).columns if "sources" not in name and name != "price_source"]
        assert records(getattr(first, frame)[keep]) == records(getattr(second, frame)[keep])


def test_the_ledger_read_back_is_the_same_ledger(tmp_path):
    """`taxlots ledger --format csv`, given to the program again with the same prices: the same ledger, lots and gains."""
    first = folder(tmp_path / "first", HISTORY)
    again = folder(tmp_path / "again", {"p.csv": HISTORY["p.csv"]})
    assert run(tmp_path, "ledger", first, "--format", "csv", "-o", again / "ledger.csv").code == 1
    assert (again / "ledger.csv").read_text().splitlines()[0] == HEADER
    for command, content in (("ledger", "transactions"), ("lots", "lots"), ("gains", "disposals"), ("income", "income")):
        one, two = (run(tmp_path, command, path, "--format", "json").json[content] for path in (first, again))
        different = {"sources", "lot_sources", "price_source"}
        assert [{k: v for k, v in row.items() if k not in different} for row in one] == [
            {k: v for k, v in row.items() if k not in different} for row in two
        ]
