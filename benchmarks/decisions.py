"""The optimiser on instances of growing size: seconds to build and to solve, and the gap that is proven.

    python benchmarks/decisions.py [--sizes 20x200 100x2000 ...] [--only CASE ...] [--frontier] [--beside ASSETS ...] [--command 50x5000]

The instances are pseudo-random with a fixed seed: weights that have drifted from their targets, lots over ten years, two of three at a
gain, a year with gains and losses already realised. `--frontier` times 25 points of the frontier. `--beside` solves instances of linear
tax by `taxrebalance` as well, where that is installed (`pip install taxrebalance`), and scores its trades by this project's functions.
`--command` writes a ledger with so many assets and open lots, prices and targets, and times `taxlots rebalance` as a whole: a new process
that reads, books, computes every alternative and prints the answer.
"""

import argparse
import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np
from taxlots.decisions.arrays import arrays
from taxlots.decisions.evaluation import Evaluator
from taxlots.decisions.frontier import frontier
from taxlots.decisions.instance import parse_instance
from taxlots.decisions.program import Program
from taxlots.decisions.solution import solve

SIZES = ("20x200", "100x2000", "500x10000", "1000x50000")
FEDERAL = {
    "model": "us-federal",
    "year": 2026,
    "position": {"filing_status": "married_joint", "wages": 180_000, "qualified_dividends": 4000, "short_term": 9000, "long_term": -6000},
    "carryforward_value": 0.1,
    "future_rate": 0.05,
    "pay_from_cash": False,
}
LINEAR = {"model": "linear", "short_rate": 0.35, "long_rate": 0.20, "loss_utilization": 0.8, "future_recapture": 0.2}


def instance(assets: int, lots: int, **options: Any) -> dict[str, Any]:
    """One instance as a document of the contract."""
    draw = random.Random(assets * 7 + lots)
    names = [f"S{number:04d}" for number in range(assets)]
    prices = {name: round(draw.uniform(5, 400), 2) for name in names}
    held = []
    for number in range(lots):
        name = names[number % assets]
        quantity = round(draw.lognormvariate(0, 0.7) * 2_000_000 / lots / prices[name] * draw.uniform(0.5, 1.5), 4) or 1
        basis = round(quantity * prices[name] * min(2.5, draw.lognormvariate(-0.25, 0.45)), 2)
        term = "short" if draw.random() < 0.3 else "long"
        held.append({"lot_id": f"{name}-{number}", "asset": name, "quantity": quantity, "basis": basis, "term": term})
    weights = [draw.lognormvariate(0, 0.5) for _ in names]
    scale = 0.98 / sum(weights)
    listed = [{"asset": n, "price": prices[n], "target": round(w * scale, 10)} for n, w in zip(names, weights, strict=True)]
    base = {
        "schema": "taxlots.instance/1",
        "name": f"{assets} assets, {lots} lots",
        "assets": listed,
        "lots": held,
        "cash": 10_000.0,
        "tax": FEDERAL,
        "drift_penalty": 0.05,
        "trading_cost_bps": 15,
    }
    return base | options


def factors(assets: int, count: int = 10) -> dict[str, Any]:
    """A factor model of yearly returns."""
    numbers = np.random.default_rng(assets)
    loadings = numbers.normal(0, 0.05, (assets, count))
    loadings[:, 0] = numbers.normal(0.16, 0.04, assets)
    return {"factors": loadings.tolist(), "specific_variance": numbers.uniform(0.02, 0.12, assets).tolist()}


