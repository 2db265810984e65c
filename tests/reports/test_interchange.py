"""Form 8949 as tax programs import it: read back, each file gives the form's totals of the lines that it carries."""

import csv
import io
import re
from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from taxlots import exact
from taxlots.cli.options import Interchange
from taxlots.problems import Severity
from taxlots.reports.form8949 import INHERITED, NO_BOX, Block, Line, Totals
from taxlots.reports.interchange import FORMATS, drake, opentaxsolver, taxact, turbotax, txf
from taxlots.reports.interchange.entries import LONG_BOXES, SHORT_BOXES, entries_of, sums, term_is_not_that_of_the_dates
from taxlots.reports.interchange.export import export, export_document
from taxlots.reports.interchange.texts import LONGEST

DAY = date(2026, 2, 1)
NAMES = list(FORMATS)


def line(number=1, **said):
    """A line of 0.5 BTC bought 2025-01-02 for 40.00, sold 2025-03-04 for 100.00."""
    given_of = {"what": "0.5 BTC", "asset_class": "digital", "acquired": "01/02/2025", "sold": "03/04/2025"}
    given_of |= {"proceeds": Decimal("100.00"), "basis": Decimal("40.00"), "code": "", "adjustment": Decimal("0.00")} | said
    amounts = [given_of[name] for name in ("proceeds", "basis", "adjustment")]
    gain = exact.CONTEXT.add(exact.CONTEXT.subtract(amounts[0], amounts[1]), amounts[2])
    return Line(
        description=f"{given_of['what']} (s{number})", gain=gain, disposal_id=f"s{number}/1", exact=Totals(*amounts, gain), **given_of
    )


def block(box, *lines, year=2025):
    """The lines in a box; the box says the part."""
    return Block(year, "II" if box in LONG_BOXES else "I", box, lines)


def made(name, *blocks, year=2025):
    """The blocks in a format."""
    return export(FORMATS[name], blocks, year, DAY)


def text_of(name, *blocks):
    """The only file."""
    (file,) = made(name, *blocks).files
    return file.text


def rows_of(text):
    """Rows of a CSV by column."""
    return list(csv.DictReader(io.StringIO(text, newline="")))


def ots_cells(text):
    """Cells of one line as OpenTaxSolver's own reader takes them apart: either quotation mark encloses, none is escaped."""
    cells, rest = [], text
    while rest:
        cell, inside = "", ""
        for place, letter in enumerate(rest):
            if inside:
                inside, cell = ("", cell) if letter == inside else (inside, cell + letter)
            elif letter in "\"'":
                inside = letter
            elif letter == ",":
                rest = rest[place + 1 :]
                break
            else:
                cell += letter
        else:
            rest = ""
        cells.append(cell)
    return cells


def us_date(text):
    """The date behind a program's spelling; None for words and for nothing."""
    for pattern in ("%m/%d/%Y", "%m%d%Y", "%m-%d-%Y"):
        if re.fullmatch(r"[\d/-]+", text):
            try:
                return datetime.strptime(text, pattern).date()  # noqa: DTZ007 - a date of a form
            except ValueError:
                continue
    return None


def read_back(name, files):
    """Per line: box (None where the format has none), dates acquired and sold, proceeds, basis, code and adjustment."""
    found = []
    for file in files:
        if name == "txf":
            found += map(_txf, file.text.split("^\r\n")[1:-1])
        elif name == "opentaxsolver":
            head, *lines = file.text.splitlines()
            for cells in (dict(zip(head.split(","), ots_cells(text), strict=False)) for text in lines):
                found.append(_row(cells, ("Date_Acquired", "Date_Sold", "Proceeds", "Cost", "Code", "Adjustment"), file.pair))
        else:
            found += [_ROWS[name](row) for row in rows_of(file.text)]
    return found


