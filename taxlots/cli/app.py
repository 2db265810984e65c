"""The table of commands, and the one place where errors become messages and exit codes."""

import gc
import os
import sys
import traceback
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from taxlots import __version__
from taxlots.cli import options as o
from taxlots.cli import questions as questions  # noqa: PLC0414  registers its commands
from taxlots.cli.results import INCOMPLETE, WRONG_USAGE, emit, tell_one
from taxlots.cli.table import Given, app, reads_exports, relative
from taxlots.problems import TaxlotsError, problem

_SELDOM = (500_000, 50, 100)  # objects made between collections: rows and imports are no garbage, and looking took a sixth of the time


def main() -> None:
    """Entry point: no command ends in a traceback for bad input. Set TAXLOTS_DEBUG=1 to see one."""
    gc.set_threshold(*_SELDOM)
    try:
        app()
    except TaxlotsError as error:
        tell_one(error.problem)
        sys.exit(WRONG_USAGE)
    except Exception as error:  # noqa: BLE001  the last place to turn a fault of this program into a message
        if os.environ.get("TAXLOTS_DEBUG"):
            traceback.print_exc()
        place = traceback.extract_tb(error.__traceback__)[-1]
        message = f"{type(error).__name__} in {Path(place.filename).name}:{place.lineno}: {error}"
        tell_one(problem("INTERNAL_FAULT", message))
        sys.exit(INCOMPLETE)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"taxlots {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    _version_wanted: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")] = False,
) -> None:
    pass


def _reading(name: str, text: str) -> None:
    """Register a command that shows one of the frames; its work is `commands.<name>`, loaded when it runs."""

    def command(given: Given, year: o.Year = None) -> None:
        given.carry_out(name, year)

    command.__doc__ = text
    reads_exports(command, name)


for _name, _text in (
    ("ledger", "The normalised transactions, in the universal layout."),
    ("lots", "Open lots."),
    ("income", "Income events."),
):
    _reading(_name, _text)


@reads_exports
def gains(
    given: Given,
    year: o.Year = None,
    explain: Annotated[
        str | None,
        typer.Option("--explain", help="Why: of this disposal or transaction (its id), or of all.", show_default=False),
    ] = None,
) -> None:
    """Disposals, one row per lot piece."""
    if explain is not None:
        given.carry_out("explain", year, explain)
    given.carry_out("gains", year)


@reads_exports
def filed(
    given: Given,
    year: Annotated[int, typer.Argument(help="The tax year that was filed.", show_default=False)],
) -> None:
    """Write down a year as it was filed (-o FILE.json), so that later imports do not change it."""
    replace(given, output=None).carry_out("file_year", year, given.output)


@reads_exports
def report(
    given: Given,
    plan: Annotated[Path | None, typer.Option("--plan", help="Also show this plan (JSON).", show_default=False)] = None,
    year: o.Year = None,
) -> None:
    """The workbook for an accountant (-o FILE.xlsx)."""
    path = given.output or Path("report.xlsx")
    given.relative(written=path).carry_out("report", year, path, plan and relative(plan))


@reads_exports
def export(
    given: Given,
    to: Annotated[o.Interchange, typer.Option("--to", help="The tax program's file.", show_default=False)],
    year: o.Year = None,
) -> None:
    """Form 8949 of a year as a file that a tax program imports (-o FILE or FOLDER)."""
    replace(given, output=None).carry_out("export", year, str(to), (given.output, given.form))


@reads_exports
def check(
    given: Given,
    templates: Annotated[
        Path | None, typer.Option("--templates", help="Write ready-to-fill files for what is missing into this folder.", show_default=False)
    ] = None,
) -> None:
    """Ingest and reconcile only: what was recognised, what is missing, what to do next."""
    given.carry_out("check", templates)


@reads_exports
def tax(
    given: Given,
    year: o.Year = None,
    compare: Annotated[
        list[str] | None,
        typer.Option("--compare", help="Also show the year under this lot order; `all` for every one.", show_default=False),
    ] = None,
    as_filed: Annotated[bool, typer.Option("--as-filed", help="In whole dollars, with the Tax Table below 100,000.")] = False,
) -> None:
    """Tax on a year's gains and income, line by line, with the profile in taxlots.toml."""
    given.carry_out("tax", year, tuple(compare or ()), as_filed)


@app.command()
def solve(
    instance: Annotated[Path, typer.Argument(help="Problem file (taxlots.instance/1).", show_default=False)],
    points: Annotated[
        int | None, typer.Option("--frontier", help="Also tax and cost against drift, at this many levels.", min=2, show_default=False)
    ] = None,
    form: o.FormatOption = o.Format.JSON,
    output: o.Output = None,
) -> None:
    """The optimiser alone, on a problem file: the proven best plan."""
    from taxlots.cli import solving  # noqa: PLC0415

    raise typer.Exit(emit(solving.solve(instance, points), form, output))


@app.command("verify-plan")
def verify_plan(
    files: Annotated[list[Path], typer.Argument(help="A rebalance document, or a solution and its instance (JSON).", show_default=False)],
    form: o.FormatOption = o.Format.TABLE,
    output: o.Output = None,
) -> None:
    """Check a plan, its figures and the proof of its bound without the optimiser."""
    from taxlots.cli import solving  # noqa: PLC0415

    raise typer.Exit(emit(solving.verify_plan(files), form, output))


