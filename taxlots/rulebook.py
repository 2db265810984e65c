"""The law as cited data: finds the rule files, validates them and looks values up by date and filing status.

A file is a topic of one jurisdiction (`us/federal/niit.toml`), a table in it is a rule, and a rule has dated values:

* `year = 2025`: for this year only, as an indexed amount is; such a rule has one value for each year without a gap;
* `from = 2013-01-01`: in force from that day until the next value or its own `until`.

A value is given for `default` or by filing status, as a string (or `true`/`false`), or as a list. There is no fallback:
what has no value is an error that says what is covered. A new tax year is a change of data only.
"""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache, partial
from hashlib import sha256
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

from taxlots import exact
from taxlots.problems import TaxlotsError, problem

STATUSES = ("single", "married_joint", "married_separate", "head_of_household", "surviving_spouse")
UNITS = ("USD", "GBP", "EUR", "CAD", "AUD", "rate", "factor", "count", "days", "text", "switch")
EVIDENCE = {"P": "primary text read", "S": "secondary source", "M": "from memory, not re-read"}

Scalar = Decimal | str | bool
Value = Scalar | tuple[Scalar, ...]
T = TypeVar("T", Decimal, str)


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a value comes from: title with the paragraph, level of evidence (a key of `EVIDENCE`), address, remark."""

    title: str
    evidence: str
    url: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A rule's values by filing status (or `default`), in force from `start` through `end` (None: until changed)."""

    start: date
    end: date | None
    values: Mapping[str, Value]
    citation: Citation


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: its unit (one of `UNITS`), citation and dated values, oldest first. Pending bills are never values."""

    jurisdiction: str
    topic: str
    name: str
    unit: str
    citation: Citation
    entries: tuple[Entry, ...]
    pending: tuple[Citation, ...] = ()

    def covered(self) -> str:
        """For what time there are values, in words."""
        first, last = self.entries[0].start, self.entries[-1].end
        return f"from {first} on" if last is None else f"{first} to {last}"


class Rules(Mapping[str, Rule]):
    """Rules by `jurisdiction/topic/rule`. A file is parsed when one of its rules is asked for first: a run needs few of them."""

    def __init__(self, contents: Mapping[str, tuple[Path, bytes]]) -> None:
        """Path and content of each file by `jurisdiction/topic`."""
        self._contents = contents
        self._topics: dict[str, dict[str, Rule]] = {}

    def __getitem__(self, path: str) -> Rule:
        """Raises KeyError; and TaxlotsError(RULE_INVALID) where the file is wrong."""
        topic, _, name = path.rpartition("/")
        return self._topic(topic)[name]

    def __iter__(self) -> Iterator[str]:
        """Every path, by file."""
        return (f"{topic}/{name}" for topic in self._contents for name in self._topic(topic))

    def __len__(self) -> int:
        """Number of rules in all files."""
        return sum(len(self._topic(topic)) for topic in self._contents)

    def within(self, beginnings: tuple[str, ...]) -> Iterator[Rule]:
        """Rules whose path begins so, without parsing files that hold none."""
        for topic in self._contents:
            if any(f"{topic}/".startswith(b) or b.startswith(f"{topic}/") for b in beginnings):
                yield from (rule for name, rule in self._topic(topic).items() if f"{topic}/{name}".startswith(beginnings))

    def _topic(self, topic: str) -> dict[str, Rule]:
        if topic not in self._topics:
            self._topics[topic] = {rule.name: rule for rule in _rules(*self._contents[topic], topic)}
        return self._topics[topic]


@dataclass(frozen=True)
class Rulebook:
    """All rules by `jurisdiction/topic/rule`, and the hash of their files. Equal when the files are."""

    sha256: str
    rules: Rules = field(compare=False, repr=False)

    def __iter__(self) -> Iterator[Rule]:
        return iter(self.rules.values())

    def rule(self, path: str) -> Rule:
        """The rule at `jurisdiction/topic/rule`, such as `us/federal/niit/rate`. Raises TaxlotsError(RULE_MISSING)."""
        if path not in self.rules:
            raise _missing(f"There is no rule {path}.", "`taxlots rules` lists every rule.")
        return self.rules[path]

    def value(self, path: str, when: int | date, status: str | None = None) -> Value:
        """The value on a day, or all through a tax year, in the rule's unit. Raises TaxlotsError(RULE_MISSING)."""
        rule = self.rule(path)
        first, last = _span(when)
        entry = next((e for e in rule.entries if e.start <= first and (e.end is None or last <= e.end)), None)
        if entry is None:
            raise _missing(f"{path} has no value for {when}: covered is {rule.covered()}.")
        if status is not None and status not in STATUSES:
            raise _missing(f"{status!r} is no filing status.", f"The filing statuses are: {', '.join(STATUSES)}.")
        value = entry.values.get(status or "default", entry.values.get("default"))
        if value is None:
            raise _missing(f"{path} depends on the filing status, and none was asked for.")
        return value

    def amount(self, path: str, when: int | date, status: str | None = None) -> Decimal:
        """As `value`, of a rule that is one number. Raises TaxlotsError: RULE_MISSING, RULE_INVALID."""
        first, *others = self.amounts(path, when, status)
        if others:
            raise TaxlotsError(problem("RULE_INVALID", f"{path} is a list where one number is needed."))
        return first

    def amounts(self, path: str, when: int | date, status: str | None = None) -> tuple[Decimal, ...]:
        """As `value`, of a rule of one or more ascending numbers. Raises TaxlotsError: RULE_MISSING, RULE_INVALID."""
        return _all(Decimal, self.value(path, when, status), path)

    def texts(self, path: str, when: int | date) -> tuple[str, ...]:
        """As `value`, of a rule of one or several texts. Raises TaxlotsError: RULE_MISSING, RULE_INVALID."""
        return _all(str, self.value(path, when), path)

    def listing(self, year: int, within: Sequence[str] = ("",)) -> Iterator[tuple[Rule, str, Citation]]:
        """Every rule with its value in a year as text (empty where there is none) and the source of that value.

        Of these beginnings of paths only, where some are given, such as `us/federal`.
        """
        for rule in self.rules.within(tuple(within)):
            in_force = [e for e in rule.entries if e.start.year <= year and (e.end is None or year <= e.end.year)]
            yield rule, "; ".join(map(_text, in_force)), (in_force[-1] if in_force else rule).citation