def _row(row, names, box):
    acquired, sold, proceeds, basis, code, adjustment = (row.get(name, "") for name in names)
    return box, us_date(acquired), us_date(sold), Decimal(proceeds), Decimal(basis), code, Decimal(adjustment or 0)


def _txf(record):
    fields = record.split("\r\n")[:-1]
    kind, reference, copy, number, title, acquired, sold, basis, proceeds, *washed = fields
    assert (kind, copy, number, title[0]) == ("TD", "C1", "L1", "P")
    box = {321: "A", 711: "B", 712: "C", 323: "D", 713: "E", 714: "F"}[int(reference.removeprefix("N"))]
    row = {"a": acquired[1:], "s": sold[1:], "p": proceeds[1:], "b": basis[1:], "c": "W" if washed else "", "j": "".join(washed)[1:]}
    return _row(row, "aspbcj", box)


def _drake(row):
    names = ("Date Acquired", "Date Sold", "Proceeds", "Cost", "Adj 1 Code", "Adj 1 Amount")
    box = (LONG_BOXES if row["Type"] == "L" else SHORT_BOXES)["123456".index(row["Form 8949 Check Box"])]
    if row["Wash Sale Loss"]:
        row |= {"Adj 1 Code": "W", "Adj 1 Amount": row["Wash Sale Loss"]}
    return _row(row, names, box)


_ROWS = {
    "drake": _drake,
    "turbotax": lambda row: _row(row, ("Purchase Date", "Date Sold", "Proceeds", "Cost Basis", "none", "none"), None),
    "taxact": lambda row: _row(
        row,
        ("Date Acquired", "Date Sold", "Sales Proceeds", "Cost or Other Basis", "Adjustment Code", "Adjustment Amount"),
        row["Reporting Category"],
    ),
}

money = st.integers(0, 10_000_000).map(lambda n: exact.cents(Decimal(n) / 100))
days = st.dates(date(2023, 1, 1), date(2025, 12, 31))
titles = st.one_of(st.text(max_size=150), st.sampled_from(["=1+1", "-2", "a,\"b'c", "x\r\ny", "\u00fcber", "\u202eabc", "+A1", "'=1"]))


@st.composite
def forms(draw):
    """Blocks of 2025 with any mixture of what a line can be."""
    blocks = {}
    for number in range(draw(st.integers(0, 12))):
        bought, sold = sorted((draw(days), draw(days)))
        box = draw(st.sampled_from(SHORT_BOXES + LONG_BOXES))
        code = draw(st.sampled_from(["", "", "W", "B", "EW"]))
        said = {
            "acquired": draw(st.sampled_from([f"{bought:%m/%d/%Y}"] * 3 + ["", INHERITED])),
            "sold": f"{sold:%m/%d/%Y}",
            "proceeds": draw(st.one_of(money, st.just(Decimal("-2.00")))),
            "basis": draw(money),
            "code": code,
            "adjustment": draw(money) if code else Decimal("0.00"),
            "what": draw(titles),
            "asset_class": "digital" if box in "GHIJKL" else draw(st.sampled_from(["digital", "security"])),
        }
        blocks.setdefault(box, []).append(line(number, **said))
    return [block(box, *lines) for box, lines in sorted(blocks.items())]