def cases(assets: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and options of each case."""
    model = factors(assets)
    loadings = np.array(model["factors"])
    covariance = (loadings @ loadings.T + np.diag(model["specific_variance"])).tolist()
    risk = {"risk": model, "risk_aversion": 2.0}
    yield "federal netting", {}
    yield "wash rule", {"wash_sales": True}
    yield "minimum trade", {"min_trade": 500.0}
    yield "wash rule and minimum trade", {"wash_sales": True, "min_trade": 500.0}
    yield "quadratic risk", {**risk, "drift_penalty": 0.0}  # a penalty on drift would leave it nothing to decide
    yield "tracking error", {"risk": model, "max_tracking_error": 0.005, "drift_penalty": 0.0}
    yield "linear with risk", {"tax": LINEAR, **risk, "drift_penalty": 0.0}
    yield "linear with covariance", {"tax": LINEAR, **risk, "drift_penalty": 0.0, "risk": {"covariance": covariance}}


def main() -> None:
    """Print one line per size and case."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", nargs="*", default=SIZES)
    parser.add_argument("--only", nargs="*")
    parser.add_argument("--frontier", action="store_true")
    parser.add_argument("--beside", nargs="*", type=int, default=[])
    parser.add_argument("--command", nargs="*", default=[])
    parser.add_argument("--budget", type=int, help="most evaluations of taxrebalance's search")
    chosen = parser.parse_args()
    for assets in chosen.beside:
        beside(assets, chosen.budget)
    for size in chosen.command:
        whole_command(*map(int, size.split("x")))
    if chosen.beside or chosen.command:
        return
    print(f"{'assets':>6} {'lots':>7}  {'case':<28} {'read s':>7} {'build s':>8} {'solve s':>8} {'gap':>8}  {'objective':>14} status")
    for size in chosen.sizes:
        assets, lots = map(int, size.split("x"))
        for name, options in cases(assets):
            if not chosen.only or name in chosen.only:
                measure(assets, lots, name, options)
        if chosen.frontier:
            given, _ = parse_instance(json.dumps(instance(assets, lots)).encode(), size)
            begun = perf_counter()
            points = frontier(given)
            print(f"{assets:>6} {lots:>7}  frontier of {len(points)} points in {perf_counter() - begun:.2f} s", flush=True)


def measure(assets: int, lots: int, name: str, options: dict[str, Any]) -> None:
    """One line of the table."""
    if name.startswith("linear"):
        lots = assets * 3
    content = json.dumps(instance(assets, lots, **options)).encode()
    begun = perf_counter()
    given, _ = parse_instance(content, name)
    read = perf_counter() - begun
    begun = perf_counter()
    data = arrays(given)
    Program(data, data.menu)
    build = perf_counter() - begun
    begun = perf_counter()
    found = solve(given)
    seconds = perf_counter() - begun
    objective = float(found.evaluated.objective) if found.evaluated else float("nan")
    gap = "" if found.gap is None else f"{found.gap:.1e}"
    print(
        f"{assets:>6} {lots:>7}  {name:<28} {read:>7.2f} {build:>8.3f} {seconds:>8.2f} {gap:>8}  {objective:>14.2f} {found.status}",
        flush=True,
    )


SETTINGS = """[profile]
timezone = "America/New_York"
filing_status = "married_joint"
[profile.2026]
wages = 180000
[rebalance]
cash = 10000
[targets]
"""


def write_portfolio(folder: Path, assets: int, lots: int) -> None:
    """A ledger whose rows are as many open lots in two accounts, with a tenth of them sold in part this year; prices; targets."""
    draw = random.Random(assets * 11 + lots)
    names = [f"C{number:03d}" for number in range(assets)]
    price = {name: round(draw.uniform(5, 400), 2) for name in names}
    start = datetime(2019, 1, 2, 15, tzinfo=UTC)
    rows = []
    for number in range(lots):
        name, day = names[number % assets], start + timedelta(minutes=number * 2730 * 1440 // lots)
        quantity = round(draw.lognormvariate(0, 0.7) * 2_000_000 / lots / price[name], 6) or 1
        paid = round(quantity * price[name] * min(2.5, draw.lognormvariate(-0.25, 0.45)), 2)
        account = draw.choice(("kraken", "coinbase"))
        rows.append(f"{day:%Y-%m-%dT%H:%M:%SZ},{account},buy,{paid},USD,{quantity:.6f},{name},b{number}")
        if number % 10 == 9:
            sold = datetime(2026, 3, 1, 15, tzinfo=UTC) + timedelta(minutes=number)
            part = f"{quantity / 3:.6f},{name},{quantity * price[name] / 3:.2f},USD"
            rows.append(f"{sold:%Y-%m-%dT%H:%M:%SZ},{account},sell,{part},s{number}" if day < sold else "")
    header = "time,account,kind,sent_quantity,sent_asset,received_quantity,received_asset,id"
    (folder / "ledger.csv").write_text("\n".join([header, *filter(None, rows), ""]))
    quotes = [f"2026-06-30,{name},{price[name]},USD,benchmark" for name in names]
    (folder / "prices.csv").write_text("\n".join(["time,asset,price,currency,source", *quotes, ""]))
    weights = [draw.lognormvariate(0, 0.5) for _ in names]
    wished = [f"{name} = {weight * 0.98 / sum(weights):.6f}" for name, weight in zip(names, weights, strict=True)]
    (folder / "taxlots.toml").write_text(SETTINGS + "\n".join([*wished, ""]))


def whole_command(assets: int, lots: int) -> None:
    """Seconds of `taxlots rebalance` with all alternatives, from start to end of the process: the least of three runs."""
    command = [sys.executable, "-m", "taxlots", "rebalance", "ledger.csv", "--prices", "prices.csv", "--as-of", "2026-06-30"]
    cached = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}  # as where it is installed
    with TemporaryDirectory() as name:
        write_portfolio(Path(name), assets, lots)
        seconds, code = [], 0
        for _ in range(3):
            begun = perf_counter()
            code = subprocess.run([*command, "--format", "json", "-o", "answer.json"], cwd=name, check=False, env=cached).returncode  # noqa: S603  its own command
            seconds.append(perf_counter() - begun)
    print(f"{assets:>6} {lots:>7}  taxlots rebalance: {min(seconds):.2f} s, exit code {code}", flush=True)