def load(directory: Path | None = None) -> Rulebook:
    """The packaged rules, read once; a folder's files take the place of those of the same name and add to them.

    Raises:
        TaxlotsError: RULE_INVALID with file and line, or for a folder without rule files.
    """
    if directory is None:
        return _packaged()
    found = _load({**_files(_home()), **_files(directory)})
    len(found.rules)  # parses every file: what is wrong in a folder of one's own is told at once
    return found


@cache
def _packaged() -> Rulebook:
    return _load(_files(_home()))


def _home() -> Path:
    inside = Path(str(files("taxlots"))) / "rules"
    # In a checkout the rules lie beside the package; the wheel carries them inside it.
    return inside if inside.is_dir() else inside.parent.parent / "rules"


def _files(directory: Path) -> dict[str, Path]:
    found = {path.relative_to(directory).with_suffix("").as_posix(): path for path in directory.rglob("*.toml")}
    if not found:
        raise TaxlotsError(problem("RULE_INVALID", f"There are no rule files in {directory}.", file=str(directory)))
    return found


def _load(paths: Mapping[str, Path]) -> Rulebook:
    digest = sha256()
    contents: dict[str, tuple[Path, bytes]] = {}
    for name, path in sorted(paths.items()):
        with _located(path, lambda: 1):
            content = path.read_bytes()
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
        contents[name] = path, content
    return Rulebook(digest.hexdigest(), Rules(contents))


def _rules(path: Path, content: bytes, name: str) -> Iterator[Rule]:
    jurisdiction, _, topic = name.rpartition("/")
    with _located(path, lambda: 1):
        text = content.decode("utf-8")
        table = tomllib.loads(text)
    for rule, body in table.items():
        header = partial(_line, text, f"[{rule}]")
        with _located(path, header):
            _check_keys(body, {"unit", "citation", "values"}, {"pending"})
            unit, citation = body["unit"], _citation(body["citation"])
            if unit not in UNITS or not isinstance(body["values"], list) or not body["values"]:
                raise ValueError(f"{rule} needs values, and a unit out of {', '.join(UNITS)}")
            pending = tuple(_citation(p) for p in body.get("pending", ()))
        entries: list[Entry] = []
        for number, raw in enumerate(body["values"]):
            with _located(path, partial(_line, text, f"[[{rule}.values]]", number, header)):
                _append(entries, _entry(raw, unit, citation), yearly="year" in raw)
        yield Rule(jurisdiction, topic, rule, unit, citation, tuple(entries), pending)


@contextmanager
def _located(path: Path, line: Callable[[], int]) -> Iterator[None]:
    """An error inside names the file and a line, which is looked for only then."""
    try:
        yield
    except (ValueError, TypeError, OSError) as error:
        stated = re.search(r"at line (\d+)", str(error))
        row = int(stated[1]) if stated else line()
        raise TaxlotsError(problem("RULE_INVALID", f"{path}, line {row}: {error}", file=str(path), row=row)) from error


