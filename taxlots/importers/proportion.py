"""A part of an amount, for importers that have to split one."""

from decimal import Decimal

from taxlots import exact
from taxlots.importers.records import RowError


def portion(amount: Decimal, part: Decimal, whole: Decimal) -> Decimal:
    """`amount * part / whole`, rounded to 18 decimals; 0 where the whole is 0 at that precision. Raises RowError out of range."""
    try:
        units = exact.to_units(whole)
        if units == 0:
            return Decimal(0)
        return exact.to_decimal(exact.checked(exact.share(exact.to_units(amount), exact.to_units(part), units)))
    except exact.OutOfRangeError as error:
        raise RowError("ROW_INVALID", str(error)) from None
