"""A pseudo-random Kraken ledger with a fixed seed and true running balances: input of the import benchmark."""

import random
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

HEADER = '"txid","refid","time","type","subtype","aclass","subclass","asset","wallet","amount","fee","balance"\n'
ASSETS = ("XXBT", "XETH", "SOL", "ADA", "DOT", "LINK", "AVAX", "ATOM")
MONEY = ("ZUSD", "ZUSD", "ZUSD", "ZEUR")
PLACES = 10**8
EVENTS = {"buy": 45, "sell": 20, "swap": 8, "money": 4, "deposit": 2, "withdrawal": 2, "reward": 14, "allocation": 5}


class Ledger:
    """Rows in the export's form, with the balance after each."""

    def __init__(self, rows: int) -> None:
        """A ledger that begins in 2019 and ends in 2026, however many rows it has."""
        self.draw = random.Random(11)
        self.balances: dict[tuple[str, str], int] = defaultdict(int)
        self.lines: list[str] = []
        self.time = datetime(2019, 1, 1, tzinfo=UTC)
        self.step = timedelta(days=2600) / rows

    def name(self) -> str:
        """An id that no other row has."""
        return f"L{len(self.lines):06X}-{self.draw.getrandbits(20):05X}-{self.draw.getrandbits(24):06X}"

    def add(self, refid: str, kinds: tuple[str, str], asset: str, amount: int, fee: int = 0, wallet: str = "spot / main") -> None:
        """One row; amounts in units of 10^-8."""
        chain = (asset, wallet)
        self.balances[chain] += amount - fee
        figures = ",".join(f"{number / PLACES:.8f}" for number in (amount, fee, self.balances[chain]))
        money = "fiat" if asset.startswith("Z") else "crypto"
        self.lines.append(
            f'"{self.name()}","{refid}","{self.time:%Y-%m-%d %H:%M:%S}","{kinds[0]}","{kinds[1]}","currency","{money}","{asset}",'
            f'"{wallet}",{figures}\n'
        )

    def event(self) -> None:
        """A trade, deposit, withdrawal, reward or allocation."""
        self.time += self.step * 1.8
        asset, second = self.draw.sample(ASSETS, 2)
        quantity, refid = self.draw.randint(10**4, 10**8), f"R{len(self.lines):06X}-{self.draw.getrandbits(20):05X}"
        chosen = self.draw.choices(list(EVENTS), list(EVENTS.values()))[0]
        money, amount = self.draw.choice(MONEY), self.draw.randint(10**8, 10**11)
        if chosen in {"buy", "sell"}:
            sign = 1 if chosen == "buy" else -1
            self.add(refid, ("trade", ""), money, -sign * amount, amount // 400)
            self.add(refid, ("trade", ""), asset, sign * quantity)
        elif chosen == "swap":
            self.add(refid, ("trade", ""), second, -quantity, quantity // 400)
            self.add(refid, ("trade", ""), asset, quantity * 2)
        elif chosen == "reward":
            self.add(refid, ("earn", "reward"), asset, quantity // 1000, quantity // 100_000, "earn / flexible")
        elif chosen == "allocation":
            self.add(refid, ("earn", "allocation"), asset, -quantity)
            self.add(refid, ("earn", "allocation"), asset, quantity, 0, "earn / flexible")
        else:
            kind, moved = ("deposit", money) if chosen == "money" else (chosen, asset)
            sign = -1 if kind == "withdrawal" else 1
            self.add(refid, (kind, ""), moved, sign * quantity, 5000 if sign < 0 else 0)


def write(path: Path, rows: int) -> None:
    """A ledger CSV of that many rows (or one more)."""
    ledger = Ledger(rows)
    while len(ledger.lines) < rows:
        ledger.event()
    path.write_text(HEADER + "".join(ledger.lines))
