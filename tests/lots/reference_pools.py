"""Naive implementations of pools at average cost: the United Kingdom's matching and Canada's adjusted cost base, in fractions.

They take the entries from the naive reference, and share no code with the engine.
"""

from dataclasses import dataclass
from fractions import Fraction

from reference import Reference


class AveragedByAccount(Reference):
    """First in, first out, with the basis of every account's units averaged before anything leaves."""

    def take(self, account, asset, quantity, sale=None):
        lots = self.pool(account, asset)
        held = sum(lot.quantity for lot in lots)
        basis = sum(lot.quantity * lot.unit for lot in lots)
        for lot in lots:
            lot.unit = basis / held
        yield from super().take(account, asset, quantity, sale)


@dataclass
class Event:
    """Units that came in for a cost, or went out for proceeds."""

    asset: str
    day: int
    quantity: Fraction
    amount: Fraction
    tx: str = ""
    kind: str = ""
    left: Fraction = Fraction(0)


@dataclass(frozen=True)
class Out:
    """What went out under one rule; `rule` None where nothing covered it."""

    tx: str
    kind: str
    rule: str | None
    quantity: Fraction
    proceeds: Fraction
    basis: Fraction
    denied: Fraction = Fraction(0)


class Recorder(Reference):
    """Writes down what comes in and goes out, in order."""

    def __init__(self):
        super().__init__("fifo", per_account=False)
        self.events: list[Event] = []
        self.left: dict[str, tuple[Fraction, Fraction]] = {}

    def put(self, row, account, asset, quantity, unit):
        super().put(row, account, asset, quantity, unit)
        self.events.append(Event(asset, row["time"].toordinal(), quantity, quantity * unit))

    def dispose(self, row, kind, asset, quantity, proceeds):
        self.events.append(Event(asset, row["time"].toordinal(), quantity, proceeds, row["id"], kind))

    def run(self, rows):
        super().run(rows)
        self.pieces = []
        for asset in {event.asset for event in self.events}:
            self.book(asset, [event for event in self.events if event.asset == asset])
        return self


class Section104(Recorder):
    """Same day, then 30 days, then the holding; each unit of a day has the day's average cost and proceeds."""

    def book(self, asset, events):
        for event in events:
            event.left = event.quantity
        bought = {e.day: [e_ for e_ in events if e_.day == e.day and not e_.kind] for e in events if not e.kind}
        sold = {e.day: [e_ for e_ in events if e_.day == e.day and e_.kind] for e in events if e.kind}
        pairs = [(day, day) for day in sorted(sold) if day in bought]
        pairs += [(day, later) for day in sorted(sold) for later in sorted(bought) if day < later <= day + 30]
        for out_day, in_day in pairs:
            self.match(sold[out_day], bought[in_day], "same-day" if out_day == in_day else "thirty-days")
        units = cost = Fraction(0)
        for event in events:
            if not event.kind:
                units, cost = units + event.left, cost + event.amount * event.left / event.quantity
                continue
            part = min(event.left, units)
            basis = cost * part / units if part else Fraction(0)
            units, cost = units - part, cost - basis
            self.piece(event, "section-104", part, basis)
            self.piece(event, None, event.left - part, Fraction(0))
        if units:
            self.left[asset] = (units, cost)

    def match(self, outs, ins, rule):
        """Match all sales of a day with all purchases of a day."""
        out_left, in_left = sum(e.left for e in outs), sum(e.left for e in ins)
        matched = min(out_left, in_left)
        if not matched:
            return
        cost = sum(e.amount for e in ins) / sum(e.quantity for e in ins) * matched
        for event in outs:
            part = matched * event.left / out_left
            self.piece(event, rule, part, cost * part / matched)
        for side, left in ((outs, out_left), (ins, in_left)):
            for event in side:
                event.left -= matched * event.left / left

    def piece(self, event, rule, quantity, basis):
        if quantity:
            self.pieces.append(Out(event.tx, event.kind, rule, quantity, event.amount * quantity / event.quantity, basis))


class AverageCost(Recorder):
    """One average; a loss is denied by min(sold, bought, held)/sold within 30 days on either side."""

    def book(self, asset, events):
        units = cost = waiting = Fraction(0)
        for event in events:
            if not event.kind:
                units, cost, waiting = units + event.quantity, cost + event.amount + waiting, Fraction(0)
                continue
            part = min(event.quantity, units)
            basis = cost * part / units if part else Fraction(0)
            proceeds = event.amount * part / event.quantity
            denied = self.denied(events, event, part, basis - proceeds) if part and basis > proceeds else Fraction(0)
            units, cost = units - part, cost - basis
            if units:
                cost += denied
            else:
                waiting += denied
            if part:
                self.pieces.append(Out(event.tx, event.kind, "average", part, proceeds, basis, denied))
            if part < event.quantity:
                self.pieces.append(Out(event.tx, event.kind, None, event.quantity - part, event.amount - proceeds, Fraction(0)))
        if units:
            self.left[asset] = (units, cost)

    def denied(self, events, event, part, loss):
        bought = sum(e.quantity for e in events if not e.kind and abs(e.day - event.day) <= 30)
        held = sum(-e.quantity if e.kind else e.quantity for e in events if e.day <= event.day + 30)
        return loss * min(part, bought, max(held, 0)) / part
