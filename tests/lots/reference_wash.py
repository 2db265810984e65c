"""The naive reference with wash sales (26 USC 1091): every sale looks at every purchase of the history."""

from dataclasses import dataclass, replace
from datetime import timedelta
from fractions import Fraction

from reference import Piece, Reference, term

WINDOW = timedelta(days=30)


@dataclass(frozen=True)
class Denied(Piece):
    """A sold piece with the part of its loss that is denied."""

    denied: Fraction = Fraction(0)


class Washed(Reference):
    """Per account; `claims` are units of purchases to come, with the loss and the days of holding that they take over."""

    def __init__(self, method):
        super().__init__(method)
        self.claims = {}
        self.free = {}

    def put(self, row, account, asset, quantity, unit):
        """Claimed units first, each with its own basis and start; then the rest. All of them have the rank of the purchase."""
        claims = self.claims.pop((row["id"], asset), [])
        self.count += 1
        for units, denied, held in claims:
            self.count -= 1
            super().put(row, account, asset, units, unit + denied / units)
            self.lots[-1].starts, self.lots[-1].used = row["time"].date() - held, True
            quantity -= units
        if quantity:
            self.count -= 1
            super().put(row, account, asset, quantity, unit)

    def dispose(self, row, kind, asset, quantity, proceeds):
        """Each piece sold; then its losses, in the order in which the lots were acquired."""
        sold = []
        for lot, part in list(self.take(row["account"], asset, quantity, (proceeds / quantity, row["time"].date()))):
            sold.append((lot, part, proceeds * part / quantity))
        denied = {}
        for place, (lot, part, share) in sorted(enumerate(sold), key=lambda item: self.age(item[1][0])):
            if lot is not None and share < lot.unit * part:
                denied[place] = self.deny(row, asset, lot, part, lot.unit * part - share)
        for place, (lot, part, share) in enumerate(sold):
            if lot is None:
                self.pieces.append(Denied(row["id"], kind, asset, None, part, share, Fraction(0), "short"))
            else:
                held = term(lot.starts or lot.acquired.date(), row["time"].date())
                self.pieces.append(
                    Denied(row["id"], kind, asset, lot.tx, part, share, lot.unit * part, held, denied.get(place, Fraction(0)))
                )

    def age(self, lot):
        return (0, 0) if lot is None else (lot.acquired.timestamp(), lot.rank)

    def deny(self, row, asset, sold, units, loss):
        """What of the loss is denied, share by share, by the earliest purchase that is left."""
        per_share, day, left = loss / units, row["time"].date(), units
        held = max(day - (sold.starts or sold.acquired.date()), timedelta(0))
        for bought in self.rows:
            near = abs(bought["time"].date() - day) <= WINDOW
            if bought["kind"] not in {"buy", "swap", "income:staking"} or bought["received_asset"] != asset or not near:
                continue
            if bought["id"] == sold.tx:
                continue
            if bought["time"] > row["time"]:
                free = self.free.setdefault(bought["id"], bought["received_quantity"])
                taken = min(left, free)
                if taken:
                    self.free[bought["id"]] = free - taken
                    self.claims.setdefault((bought["id"], asset), []).append((taken, taken * per_share, held))
                    left -= taken
                continue
            for lot in [one for one in self.lots if one.tx == bought["id"] and one.asset == asset and one.quantity and not one.used]:
                taken = min(left, lot.quantity)
                if taken:
                    lot.quantity -= taken
                    starts = lot.acquired.date() - held
                    self.lots.append(replace(lot, quantity=taken, unit=lot.unit + per_share, starts=starts, used=True))
                    left -= taken
        return (units - left) * per_share
