"""The commands that answer questions: sell, harvest, wait, rebalance and impact."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from taxlots.cli import options as o
from taxlots.cli.table import Given, reads_exports


@reads_exports
def sell(  # noqa: PLR0913, PLR0917  one parameter per option
    given: Given,
    asset: Annotated[str, typer.Argument(help="What to sell, such as BTC.", show_default=False)],
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
) -> None:
    """The lots to sell, best after tax first, against FIFO, LIFO, HIFO and LOFO."""
    from taxlots.cli.selling import Wish  # noqa: PLC0415  `--help` must stay fast

    wish = Wish(asset, quantity, cash, target, account, tax_from_cash)
    given.carry_out("sell", wish)


@reads_exports
def harvest(
    given: Given,
    account: o.Account = None,
    plot: o.Plot = None,
    year: o.Year = None,
    everything: Annotated[bool, typer.Option("--all", help="Also list each lot whose loss does not pay (csv and json always do).")] = False,
) -> None:
    """Year-end review: what each loss is worth in this year's netting, and the gains that are taxed at 0 %."""
    from taxlots.cli.selling import ReviewWish  # noqa: PLC0415  `--help` must stay fast

    given.carry_out("harvest", ReviewWish(year, account, plot, everything))


@reads_exports
def wait(
    given: Given,
    account: o.Account = None,
    interest: Annotated[
        str | None, typer.Option("--interest", help="A year, such as 0.04; default the setting's.", show_default=False)
    ] = None,
) -> None:
    """Short-term gains: days to long-term, tax saved by waiting, break-even price."""
    given.carry_out("wait", account, interest)


@reads_exports
def rebalance(  # noqa: PLR0913, PLR0917  one parameter per option
    given: Given,
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
    year: o.Year = None,
) -> None:
    """Alternatives scored by their after-tax outcome; a plan as a file, simulated or compared with what was done; the frontier."""
    from taxlots.cli.rebalancing import Request  # noqa: PLC0415  `--help` must stay fast

    request = Request(plan, save_plan, apply, compare, frontier, contributions, plot, year)
    as_file = plan is not None and given.output is not None and given.output.suffix == ".json"
    (replace(given, form=o.Format.JSON) if as_file else given).carry_out("rebalance", request)


@reads_exports
def impact(
    given: Given,
    since: Annotated[
        str | None, typer.Option("--from", help="First day; default three years before the as-of day.", show_default=False)
    ] = None,
    policy: Annotated[list[str] | None, typer.Option("--policy", help="These alone, beside buy-and-hold.", show_default=False)] = None,
    cash: Annotated[
        str | None, typer.Option("--cash", help="What was there on the first day; default nothing.", show_default=False)
    ] = None,
) -> None:
    """Policies replayed over the price table on the lots held then, after tax and cost, against buy-and-hold."""
    given.carry_out("impact", since, tuple(policy or ()), cash)
