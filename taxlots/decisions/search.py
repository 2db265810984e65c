"""The optimum over all pieces of the tax and all choices, with a proof.

Every piece that can be reached is a linear program over the convex hull of each asset's choices. Where its solution mixes options of an
asset, the asset's menu is divided and both parts are searched, best bound first. A node is closed when the prices of its program prove
a bound (`bounds.py`) that no longer beats the best plan found; these prices are the certificate.
"""

import heapq
from dataclasses import dataclass, field, replace
from itertools import count

import numpy as np

from taxlots.decisions.arrays import INFINITY, Arrays
from taxlots.decisions.bounds import Charged, Prices, Relaxed, charged
from taxlots.decisions.corners import Corners, corners
from taxlots.decisions.costs import Moves, allowed, cash_left, cost
from taxlots.decisions.point import Point
from taxlots.decisions.program import Program

WHOLE = 1e-6
DUST = 1e-11
ROUNDS = 60
PATIENT = 3
MEMORY = 6
STRETCHED = ("cash", "turnover", "short", "long", "group", "paid", "tracking", "drift", "capped")
STRETCHES = tuple(10.0**n for n in range(0, 13, 2))


@dataclass(frozen=True, slots=True)
class Effort:
    """When to stop: the gap that is aimed at, the one that is enough after `patience`, and the most work, in units of `Program.work`."""

    aim: float = 1e-7
    enough: float = 1e-4
    patience: float = 2e6
    most: float = 2e7


