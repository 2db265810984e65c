"""One pool until the end of 2024, then accounts: the examples of Rev. Proc. 2024-28, and what is wrong with an allocation.

Section 6.02: 10 units bought on 2019-07-01 at 1 are at XYZ, 20 bought on 2020-09-01 at 5 at GHI. On 2024-12-01 XYZ sells 6 units, with
the basis of 2020: 6 x 5 = 30. XYZ holds 4 units, GHI 20; unused are 10 at 1 and 14 at 5.
"""

import pytest

from support import folder, run, tx, universal

ROWS = [
    tx("2019-07-01T12:00:00Z", "buy", account="xyz", sent="10 USD", received="10 ABC", id="old"),
    tx("2020-09-01T12:00:00Z", "buy", account="ghi", sent="100 USD", received="20 ABC", id="new"),
    tx("2024-12-01T12:00:00Z", "sell", account="xyz", sent="6 ABC", received="60 USD", id="s24"),
]
SALE = tx("2025-03-01T12:00:00Z", "sell", account="xyz", sent="2 ABC", received="20 USD", id="s25")
SETTINGS = '[profile]\ntimezone = "UTC"\n[methods]\ndefault = "hifo"\npool_until_2024 = "universal"\n'
HEADER = "account,asset,quantity,basis,acquired,holding_starts,id,note\n"
SPECIFIC = HEADER + ("xyz,ABC,2,2,2019-07-01,,,\nxyz,ABC,2,10,2020-09-01,,,\nghi,ABC,8,8,2019-07-01,,,\nghi,ABC,12,60,2020-09-01,,,\n")
GLOBAL = HEADER + "xyz,ABC,4,20,2020-09-01,,,\nghi,ABC,10,50,2020-09-01,,,\nghi,ABC,10,10,2019-07-01,,,\n"


def ran(tmp_path, command, allocation=None, *rows, settings=SETTINGS, options=()):
    """The document of a command, and codes of its problems that matter here."""
    files = {"taxlots.toml": settings, "a.csv": universal(*ROWS, *rows)}
    folder(tmp_path, files | ({"allocation.csv": allocation} if allocation else {}))
    document = run(tmp_path, command, "a.csv", "--format", "json", *options).json
    return document, [p for p in document["problems"] if p["code"].startswith("ALLOCATION")]


def lots(document):
    """Account, units, basis and day of every open lot."""
    return sorted((lot["account"], lot["quantity"], lot["basis"], lot["acquired"][:10]) for lot in document["lots"])


def test_specific_unit_allocation(tmp_path):
    """Section 6.03: XYZ gets 2 at 1 and 2 at 5, GHI 8 at 1 and 12 at 5. Two units sold from XYZ highest first: 2 x 5 = 10."""
    document, told = ran(tmp_path, "lots", SPECIFIC)
    assert lots(document) == [
        *(("ghi", "12", "60", "2020-09-01"), ("ghi", "8", "8", "2019-07-01")),
        *(("xyz", "2", "10", "2020-09-01"), ("xyz", "2", "2", "2019-07-01")),
    ]
    assert [(p["code"], p["severity"]) for p in told] == [("ALLOCATION_USED", "info")]
    document, _ = ran(tmp_path, "gains", SPECIFIC, SALE)
    found = [(d["transaction_id"], d["basis"], d["lot_transaction_id"], d["term"]) for d in document["disposals"]]
    assert found == [("s24", "30", "new", "long"), ("s25", "10", "new", "long")]


def test_global_allocation(tmp_path):
    """Section 6.04: highest basis first, XYZ then GHI: XYZ 4 at 5, GHI 10 at 5 and 10 at 1."""
    document, _ = ran(tmp_path, "lots", GLOBAL)
    assert lots(document) == [("ghi", "10", "10", "2019-07-01"), ("ghi", "10", "50", "2020-09-01"), ("xyz", "4", "20", "2020-09-01")]


def test_without_an_allocation_one_pool_goes_on(tmp_path):
    """An error that names what each account holds and why the transfers are not followed; no basis is used twice: 80 - 10 = 70 are left."""
    document, (told,) = ran(tmp_path, "gains", None, SALE)
    assert (told["code"], told["severity"]) == ("ALLOCATION_MISSING", "error")
    for words in ("xyz holds 4", "ghi holds 20", "use basis twice"):
        assert words in told["message"]
    assert [d["basis"] for d in document["disposals"]] == ["30", "10"]
    document, _ = ran(tmp_path, "lots", None, SALE)
    assert sum(int(lot["basis"]) for lot in document["lots"]) == 70


