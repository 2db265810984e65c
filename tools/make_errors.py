"""Writes docs/errors.md from the catalogue of problem codes; `--check` only compares."""

import sys
from pathlib import Path

from taxlots.problems import catalogue

TARGET = Path(__file__).resolve().parent.parent / "docs" / "errors.md"
HEAD = """# Problem codes

Every problem names a file and row where there is one, its cause, and the next step. `taxlots explain CODE` prints an entry.
An error makes every report INCOMPLETE and the exit code 1; warnings and infos do not. This page is written by `tools/make_errors.py`.
"""


def text() -> str:
    """One section per code, in alphabetical order."""
    entries = [
        f"\n## {code}\n\n*{kind.severity}*: {kind.title}.\n\n{kind.meaning}\n\nNext step: {kind.remedy}\n"
        for code, kind in sorted(catalogue().items())
    ]
    return HEAD + "".join(entries)


def main() -> int:
    """Write or compare; 1 where the page differs."""
    if "--check" not in sys.argv:
        TARGET.write_text(text(), encoding="utf-8")
        return 0
    if TARGET.is_file() and TARGET.read_text(encoding="utf-8") == text():
        return 0
    print(f"{TARGET} differs from the catalogue: run tools/make_errors.py")
    return 1


if __name__ == "__main__":
    sys.exit(main())
