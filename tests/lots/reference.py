"""A second, naive implementation of the contract's booking rules: fractions, plain lists, a full scan for every sale.

It shares no code with the engine and reads the universal columns directly, so that an error in the entries, the pools or the split
of amounts shows as a difference.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from fractions import Fraction

FIAT = {"USD"}


@dataclass
class Lot:
    """A lot or a part of one."""

    tx: str
    account: str
    asset: str
    quantity: Fraction
    unit: Fraction
    acquired: datetime
    rank: int
    starts: date | None = None
    used: bool = False


@dataclass(frozen=True)
class Piece:
    """One sold piece: `lot` None where no lot covered it."""

    tx: str
    kind: str
    asset: str
    lot: str | None
    quantity: Fraction
    proceeds: Fraction
    basis: Fraction
    term: str


def term(acquired: date, sold: date) -> str:
    """More than one year, counted from the day after acquisition; a 29 February that is missing is 1 March."""
    start = acquired + timedelta(days=1)
    try:
        anniversary = start.replace(year=start.year + 1)
    except ValueError:
        anniversary = date(start.year + 1, 3, 1)
    return "long" if sold >= anniversary else "short"


class Reference:
    """Books rows (dicts of the universal columns, with Fractions) one after the other."""

    def __init__(self, method: str, *, per_account: bool = True, rates=None):
        self.method, self.per_account, self.rates = method, per_account, rates
        self.lots: list[Lot] = []
        self.pieces: list[Piece] = []
        self.count = 0

    def run(self, rows):
        """Acquisitions of an instant, then its transfers, then the rest."""
        self.rows = rows
        for moment in sorted({row["time"] for row in rows}):
            now = [row for row in rows if row["time"] == moment]
            for row in now:
                self.arrive(row)
            for row in now:
                self.transfer(row)
            for row in now:
                self.leave(row)
        return self

    def fee_value(self, row):
        return row["fee_value"] or Fraction(0)

    def arrive(self, row):
        kind, asset, quantity = row["kind"], row["received_asset"], row["received_quantity"]
        if kind == "buy":
            basis = row["sent_quantity"] + self.fee_value(row)
        elif kind in {"swap", "income:staking"}:
            basis = row["value"]
        elif kind == "deposit":
            basis = row["basis"]
        else:
            return
        self.put(row, row["account"], asset, quantity, basis / quantity)
        if row["fee_asset"] == asset:
            own = self.lots[-1]
            own.quantity -= row["fee_quantity"]
            value = self.fee_value(row)
            basis = own.unit * row["fee_quantity"]
            self.pieces.append(Piece(row["id"], "fee", asset, own.tx, row["fee_quantity"], value, basis, "short"))

    def put(self, row, account, asset, quantity, unit):
        self.count += 1
        self.lots.append(Lot(row["id"], account, asset, quantity, unit, row["time"], self.count))

    def pool(self, account, asset, sale=None):
        """Open lots in their order; `sale` is (price per unit, day), None where nothing is sold."""
        found = [lot for lot in self.lots if lot.asset == asset and lot.quantity and (lot.account == account or not self.per_account)]
        keys = {
            "fifo": lambda lot: (lot.acquired, lot.rank),
            "lifo": lambda lot: (-lot.acquired.timestamp(), -lot.rank),
            "hifo": lambda lot: (-lot.unit, lot.acquired, lot.rank),
            "lofo": lambda lot: (lot.unit, lot.acquired, lot.rank),
        }
        if self.method == "min-tax" and sale:
            price, day = sale

            def tax(lot):
                return (price - lot.unit) * self.rates[term(lot.acquired.date(), day)]

            return sorted(found, key=lambda lot: (tax(lot), -lot.unit, lot.acquired, lot.rank))
        return sorted(found, key=keys["fifo" if self.method == "min-tax" else self.method])

    def take(self, account, asset, quantity, sale=None):
        for lot in self.pool(account, asset, sale):
            if not quantity:
                return
            part = min(quantity, lot.quantity)
            lot.quantity -= part
            quantity -= part
            yield lot, part
        if quantity:
            yield None, quantity

    def transfer(self, row):
        if row["kind"] != "transfer":
            return
        asset, sent = row["sent_asset"], row["sent_quantity"]
        if row["fee_asset"] == asset:
            self.dispose(row, "fee", asset, row["fee_quantity"], self.fee_value(row))
        if not self.per_account:
            return
        for lot, part in list(self.take(row["account"], asset, sent)):
            if lot is None:
                self.put(row, row["counter_account"], asset, part, Fraction(0))
            else:
                self.lots.append(replace(lot, account=row["counter_account"], quantity=part))

    def leave(self, row):
        kind = row["kind"]
        if kind not in {"sell", "swap", "spend"}:
            return
        asset, quantity = row["sent_asset"], row["sent_quantity"]
        if row["fee_asset"] == asset:
            self.dispose(row, "fee", asset, row["fee_quantity"], self.fee_value(row))
        gross = row["received_quantity"] if kind == "sell" else row["value"]
        self.dispose(row, kind, asset, quantity, gross - self.fee_value(row))

    def dispose(self, row, kind, asset, quantity, proceeds):
        sale = (proceeds / quantity, row["time"].date())
        for lot, part in list(self.take(row["account"], asset, quantity, sale)):
            share = proceeds * part / quantity
            if lot is None:
                self.pieces.append(Piece(row["id"], kind, asset, None, part, share, Fraction(0), "short"))
            else:
                held = term(lot.acquired.date(), row["time"].date())
                self.pieces.append(Piece(row["id"], kind, asset, lot.tx, part, share, lot.unit * part, held))
