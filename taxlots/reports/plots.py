"""Figures as files by matplotlib, an optional extra: alternatives and frontier, and the ladder of losses."""

from collections.abc import Sequence
from io import BytesIO
from itertools import accumulate
from pathlib import Path
from typing import Any

from taxlots.decisions.harvest import Rung
from taxlots.decisions.money_frontier import MoneyPoint
from taxlots.decisions.plan import Plan
from taxlots.files import write_bytes
from taxlots.problems import TaxlotsError, problem

ENDINGS = (".png", ".svg")
_SIZE = (9.0, 5.5)
_BLUE, _ORANGE, _GREY = "#1F3864", "#C55A11", "#999999"
_NEAR = 0.02  # of the figure's width or height


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
    """Each alternative a number, by the drift that it leaves and what it costs; the frontier as a line below them.

    The cost is that of the frontier: tax and trading cost, less what a carried loss and realised gains save later.
    """
    figure = drawable(path)
    axes = figure.subplots()
    groups: dict[int, list[MoneyPoint]] = {}
    for one in curve:
        groups.setdefault(one.contributions, []).append(one)
    for count, points in groups.items():
        label = f"frontier, {count} contributions" if count else "frontier"
        costs = [float(p.point.evaluated.tax + p.point.evaluated.trading_cost) for p in points]
        axes.plot([p.drift_points for p in points], costs, "-", label=label)
    for number, (place, names) in enumerate(_together([(_place(plan), plan) for plan in plans]), start=1):
        axes.plot(*place, "o", color=_BLUE if any(plan.feasible for plan in names) else _GREY, label=f"{number}  {_named(names)}")
        axes.annotate(str(number), place, xytext=(5, 5), textcoords="offset points", fontsize=9)
    figure.legend(loc="outside lower center", ncols=2, fontsize=8)
    cost = "tax and trading cost, less what is saved later"
    axes.set(xlabel="drift that remains, percentage points", ylabel=cost, title="Cost against drift")
    _save(figure, path)


def _place(plan: Plan) -> tuple[float, float]:
    """Drift in percentage points, and cost."""
    f = plan.figures
    cost = f.tax_now + f.tax_later + f.trading_cost - f.carryover_value - f.future_tax_saved
    return float(f.drift_after.total_points), float(cost)


def _together(placed: Sequence[tuple[tuple[float, float], Plan]]) -> list[tuple[tuple[float, float], list[Plan]]]:
    """Plans whose points would lie on each other in the figure, as one point of the first of them."""
    ends = [(min(values), max(values)) for values in zip(*(place for place, _ in placed), strict=True)]
    near = [(high - low) * _NEAR for low, high in ends]
    groups: list[tuple[tuple[float, float], list[Plan]]] = []
    for place, plan in placed:
        found = next((g for g in groups if all(abs(a - b) <= n for a, b, n in zip(g[0], place, near, strict=True))), None)
        if found:
            found[1].append(plan)
        else:
            groups.append((place, [plan]))
    return groups


def _named(plans: Sequence[Plan]) -> str:
    return ", ".join(plan.name + ("" if plan.feasible else " (not feasible)") for plan in plans)


def harvest(rungs: Sequence[Rung], path: Path) -> None:
    """What the losses that pay are worth together, from the best lot on: each lot a step to the right, by its loss."""
    figure = drawable(path)
    paying = [rung for rung in rungs if rung.pays]
    axes = figure.subplots()
    losses = [0.0, *accumulate(float(rung.loss) for rung in paying)]
    worth = (("tax saved this year", _BLUE, [r.tax_saved for r in paying]), ("net benefit", _ORANGE, [r.net for r in paying]))
    for name, colour, values in worth:
        axes.plot(losses, [0.0, *accumulate(map(float, values))], ".-", color=colour, label=name)
    axes.legend()
    axes.set(xlabel="loss harvested, best lot first, those that pay", ylabel="worth together", title="What harvesting is worth")
    _save(figure, path)


def _save(figure: Any, path: Path) -> None:
    kind, drawn = path.suffix.lower().removeprefix("."), BytesIO()
    figure.savefig(drawn, format=kind, metadata={"Date": None} if kind == "svg" else None)
    write_bytes(path, drawn.getvalue())
