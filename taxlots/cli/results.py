"""What a command found, and how it leaves the program: results to stdout or a file, everything else to stderr."""

import io
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from taxlots.cli.options import Format
from taxlots.files import write_text
from taxlots.problems import Problem, Severity, has_errors, printable

if TYPE_CHECKING:
    from taxlots.reports.tables import Table

DONE, INCOMPLETE, WRONG_USAGE = 0, 1, 2
SHOWN_PER_CODE = 5


@dataclass(frozen=True, slots=True)
class Result:
    """A document for JSON, tables for the terminal, and the one table that CSV holds. A `text` is shown as it is instead of tables."""

    document: dict[str, Any]
    tables: "Sequence[Table]"
    problems: Sequence[Problem]
    csv: "Table | None" = None
    tells_problems: bool = False
    text: str | None = None


def emit(result: Result, form: Format, output: Path | None) -> int:
    """Write the result and, to stderr, the problems that it does not show itself. Returns the exit code."""
    from taxlots.reports.render import as_csv, as_json, as_text  # noqa: PLC0415  `--help` must stay fast

    if form is Format.JSON:
        text = as_json(result.document)
    elif result.text is not None:
        text = result.text
    elif form is Format.CSV:
        text = as_csv(result.csv or result.tables[0])
    else:
        text = as_text(result.tables, draft=has_errors(result.problems))
    if output:
        write_text(output, text)
    else:
        if result.text is not None and isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(encoding="utf-8", newline="")  # the same bytes as a file has, on Windows too
        sys.stdout.write(text)
    if not (result.tells_problems and form is Format.TABLE):
        tell(result.problems, output)
    return INCOMPLETE if has_errors(result.problems) else DONE


def tell(problems: Sequence[Problem], output: Path | None = None) -> None:
    """Problems to stderr, errors first, at most a few of each code; with errors, that the `output` (else what is shown) is a draft."""
    counts = Counter(p.code for p in problems)
    shown: Counter[str] = Counter()
    order = list(Severity)
    for problem in sorted(problems, key=lambda p: (order.index(p.severity), p.code)):
        shown[problem.code] += 1
        if problem.severity is not Severity.INFO and shown[problem.code] <= SHOWN_PER_CODE:
            tell_one(problem)
    for code, count in counts.items():
        if count > SHOWN_PER_CODE and shown[code]:
            sys.stderr.write(f"{code}: {count - SHOWN_PER_CODE} more; `taxlots check` lists all\n")
    if has_errors(problems):
        what = f"{output} is a draft" if output else "this is a draft"
        sys.stderr.write(f"DRAFT, INCOMPLETE: error-severity problems remain, so {what} and the numbers are not final.\n")


def tell_one(problem: Problem) -> None:
    """One problem: severity, code, place, cause and next step."""
    where = f" {problem.where()}" if problem.where() else ""
    sys.stderr.write(printable(f"{problem.severity} {problem.code}{where}: {problem.message}") + "\n")
    sys.stderr.write(printable(f"  -> {problem.hint}") + "\n")
