"""Figures: what lies on one place is one number with all its names; costs are those of the frontier."""

import sys
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from matplotlib.figure import Figure
from taxlots.problems import TaxlotsError
from taxlots.reports import plots


@pytest.fixture
def drawn(monkeypatch) -> list[Figure]:
    """The figures that are saved meanwhile."""
    figures: list[Figure] = []
    monkeypatch.setattr(plots, "_save", lambda figure, _path: figures.append(figure))
    return figures


def plan(name: str, drift: str, tax: str, *, feasible: bool = True, **more: str) -> Any:
    """An alternative with these figures, all others 0."""
    names = ("tax_now", "tax_later", "trading_cost", "carryover_value", "future_tax_saved")
    amounts = dict.fromkeys(names, Decimal(0)) | {"tax_now": Decimal(tax)} | {key: Decimal(text) for key, text in more.items()}
    return SimpleNamespace(
        name=name, feasible=feasible, figures=SimpleNamespace(drift_after=SimpleNamespace(total_points=Decimal(drift)), **amounts)
    )


def test_alternatives_of_one_place_share_a_number(drawn):
    """100 tax, 20 cost, 50 of it saved later by a carried loss, 10 by a higher basis: 100 + 20 - 50 - 10 = 60."""
    first = plan("optimal", "1", "100", trading_cost="20", carryover_value="50", future_tax_saved="10")
    plots.rebalance([first, plan("hold", "30", "0"), plan("contribute", "30.1", "0", feasible=False)], [], Path("a.png"))
    (axes,) = drawn[0].axes
    assert [(line.get_label(), line.get_xdata().tolist(), line.get_ydata().tolist()) for line in axes.lines] == [
        ("1  optimal", [1.0], [60.0]),
        ("2  hold, contribute (not feasible)", [30.0], [0.0]),
    ]


def test_the_frontier_is_a_line_per_number_of_contributions(drawn):
    """Tax and trading cost of each point, 5 + 1 and 3 + 1."""
    points = [
        SimpleNamespace(contributions=count, drift_points=drift, point=SimpleNamespace(evaluated=SimpleNamespace(tax=tax, trading_cost=1)))
        for count, drift, tax in ((0, 1.0, 5), (0, 2.0, 3), (2, 1.0, 2))
    ]
    plots.rebalance([plan("hold", "3", "0")], points, Path("a.png"))
    lines = {line.get_label(): line.get_xydata().tolist() for line in drawn[0].axes[0].lines}
    assert lines["frontier"] == [[1.0, 6.0], [2.0, 4.0]]
    assert lines["frontier, 2 contributions"] == [[1.0, 3.0]]


def test_losses_that_pay_add_up(drawn):
    """Losses of 100 and 50 save 30 and 10; the third does not pay and is left out."""
    rungs = [
        SimpleNamespace(loss=Decimal(loss), tax_saved=Decimal(saved), net=Decimal(net), pays=pays)
        for loss, saved, net, pays in ((100, 30, 25, True), (50, 10, 4, True), (70, 1, -2, False))
    ]
    plots.harvest(rungs, Path("a.png"))
    lines = {line.get_label(): line.get_xydata().tolist() for line in drawn[0].axes[0].lines}
    assert lines == {
        "tax saved this year": [[0, 0], [100, 30], [150, 40]],
        "net benefit": [[0, 0], [100, 25], [150, 29]],
    }


def test_without_the_library_the_extra_is_named(monkeypatch):
    """The drawing library is an optional extra; its absence is an answer, not a traceback."""
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(TaxlotsError) as raised:
        plots.drawable(Path("a.svg"))
    assert (raised.value.problem.code, "taxlots[plot]" in raised.value.problem.hint) == ("PLOT_UNAVAILABLE", True)
