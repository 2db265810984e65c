"""Small random instances with mixed regimes, in the contract's format."""

import json
import random
from decimal import Decimal

import numpy as np
from taxlots.decisions.instance import parse_instance

WAGES = (0, 9000, 17_000, 48_000, 62_000, 66_500, 110_000, 190_000, 245_000, 540_000)


def parsed(document):
    """The checked instance of a document."""
    return parse_instance(json.dumps(document).encode(), "instance.json")[0]


def federal(draw):
    """A filer around the edges: no income, 0 % bracket, loss limit, investment income tax, 20 % rate; gains, losses, carryovers."""
    position = {
        "filing_status": draw.choice(["single", "married_joint", "married_separate", "head_of_household"]),
        "wages": draw.choice(WAGES),
        "interest": draw.choice([0, 0, 700]),
        "qualified_dividends": draw.choice([0, 0, 2500]),
        "short_term": draw.choice([0, 0, -20_000, 15_000, draw.randint(-60_000, 60_000)]),
        "long_term": draw.choice([0, 0, -20_000, 15_000, draw.randint(-60_000, 60_000)]),
        "carryover_short": draw.choice([0, 0, 4000]),
        "carryover_long": draw.choice([0, 0, 9000]),
        "itemized_deductions": draw.choice([None, None, None, 40_000]),
        "state_rate": draw.choice([None, None, 0.05]),
    }
    return {
        "model": "us-federal",
        "year": draw.choice([2024, 2025, 2026]),
        "position": position,
        "carryforward_value": draw.choice([0, 0.15, 0.3]),
        "future_rate": draw.choice([0, 0, 0.1]),
        "pay_from_cash": draw.random() < 0.25,
    }


def collecting(draw):
    """A filer with collectibles of the year: more and less than the long-term net, near the ends of the 0 %, 24 % and 15 % rates."""
    tax = federal(draw)
    tax["position"] |= {
        "wages": draw.choice([0, 17_000, 65_550, 66_500, 110_000, 190_000, 217_875, 245_000, 400_000, 540_000]),
        "long_term": draw.choice([5000, 30_000, 60_000, -10_000, draw.randint(-60_000, 120_000)]),
        "collectibles": draw.choice([1000, 10_000, 30_000, 80_000, -8000, draw.randint(1, 60_000)]),
    }
    return tax


def linear(draw):
    """Rates by term with partly used losses."""
    return {
        "model": "linear",
        "short_rate": draw.choice([0.35, 0.22]),
        "long_rate": draw.choice([0.2, 0.15, 0]),
        "loss_utilization": draw.choice([1, 0.8, 0.5]),
        "future_recapture": draw.choice([0, 0.2, 0.5]),
    }


def document(seed, *, risk=False, model=None):
    """One instance, as the JSON document."""
    draw = random.Random(seed)
    names = [f"S{n}" for n in range(draw.randint(1, 5))]
    price = {name: draw.choice([1, 7.5, 40, 101.5, 400]) for name in names}
    lots = []
    for number in range(draw.randint(1, 9)):
        name = draw.choice(names)
        quantity = round(draw.uniform(1, 40_000 / price[name]), draw.choice([0, 3])) or 1
        basis = round(quantity * price[name] * draw.choice([0, 0.3, 0.7, 0.99, 1, 1.2, 2, draw.uniform(0, 2)]), 2)
        term = draw.choice(["short", "long"])
        lots.append(
            {"lot_id": f"L{number}", "asset": name, "quantity": quantity, "basis": basis, "term": term, "wash_flag": draw.random() < 0.1}
        )
    weights = [draw.randint(0, 5) for _ in names]
    scale = draw.choice([0.9, 1.0, 0.7]) / max(1, sum(weights))
    assets = [
        {
            "asset": name,
            "price": price[name],
            "target": weight * scale,
            "band": draw.choice([None, None, None, None, 0.05, 0.3]),
            "restricted": draw.random() < 0.06,
        }
        for name, weight in zip(names, weights, strict=True)
    ]
    tax = (model or draw.choice([federal, federal, federal, linear]))(draw)
    return {
        "schema": "taxlots.instance/1",
        "name": f"random {seed}",
        "assets": assets,
        "lots": lots,
        "cash": draw.choice([0, 0, 500, 20_000]),
        "contribution": draw.choice([0, 0, 5000]),
        "withdrawal": draw.choice([0, 0, 0, 3000, 15_000]),
        "tax": tax,
        "risk": risk_model(draw, len(names)) if risk else None,
        "risk_aversion": draw.choice([0.0, 1.0, 5.0]) if risk else 0.0,
        "drift_penalty": draw.choice([0, 0.02, 0.1, 0.4]),
        "max_tracking_error": draw.choice([None, 0.02, 0.05]) if risk else None,
        "max_turnover": draw.choice([None, None, None, 0.2, 0.6]),
        "trading_cost_bps": draw.choice([0, 15, 60]),
        "exclusive_sides": draw.random() < 0.25,
        "wash_sales": draw.random() < 0.35,
        "min_trade": draw.choice([0, 0, 0, 500, 6000]),
    }


def risk_model(draw, count):
    """Factors or a covariance."""
    numbers = np.random.default_rng(draw.randint(0, 10**6))
    loadings = numbers.normal(0.1, 0.1, (count, draw.choice([1, 2])))
    specific = numbers.uniform(0.005, 0.06, count)
    if draw.random() < 0.5:
        return {"factors": loadings.tolist(), "specific_variance": specific.tolist()}
    return {"covariance": (loadings @ loadings.T + np.diag(specific)).tolist()}


def usable(seeds, **options):
    """The instances of these seeds that are not refused: a contribution below the minimum trade is."""
    for seed in seeds:
        given = document(seed, **options)
        if not 0 < given["contribution"] < given["min_trade"]:
            yield seed, parsed(given)


def random_plan(evaluator, found, draw):
    """Anything, or the optimum with some trades changed a little."""
    near = draw.random() < 0.6
    sells = {} if not near else dict(found.sells)
    buys = {} if not near else dict(found.buys)
    for name, lot in evaluator.lots.items():
        if draw.random() < 0.3:
            share = Decimal(draw.choice(["0", "0.1", "0.5", "1"]))
            sells[name] = lot.quantity * share if not near else min(lot.quantity, sells.get(name, Decimal(0)) * (1 + share / 10))
    for name, price in evaluator.prices.items():
        if draw.random() < 0.3:
            buys[name] = Decimal(draw.randint(0, 8000)) / price if not near else buys.get(name, Decimal(0)) * Decimal("0.97")
    return sells, buys
