"""Exports written into a folder, and the program run on them inside this process."""

import contextlib
import io
import json
import sys
from pathlib import Path
from typing import Any, NamedTuple

import taxlots
from taxlots import frames
from taxlots.cli.app import main
from taxlots.importers.universal import COLUMNS
from taxlots.ledger.settle import Ledger
from taxlots.lots.results import Book

HEADER = ",".join(COLUMNS)


class Ran(NamedTuple):
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The document on stdout."""
        return json.loads(self.out)


def tx(time: str, kind: str, *, account: str = "kraken", **cells: str) -> str:
    """A row of the universal ledger; a leg is written `sent="1 BTC"`, any other column by its name."""
    given = {"time": time, "account": account, "kind": kind}
    for name, text in cells.items():
        if name in {"sent", "received", "fee"}:
            given[f"{name}_quantity"], given[f"{name}_asset"] = text.split()
        else:
            given[name] = text
    assert set(given) <= set(COLUMNS), given
    return ",".join(given.get(name, "") for name in COLUMNS)


def universal(*rows: str) -> str:
    """A universal ledger CSV with these rows."""
    return "\n".join((HEADER, *rows, ""))


def folder(path: Path, files: str | dict[str, str | bytes]) -> Path:
    """Write the files (a plain text is `ledger.csv`) and return their folder."""
    path.mkdir(parents=True, exist_ok=True)
    for name, content in ({"ledger.csv": files} if isinstance(files, str) else files).items():
        (path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def ledger_of(path: Path, files: str | dict[str, str | bytes], **options: Any) -> Ledger:
    """The settled ledger of these files."""
    exports = folder(path / "exports", files)
    with contextlib.chdir(path):
        return taxlots.read_exports([exports], **options)


def book_of(path: Path, files: str | dict[str, str | bytes], method: str = "fifo", pool: str = "account", **options: Any) -> Book:
    """The booked ledger of these files."""
    return taxlots.book(ledger_of(path, files, **options), method=method, pool=pool)


def records(frame: Any) -> list[dict[str, Any]]:
    """Rows of a frame as dictionaries."""
    return frames.records(frame)


def codes(problems: Any) -> list[str]:
    """Codes of the problems, sorted, without those of the time zone."""
    return sorted(p.code for p in problems if p.code != "TIMEZONE_ASSUMED")


def run(cwd: Path, *args: str | Path) -> Ran:
    """Run the command line in this process, in that folder."""
    out, err = io.StringIO(), io.StringIO()
    before, code = sys.argv, 0
    sys.argv = ["taxlots", *map(str, args)]
    try:
        with contextlib.chdir(cwd), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            main()
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else 0
    finally:
        sys.argv = before
    return Ran(code, out.getvalue(), err.getvalue())


def assert_rows_add_up(document: Any) -> None:
    """Every data row of every file has exactly one fate."""
    for file in document["files"]:
        assert file["rows"] == file["used"] + file["merged"] + file["set_aside"] + file["unusable"], file
        assert min(file[fate] for fate in ("used", "merged", "set_aside", "unusable")) >= 0, file
