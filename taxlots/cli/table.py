"""The program's command table, and how a command that reads exports is carried out."""

from dataclasses import replace
from pathlib import Path
from typing import Any, NoReturn

import typer

from taxlots.cli import options as o
from taxlots.cli.results import emit

app = typer.Typer(
    name="taxlots",
    help="Tax-aware lot accounting: exports in, exact lots, scored rebalance alternatives and a workbook out. Offline, always.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

_QUESTIONS = frozenset({"sell", "harvest", "wait"})
_FILED = frozenset({"report", "export"})  # what goes to the tax office: there only recorded orders of lots count


def carry_out(
    name: str, paths: list[Path], choices: tuple[Any, ...], extra: tuple[Any, ...], shown: tuple[o.Format, Path | None]
) -> NoReturn:
    """Open a session, let the function of the command's name work on it, show the result and end with its exit code."""
    from taxlots.cli import commands, rebalancing, selling  # noqa: PLC0415  `--help` must stay fast
    from taxlots.cli.progress import steps  # noqa: PLC0415
    from taxlots.session import Choices, open_session  # noqa: PLC0415

    chosen = replace(Choices(*choices), filed=name in _FILED)
    with steps(commands.STEPS) as advance:
        session = open_session(paths, chosen, advance)
        module = rebalancing if name == "rebalance" else selling if name in _QUESTIONS else commands
        result = getattr(module, name)(session, advance, *extra)
    raise typer.Exit(emit(result, *shown))
