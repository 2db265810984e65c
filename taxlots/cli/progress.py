"""A progress bar on stderr while a terminal watches; silent otherwise."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Advance = Callable[[str], None]


@contextmanager
def steps(total: int) -> Iterator[Advance]:
    """Shows one bar over `total` steps; the yielded function names the step that begins."""
    if not sys.stderr.isatty():
        yield lambda _label: None
        return
    from rich.console import Console  # noqa: PLC0415  only a terminal pays for it
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (TextColumn("{task.description:<28}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("starting", total=total)
        begun = False

        def advance(label: str) -> None:
            nonlocal begun
            progress.update(task, advance=1 if begun else 0, description=label)
            begun = True

        yield advance