@app.command()
def verify(
    file: Annotated[Path, typer.Argument(help="Workbook that `taxlots report` wrote.", show_default=False)],
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Where its sources are now, under any name; default where it says.", show_default=False)
    ] = None,
    form: o.FormatOption = o.Format.TABLE,
    output: o.Output = None,
) -> None:
    """Compute a workbook anew from its sources and compare it cell by cell."""
    from taxlots.cli import commands, verifying  # noqa: PLC0415
    from taxlots.cli.progress import steps  # noqa: PLC0415

    with steps(commands.STEPS + verifying.STEPS) as advance:
        result = verifying.verify(file, paths or [], advance)
    raise typer.Exit(emit(result, form, output))


@app.command()
def demo(out: Annotated[Path, typer.Option("--out", help="Folder for the workbook.")] = Path("demo")) -> None:
    """The whole main job on the bundled sample exports."""
    from taxlots.cli.demo import run  # noqa: PLC0415

    raise typer.Exit(run(out))


@app.command()
def init(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Exports whose assets are listed as possible targets.", show_default=False)
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an existing taxlots.toml.")] = False,
    layout: Annotated[
        Path | None, typer.Option("--layout", help="Propose a [[layout]] entry for this export instead.", show_default=False)
    ] = None,
    append: Annotated[bool, typer.Option("--append", help="With --layout: add the entry to taxlots.toml.")] = False,
) -> None:
    """Write a commented taxlots.toml for this folder, or propose a layout for an export that is not recognised."""
    from taxlots.cli import init as settings_file  # noqa: PLC0415
    from taxlots.cli import propose  # noqa: PLC0415

    if layout is not None and not paths and not force:
        raise typer.Exit(propose.run(layout, append=append))
    if layout is not None or append:
        hint = "Use `taxlots init --layout FILE`, with --append to add the entry to taxlots.toml."
        raise TaxlotsError(problem("USAGE", "--layout takes one export and goes with --append only", hint))
    raise typer.Exit(settings_file.run(paths or [Path()], force=force))


@app.command()
def identify(  # noqa: PLR0913, PLR0917  one parameter per option
    paths: Annotated[list[Path] | None, typer.Argument(help="Exports, to check the lots against.", show_default=False)] = None,
    sale: Annotated[str | None, typer.Option("--sale", help="Transaction's id, or when the sale is planned.", show_default=False)] = None,
    plan: o.PlanToRecord = None,
    lots: Annotated[list[str] | None, typer.Option("--lots", help="LOT=QUANTITY,...", show_default=False)] = None,
    standing: Annotated[
        str | None, typer.Option("--standing", help="Order for all sales: fifo, lifo, hifo, lofo, min-tax.", show_default=False)
    ] = None,
    account: Annotated[str | None, typer.Option("--account", help="Where the units are held.", show_default=False)] = None,
    asset: Annotated[str | None, typer.Option("--asset", help="Such as BTC.", show_default=False)] = None,
    start: Annotated[str | None, typer.Option("--from", help="When a standing order begins; default now.", show_default=False)] = None,
    until: Annotated[str | None, typer.Option("--until", help="When it ends.", show_default=False)] = None,
    attest: Annotated[str | None, typer.Option("--attest", help="What earlier record this repeats.", show_default=False)] = None,
    told: Annotated[str | None, typer.Option("--told", help="How and when the broker was told.", show_default=False)] = None,
    line: Annotated[int | None, typer.Option("--line", help="Line that --told is about.", show_default=False)] = None,
    note: Annotated[str | None, typer.Option("--note", help="A remark that is recorded too.", show_default=False)] = None,
    listed: Annotated[bool, typer.Option("--list", help="Show the journal.")] = False,
    verify: Annotated[bool, typer.Option("--verify", help="Prove that the journal was not changed.")] = False,
    known: o.KnownHash = None,
    config: o.Config = None,
    timezone: o.Timezone = None,
    prices: o.Prices = None,
    rules: o.Rules = None,
    form: o.FormatOption = o.Format.TABLE,
    output: o.Output = None,
) -> None:
    """Record which lots a sale takes, before the sale; list and verify the records."""
    from taxlots.cli import identify as journal  # noqa: PLC0415
    from taxlots.session import Choices  # noqa: PLC0415

    request = journal.Request(
        paths=paths or (),
        choices=Choices(config=config, timezone=timezone, prices=prices, rules=rules),
        sale=sale,
        plan=plan,
        standing=standing,
        lots=lots or (),
        account=account,
        asset=asset,
        start=start,
        until=until,
        attest=attest,
        told=told,
        line=line,
        note=note,
        listed=listed,
        verify=verify,
        known=known,
    )
    raise typer.Exit(emit(journal.run(request), form, output))


@app.command()
def formats(form: o.FormatOption = o.Format.TABLE, output: o.Output = None) -> None:
    """The export layouts that are recognised."""
    from taxlots.cli import reference  # noqa: PLC0415

    raise typer.Exit(emit(reference.formats(), form, output))


@app.command()
def rules(
    topic: Annotated[str | None, typer.Argument(help="Part of a rule's path, such as niit.", show_default=False)] = None,
    year: o.Year = None,
    rules_folder: o.Rules = None,
    form: o.FormatOption = o.Format.TABLE,
    output: o.Output = None,
) -> None:
    """The law that is used: value, citation and evidence of each rule."""
    from taxlots.cli import reference  # noqa: PLC0415

    raise typer.Exit(emit(reference.rules(topic, year, rules_folder), form, output))


@app.command()
def explain(code: Annotated[str, typer.Argument(help="A problem code, such as DEPOSIT_UNPAIRED.")]) -> None:
    """What a problem code means and what to do."""
    from taxlots.cli import reference  # noqa: PLC0415

    typer.echo(reference.explain(code), nl=False)