@pytest.mark.parametrize("name", NAMES)
@given(blocks=forms())
def test_each_file_read_back_is_the_form(name, blocks):
    """Line for line date sold, proceeds, basis, code and adjustment; carried and left out together are the form's totals, by box too."""
    done = made(name, *blocks)
    found = read_back(name, done.files)
    held = [entry for file in done.files for entry in file.entries]
    assert [(row[2], *row[3:]) for row in found] == [
        (entry.sold, entry.line.proceeds, entry.line.basis, entry.line.code, entry.line.adjustment) for entry in held
    ]
    for row, entry in zip(found, held, strict=True):
        expected = {"txf": txf.STANDS_FOR.get(entry.box, entry.box), "turbotax": None}.get(name, entry.box)
        assert row[0] == expected or (name == "opentaxsolver" and entry.box in row[0])
        misread = name == "opentaxsolver" and term_is_not_that_of_the_dates(entry)
        assert row[1] == (None if misread else entry.acquired)
    left = [entry for _, lines in done.left_out for entry in lines]
    assert sorted(map(id, [*held, *left])) == sorted(map(id, done.entries))  # each line once
    assert sums([*held, *left]) == sums(entries_of(blocks))
    document = export_document(done, (), [None for _ in done.files])
    form = {one.box: one.totals for one in blocks}
    for box in document["boxes"]:
        for amount in ("proceeds", "basis", "adjustment", "gain"):
            assert Decimal(box["form"][amount]) == getattr(form[box["box"]], amount)
            assert Decimal(box["file"][amount]) + Decimal(box["left_out"][amount]) == getattr(form[box["box"]], amount)
        assert box["file"]["lines"] + box["left_out"]["lines"] == box["form"]["lines"]


@pytest.mark.parametrize("name", NAMES)
@given(blocks=forms())
def test_nothing_is_silent(name, blocks):
    """Each line left out and each that needs a hand is in one Problem of its reason with its count; none is an error."""
    done = made(name, *blocks)
    told = [p.message for p in done.problems if p.code == "FILING_LEFT_OUT"]
    assert sum(int(re.search(r": (\d+) line", text)[1]) for text in told) == len(done.entries) - len(done.carried)
    assert all(p.hint and p.severity is Severity.WARNING for p in done.problems)
    assert len({reason for reason, _ in done.by_hand}) == len([p for p in done.problems if p.code == "FILING_BY_HAND"])
    assert (not done.carried) == ("FILING_EMPTY" in {p.code for p in done.problems})


@pytest.mark.parametrize("name", NAMES)
@given(title=titles)
def test_no_description_breaks_a_file_or_runs_as_a_formula(name, title):
    """One record whatever the name is; the first letter of no cell starts a formula, and a change is told."""
    done = made(name, block("I", line(what=title)))
    (file,) = done.files
    text = file.text
    if name == "txf":
        (shown,) = [field[1:] for field in text.split("\r\n") if field.startswith("P")]
        assert text.isascii()
        assert text.count("\r\n") == text.count("\n") == text.count("\r") == 4 + 10  # header and one record
    else:
        assert text.count("\n") == 2
        cells = ots_cells(text.splitlines()[1]) if name == "opentaxsolver" else next(csv.reader([text.splitlines()[1]]))
        assert len(cells) == len(text.splitlines()[0].split(",")) - (name == "opentaxsolver")  # its last cell is empty
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t"))]
        shown = cells[5 if name == "drake" else 0]
    assert len(shown) <= LONGEST
    assert shown.isprintable()
    form = FORMATS[name].title(done.entries[0].line)
    assert (shown.strip() != form) == ("FILING_TEXT_CHANGED" in {p.code for p in done.problems})


def causes(name, *blocks):
    """The reasons for what is left out, and for what needs a hand."""
    done = made(name, *blocks)
    return [reason.cause for reason, _ in done.left_out], [reason.cause for reason, _ in done.by_hand]


@pytest.mark.parametrize(
    ("said", "box", "cause"),
    [
        ({"asset_class": "security"}, "A", "digital assets only"),
        ({"code": "W", "adjustment": Decimal("5.00")}, "H", "no column for codes"),
        ({"acquired": ""}, "I", "needs a date of purchase"),
        ({"acquired": INHERITED}, "L", "needs a date of purchase"),
        ({"proceeds": Decimal("-2.00")}, "H", "no negative amounts"),
        ({}, "L", "computes the term"),  # two months by the dates, long-term by the form: a gift of an older lot
    ],
)
def test_what_turbotax_can_not_take(said, box, cause):
    """One line each; a plain one beside it stays."""
    done = made(
        "turbotax", block("I", line(7)), block("L" if box == "I" else box, line(1, **said)) if box != "I" else block("H", line(1, **said))
    )
    ((reason, lines),) = done.left_out
    assert cause in reason.cause
    assert [entry.line.disposal_id for entry in lines] == ["s1/1"]
    assert [entry.line.disposal_id for entry in done.carried] == ["s7/1"]


