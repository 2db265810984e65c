"""What the sample person does, as a table, and the simulation that carries it out."""

import heapq
import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from sample_accounts import Coinbase, HardwareWallet
from sample_kraken import Kraken
from sample_prices import FIRST_DAY, LAST_DAY, Market

# time, account, verb, arguments: quantities are numbers or shares of what the account holds then
SINGLE_EVENTS = """
2022-01-03 15:10 coinbase cash 2500
2022-01-05 18:22 coinbase buy ETH 900
2022-01-06 19:40 coinbase buy ADA 500
2022-02-08 15:31 kraken cash 2000
2022-02-10 20:15 kraken buy DOT 800
2022-02-10 20:29 kraken buy ADA 700
2022-02-15 21:05 coinbase learn GRT 3
2022-04-26 17:48 kraken buy SOL 450 coin
2022-06-02 21:08 coinbase learn BTC 2
2022-07-05 14:12 coinbase cash 1800
2022-07-06 16:03 coinbase buy USDC 1500
2022-09-10 15:20 coinbase send ledger BTC 70%
2022-11-20 18:44 coinbase send kraken ETH 0.25
2022-12-05 20:31 coinbase convert ETH ADA 0.3 1
2023-01-17 16:05 kraken send ledger ETH 80%
2023-03-10 14:55 kraken swap ADA BTC 30%
2023-03-23 17:00 ledger airdrop ARB 625
2023-05-18 19:12 kraken send ledger BTC 80%
2023-06-14 15:42 coinbase sell ADA 40%
2023-07-20 18:37 coinbase sell BTC 25%
2023-08-09 21:11 coinbase learn GRT 4
2023-09-16 15:28 coinbase send ledger BTC 40%
2023-10-03 14:20 coinbase cash 1200
2023-10-05 17:51 coinbase buy SOL 800
2023-11-12 18:09 coinbase convert ADA ETH 60% 1
2023-11-21 16:33 coinbase advanced BTC 0.02 USDC
2023-12-05 21:33 coinbase learn BTC 3
2023-12-15 22:10 ledger spend BTC 0.002 84.60 coffee-machine
2023-12-26 15:50 kraken sell DOT 25%
2023-12-28 16:20 kraken sell SOL 20%
2024-01-23 17:14 kraken send coinbase SOL 40%
2024-02-10 13:37 ledger appear ETH 2
2024-02-20 16:48 ledger send coinbase BTC 30%
2024-03-07 19:27 coinbase convert USDC ADA 650 0
2024-03-11 14:30 coinbase cash 900
2024-03-12 15:19 coinbase buy LINK 850
2024-03-14 17:02 coinbase sell BTC 35%
2024-03-19 20:41 coinbase sell SOL 100%
2024-03-25 15:06 coinbase cash -2500
2024-05-03 16:16 kraken allocate DOT 70%
2024-05-22 18:25 coinbase send ledger ETH 50%
2024-06-12 19:58 kraken swap SOL ETH 25%
2024-07-09 15:33 kraken send ledger LINK 60%
2024-08-05 17:45 kraken sell DOT 60%
2024-08-06 16:54 coinbase sell LINK 100%
2024-09-06 17:21 coinbase buy BTC 3500
2024-09-09 18:07 kraken buy ETH 2000
2024-10-15 21:30 coinbase learn GRT 5
2024-11-25 15:37 kraken swap ADA BTC 25%
2024-12-16 18:12 coinbase advanced ETH -0.25 USD
2024-12-18 16:29 coinbase convert BTC ETH 0.012 0
2024-12-20 23:05 ledger spend BTC 0.0015 - bicycle-repair
2025-01-20 14:22 coinbase cash 1600
2025-01-20 17:47 coinbase buy SOL 1500
2025-02-11 15:56 coinbase send kraken BTC 0.03
2025-04-07 16:38 kraken allocate DOT -50%
2025-04-08 18:03 kraken sell DOT 50%
2025-04-08 18:19 kraken sell ADA 30%
2025-04-08 19:02 coinbase buy ETH 2200
2025-04-09 17:25 coinbase sell SOL 100%
2025-04-10 16:44 coinbase buy LINK 1200
2025-05-14 15:08 coinbase send ledger BTC 40%
2025-06-17 19:20 ledger send kraken ARB 60%
2025-06-18 14:59 kraken sell ARB 100%
2025-08-12 16:27 ledger send kraken ETH 75% pending
2025-08-21 17:35 coinbase sell LINK 100%
2025-08-22 18:50 kraken sell ETH 70%
2025-08-25 15:13 coinbase buy LINK 900
2025-08-26 16:50 kraken buy ETH 2400
2025-09-17 20:06 kraken sell SOL 35%
2025-09-19 15:31 kraken cash -5000
2025-10-07 16:11 coinbase sell BTC 25%
2025-10-10 15:45 coinbase cash -7500
2025-11-13 21:16 coinbase convert BTC USDC 0.015 1
2025-12-04 14:40 kraken cash 2300
2025-12-05 16:35 kraken buy LINK 1000
2025-12-29 17:17 kraken buy SOL 1200
2026-01-01 02:14 coinbase sell ETH 0.15
2026-01-06 16:08 coinbase buy BTC 2000
2026-02-10 18:31 ledger send coinbase ETH 30%
2026-03-16 17:09 coinbase sell LINK 100%
2026-03-17 14:26 coinbase cash 1500
2026-03-17 16:58 coinbase buy SOL 1500
2026-03-18 15:36 kraken buy LINK 1800
2026-04-21 19:44 ledger send kraken LINK 40%
2026-05-09 22:48 ledger spend ETH 0.05 - winter-tyres
2026-05-19 15:24 kraken sell ADA 40%
2026-06-18 16:41 coinbase convert ETH LINK 0.3 1
2026-07-08 18:18 kraken send coinbase ADA 50%
2026-08-18 17:39 kraken sell LINK 30%
2026-08-19 15:52 coinbase sell SOL 60%
2026-08-20 16:07 coinbase sell BTC 20%
2026-08-22 15:01 coinbase buy ETH 1800
2026-08-24 16:22 kraken buy SOL 2500
2026-09-02 17:33 kraken cash -600
2026-09-15 19:09 coinbase convert ADA USDC 70% 0
2026-09-22 18:56 coinbase advanced BTC -0.02 USDC
2026-10-06 15:27 kraken send ledger BTC 50%
"""

