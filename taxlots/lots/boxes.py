"""The box of Form 8949 that a disposal is expected in, until the broker's own form is imported."""

from datetime import date, tzinfo

from taxlots.lots.book import Sold
from taxlots.platforms import is_us_broker
from taxlots.rulebook import Rulebook

BASIS_REPORTED, NOT_REPORTED, NO_FORM = range(3)
_RULES = "us/federal"
_FIRST_FORM = date(2011, 1, 1)


def expected_box(rulebook: Rulebook, sold: Sold, disposed_on: date, asset_class: str, term: str, zone: tzinfo) -> str:
    """Letter of the box by year, class and term; empty for years before Form 8949 existed. Raises TaxlotsError(RULE_MISSING)."""
    if disposed_on < _FIRST_FORM:
        return ""
    family = "security" if asset_class in {"security", "fund"} else "digital"
    boxes = rulebook.texts(f"{_RULES}/form_8949_boxes/{family}_{term}", disposed_on)
    if family == "security":
        return boxes[_security_column(sold)]
    return boxes[_digital_column(rulebook, sold, disposed_on, zone)]


def _security_column(sold: Sold) -> int:
    if not is_us_broker(sold.entry.account):
        return NO_FORM
    moved = sold.taken is None or sold.taken.piece.transferred
    return NOT_REPORTED if moved else BASIS_REPORTED


def _digital_column(rulebook: Rulebook, sold: Sold, disposed_on: date, zone: tzinfo) -> int:
    reports = rulebook.value(f"{_RULES}/form_1099_da/proceeds_reported", disposed_on)
    if not reports or not is_us_broker(sold.entry.account):
        return NO_FORM
    with_basis = rulebook.value(f"{_RULES}/form_1099_da/basis_reported", disposed_on)
    if not with_basis or sold.taken is None or sold.taken.piece.transferred:
        return NOT_REPORTED
    acquired_on = sold.taken.piece.acquired.astimezone(zone).date()
    covered = rulebook.value(f"{_RULES}/form_1099_da/basis_reported", acquired_on) if acquired_on >= _FIRST_FORM else False
    return BASIS_REPORTED if covered else NOT_REPORTED