def test_the_boxes_of_digital_assets_in_a_txf():
    """G, H and I stand under C (712), J, K and L under F (714); how many are of which box is said, and A to F are nobody's concern."""
    year_before = {"acquired": "01/02/2023"}
    boxes = [block(box, line(**(year_before if box in LONG_BOXES else {}))) for box in "ACGHIJKL"]
    assert re.findall(r"N(\d+)", text_of("txf", *boxes)) == ["321", "712", "712", "712", "712", "714", "714", "714"]
    (told,) = [p for p in made("txf", *boxes).problems if p.code == "FILING_BY_HAND"]
    assert "6 lines (1 of box G, 1 of box H, 1 of box I, 1 of box J, 1 of box K, 1 of box L; proceeds 600.00" in told.message
    assert "C to the G, H or I" in told.hint
    assert causes("txf", boxes[0], boxes[1]) == ([], [])


@pytest.mark.parametrize("code", ["B", "EW"])
def test_a_txf_knows_no_code_but_that_of_wash_sales(code):
    """Neither alone nor beside W."""
    left, _ = causes("txf", block("A", line(code=code, adjustment=Decimal("5.00"))))
    assert left == ["it knows no code but W"]


def test_adjustments_in_drake():
    """A wash sale has a column of its own, another code the first adjustment; two codes would need two amounts."""
    amounts = {"adjustment": Decimal("5.00")}
    washed, basis = (rows_of(text_of("drake", block("A", line(code=code, **amounts))))[0] for code in "WB")
    names = ("Wash Sale Loss", "Adj 1 Code", "Adj 1 Amount")
    assert [[row[name] for name in names] for row in (washed, basis)] == [["5.00", "", ""], ["", "B", "5.00"]]
    (nothing,) = rows_of(text_of("drake", block("A", line(code="W"))))
    assert nothing["Wash Sale Loss"] == "0.00"  # a denied loss below half a cent: the code stays
    assert causes("drake", block("A", line(code="BW", **amounts)))[0] == ["it wants an amount for each code, and the form has one for all"]


@pytest.mark.parametrize(("box", "number"), list(zip("ABCDEFGHIJKL", "123123456456", strict=True)))
def test_check_boxes_in_drake(box, number):
    """1 to 3 for A/D, B/E, C/F, 4 to 6 for G/J, H/K, I/L; the type says the part."""
    (row,) = rows_of(text_of("drake", block(box, line())))
    assert (row["Form 8949 Check Box"], row["Type"]) == (number, "L" if box in LONG_BOXES else "S")


def test_dates_that_opentaxsolver_would_misread():
    """Two months by the dates but long-term by the form, no date, and inherited: words say the term."""
    cases = [("L", {}), ("I", {"acquired": ""}), ("L", {"acquired": INHERITED}), ("I", {})]
    dates = [rows_of(text_of("opentaxsolver", block(box, line(**said))))[0]["Date_Acquired"] for box, said in cases]
    assert dates == ["various-long", "various-short", "inherited", "1-2-2025"]
    assert [len(causes("opentaxsolver", block(box, line(**said)))[1]) for box, said in cases] == [1, 1, 0, 0]


def test_a_leap_day_is_no_reason_for_words():
    """Bought on 2024-02-29, sold on 2025-03-01: the day after the purchase is 2024-03-01, so held for a year on that day: long-term."""
    said = {"acquired": "02/29/2024", "sold": "03/01/2025"}
    assert causes("opentaxsolver", block("L", line(**said))) == ([], [])
    assert len(causes("opentaxsolver", block("I", line(**said)))[1]) == 1


