"""Settled transactions -> entries: one per change of one asset in one account, in the order in which they are booked.

At one instant acquisitions come first, then transfers, in an order in which one arrives before it is sent on (`instants.py`), then
conversions, then what leaves. Amounts are exact columns. The split of fees follows 26 CFR 1.1001-7(b)(2) and 1.1012-1(h): the cost of
buying with money is basis, the cost of selling or swapping lowers the amount realised, and a fee paid in an asset is itself a disposal of
that asset.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from taxlots import exact, frames
from taxlots.importers.text_columns import mask, sign, together
from taxlots.kinds import KINDS, REALIZED, is_fiat
from taxlots.ledger.entry_columns import NOWHERE, OUTSIDE, Action, Collected, Entries, Names, Phase

_TRADES = ("buy", "sell", "swap")
_CARRIED = ("deposit", "gift-in", "adjust")
_DATED = (*_CARRIED, "inheritance")
_GONE = ("gift-out", "donation", "theft", "lost")
_OWN_FEE = {"fee", "return-of-capital", REALIZED}  # these may be about money and still change lots or gains
_BEFORE, _FIRST, _SECOND, _AFTER = range(4)  # where an entry stands among those of its row
_SIDES = ("sent", "received", "fee")
_ZERO = pa.scalar(0, frames.EXACT)


def split(transactions: pd.DataFrame) -> Entries:
    """Entries of a frame of `frames.SETTLED`."""
    legs = _Legs(frames.arrays(transactions))
    legs.arrivals()
    legs.sales()
    legs.moves()
    legs.changes()
    legs.fees()
    return legs.entries()


class _Legs:
    """The settled rows with the family of each, and the entries found in them so far."""

    def __init__(self, rows: Mapping[str, pa.Array]) -> None:
        self.rows, self.filled = rows, dict[str, pa.Array]()
        self.names = {name: Names() for name in ("kind", "asset")} | {"account": Names((OUTSIDE,))}
        named = ("kind", "account", "counter_account", *(f"{side}_asset" for side in _SIDES))
        texts = dict(zip(named, together(*(rows[name].dictionary_encode for name in named), rows=len(rows["kind"])), strict=True))
        self.kind = self.names["kind"].coded(texts["kind"])
        self.account = self.names["account"].coded(texts["account"])
        self.counter = self.names["account"].coded(texts["counter_account"])
        self.asset = {side: self.names["asset"].coded(texts[f"{side}_asset"]) for side in _SIDES}
        fiat = np.array([*map(is_fiat, self.names["asset"].listed()), False])
        self.money = {side: fiat[codes] for side, codes in self.asset.items()}
        self.family, self.booked = self.families()
        self.has_received = self.some("received_quantity")
        self.found = Collected()

    def exact(self, name: str) -> pa.Array:
        """A column of amounts, zero where there is none."""
        if name not in self.filled:
            column = self.rows[name]
            self.filled[name] = pc.fill_null(column, _ZERO) if column.null_count else column
        return self.filled[name]

    def some(self, name: str) -> np.ndarray:
        """Which rows have an amount in that column that is not zero."""
        low, high = exact.halves(self.exact(name))
        found: np.ndarray = (low != 0) | (high != 0)
        return found

    def families(self) -> tuple[dict[str, np.ndarray], np.ndarray]:
        """Which rows are booked as what, `money` being those that change no lots but by their fee; and which are booked at all."""
        said = {name: self.kind == code for code, name in enumerate(self.names["kind"].listed())}
        nothing = np.zeros(len(self.kind), bool)
        trade = np.any([nothing, *(said.get(name, nothing) for name in _TRADES)], axis=0)
        income = np.any([nothing, *(rows for name, rows in said.items() if name.startswith("income:"))], axis=0)
        known = np.any([nothing, *(rows for name, rows in said.items() if name in KINDS)], axis=0)
        about_money = np.where(self.asset["sent"] != NOWHERE, self.money["sent"], self.money["received"])
        own = np.any([nothing, *(said.get(name, nothing) for name in _OWN_FEE)], axis=0)
        sent, received = self.money["sent"], self.money["received"]
        money = np.where(trade, sent & received, np.where(income, received, about_money & ~own))
        families = {name: rows & ~money for name, rows in said.items()}
        families |= {"buy": trade & sent & ~received, "sell": trade & ~sent & received, "swap": trade & ~sent & ~received}
        families |= {"income": income & ~money, "any income": income, "nothing": nothing}
        return families, known | money | income

    def of(self, *names: str) -> np.ndarray:
        """Rows of these families."""
        return np.any([self.family["nothing"], *(self.family.get(name, self.family["nothing"]) for name in names)], axis=0)

    def add(self, action: Action, chosen: np.ndarray, slot: int, side: str, amounts: dict[str, pa.Array], **more: np.ndarray | int) -> None:
        """Entries of the chosen rows on the asset of that side; quantity is that of the side where it is not given."""
        rows = np.flatnonzero(chosen)
        places = pa.array(rows)
        given = {"quantity": self.exact(f"{side}_quantity")} | amounts
        whole: dict[str, np.ndarray | int] = {"kind": self.kind, "account": self.account, "asset": self.asset[side], **more}
        taken = {name: values[rows] if isinstance(values, np.ndarray) else values for name, values in whole.items()}
        self.found.add(action, rows, slot, taken, {name: values.take(places) for name, values in given.items()})

    def arrivals(self) -> None:
        """What comes in: bought for its cost with the fee, swapped or received for its value, carried with the basis it brings."""
        value, none = self.exact("home_value"), pa.nulls(len(self.kind), frames.EXACT)
        cost = pc.cast(pc.add(value, self.exact("home_fee")), frames.EXACT)
        returned = self.of("return-of-capital", REALIZED) & self.has_received & ~self.money["received"]
        valued = self.of("swap", "income", "inheritance") | returned
        carried = self.of(*_CARRIED) & (self.has_received | ~self.of("adjust"))
        unnamed = self.of("spin-off") & (self.asset["sent"] == NOWHERE)
        bought = self.of("buy")
        amount = pc.if_else(pa.array(bought), cost, pc.if_else(pa.array(valued), value, none))
        amount = pc.fill_null(pc.if_else(pa.array(carried), self.exact("basis"), amount), _ZERO)
        self.add(Action.ACQUIRE, bought | valued | carried | unnamed, _FIRST, "received", {"amount": amount})

    def sales(self) -> None:
        """What is sold, swapped, spent or paid as a fee row's own amount."""
        value = self.exact("home_value")
        self.add(Action.DISPOSE, self.of("sell", "swap", "spend"), _SECOND, "sent", {"amount": value, "cost": self.exact("home_fee")})
        paid = self.of("fee") & self.some("sent_quantity") & ~self.money["sent"]
        self.add(Action.DISPOSE, paid, _SECOND, "sent", {"amount": value})
        if self.of(REALIZED).any():
            self.results()

    def results(self) -> None:
        """Profits and losses of positions that are no lots; what is paid in an asset leaves its lots as well."""
        value, sent = self.exact("home_value"), self.some("sent_quantity")
        none = exact.differences(value, value)
        lost = self.of(REALIZED) & sent
        self.add(Action.DISPOSE, lost & ~self.money["sent"], _SECOND, "sent", {"amount": value})
        result = {"quantity": none, "amount": value, "cost": self.exact("home_fee")}
        self.add(Action.LOSS, lost, _AFTER, "sent", result)
        self.add(Action.PROFIT, self.of(REALIZED) & ~sent & self.has_received, _AFTER, "received", result)

    def moves(self) -> None:
        """Transfers; withdrawals; what is given away or gone."""
        transfer = self.of("transfer")
        if transfer.any():
            self.transfers(transfer)
        self.add(Action.MOVE, self.of("withdrawal"), _SECOND, "sent", {}, to_account=self.names["account"].code(OUTSIDE))
        self.add(Action.REMOVE, self.of(*_GONE) | (self.of("adjust") & ~self.has_received), _SECOND, "sent", {})

    def transfers(self, transfer: np.ndarray) -> None:
        """Moves between accounts, with what is lost on the way or arrives besides."""
        sent = self.exact("sent_quantity")
        target = np.where(self.counter == NOWHERE, self.names["account"].code(OUTSIDE), self.counter)
        arrived = pc.coalesce(self.rows["received_quantity"], sent)
        moved = pc.min_element_wise(sent, arrived)
        lost, more = exact.differences(sent, moved), exact.differences(arrived, moved)
        short = {"quantity": lost, "amount": self.exact("home_shortfall")}
        fee, moving = self.names["kind"].code("fee"), int(Phase.MOVING)
        self.add(Action.DISPOSE, transfer & (sign(lost) != 0), _FIRST, "sent", short, kind=fee, phase=moving)
        paid = pc.cast(pc.add(self.exact("home_fee"), self.exact("home_shortfall")), frames.EXACT)
        self.add(Action.MOVE, transfer, _SECOND, "sent", {"quantity": moved, "amount": paid}, to_account=target, phase=moving)
        self.add(Action.ACQUIRE, transfer & (sign(more) != 0), _AFTER, "sent", {"quantity": more}, account=target)

    def changes(self) -> None:
        """Conversions, splits, capital returned and spin-offs; the holding that the last two are about is the sent asset."""
        if not self.of("convert", "split", "return-of-capital", "spin-off").any():
            return
        sent, received = self.exact("sent_quantity"), self.exact("received_quantity")
        target = {"to_asset": self.asset["received"]}
        self.add(Action.CONVERT, self.of("convert"), _SECOND, "sent", {"to_quantity": received}, **target)
        change = {"quantity": pc.cast(pc.subtract(received, sent), frames.EXACT)}
        self.add(Action.SPLIT, self.of("split") & self.has_received, _SECOND, "received", change)
        self.add(Action.SPLIT, self.of("split") & ~self.has_received, _SECOND, "sent", change)
        about = self.asset["sent"] != NOWHERE
        none = pc.subtract(sent, sent).cast(frames.EXACT)
        returned = {"quantity": none, "amount": self.exact("home_value")}
        self.add(Action.RETURN, self.of("return-of-capital") & about, _SECOND, "sent", returned)
        part = {"quantity": none, "amount": self.exact("basis"), "to_quantity": received}
        self.add(Action.SPIN_OFF, self.of("spin-off") & about, _SECOND, "sent", part, **target)

    def fees(self) -> None:
        """Each fee in an asset as a disposal of it: out of what was just received where it was withheld from that, else before the rest.

        One that is withheld is booked right after what it came out of, not with the later disposals.
        """
        charged = self.booked & self.some("fee_quantity") & ~self.money["fee"]
        exchanged = self.of("swap", "convert") | (self.of("spin-off") & (self.asset["sent"] != NOWHERE))
        arrives = exchanged | self.of("buy", "income", *_DATED, "spin-off", REALIZED) & (self.has_received | ~self.of("adjust"))
        given = exchanged & (self.asset["fee"] == self.asset["sent"])
        withheld = arrives & ~given & (self.asset["fee"] == self.asset["received"])
        amounts = {"amount": self.exact("home_fee")}
        fee = self.names["kind"].code("fee")
        phase = np.where(self.of("transfer"), Phase.MOVING, Phase.LEAVING)
        self.add(Action.DISPOSE, charged & ~withheld, _BEFORE, "fee", amounts, kind=fee, lot_of=self.owners(), phase=phase)
        changing = exchanged & ~self.of("swap")
        phase = np.where(changing, Phase.CHANGING, Phase.ARRIVING)
        rows = np.arange(len(self.kind), dtype=np.int32)
        self.add(Action.DISPOSE, charged & withheld, _AFTER, "fee", amounts, kind=fee, lot_of=rows, phase=phase)

    def owners(self) -> np.ndarray:
        """The row that a fee row named `ID/fee` belongs to, where that row brought in the fee's asset at the same time; else -1."""
        owners = np.full(len(self.kind), NOWHERE, np.int32)
        names = self.rows["id"]
        rows = np.flatnonzero(self.of("fee") & mask(pc.match_substring(names, "/fee")))
        if not len(rows):
            return owners
        named = pa.array([name.partition("/fee")[0] for name in names.take(pa.array(rows)).to_pylist()], pa.string())
        found = pc.fill_null(pc.index_in(named, names), NOWHERE).to_numpy()
        time = self.time()
        same = (found != NOWHERE) & (time[found] == time[rows]) & (self.account[found] == self.account[rows])
        same &= self.asset["received"][found] == self.asset["fee"][rows]
        owners[rows[same]] = found[same]
        return owners

    def time(self) -> np.ndarray:
        """When each row happened, in microseconds UTC."""
        return mask(self.rows["time"].cast(pa.int64()))

    def entries(self) -> Entries:
        """All that was found, in booking order."""
        time = self.time()
        whole, numbers = self.found.ordered(time)
        when = time[whole["row"]]
        carried = (whole["action"] == Action.ACQUIRE) & (self.of(*_DATED)[whole["row"]])
        rows = pa.array(np.where(carried, whole["row"], 0), mask=~carried)
        acquired = pc.coalesce(self.rows["acquired"].take(rows).cast(pa.int64()), pa.array(when))
        return Entries(
            rows=self.rows,
            kinds=self.names["kind"].listed(),
            assets=self.names["asset"].listed(),
            accounts=self.names["account"].listed(),
            **whole,
            **numbers,
            home=self.account[whole["row"]],
            time=when,
            acquired=mask(acquired),
            holding_starts=self.rows["holding_starts"].take(rows),
            income=np.flatnonzero(self.family["any income"]),
            unbooked=np.flatnonzero(~self.booked),
        )
