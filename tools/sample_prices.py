"""Fictional daily closing prices: seeded noise between turning points."""

import math
import random
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

FIRST_DAY = date(2022, 1, 1)
LAST_DAY = date(2026, 11, 20)
DAILY_NOISE = 0.02  # half width of the daily step, as a share of the price
REVERSION = 0.85  # the share of yesterday's deviation from the line between two turning points that stays
INTRADAY_TENTHS = 8  # trades happen within this many tenths of a percent of the close

TICKS = {
    "BTC": Decimal("0.01"),
    "ETH": Decimal("0.01"),
    "SOL": Decimal("0.01"),
    "LINK": Decimal("0.001"),
    "DOT": Decimal("0.001"),
    "ADA": Decimal("0.0001"),
    "ARB": Decimal("0.0001"),
    "GRT": Decimal("0.0001"),
    "USDC": Decimal("0.01"),
}

# asset: "day price" at each turning point; the last year is invented, the years before are only roughly alike
TURNING_POINTS = {
    "BTC": (
        "2022-01-01 46500, 2022-03-28 47200, 2022-06-18 19100, 2022-08-13 24300, 2022-11-09 16400, 2022-12-31 16600, "
        "2023-04-14 30300, 2023-09-11 25300, 2023-12-31 42300, 2024-03-13 72800, 2024-08-05 54700, 2024-09-06 54100, "
        "2024-12-17 105800, 2025-04-08 76900, 2025-10-06 124200, 2025-11-20 87300, 2025-12-31 88500, 2026-03-15 74100, "
        "2026-06-20 98500, 2026-08-20 112300, 2026-10-10 104000, 2026-11-20 96400"
    ),
    "ETH": (
        "2022-01-01 3700, 2022-03-28 3330, 2022-06-18 1010, 2022-08-13 1985, 2022-11-09 1120, 2022-12-31 1200, "
        "2023-04-14 2100, 2023-10-12 1545, 2023-12-31 2290, 2024-03-12 3980, 2024-08-05 2430, 2024-12-16 3950, "
        "2025-04-08 1490, 2025-08-24 4790, 2025-11-20 2880, 2025-12-31 2970, 2026-03-15 2250, 2026-06-20 3450, "
        "2026-08-20 4110, 2026-11-20 3050"
    ),
    "SOL": (
        "2022-01-01 172, 2022-04-02 135, 2022-06-18 31, 2022-08-13 46, 2022-11-09 15, 2022-12-29 9.9, "
        "2023-07-14 27, 2023-09-11 18.3, 2023-12-25 115, 2024-03-18 195, 2024-08-05 131, 2024-11-23 255, "
        "2025-01-19 261, 2025-04-08 106, 2025-09-18 245, 2025-11-20 134, 2025-12-31 125, 2026-03-15 98, "
        "2026-06-20 158, 2026-08-20 186, 2026-11-20 118"
    ),
    "ADA": (
        "2022-01-01 1.33, 2022-03-28 1.18, 2022-06-18 0.48, 2022-08-13 0.55, 2022-12-31 0.247, 2023-04-15 0.44, "
        "2023-06-10 0.28, 2023-12-28 0.63, 2024-03-13 0.77, 2024-08-05 0.33, 2024-12-03 1.19, 2025-04-08 0.57, "
        "2025-08-14 0.95, 2025-11-20 0.45, 2025-12-31 0.36, 2026-06-20 0.47, 2026-08-20 0.55, 2026-11-20 0.31"
    ),
    "DOT": (
        "2022-01-01 27, 2022-04-02 22.5, 2022-06-18 7.1, 2022-08-13 9.3, 2022-12-31 4.3, 2023-02-19 7.4, "
        "2023-10-12 3.7, 2023-12-26 9.0, 2024-03-14 11.3, 2024-08-05 4.2, 2024-12-04 10.6, 2025-04-08 3.5, "
        "2025-09-13 4.5, 2025-11-20 2.5, 2025-12-31 1.9, 2026-06-20 2.4, 2026-11-20 1.6"
    ),
    "LINK": (
        "2022-01-01 20, 2022-04-02 17.5, 2022-06-18 6.2, 2022-08-13 9.0, 2022-12-31 5.6, 2023-07-20 8.2, "
        "2023-09-11 5.95, 2023-11-11 16, 2024-03-11 20.8, 2024-08-05 9.1, 2024-12-13 29, 2025-04-08 11.1, "
        "2025-08-22 26.4, 2025-11-20 13.1, 2025-12-31 12.3, 2026-03-15 9.6, 2026-06-20 15.8, 2026-08-20 21.5, "
        "2026-11-20 18.4"
    ),
    "ARB": (
        "2023-03-23 1.32, 2023-04-18 1.68, 2023-09-11 0.79, 2024-01-12 2.08, 2024-08-05 0.51, 2024-12-06 1.15, "
        "2025-04-08 0.28, 2025-08-24 0.58, 2025-11-20 0.22, 2026-06-20 0.27, 2026-11-20 0.16"
    ),
    "GRT": (
        "2022-01-01 0.65, 2022-03-28 0.48, 2022-06-18 0.12, 2022-12-31 0.058, 2023-05-05 0.12, 2023-09-11 0.085, "
        "2024-03-10 0.35, 2024-08-05 0.14, 2024-12-06 0.29, 2025-04-08 0.082, 2025-11-20 0.06, 2026-11-20 0.041"
    ),
    "USDC": "2022-01-01 1, 2026-11-20 1",
}

Closes = dict[str, dict[date, Decimal]]


def turning_points(asset: str) -> list[tuple[date, float]]:
    """The days on which the path of `asset` turns, with the price there."""
    pairs = (text.split() for text in TURNING_POINTS[asset].split(", "))
    return [(date.fromisoformat(day), float(price)) for day, price in pairs]


def path(asset: str, rng: random.Random) -> dict[date, Decimal]:
    """The closes of `asset`: straight in logarithms between turning points, plus noise that reverts to that line."""
    points = turning_points(asset)
    noise = 0.0 if asset == "USDC" else DAILY_NOISE
    closes: dict[date, Decimal] = {}
    deviation = 0.0
    for (start, low), (end, high) in pairwise(points):
        days = (end - start).days
        for step in range(days):
            line = math.log(low) + (math.log(high) - math.log(low)) * step / days
            deviation = REVERSION * deviation + rng.uniform(-noise, noise)
            closes[start + timedelta(days=step)] = to_tick(math.exp(line + deviation), asset)
    last_day, last_price = points[-1]
    closes[last_day] = to_tick(last_price, asset)
    return closes


def to_tick(price: float, asset: str) -> Decimal:
    return Decimal(repr(price)).quantize(TICKS[asset])


class Market:
    """Closing prices, and the price of a trade some time on a day."""

    def __init__(self, seed: int) -> None:
        rng = random.Random(seed)
        self.closes: Closes = {asset: path(asset, rng) for asset in TURNING_POINTS}
        self._rng = random.Random(seed + 1)

    def trade_price(self, asset: str, time: datetime) -> Decimal:
        """A price of that day: the close, give or take less than a percent."""
        close = self.closes[asset][time.astimezone(UTC).date()]
        if asset == "USDC":
            return close
        tenths = Decimal(self._rng.randint(-10 * INTRADAY_TENTHS, 10 * INTRADAY_TENTHS)) / 10
        return (close * (1 + tenths / 1000)).quantize(TICKS[asset])
