"""Files that write decimal commas: `1,234` is then one and a bit, and `1.250` one thousand two hundred and fifty.

A single cell does not tell, and is read the way dollar exports write it. The file does: `0,5`, `12,34` and `1.250,75` prove a decimal
comma, `0.5` and `1,250.75` a decimal point. What a column proves holds for it; what the file proves, for columns that prove nothing.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from taxlots.importers.records import Row, Table
from taxlots.importers.wall_clocks import names_a_time

_NUMBER = re.compile(
    r"[-+(−]?\s?(?:[A-Z]{3}|[A-Z]{0,2}[$€£¥₹])?\s?[-+−]?(?P<body>[0-9]+(?:[.,][0-9]+)+)\s?(?:[A-Z]{3,5}|[$€£¥₹])?[-)]?", re.ASCII
)
_COMMA = re.compile(r"0+,\d+|\d+,(?:\d{1,2}|\d{4,})|\d{4,},\d+|\d{1,3}(?:\.\d{3})+,\d+", re.ASCII)
_POINT = re.compile(r"0+\.\d+|\d+\.(?:\d{1,2}|\d{4,})|\d{4,}\.\d+|\d{1,3}(?:,\d{3})+\.\d+|\d{1,3}(?:,\d{3}){2,}", re.ASCII)
_AFTER_COMMA = re.compile(r"[1-9]\d{0,2},\d{3}", re.ASCII)
_POINT_GROUPS = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+", re.ASCII)


@dataclass(slots=True)
class _Proof:
    """Columns that prove a decimal comma, and those that prove a decimal point."""

    comma: set[str] = field(default_factory=set)
    point: set[str] = field(default_factory=set)


def settle(tables: Sequence[Table]) -> list[Table]:
    """The tables; in columns with decimal commas, cells with two readings are written so that they have only the right one."""
    return [_settled(table) for table in tables]


def _settled(table: Table) -> Table:
    if not any("," in cell and _is_comma(cell) for row in table.rows for cell in row.cells.values()):
        return table  # nearly all files, at the price of a glance
    proof = _proof(table)
    whole = not proof.point
    return replace(table, rows=tuple(_rewritten(row, proof, whole=whole) for row in table.rows))


def _is_comma(cell: str) -> bool:
    match = _NUMBER.fullmatch(cell.strip())
    return bool(match and _COMMA.fullmatch(match["body"]))


def _proof(table: Table) -> _Proof:
    proof = _Proof()
    for row in table.rows:
        for name, cell in row.cells.items():
            match = _NUMBER.fullmatch(cell.strip()) if "," in cell or "." in cell else None
            if match is None or names_a_time(name):
                continue
            if _COMMA.fullmatch(match["body"]):
                proof.comma.add(name)
            elif _POINT.fullmatch(match["body"]):
                proof.point.add(name)
    return proof


def _rewritten(row: Row, proof: _Proof, *, whole: bool) -> Row:
    """The row with `1,234` as `1,2340` and `1.250` as `1250`, each of which has one reading, whatever a layout expects."""
    changed: dict[str, str] = {}
    for name, cell in row.cells.items():
        sure = name in proof.comma and name not in proof.point
        match = _NUMBER.fullmatch(cell.strip()) if (sure or whole) and not names_a_time(name) else None
        if match is None:
            continue
        body, text = match["body"], cell.strip()
        told = f"{body}0" if _AFTER_COMMA.fullmatch(body) else body.replace(".", "") if _POINT_GROUPS.fullmatch(body) else body
        if told != body:
            changed[name] = text[: match.start("body")] + told + text[match.end("body") :]
    return replace(row, cells={**row.cells, **changed}) if changed else row