@pytest.mark.parametrize(("boxes", "replaced"), [("AG", "A"), ("DJE", "D"), ("CL", ""), ("GHI", "")])
def test_boxes_that_share_a_line_of_schedule_d_in_opentaxsolver(boxes, replaced):
    """A and G add up to line 1b, D and J to 8b; C and L to 3 and 10."""
    dates = {"acquired": "01/02/2023"}
    done = made("opentaxsolver", *(block(box, line(**(dates if box in LONG_BOXES else {}))) for box in boxes))
    found = [entry.box for reason, lines in done.by_hand for entry in lines if "Schedule D" in reason.cause]
    assert "".join(found) == replaced


@pytest.mark.parametrize("name", NAMES)
def test_collectibles(name):
    """Their rate is not that of other long-term gain (26 USC 1(h)(4)), and no format says so: a coin is left out or told, a bitcoin not."""
    dates = {"acquired": "01/02/2023"}
    done = made(name, block("L", line(1, asset_class="collectible", **dates), line(2, **dates)))
    told = [
        [entry.line.disposal_id for entry in lines] for reason, lines in (*done.left_out, *done.by_hand) if "collectibles" in reason.cause
    ]
    assert told == [["s1/1"]]


@pytest.mark.parametrize(("name", "code"), [("drake", "C"), ("taxact", "C"), ("opentaxsolver", "C"), ("txf", "")])
def test_the_code_of_collectibles_is_in_the_file_where_it_has_codes(name, code):
    """Code C adjusts nothing: TXF, which knows W only, carries the line all the same."""
    done = made(name, block("F", line(1, asset_class="collectible", acquired="01/02/2023", code="C")))
    (row,) = read_back(name, done.files)
    assert row[5] == code


@pytest.mark.parametrize(("said", "told"), [({"acquired": INHERITED}, 1), ({}, 1), ({"acquired": "01/02/2023"}, 0)])
def test_dates_that_taxact_may_take_otherwise(said, told):
    """Long-term by the form: INHERITED, two months by the dates (a gift of an older lot), and two years by the dates."""
    assert len(causes("taxact", block("D", line(**said)))[1]) == told


def test_more_lines_than_taxact_takes():
    """2,000 are fine, 2,001 are not."""
    many = [line(number) for number in range(taxact.MOST_LINES + 1)]
    assert causes("taxact", block("A", *many[:-1])) == ([], [])
    assert causes("taxact", block("A", *many))[1] == ["TaxAct takes 2,000 transactions at most"]


@pytest.mark.parametrize("name", NAMES)
def test_before_the_form_existed(name):
    """A sale of 2010 has no box, so no format takes it, and the Problem says what it was."""
    done = made(name, block(NO_BOX, line(acquired="01/04/2010", sold="03/05/2010"), year=2010), year=2010)
    assert not done.carried
    first, second = done.problems
    assert (first.code, second.code) == ("FILING_LEFT_OUT", "FILING_EMPTY")
    assert "proceeds 100.00, basis 40.00, adjustments 0.00, gain 60.00" in first.message


def test_the_names_of_the_option():
    """`--to` takes the formats of the table, whose rows have their own names."""
    assert [str(name) for name in Interchange] == list(FORMATS) == [row.name for row in FORMATS.values()]


def test_headers_are_those_of_the_programs():
    """Letter for letter; TurboTax's is also how the importer tells such a file."""
    assert ",".join(turbotax.HEADER) == "Currency Name,Purchase Date,Cost Basis,Date Sold,Proceeds"
    assert ",".join(opentaxsolver.HEADER) == "Description,Date_Acquired,Date_Sold,Proceeds,Cost,Code,Adjustment"
    assert len(drake.HEADER) == 18
    assert drake.HEADER[14:] == ("Wash Sale Loss", "US Real Property", "Adj 1 Code", "Adj 1 Amount")
