"""A list of sales with proceeds and basis is no export of transactions: it is a broker's form, or a report of gains like one."""

from taxlots.importers.proposals.header import Column, Grid
from taxlots.importers.proposals.lines import Line
from taxlots.importers.proposals.meanings import bare, day_order
from taxlots.importers.proposals.words import zone_in

FORM = "1099-DA"
_WORDS = {
    "sold": "date sold|sold|sold on|sale date|date of sale|date sold or disposed|closed date|disposed|date disposed|1e date sold",
    "acquired": "date acquired|acquired|acquired on|acquisition date|purchase date|opened date|1d date acquired",
    "proceeds": "proceeds|gross proceeds|sales proceeds|total proceeds|net proceeds|1f proceeds",
    "basis": "cost basis|basis|cost or other basis|cost|adjusted cost basis|1g cost or other basis|1g cost basis",
    "units": "units|quantity|qty|amount|number of units|shares|1c number of units",
    "asset": "asset|symbol|asset code|digital asset|code|coin|currency|ticker|security|asset name|1a code|1a asset",
    "basis_reported": "basis reported|basis reported to irs|reported to irs|box 2|basis reported to the irs|2 basis reported to irs",
    "covered": "covered|covered status|is covered",
}
_NEEDED = ("sold", "proceeds", "units", "asset")


def is_form(grid: Grid) -> bool:
    """Whether the header names a day of sale with proceeds, and a basis or a day of acquisition."""
    found = _columns(grid)
    return "sold" in found and "proceeds" in found and bool({"basis", "acquired"} & found.keys()) and found["sold"].is_time


def form_lines(grid: Grid) -> list[Line]:
    """The lines of its entry; empty where a column that it needs is not found."""
    found = _columns(grid)
    if not all(name in found for name in _NEEDED):
        return []
    lines = [Line("form", FORM, "", 70, "days of sale with proceeds and basis: lines to reconcile with, no transactions")]
    lines += [
        Line(name, found[name].name, found[name].name, 95, f"the header says {bare(found[name])!r}") for name in _WORDS if name in found
    ]
    order, sure, reason = day_order(found["sold"])
    if order:
        lines.append(Line("dates", order, found["sold"].name, sure, reason))
    zone = zone_in(found["sold"].name)
    if zone:
        lines.append(Line("timezone", zone, found["sold"].name, 90, "the header names the zone of the times"))
    return lines


def _columns(grid: Grid) -> dict[str, Column]:
    found: dict[str, Column] = {}
    for name, words in _WORDS.items():
        column = next((c for c in grid.columns if {c.words, bare(c)} & set(words.split("|")) and c not in found.values()), None)
        if column:
            found[name] = column
    return found