def beside(assets: int, budget: int | None) -> None:
    """Linear rates, a covariance, tracking error and one side per asset, by taxrebalance and here; its trades are scored here as well."""
    import taxrebalance as other  # noqa: PLC0415  an optional extra

    model = factors(assets)
    loadings = np.array(model["factors"])
    covariance = (loadings @ loadings.T + np.diag(model["specific_variance"])).tolist()
    options = {"tax": LINEAR, "risk": {"covariance": covariance}, "risk_aversion": 2.0, "drift_penalty": 0.0}
    content = instance(assets, assets * 3, **options, max_tracking_error=0.025, exclusive_sides=True)
    total = sum(asset["target"] for asset in content["assets"])
    for asset in content["assets"]:
        asset["target"] /= total
    content["assets"][0]["target"] += 1 - sum(asset["target"] for asset in content["assets"])
    given, _ = parse_instance(json.dumps(content).encode(), "beside")
    begun = perf_counter()
    found = solve(given)
    mine = perf_counter() - begun
    begun = perf_counter()
    theirs = other.rebalance(
        other.Portfolio.from_tax_lots(
            [
                other.TaxLot(
                    lot["lot_id"], lot["asset"], lot["quantity"], lot["basis"] / lot["quantity"], 400 if lot["term"] == "long" else 30
                )
                for lot in content["lots"]
            ],
            prices={asset["asset"]: asset["price"] for asset in content["assets"]},
            cash=content["cash"],
        ),
        target_weights={asset["asset"]: asset["target"] for asset in content["assets"]},
        covariance=covariance,
        tax_policy=other.UnitedStatesLots(LINEAR["short_rate"], LINEAR["long_rate"]),
        config=other.RebalanceConfig(0.025, 15, LINEAR["loss_utilization"], LINEAR["future_recapture"], 2.0, budget),
    )
    seconds = perf_counter() - begun
    sells: dict[str, Decimal] = {}
    buys: dict[str, Decimal] = {}
    for trade in theirs.trades:
        side, key = (sells, trade["lot_id"]) if str(trade["side"]).upper() == "SELL" else (buys, trade["ticker"])
        side[key] = side.get(key, Decimal(0)) + Decimal(str(trade["shares"]))
    scored = Evaluator(given).evaluate(sells, buys)
    objective = float(found.evaluated.objective) if found.evaluated else float("nan")
    broken = f", not kept: {scored.broken[0]}" if scored.broken else ""
    print(f"{assets:>6} {assets * 3:>7}  here: {objective:.2f} in {mine:.2f} s, gap {found.gap:.1e}")
    print(f"{'':>14}  taxrebalance: {float(scored.objective):.2f} in {seconds:.1f} s{broken}", flush=True)


if __name__ == "__main__":
    main()
