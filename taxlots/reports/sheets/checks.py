"""Checks: every tie of the workbook, as two live figures and their difference, green or red."""

from collections.abc import Iterator
from decimal import Decimal

from taxlots import exact
from taxlots.reports.sheets import disposals, form_8949
from taxlots.reports.sheets.addresses import HEADER_ROW, cell, count_of, quoted, spread
from taxlots.reports.sheets.book import Field, Layout, Workbook
from taxlots.reports.sheets.content import Facts
from taxlots.reports.sheets.page import DIFFERS, TIES, Page
from taxlots.reports.sheets.ties import Figure, Tie

_NOTE = "Both figures are fetched from their sheets by live formulas. Allowed is what rounding to cents, or floating-point cells, may make."
_FORM = {"proceeds": "net", "basis": "basis", "adjustment": "adjustment", "gain": "gain"}
_ROUNDED = {"proceeds": Decimal("0.005"), "basis": Decimal("0.005"), "adjustment": Decimal("0.005"), "gain": Decimal("0.015")}
_FIELDS = (
    Field("about", "Check", 52, "wrap", lambda t: t.about),
    Field("one_told", "Figure from", 24, "wrap", lambda t: t.one.told),
    Field("one", "Figure", 18, "money", lambda t: t.one.value, lambda t: t.one.formula),
    Field("other_told", "Compared with", 30, "wrap", lambda t: t.other.told),
    Field("other", "Compared figure", 18, "money", lambda t: t.other.value, lambda t: t.other.formula),
    Field("difference", "Difference", 16, "quantity", lambda t: t.difference, "ROUND({one}-{other},9)"),
    Field("allowed", "Allowed", 12, "quantity", lambda t: t.allowed),
    Field(
        "state",
        "State",
        10,
        "center",
        lambda t: TIES if t.holds else DIFFERS,
        f'IF(ABS({{difference}})<={{allowed}},"{TIES}","{DIFFERS}")',
        mark="state",
    ),
)


def write(book: Workbook) -> None:
    """The sheet, with the number of checks that differ below."""
    ties = [*_form_ties(book.facts), *book.ties]
    layout = Layout("Checks", _FIELDS, "Nothing to check: there are no disposals, no income and no lots.", _NOTE)
    page, row = book.table(layout, ties)
    if not ties:
        return
    page, row = book.below(page, row, 1, layout)
    differing = sum(not tie.holds for tie in ties)
    page.text(row, 0, "Checks that differ", "bold")
    counted = count_of(spread(layout.name, len(ties)), layout.column("state"), DIFFERS)
    column = layout.column("state")
    page.formula(row, column, counted, differing, "whole")
    page.marked("difference", (row, column), (row, column))
    _on_summary(book.pages[0], f"{quoted(page.name)}!{cell(row, column)}", len(ties), differing)


def _on_summary(page: Page, address: str, count: int, differing: int) -> None:
    """One line above the figures of Summary, the first page, says how many checks differ."""
    told = f'IF({address}=0,"All {count} checks of the sheet Checks tie",{address}&" of {count} checks differ: see the sheet Checks")'
    value = f"{differing} of {count} checks differ: see the sheet Checks" if differing else f"All {count} checks of the sheet Checks tie"
    page.formula(HEADER_ROW - 1, 0, told, value, "bold")
    page.marked("summary", (HEADER_ROW - 1, 0), (HEADER_ROW - 1, 0))


def _form_ties(facts: Facts) -> Iterator[Tie]:
    """Per year: the block totals of Form 8949, in cents, against the unrounded disposals."""
    placed = form_8949.placed(facts)
    for year in facts.years:
        blocks = [one for one in placed if one.block.year == year]
        for name, column in _FORM.items():
            if not blocks:
                continue
            with exact.exactly():
                shown = sum((form_8949.amount(one.block.totals, name) for one in blocks), Decimal(0))
                unrounded = sum((form_8949.amount(one.block.unrounded, name) for one in blocks), Decimal(0))
            one = Figure("Form 8949, all boxes", "+".join(block.total(name) for block in blocks), shown)
            other = Figure("Disposals, unrounded", disposals.unrounded_sum(facts, column, year), unrounded)
            yield Tie(f"{year}: {name} of Form 8949", one, other, _ROUNDED[name] * sum(len(one.block.lines) for one in blocks))
