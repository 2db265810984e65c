"""Time zones as exports name them: offsets, abbreviations, and the zone in a header cell or in a line above the header."""

import re
from datetime import UTC, timedelta, timezone, tzinfo
from functools import lru_cache

from taxlots.importers.records import Table

# Abbreviations that mean one offset wherever they are written. CST is not among them: it is central time in the US and in China.
ABBREVIATIONS = {
    **dict.fromkeys(("Z", "UTC", "GMT", "WET"), "+00:00"),
    **dict.fromkeys(("CET", "WEST"), "+01:00"),
    **dict.fromkeys(("CEST", "EET"), "+02:00"),
    **dict.fromkeys(("EEST", "MSK"), "+03:00"),
    **dict.fromkeys(("JST", "KST"), "+09:00"),
    "HKT": "+08:00",
    "AEST": "+10:00",
    "AEDT": "+11:00",
    "NZST": "+12:00",
    "NZDT": "+13:00",
    "EDT": "-04:00",
    **dict.fromkeys(("EST", "CDT"), "-05:00"),
    "MDT": "-06:00",
    **dict.fromkeys(("MST", "PDT"), "-07:00"),
    **dict.fromkeys(("PST", "AKDT"), "-08:00"),
    "AKST": "-09:00",
    "HST": "-10:00",
}
_OFFSET = re.compile(r"(?P<sign>[-+])(?P<hours>\d{1,2})(?::?(?P<minutes>\d{2}))?", re.ASCII)
_NAMED = re.compile(r"(?:UTC|GMT|\((?=[-+]))(?:null)?\s*(?P<offset>[-+]\d{1,2}(?::?\d{2})?)?", re.ASCII | re.IGNORECASE)
_DAY = timedelta(hours=24)


@lru_cache(maxsize=256)
def offset_of(text: str) -> tzinfo | None:
    """The fixed zone of `+02:00`, `+0530`, `-5`, `EDT` or `Z`; None for anything else, such as an offset of a day or more."""
    said = ABBREVIATIONS.get(text, text)
    match = _OFFSET.fullmatch(said)
    if not match:
        return None
    size = timedelta(hours=int(match["hours"]), minutes=int(match["minutes"] or 0))
    if size >= _DAY or int(match["minutes"] or 0) > 59:
        return None
    return timezone(-size if match["sign"] == "-" else size) if size else UTC


def named_zone(text: str) -> tzinfo | None:
    """The zone in `Time(UTC+02:00)`, `Date (+01:00)`, `Time Zone:UTC+8` or `Date(UTCnull)`; None where none is named."""
    match = _NAMED.search(text)
    if not match:
        return None
    return offset_of(match["offset"]) if match["offset"] else UTC


def stated_zone(table: Table) -> tzinfo | None:
    """The zone that a line above the header names, as `Time Zone:UTC+8`."""
    cells = (cell for line in table.preamble for cell in line if "zone" in cell.lower())
    return next((zone for cell in cells if (zone := named_zone(cell))), None)