def _line(text: str, header: str, number: int = 0, otherwise: Callable[[], int] = lambda: 1) -> int:
    rows = [row for row, line in enumerate(text.splitlines(), 1) if line.split("#")[0].strip() == header]
    return rows[number] if number < len(rows) else otherwise()


def _check_keys(table: Any, required: set[str], optional: set[str]) -> None:
    if not isinstance(table, dict):
        raise TypeError(f"{table!r} is not a table")
    if wrong := sorted((required - table.keys()) | (table.keys() - required - optional)):
        raise ValueError(f"unknown or missing: {', '.join(wrong)}")


def _citation(raw: Any) -> Citation:
    _check_keys(raw, {"title", "evidence"}, {"url", "note"})
    if raw["evidence"] not in EVIDENCE or not all(isinstance(v, str) and v for v in raw.values()):
        raise ValueError(f"a citation is text, and its evidence one of {', '.join(EVIDENCE)}")
    return Citation(**raw)


def _entry(raw: Any, unit: str, citation: Citation) -> Entry:
    _check_keys(raw, set(), {"year", "from", "until", "citation", "default", *STATUSES})
    if ("year" in raw) == ("from" in raw) or not ("default" in raw or set(STATUSES) <= raw.keys()):
        raise ValueError("a value needs either `year` or `from`, and either `default` or all five filing statuses")
    start, end = raw.get("from"), raw.get("until")
    if "year" in raw:
        start, end = date(raw["year"], 1, 1), date(raw["year"], 12, 31)
    if type(start) is not date or (end is not None and (type(end) is not date or end < start)):
        raise ValueError("`from` and `until` are dates in their order")
    values = {key: _value(raw[key], unit) for key in raw if key == "default" or key in STATUSES}
    return Entry(start, end, values, _citation(raw["citation"]) if "citation" in raw else citation)


def _append(entries: list[Entry], entry: Entry, *, yearly: bool) -> None:
    """Add an entry; an open one before it ends the day before. Yearly values leave no gap."""
    if entries:
        last, day_before = entries[-1], entry.start - timedelta(days=1)
        if entry.start <= last.start or (last.end and entry.start <= last.end):
            raise ValueError(f"the value from {entry.start} overlaps an earlier one or is out of order")
        if yearly and last.end != day_before:
            raise ValueError(f"there is a gap before {entry.start}: each year needs a value")
        entries[-1] = replace(last, end=last.end or day_before)
    entries.append(entry)


def _value(raw: Any, unit: str) -> Value:
    if not isinstance(raw, list):
        return _scalar(raw, unit)
    values = tuple(_scalar(item, unit) for item in raw)
    numbers = [v for v in values if isinstance(v, Decimal)]
    if not values or any(low >= high for low, high in pairwise(numbers)):
        raise ValueError(f"the list {raw} is empty or does not ascend")
    return values


def _scalar(raw: Any, unit: str) -> Scalar:
    if not isinstance(raw, bool if unit == "switch" else str) or raw == "":
        raise ValueError(f"{raw!r} is no {unit}: numbers are written as strings, switches as true or false")
    if isinstance(raw, bool) or unit == "text":
        return raw
    number = exact.parse(raw)
    if number < 0 or (unit == "rate" and number > 1):
        raise ValueError(f"{raw} is out of range for {unit}")
    return number


def _text(entry: Entry) -> str:
    shown = []
    for key, value in entry.values.items():
        values = value if isinstance(value, tuple) else (value,)
        text = ", ".join(format(v, "f") if isinstance(v, Decimal) else str(v) for v in values)
        shown.append(text if key == "default" else f"{key} {text}")
    return " | ".join(shown)


def _span(when: int | date) -> tuple[date, date]:
    if isinstance(when, date):
        return when, when
    year = min(max(when, date.min.year), date.max.year)
    return date(year, 1, 1), date(year, 12, 31)


def _all(kind: type[T], value: Value, path: str) -> tuple[T, ...]:
    values = value if isinstance(value, tuple) else (value,)
    found = tuple(v for v in values if isinstance(v, kind))
    if len(found) < len(values):
        raise TaxlotsError(problem("RULE_INVALID", f"{path} should be of type {kind.__name__}."))
    return found


def _missing(message: str, hint: str | None = None) -> TaxlotsError:
    return TaxlotsError(problem("RULE_MISSING", message, hint))