@pytest.mark.parametrize(
    ("line", "instead", "words", "row"),
    [
        ("xyz,ABC,2,2,", "xyz,ABC,3,3,", "xyz holds 4 at the close of 2024, 5 are allocated", 2),
        ("ghi,ABC,12,60,2020-09-01", "ghi,ABC,12,60,2020-09-02", "12 units acquired on 2020-09-02 at 5 each are not among the unused", 5),
        ("ghi,ABC,8,8,2019-07-01", "ghi,ABC,8,40,2019-07-01", "8 units acquired on 2019-07-01 at 5 each are not among the unused", 4),
        (
            "ghi,ABC,8,8,2019-07-01",
            "ghi,ABC,8,40,2020-09-01",
            "8 units acquired on 2020-09-01 at 5 each are not among the unused",
            5,
        ),  # 14 - 2 - 8 = 4 of 12
        ("xyz,ABC,2,2,2019-07-01,,,\nxyz,ABC,2,10,2020-09-01,,,\n", "", "xyz holds 4 at the close of 2024, and nothing is allocated", 3),
        ("xyz,ABC,2,2,", "cold,ABC,2,2,", "cold holds 0 at the close of 2024, 2 are allocated", 2),
    ],
)
def test_an_allocation_that_does_not_fit_is_refused_as_a_whole(tmp_path, line, instead, words, row):
    """The line is named; the pool over all accounts goes on."""
    assert line in SPECIFIC
    document, (told,) = ran(tmp_path, "lots", SPECIFIC.replace(line, instead))
    assert (told["code"], told["severity"], told["row"]) == ("ALLOCATION_INVALID", "error", row)
    assert told["file"].endswith("allocation.csv")
    assert words in told["message"]
    assert sorted((lot["quantity"], lot["basis"]) for lot in document["lots"]) == [("10", "10"), ("14", "70")]


def test_cents_are_enough(tmp_path):
    """A third of 10.00 written to the cent is the basis that is unused; what is booked is exact: 3.333..., 6.666... add up to 10."""
    rows = [
        tx("2019-07-01T12:00:00Z", "buy", account="xyz", sent="10 USD", received="3 ABC", id="b"),
        tx("2020-07-01T12:00:00Z", "transfer", account="xyz", sent="2 ABC", counter_account="ghi", id="t"),
    ]
    allocation = HEADER + "xyz,ABC,1,3.33,2019-07-01,,,\nghi,ABC,2,6.67,2019-07-01,,,\n"
    folder(tmp_path, {"taxlots.toml": SETTINGS, "a.csv": universal(*rows), "allocation.csv": allocation})
    document = run(tmp_path, "lots", "a.csv", "--format", "json").json
    assert [(lot["account"], lot["quantity"], lot["lot_id"]) for lot in document["lots"]] == [("ghi", "2", "b@ghi"), ("xyz", "1", "b")]
    assert [p["code"] for p in document["problems"]] == ["ALLOCATION_USED"]
    assert sum(int(lot["basis"].replace(".", "").ljust(19, "0")) for lot in document["lots"]) == 10 * 10**18


def test_all_in_one_account_needs_no_file(tmp_path):
    """There is only one allocation: the account that holds everything gets everything."""
    moved = tx("2024-12-20T12:00:00Z", "transfer", account="xyz", sent="4 ABC", counter_account="ghi", id="t")
    document, told = ran(tmp_path, "lots", None, moved)
    assert told == []
    assert lots(document) == [("ghi", "10", "10", "2019-07-01"), ("ghi", "14", "70", "2020-09-01")]


def test_before_2025_there_is_one_pool(tmp_path):
    """As of the end of 2024: what is unused, before any allocation; securities are never pooled."""
    document, told = ran(tmp_path, "lots", SPECIFIC, options=("--as-of", "2024-12-31"))
    assert sorted((lot["quantity"], lot["basis"]) for lot in document["lots"]) == [("10", "10"), ("14", "70")]
    assert [p["code"] for p in told] == ["ALLOCATION_UNUSED"]


def test_a_pool_on_the_command_line_is_for_all_years(tmp_path):
    """--pool account: XYZ sells its own units, basis 6; the allocation is not used."""
    document, told = ran(tmp_path, "gains", SPECIFIC, options=("--pool", "account"))
    assert [d["basis"] for d in document["disposals"]] == ["6"]
    assert [p["code"] for p in told] == ["ALLOCATION_UNUSED"]
