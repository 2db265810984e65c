"""Figures as files by matplotlib, an optional extra: alternatives and frontier, and the ladder of losses."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from taxlots.decisions.harvest import Rung
from taxlots.decisions.money_frontier import MoneyPoint
from taxlots.decisions.plan import Plan
from taxlots.problems import TaxlotsError, problem

ENDINGS = (".png", ".svg")
_SIZE = (9.0, 5.5)
_BLUE, _ORANGE = "#1F3864", "#C55A11"


def drawable(path: Path) -> Any:
    """The drawing library. Raises TaxlotsError(PLOT_UNAVAILABLE) where it is not installed, or the file's ending is another."""
    if path.suffix.lower() not in ENDINGS:
        raise TaxlotsError(problem("PLOT_UNAVAILABLE", f"--plot {path}: the file's ending must be one of {', '.join(ENDINGS)}"))
    try:
        from matplotlib.figure import Figure  # noqa: PLC0415  an optional extra
    except ImportError:
        raise TaxlotsError(problem("PLOT_UNAVAILABLE", f"--plot {path}: matplotlib is not installed")) from None
    return Figure(figsize=_SIZE, layout="constrained")


def rebalance(plans: Sequence[Plan], curve: Sequence[MoneyPoint], path: Path) -> None:
    """Each alternative a point, tax and trading cost against the drift that it leaves; the frontier as a line below them."""
    figure = drawable(path)
    axes = figure.subplots()
    for plan in plans:
        place = (float(plan.figures.drift_after.total_points), float(plan.figures.tax_now + plan.figures.trading_cost))
        axes.plot(*place, "o", color=_BLUE if plan.feasible else "#999999")
        axes.annotate(plan.name, place, xytext=(4, 4), textcoords="offset points", fontsize=8)
    groups: dict[int, list[MoneyPoint]] = {}
    for one in curve:
        groups.setdefault(one.contributions, []).append(one)
    for count, points in groups.items():
        label = f"frontier, {count} contributions" if count else "frontier"
        places = [[p.drift_points for p in points], [float(p.point.evaluated.tax + p.point.evaluated.trading_cost) for p in points]]
        axes.plot(*places, "-", label=label)
    if groups:
        axes.legend(fontsize=8)
    axes.set(xlabel="drift that remains, percentage points", ylabel="tax and trading cost", title="Tax against drift")
    _save(figure, path)


def harvest(rungs: Sequence[Rung], path: Path) -> None:
    """What each loss saves after those above it, and its net benefit."""
    figure = drawable(path)
    axes = figure.subplots()
    places = range(len(rungs))
    for name, shift, colour, values in (
        ("tax saved this year", -0.2, _BLUE, [float(r.tax_saved) for r in rungs]),
        ("net benefit", 0.2, _ORANGE, [float(r.net) for r in rungs]),
    ):
        axes.bar([place + shift for place in places], values, 0.4, label=name, color=colour)
    axes.set_xticks(list(places), [f"{r.lot.asset}\n{r.lot.lot_id}" for r in rungs], fontsize=8)
    axes.legend()
    axes.set(ylabel="home currency", title="Losses, largest per dollar first")
    _save(figure, path)


def _save(figure: Any, path: Path) -> None:
    try:
        figure.savefig(path, metadata={"Date": None} if path.suffix.lower() == ".svg" else None)
    except OSError as error:
        hint = "Choose another file with --plot."
        raise TaxlotsError(problem("USAGE", f"can't write {path}: {error.strerror}", hint)) from None