@dataclass(slots=True)
class Node:
    """A part of the search: one piece of the tax and a menu. Closed by its prices, or divided by an asset's options."""

    piece: int
    menu: np.ndarray
    bound: float = -INFINITY
    prices: Prices | None = None
    mixed: np.ndarray | None = None
    unfinished: bool = True
    asset: int = -1
    parts: list[tuple[tuple[int, ...], "Node"]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Found:
    """The best moves, their cost, the bound, and the roots of the proof, one per reachable piece.

    Without moves nothing is feasible if the bound is infinite; else nothing was found within the effort.
    """

    moves: Moves | None
    cost: float
    bound: float
    roots: tuple[Node, ...]


class Search:
    """One search over one decision."""

    def __init__(self, arrays: Arrays, effort: Effort | None = None, like: "Search | None" = None) -> None:
        """Nothing is solved before `run`. What a search of the same decision under another limit of drift has learnt is used again."""
        self.arrays, self.effort = arrays, effort or Effort()
        self.best: Moves | None = None
        self.best_cost = INFINITY
        self.floor = INFINITY
        self.corners: list[Corners] = like.corners if like else [corners(piece, arrays.box) for piece in arrays.pieces]
        self.program: Program | None = like.program if like else None
        self.hints: dict[int, list[Charged]] = like.hints if like else {}
        self.known: list[Charged] = list(like.known) if like else []
        self.favourite: int = like.favourite if like else -1
        self.piece = -1
        self.work = 0.0
        self.without: list[tuple[Node, Prices]] = []
        self.numbers = count()
        self.queue: list[tuple[float, int, Node]] = []

    def at_drift(self, most_drift: float) -> "Search":
        """The search under another limit of drift, from the last basis; the decision must have had one."""
        other = Search(self.arrays.limited(most_drift), self.effort, self)
        if other.program is not None:
            other.program.set_most_drift(most_drift)
        return other

    def run(self) -> Found:
        """The optimum, or the best within the effort, with its bound."""
        menu = self.arrays.menu
        reachable = [n for n, corner in enumerate(self.corners) if corner.reachable or self.arrays.tax is None]
        if not self._possible(menu) or self.arrays.total < 0:
            return Found(None, INFINITY, INFINITY, ())
        nothing = Moves(np.zeros(len(self.arrays.owner)), np.zeros(len(self.arrays.names)))
        self._offer(nothing)
        if self.program is None:
            self.program = Program(self.arrays, menu)
        roots = [Node(n, menu) for n in self._ordered(reachable)]
        for root in roots:
            self._visit(root)
        while self.queue and not self._done():
            _, _, node = heapq.heappop(self.queue)
            if node.unfinished:
                self._visit(node)
            elif node.bound >= self.best_cost - self._slack():
                self.floor = min(self.floor, node.bound)
            else:
                for _, part in self._divide(node):
                    self._visit(part)
        if self.best is None:
            return Found(None, INFINITY, min((bound for bound, _, _ in self.queue), default=INFINITY), tuple(roots))
        self._prove_infeasible()
        still_open = min((bound for bound, _, _ in self.queue), default=INFINITY)
        return Found(self.best, self.best_cost, min(self.best_cost, self.floor, still_open), tuple(roots))

    def _possible(self, menu: np.ndarray) -> bool:
        """Whether every asset has an option that its band allows: a restricted asset outside its band has none."""
        arrays = self.arrays
        outside = np.abs(arrays.distance) > arrays.band + arrays.rounding
        return bool((menu.any(axis=1) & ~(outside & ~arrays.tradable)).all())

    def _ordered(self, reachable: list[int]) -> list[int]:
        """The piece of the last optimum or of today's nets first: most plans stay in it, and its prices close others without a program."""
        tax = self.arrays.tax
        if tax is None:
            return reachable
        here = [n for n in reachable if self.arrays.pieces[n].holds(tax.starts, WHOLE)]
        ordered = here + [n for n in reachable if n not in here]
        return sorted(ordered, key=lambda n: n != self.favourite)

    def _slack(self) -> float:
        gap = self.effort.aim if self.work < self.effort.patience else self.effort.enough
        return gap * max(1.0, abs(self.best_cost)) / 2

    def _done(self) -> bool:
        lowest = self.queue[0][0]
        return self.work > self.effort.most or min(self.floor, lowest) >= self.best_cost - self._slack()

    def _visit(self, node: Node) -> None:
        """Bound a node; close it where the bound suffices, else queue it, to be solved further or divided."""
        closed = self._closed_by_known(node)
        first = node.unfinished and node.prices is not None and self._better_open(node)
        if not closed and not first:
            closed = self._solve(node)
        if closed:
            if all(node is not other for other, _ in self.without):
                self.floor = min(self.floor, node.bound)
            return
        heapq.heappush(self.queue, (node.bound, next(self.numbers), node))

    def _closed_by_known(self, node: Node) -> bool:
        """Whether prices of another node already prove enough here."""
        hints = self.hints.get(node.piece, ()) if node.unfinished else ()
        return any(self._raise(node, prices) for prices in (*hints, *self.known))

    def _raise(self, node: Node, prices: Charged) -> bool:
        """Take the prices where they raise the bound; whether the node is closed by it."""
        bound = prices.bound(self.arrays, self.corners[node.piece], node.menu)
        if bound > node.bound or node.prices is None:
            node.bound, node.prices = bound, prices.prices
            if node.menu is self.arrays.menu:
                self._hint(node.piece, prices)
        return node.bound >= self.best_cost - self._slack()

    def _hint(self, piece: int, prices: Charged) -> None:
        """Keep the best prices of a whole piece for the next search of the same decision."""
        kept = [one for one in self.hints.get(piece, ()) if one is not prices]
        self.hints[piece] = [prices, *kept[: MEMORY - 1]]

    def _remember(self, prices: Charged) -> None:
        """Keep the latest prices: they often prove enough for other nodes."""
        self.known = [prices, *self.known[: MEMORY - 1]]

    def _solve(self, node: Node) -> bool:
        """Solve the node's program until its prices settle; whether that closes the node."""
        program = self._program()
        self.piece = node.piece
        program.set_piece(self.arrays.pieces[node.piece])
        program.set_menu(node.menu)
        program.forget()
        for turn in range(ROUNDS):
            point = self._run(program)
            if point is None:
                return self._set_aside(node, program.ray())
            closed, settled = self._take(node, point, program)
            if closed or settled or turn == ROUNDS - 1:
                return closed or self._settle(node, point, program)
            if turn >= PATIENT and self._better_open(node):
                break
        return False

    def _run(self, program: Program) -> Point | None:
        """Solve, and count the work against the effort."""
        before = program.work
        point = program.run()
        self.work += program.work - before
        return point

    def _take(self, node: Node, point: Point, program: Program) -> tuple[bool, bool]:
        """Learn from a solution: its bound, and its plan where no asset is mixed. Whether the node is closed, and the program exact."""
        prices = charged(self.arrays, point.prices)
        self._remember(prices)
        closed = self._raise(node, prices)
        whole = not closed and self._is_whole(point, program)
        taken = whole and self._offer(Moves(point.sold, point.bought))
        added = program.added.add_tangents(point, self._tolerance(program)) + program.added.add_links(point)
        if whole and not taken and not added and program.layout.chosen.any():
            self._round(node, point)  # shares within rounding of whole ones leave traces of the options not taken
            program.set_menu(node.menu)
        if whole:
            closed = node.bound >= self.best_cost - self._slack()
        return closed, not added

    def _settle(self, node: Node, point: Point, program: Program) -> bool:
        """A node whose bound will not rise further: keep its prices, look for a plan nearby; whether that closes it."""
        node.unfinished = False
        if program.layout.chosen.any():
            node.mixed = self._mixed(point, program)
            self._round(node, point)
        return node.bound >= self.best_cost - self._slack() or self._leaf(node)

    def _better_open(self, node: Node) -> bool:
        """Whether another open node has a clearly lower bound: the best plan is more likely there."""
        return bool(self.queue) and self.queue[0][0] < node.bound - self.effort.enough * max(1.0, abs(node.bound))

    def _leaf(self, node: Node) -> bool:
        """Whether nothing is left to divide: then what the bound lacks is the solver's rounding."""
        return bool((node.menu.sum(axis=1) <= 1).all())

    def _set_aside(self, node: Node, ray: Prices | None) -> bool:
        """A node without a feasible plan. It is proven at the end, when the best cost is known."""
        self.without.append((node, ray or Prices()))
        return True

    def _program(self) -> Program:
        if self.program is None:
            raise RuntimeError("run() builds the program first")
        return self.program

    def _tolerance(self, program: Program) -> float:
        """By how much a tangent may miss the variance, in the program's units, for the aim to be met."""
        count = max(1, len(program.layout.moving) + program.layout.factors)
        reached = abs(self.best_cost) if self.best is not None else 1.0
        goal = self.effort.aim * max(1.0, reached) / 8 / count
        by_price = goal / (self.arrays.weight * program.unit**2) if self.arrays.weight > 0 else INFINITY
        by_limit = 1e-7 * (self.arrays.tracking / program.unit) ** 2 / count
        return max(1e-13, min(by_price, by_limit))

    def _is_whole(self, point: Point, program: Program) -> bool:
        chosen = point.share[program.layout.chosen]
        return bool((np.abs(chosen - np.round(chosen)) < WHOLE).all())

    def _mixed(self, point: Point, program: Program) -> np.ndarray:
        """Per asset, how far it is from a clear choice, weighted by what is at stake."""
        largest = np.zeros(len(self.arrays.names))
        np.maximum.at(largest, program.layout.asset, point.share)
        return (1.0 - largest) * (np.abs(self.arrays.distance) + self.arrays.held + program.unit)

    def _round(self, node: Node, point: Point) -> None:
        """A plan near a mixed solution: every asset takes its largest share."""
        program = self._program()
        layout = program.layout
        shares = np.full(node.menu.shape, -1.0)
        shares[layout.asset, layout.kind] = point.share
        shares[~node.menu] = -1.0
        menu = np.zeros_like(node.menu)
        menu[np.arange(len(menu)), shares.argmax(axis=1)] = True
        program.set_menu(menu)
        for _ in range(ROUNDS):
            found = self._run(program)
            if found is None:
                return
            self._offer(Moves(found.sold, found.bought))
            if not program.added.add_tangents(found, self._tolerance(program)):
                return

    def _offer(self, moves: Moves) -> bool:
        """Take moves as the best plan where they are allowed and cheaper; whether they are allowed."""
        moves = tidied(self.arrays, moves)
        if not allowed(self.arrays, moves):
            return False
        if (reached := cost(self.arrays, moves)) < self.best_cost:
            self.best, self.best_cost, self.favourite = moves, reached, self.piece
        return True

    def _divide(self, node: Node) -> list[tuple[tuple[int, ...], Node]]:
        """Bar what the prices exclude, then divide the menu of the asset whose shares are mixed most."""
        found = charged(self.arrays, node.prices or Prices()).relaxed(self.arrays, self.corners[node.piece], node.menu)
        menu = self._kept(node.menu, found)
        several = menu.sum(axis=1) > 1
        mixed = np.zeros(len(menu)) if node.mixed is None else node.mixed
        asset = int(np.where(several, mixed, -1.0).argmax())
        kinds = np.flatnonzero(menu[asset])
        cheapest = kinds[found.options[asset, kinds].argmin()]
        node.asset = asset
        for side in (kinds[kinds == cheapest], kinds[kinds != cheapest]):
            if len(side):
                part = menu.copy()
                part[asset] = False
                part[asset, side] = True
                node.parts.append((tuple(side.tolist()), Node(node.piece, part, node.bound, node.prices)))
        return node.parts

    def _kept(self, menu: np.ndarray, found: Relaxed) -> np.ndarray:
        """The menu without the options that the prices prove too dear."""
        with np.errstate(invalid="ignore"):
            forced = found.bound + found.options - found.options.min(axis=1, keepdims=True)
        dear = menu & (forced >= self.best_cost - self._slack())
        if dear.any():
            self.floor = min(self.floor, float(forced[dear].min()))
        return menu & ~dear

    def _prove_infeasible(self) -> None:
        """Programs without solution: the ray of their dual, stretched far enough, proves any bound."""
        for node, ray in self.without:
            for stretch in STRETCHES:
                if node.bound >= self.best_cost:
                    break
                for sign in (1.0, -1.0):
                    self._raise(node, charged(self.arrays, stretched(ray, sign * stretch)))
            self.floor = min(self.floor, node.bound)


def stretched(ray: Prices, factor: float) -> Prices:
    """The prices times a factor; the point of the tangent stays."""
    return replace(ray, **{name: getattr(ray, name) * factor for name in STRETCHED})


def tidied(arrays: Arrays, moves: Moves) -> Moves:
    """Without the solver's dust: whole lots are whole, traces are nothing, and nothing is spent that is not there."""
    dust = DUST * max(1.0, abs(arrays.total))
    sold = np.where(moves.sold < dust, 0.0, np.where(moves.sold > arrays.value - dust, arrays.value, moves.sold))
    clean = Moves(sold, np.where(moves.bought < dust, 0.0, moves.bought))
    spent = (1 + arrays.rate) * float(clean.bought.sum())
    missing = dust / 100 - cash_left(arrays, clean)
    if spent > 0 and 0 < missing <= arrays.rounding:
        return Moves(sold, clean.bought * (1 - min(1.0, missing / spent)))
    return clean
