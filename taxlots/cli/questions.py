"""The commands that answer questions: sell, harvest, wait and rebalance."""

from pathlib import Path
from typing import Annotated

import typer

from taxlots.cli import options as o
from taxlots.cli.table import app, carry_out


@app.command()
def sell(  # noqa: PLR0913, PLR0917  one parameter per option
    asset: Annotated[str, typer.Argument(help="What to sell, such as BTC.", show_default=False)],
    paths: o.Paths,
    quantity: Annotated[str | None, typer.Option("--quantity", help="So many units.", show_default=False)] = None,
    cash: Annotated[str | None, typer.Option("--cash", help="As many as bring so much, after trading cost.", show_default=False)] = None,
    target: Annotated[
        str | None,
        typer.Option("--target", help="The most within zero-tax, zero-ltcg, fifteen-ltcg, gain=X or tax=X.", show_default=False),
    ] = None,
    tax_from_cash: Annotated[
        bool, typer.Option("--tax-from-cash", help="With --cash: that remains after the tax on the sale too.")
    ] = False,
    account: o.Account = None,
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
) -> None:
    """The lots to sell, best after tax first, against FIFO, LIFO, HIFO and LOFO."""
    from taxlots.cli.selling import Wish  # noqa: PLC0415  `--help` must stay fast

    wish = Wish(asset, quantity, cash, target, account, tax_from_cash)
    carry_out("sell", paths, (config, method, pool, jurisdiction, timezone, as_of, prices, rules), (wish,), (form, output))


@app.command()
def harvest(  # noqa: PLR0913, PLR0917  one parameter per option
    paths: o.Paths,
    account: o.Account = None,
    plot: o.Plot = None,
    config: o.Config = None,
    method: o.MethodOption = None,
    pool: o.PoolOption = None,
    jurisdiction: o.Jurisdiction = None,
    timezone: o.Timezone = None,
    as_of: o.AsOf = None,
    prices: o.Prices = None,
    rules: o.Rules = None,
    year: o.Year = None,
    form: o.FormatOption = o.Format.TABLE,
    output: o.Output = None,
) -> None:
    """Year-end review: what each loss is worth in this year's netting, and the gains that are taxed at 0 %."""
    carry_out("harvest", paths, (config, method, pool, jurisdiction, timezone, as_of, prices, rules), (year, account, plot), (form, output))


@app.command()
def wait(  # noqa: PLR0913, PLR0917  one parameter per option
    paths: o.Paths,
    account: o.Account = None,
    interest: Annotated[
        str | None, typer.Option("--interest", help="A year, such as 0.04; default the setting's.", show_default=False)
    ] = None,
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
) -> None:
    """Short-term gains: days to long-term, tax saved by waiting, break-even price."""
    choices = (config, method, pool, jurisdiction, timezone, as_of, prices, rules)
    carry_out("wait", paths, choices, (account, interest), (form, output))


@app.command()
def rebalance(  # noqa: PLR0913, PLR0917  one parameter per option
    paths: o.Paths,
    plan: Annotated[
        str | None, typer.Option("--plan", help="This alternative alone; with -o PLAN.json as a plan file.", show_default=False)
    ] = None,
    save_plan: Annotated[
        Path | None, typer.Option("--save-plan", help="Also write the best plan, or that of --plan, to this file.", show_default=False)
    ] = None,
    apply: Annotated[
        Path | None, typer.Option("--apply", help="Book this plan's trades and show the tax then; nothing is kept.", show_default=False)
    ] = None,
    compare: Annotated[Path | None, typer.Option("--compare", help="What was executed of this plan.", show_default=False)] = None,
    frontier: Annotated[
        int | None, typer.Option("--frontier", help="Tax and cost against drift, at this many levels.", min=2, show_default=False)
    ] = None,
    contributions: Annotated[bool, typer.Option("--contributions", help="With --frontier: also with contributions.")] = False,
    plot: o.Plot = None,
    config: o.Config = None,
    method: o.MethodOption = None,
    pool: o.PoolOption = None,
    jurisdiction: o.Jurisdiction = None,
    timezone: o.Timezone = None,
    as_of: o.AsOf = None,
    prices: o.Prices = None,
    rules: o.Rules = None,
    year: o.Year = None,
    form: o.FormatOption = o.Format.TABLE,
    output: o.Output = None,
) -> None:
    """Alternatives scored by their after-tax outcome; a plan as a file, simulated or compared with what was done; the frontier."""
    from taxlots.cli.rebalancing import Request  # noqa: PLC0415  `--help` must stay fast

    request = Request(plan, save_plan, apply, compare, frontier, contributions, plot, year)
    as_file = plan is not None and output is not None and output.suffix == ".json"
    choices = (config, method, pool, jurisdiction, timezone, as_of, prices, rules)
    carry_out("rebalance", paths, choices, (request,), (o.Format.JSON if as_file else form, output))
