"""Which layout a sheet has: decided by its header alone."""

from datetime import UTC

from taxlots.importers.detect import SEARCHED_ROWS, Layout, detect, distinct_names
from taxlots.importers.readers import Sheet
from taxlots.importers.records import Intake

from support import HEADER


def layout(name: str, *required: str) -> Layout:
    """A layout that is recognised by these columns."""
    return Layout(name, "any", "test", required, lambda _tables, _zone: Intake())


SMALL, LARGE = layout("small", "a", "b"), layout("large", "a", "b", "c")


def sheet(*lines: str) -> Sheet:
    """A sheet of comma-separated lines."""
    cells = [line.split(",") for line in lines]
    return Sheet("x.csv", "0" * 64, cells, list(range(1, len(cells) + 1)))


def found(*lines: str):
    """What is detected among the two layouts."""
    return detect(sheet(*lines), [SMALL, LARGE])


def test_the_layout_with_most_required_columns_wins():
    """A header that fits two layouts belongs to the narrower one."""
    assert found("a,b,c", "1,2,3").layout is LARGE
    assert found("a,b,x", "1,2,3").layout is SMALL


def test_order_of_columns_and_blanks_do_not_matter():
    """Columns may stand in any order, with blanks around their names and a byte order mark before the first."""
    table = found("\ufeffb , a,x", "1,2,3").table
    assert table.header == ("b", "a", "x")
    assert table.rows[0].cells == {"b": "1", "a": "2", "x": "3"}


def test_what_stands_above_the_header_is_kept_apart():
    """A preamble is no data; the rows below keep their line numbers."""
    table = found("Account of,Jane", "", "a,b", "1,2").table
    assert table.preamble == (("Account of", "Jane"), ("",))
    assert (table.header_row, table.rows[0].number) == (3, 4)


def test_no_header_no_layout():
    """Without a known header nothing is detected, nor where it stands too far down."""
    assert found("x,y", "1,2") is None
    assert found() is None
    assert found(*["x"] * SEARCHED_ROWS, "a,b") is None
    assert found(*["x"] * (SEARCHED_ROWS - 1), "a,b").layout is SMALL


def test_case_of_column_names_matters_only_between_layouts():
    """`A,B` is the header `a,b`, unless a layout has just these names: a few platforms tell their exports apart by case."""
    table = found("A,B,Note", "1,2,3").table
    assert (table.header, table.rows[0].text("note")) == (("a", "b", "Note"), "3")
    capitals = layout("capitals", "A", "B")
    assert detect(sheet("A,B", "1,2"), [SMALL, capitals]).layout is capitals
    assert detect(sheet("a,b", "1,2"), [SMALL, capitals]).layout is SMALL


def test_plain_words_in_another_case_are_a_header_only_without_others():
    """`ID,Kind` may be anybody's header: it is that of overrides only where every column is one of theirs."""
    from taxlots.importers.companions import LAYOUTS

    assert detect(sheet("ID,Kind,Value", "x,spend,1"), LAYOUTS).layout.id == "overrides"
    assert detect(sheet("ID,Kind,Commission", "x,spend,1"), LAYOUTS) is None
    assert detect(sheet("id,kind,commission", "x,spend,1"), LAYOUTS).layout.id == "overrides"


def test_a_short_row_is_broken_only_where_a_required_cell_is_missing():
    """Optional columns at the end may be missing from a row."""
    short = detect(sheet("a,b,note", "1,2", "1"), [SMALL])
    assert [row.cells for row in short.table.rows] == [{"a": "1", "b": "2"}, {"a": "1"}]
    assert {source: error.code for source, error in short.broken.items()} == {("x.csv", 3): "ROW_TRUNCATED"}


def test_a_wide_row_is_broken_only_where_a_cell_has_content():
    """A trailing comma is harmless; a value under no column is not."""
    wide = detect(sheet("a,b", "1,2,", "1,2,3"), [SMALL])
    assert {source: error.code for source, error in wide.broken.items()} == {("x.csv", 3): "ROW_INVALID"}


def test_the_universal_header_of_the_contract():
    """The header of section 2 of the contract is recognised, with and without its last three columns."""
    from taxlots.importers.layouts import LAYOUTS

    for header in (HEADER, HEADER.removesuffix(",basis,acquired,asset_class"), "time,account,kind"):
        assert detect(sheet(header), LAYOUTS).layout.id == "universal"


def test_every_layout_reads_nothing_from_nothing():
    """Each layout makes an empty intake of no tables."""
    from taxlots.importers.layouts import LAYOUTS

    assert all(one.read([], UTC).transactions == [] for one in LAYOUTS)


def test_columns_of_one_name_are_told_apart() -> None:
    """The first keeps its name, so that no cell is lost under a later one."""
    assert distinct_names(["Type", "Cur.", "Sell", "Cur.", "Cur."]) == ("Type", "Cur.", "Sell", "Cur. (2)", "Cur. (3)")
