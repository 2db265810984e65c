"""How cells look: the formats of a workbook by name, and the one place where an exact number becomes a float."""

from decimal import Decimal
from typing import Any

from taxlots import exact

_BORDER = "#BFBFBF"
_MONEY = "#,##0.00;[Red]-#,##0.00"
_HEADER = {
    "bold": True,
    "bg_color": "#1F3864",
    "font_color": "#FFFFFF",
    "text_wrap": True,
    "valign": "vcenter",
    "border": 1,
    "border_color": _BORDER,
}
_LEFT = {"align": "left", "valign": "top", "indent": 1}
_TOTAL = {"bold": True, "top": 1, "bg_color": "#EDEDED"}

FORMATS: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 14},
    "section": {"bold": True, "font_size": 12, "font_color": "#1F3864"},
    "incomplete": {"bold": True, "font_size": 16, "font_color": "#C00000"},
    "complete": {"bold": True, "font_color": "#2E7D32"},
    "note": {"italic": True, "font_color": "#595959"},
    "header": _HEADER | {"align": "left", "indent": 1},
    "header_right": _HEADER | {"align": "right"},
    "text": _LEFT,
    "wrap": _LEFT | {"text_wrap": True},
    "center": {"valign": "top", "align": "center"},
    "right": {"valign": "top", "align": "right"},
    "error": _LEFT | {"bold": True, "font_color": "#C00000"},
    "ties": {"font_color": "#2E7D32"},
    "differs": {"bold": True, "font_color": "#C00000", "bg_color": "#FDE9E7"},
    "money": {"num_format": _MONEY, "valign": "top"},
    "quantity": {"num_format": "#,##0.00########", "valign": "top"},
    "fine": {"num_format": "0.00#######", "valign": "top", "italic": True, "font_color": "#595959"},
    "whole": {"num_format": "#,##0", "valign": "top"},
    "year": {"num_format": "0", "valign": "top", "align": "left", "indent": 1},
    "points": {"num_format": "0.00", "valign": "top"},
    "tiny": {"num_format": "0.00E+00", "valign": "top"},
    "date": {"num_format": "yyyy-mm-dd", "valign": "top", "align": "left", "indent": 1},
    "time": {"num_format": "yyyy-mm-dd hh:mm", "valign": "top", "align": "left", "indent": 1},
    "total": _TOTAL | _LEFT,
    "total_money": _TOTAL | {"num_format": _MONEY},
    "total_whole": _TOTAL | {"num_format": "#,##0"},
    "note_money": {"italic": True, "font_color": "#595959", "num_format": _MONEY, "valign": "top"},
    "bold_money": {"bold": True, "num_format": _MONEY},
    "bold": _LEFT | {"bold": True},
    "no_sign": {"num_format": "0.00;0.00"},
}
MONEY_STYLES = frozenset({"money", "total_money", "bold_money", "note_money"})
# What cells show as 0.00 although it is below 0. Not a condition inside a number format: programs differ in the sign they show then.
NEGLIGIBLE = (-0.004999999, -1e-15)
RIGHT_ALIGNED = frozenset({"money", "quantity", "whole", "points", "tiny", "right"})
SHOWN_DIGITS = 15
SHOWN_DECIMALS = 10


class Styles:
    """The formats of one workbook, made when first asked for."""

    def __init__(self, workbook: Any) -> None:
        """`workbook` is an `xlsxwriter.Workbook`."""
        self._workbook = workbook
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        """The format of that name in `FORMATS`."""
        if name not in self._made:
            self._made[name] = self._workbook.add_format(FORMATS[name])
        return self._made[name]

    def header_of(self, style: str) -> Any:
        """The header format over a column of that style: over numbers to the right."""
        return self["header_right" if style in RIGHT_ALIGNED else "header"]


def number(value: Decimal | int | float) -> float:  # noqa: PYI041 - a certificate's bound is a float, and saying so helps
    """The nearest float, which is all that a cell can hold."""
    return float(value)


def is_shown_exactly(value: Decimal) -> bool:
    """Whether a cell's 15 significant digits, and the 10 decimals of its format, show all of this number."""
    shortest = value.normalize(exact.CONTEXT)
    return len(shortest.as_tuple().digits) <= SHOWN_DIGITS and shortest == round(shortest, SHOWN_DECIMALS)
