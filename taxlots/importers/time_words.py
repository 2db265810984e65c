"""Times with words in them, put into the form that `times` reads: month names, abbreviations of zones, offsets of any length.

`May 5, 2020, 10:10:57 PM`, `Feb. 14, 2019, 03:32 PM`, `Thu Apr 16 2020 20:14:29 GMT-0400 (EDT)`, `5. Maerz 2024 14:05`,
`12 de enero de 2024`, `31-JAN-2025`, `2025-10-09 16:29:46 EDT`, `2024-11-16 17:39:46+00`, `10:36 GMT+2`. A text of another form is
left as it is.

An abbreviation is taken at its word: `PST` is eight hours behind UTC also in August, when the writer's clock said otherwise.
"""

import re
import unicodedata

from taxlots.importers.zones import ABBREVIATIONS

# English, German, French, Spanish, Italian, Portuguese, Dutch: any beginning of three letters or more that leaves one month.
_MONTHS = (
    "january januar jaenner janner janvier enero gennaio janeiro januari",
    "february februar fevrier febrero febbraio fevereiro februari",
    "march maerz marz mrz mars marzo marco maart mrt",
    "april avril abril aprile",
    "may mai mayo maggio maio mei",
    "june juni juin junio giugno junho",
    "july juli juillet julio luglio julho",
    "august aout agosto augustus",
    "september septembre septiembre setiembre settembre setembro",
    "october oktober octobre octubre ottobre outubro",
    "november novembre noviembre novembro",
    "december dezember decembre diciembre dicembre dezembro",
)
_CLOCK = r"(?:,? (?:at |um |a las |alle |as )?(?P<clock>\d{1,2}:\d{2}.*))?"
_NAME = r"(?P<name>[A-Za-z]{3,10})\.?"
_FORMS = (
    re.compile(rf"(?:[A-Za-z]{{2,10}}\.?,? )?{_NAME} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year>\d{{4}}){_CLOCK}", re.ASCII),
    re.compile(
        rf"(?:[A-Za-z]{{2,10}}\.?,? )?(?P<day>\d{{1,2}})\.?[ -](?:de )?{_NAME},?[ -](?:de )?(?P<year>\d{{4}}){_CLOCK}",
        re.ASCII,
    ),
    re.compile(rf"(?P<year>\d{{4}})[ -]{_NAME}[ -](?P<day>\d{{1,2}}){_CLOCK}", re.ASCII),
)
_HALF = re.compile(r"(?P<clock>\d{1,2}:\d{2}(?::\d{2})?(?:[.,]\d+)?) ?(?P<half>[AaPp])\.? ?[Mm]\b\.?")
_ABBREVIATION = re.compile(r"(?P<time>.*\d(?: ?[AP]M)?) ?\(?(?P<zone>[A-Z]{3,4})\)?")
_OFFSET = re.compile(
    r"(?P<time>.*\d{1,2}:\d{2}\S*(?: [AP]M)?) ?(?:GMT|UTC)? ?(?P<offset>[+-]\d{1,2}(?::?\d{2})?)(?: \([A-Za-z ]+\))?", re.ASCII
)


def iso(text: str) -> str:
    """The text with its words replaced: `YYYY-MM-DD`, `AM` or `PM` with one blank before it, an offset of hours and minutes."""
    cleaned = re.sub(r"[\s\u00a0\u202f]+", " ", text.strip())
    cleaned = _HALF.sub(lambda match: f"{match['clock']} {match['half'].upper()}M", cleaned)
    named = next((match for form in _FORMS if (match := form.fullmatch(_plain(cleaned)))), None)
    month = month_named(named["name"]) if named else None
    if named and month:
        cleaned = f"{named['year']}-{month:02d}-{int(named['day']):02d}" + (f" {named['clock']}" if named["clock"] else "")
    match = _OFFSET.fullmatch(cleaned)
    if match and match["offset"]:
        return match["time"].rstrip() + _whole(match["offset"])
    match = _ABBREVIATION.fullmatch(cleaned)
    return match["time"] + ABBREVIATIONS[match["zone"]] if match and match["zone"] in ABBREVIATIONS else cleaned


def month_named(name: str) -> int | None:
    """The month from 1 to 12 that the name, or its beginning of three letters or more, means in every language that has it."""
    small = _plain(name).rstrip(".").lower()
    fitting = [number for number, names in enumerate(_MONTHS, 1) if any(full.startswith(small) for full in names.split())]
    return fitting[0] if len(fitting) == 1 and len(small) >= 3 else None


def _plain(text: str) -> str:
    """The letters without their accents."""
    return "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))


def _whole(offset: str) -> str:
    digits = offset[1:].replace(":", "")
    hours, minutes = (digits, "00") if len(digits) <= 2 else (digits[:-2], digits[-2:])
    return f"{offset[0]}{int(hours):02d}:{minutes}"
