"""A process of its own that reads one workbook from stdin and writes its sheets to stdout as JSON: `python -m ... MEMORY SECONDS`.

A file that would need too much memory ends this process and not the program that started it. Windows knows no such limit; there only
the time is limited.
"""

import json
import sys

from taxlots.importers.folders import TooLargeError, UnreadableError
from taxlots.importers.workbooks import read_rows


def main() -> None:
    """Limit this process, read, answer: `sheets`, or `why`, `hint` and `large` where it can't be read."""
    _limit(int(sys.argv[1]), int(sys.argv[2]))
    try:
        answer: dict[str, object] = {"sheets": list(read_rows(sys.stdin.buffer.read()))}
    except UnreadableError as error:
        answer = {"why": error.why, "hint": error.hint, "large": isinstance(error, TooLargeError)}
    sys.stdout.write(json.dumps(answer))


def _limit(memory: int, seconds: int) -> None:
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415  not there on Windows

    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    main()