# first day, days between, time of day, account, verb, arguments
RECURRING_EVENTS = """
2022-01-02 30 13:30 coinbase cash 420
2022-01-07 14 14:05 coinbase buy BTC 110
2022-01-14 14 14:05 coinbase buy ETH 70
2025-01-10 28 16:05 coinbase buy BTC 220
2022-04-11 14 09:45 coinbase reward Staking ETH 3.1 14
2022-08-02 30 08:20 coinbase reward Reward USDC 4.1 30
2022-01-09 30 13:40 kraken cash 430
2022-01-11 90 15:30 kraken buy BTC 300
2022-01-12 90 15:45 kraken buy SOL 125
2022-02-11 90 15:30 kraken buy ETH 210 coin
2022-02-12 90 15:45 kraken buy ADA 210
2022-03-13 90 15:30 kraken buy LINK 230
2022-03-14 90 15:45 kraken buy DOT 180
2024-05-20 21 04:10 kraken earn DOT 11.5 21
"""
RAISE_FROM = date(2025, 1, 1)
RAISE = "290"  # dollars more to Coinbase per month from then on

Step = tuple[datetime, int, list[str]]


def planned_times(rng: random.Random) -> Iterator[tuple[datetime, list[str]]]:
    """Every planned step with its time to the second."""
    for text in SINGLE_EVENTS.strip().splitlines():
        written, clock, *words = text.split()
        yield at(date.fromisoformat(written), clock, rng, 60), words
    for text in RECURRING_EVENTS.strip().splitlines():
        first, gap, clock, *words = text.split()
        for day in every(date.fromisoformat(first), int(gap)):
            yield at(day, clock, rng, 540), words
    for day in every(FIRST_DAY, 30):
        if day >= RAISE_FROM:
            yield at(day, "13:20", rng, 540), ["coinbase", "cash", RAISE]


def every(first: date, gap: int) -> Iterator[date]:
    day = first
    while day <= LAST_DAY:
        yield day
        day += timedelta(days=gap)


def at(day: date, clock: str, rng: random.Random, spread: int) -> datetime:
    start = datetime.fromisoformat(f"{day}T{clock}:00").replace(tzinfo=UTC)
    return start + timedelta(seconds=rng.randrange(spread))


class Simulation:
    """Carries the plan out in order of time; what is sent arrives some minutes to two hours later."""

    def __init__(self, seed: int) -> None:
        self.market = Market(seed)
        self.rng = random.Random(seed + 2)
        self.coinbase = Coinbase(self.market, self.rng)
        self.kraken = Kraken(self.market, self.rng)
        self.ledger = HardwareWallet(self.market, self.rng)
        self._accounts: dict[str, Coinbase | Kraken | HardwareWallet] = {
            "coinbase": self.coinbase,
            "kraken": self.kraken,
            "ledger": self.ledger,
        }
        self._steps: list[Step] = [(time, order, words) for order, (time, words) in enumerate(planned_times(self.rng))]
        heapq.heapify(self._steps)

    def run(self) -> None:
        while self._steps:
            time, order, (name, verb, *arguments) = heapq.heappop(self._steps)
            if verb == "send":
                self.send(time, order, name, arguments)
            elif verb == "receive":
                asset, quantity, sender = arguments
                account = self._accounts[name]
                account.receive(time, asset, account.quantity_of(quantity, asset), sender)
            else:
                getattr(self._accounts[name], verb)(time, *arguments)

    def send(self, time: datetime, order: int, name: str, arguments: list[str]) -> None:
        target, asset, quantity, *marks = arguments
        arriving = self._accounts[name].send(time, asset, quantity, target)
        arrival = time + timedelta(seconds=self.rng.randint(9 * 60, 110 * 60))
        words = [target, "receive", asset, f"{arriving:f}", " ".join([name, *marks])]
        heapq.heappush(self._steps, (arrival, order, words))
