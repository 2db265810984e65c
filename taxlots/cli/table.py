"""The program's command table, and how a command that reads exports is carried out."""

import inspect
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib import import_module
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

# The module of taxlots.cli in which a function is, where that is not `commands`.
_MODULES = (
    {"rebalance": "rebalancing", "impact": "impact", "export": "exporting"}
    | dict.fromkeys(("sell", "harvest", "wait"), "selling")
    | dict.fromkeys(("explain", "file_year"), "years")
)
_FILED = frozenset({"report", "file_year", "export"})  # what goes to the tax office: there only recorded orders of lots count


@dataclass(frozen=True, slots=True)
class Given:
    """What every command that reads exports is given: the exports, choices over the settings, and how the result is shown."""

    paths: list[Path]
    choices: tuple[Any, ...]
    form: o.Format
    output: Path | None
    written: Path | None = None

    def relative(self, written: Path) -> "Given":
        """For what leaves the machine: paths relative to the current folder, and nothing is read of the file that is written."""
        config, method, pool, jurisdiction, timezone, as_of, prices, rules = self.choices
        config, prices, rules = (path and relative(path) for path in (config, prices, rules))
        choices = (config, method, pool, jurisdiction, timezone, as_of, prices, rules)
        return replace(self, paths=[relative(path) for path in self.paths], choices=choices, output=None, written=written)

    def carry_out(self, name: str, *extra: Any) -> NoReturn:
        """Let the function of that name work on a session, show its result and end with its exit code."""
        from taxlots.cli import commands  # noqa: PLC0415  `--help` must stay fast
        from taxlots.cli.progress import steps  # noqa: PLC0415
        from taxlots.session import Choices, open_session  # noqa: PLC0415

        chosen = replace(Choices(*self.choices), filed=name in _FILED, written=self.written)
        with steps(commands.STEPS) as advance:
            session = open_session(self.paths, chosen, advance)
            work = getattr(import_module(f"taxlots.cli.{_MODULES.get(name, 'commands')}"), name)
            result = work(session, advance, *extra)
        raise typer.Exit(emit(result, self.form, self.output))


def relative(path: Path) -> Path:
    """An absolute path relative to the current folder; as it is on another drive, from which no relative path leads here."""
    if not path.is_absolute():
        return path
    try:
        return Path(os.path.relpath(path))
    except ValueError:
        return path


def _given(  # noqa: PLR0913, PLR0917  one parameter per shared option
    paths: o.Paths,
    config: o.Config = None,
    method: o.MethodOption = None,
    pool: o.PoolOption = None,
    jurisdiction: o.Jurisdiction = None,
    timezone: o.Timezone = None,
    as_of: o.AsOf = None,
    prices: o.Prices = None,
    rules: o.Rules = None,
    form: o.FormatOption = o.Format.TABLE,
    output: o.Output = None,
) -> Given:
    return Given(paths, (config, method, pool, jurisdiction, timezone, as_of, prices, rules), form, output)


def reads_exports(command: Callable[..., None], name: str | None = None) -> Callable[..., None]:
    """Register a command whose first parameter is `Given`; its own arguments and options come before the shared ones."""
    shared = inspect.signature(_given).parameters
    _, *own = inspect.signature(command).parameters.values()

    def run(**values: Any) -> None:
        given = _given(**{key: values.pop(key) for key in shared})
        command(given, **values)

    together = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in (*own, *shared.values())]
    registered: Any = run  # typer reads a command's options from these two
    registered.__signature__ = inspect.Signature(together)
    registered.__annotations__ = {parameter.name: parameter.annotation for parameter in together}
    app.command(name or command.__name__, help=command.__doc__)(registered)
    return command
