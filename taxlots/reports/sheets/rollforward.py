"""Rollforward: opening + in - out = closing, per account and asset, in units and in basis; the closing tied to Open lots."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from taxlots import exact, frames
from taxlots.kinds import DUST
from taxlots.lots.holding import time_of
from taxlots.lots.rollforward import SIGNS, Line, Measure, Reallocation, rollforward
from taxlots.reports.sheets import open_lots
from taxlots.reports.sheets.addresses import count_of, fixed, plain_names, quoted, spread, sum_exactly, sum_of, sum_where
from taxlots.reports.sheets.book import Field, Layout, Workbook, total
from taxlots.reports.sheets.content import LAST_YEAR_OF_COMMON_POOLS, Facts
from taxlots.reports.sheets.page import DIFFERS, TIES
from taxlots.reports.sheets.ties import Figure, Tie

NAME = "Rollforward"
_TITLES = {
    "bought": "+ purchases, swaps",
    "income": "+ income",
    "arrived": "+ transfers, deposits in",
    "given": "+ gifts, inheritances in",
    "other": "+ splits, conversions, losses, other",
    "changed": "+ denied losses, capital returned, other",
    "sent": "- transfers, withdrawals out",
    "sold": "- sales, swaps, spending",
    "fees": "- fees",
    "gifts": "- gifts, donations",
    "later": "since then",
}
_COLUMNS = {"units": "quantity", "basis": "basis"}  # of Open lots
_NOTE = (
    "Units as the rows of the exports name them, basis in the home currency: opening + in - out = closing. "
    "A closing that Open lots does not show is a difference, in red. Columns of what never happened are left out."
)
_STATE = f'IF(AND({{units_difference}}=0,{{basis_difference}}=0),"{TIES}","{DIFFERS}")'


class Roll:
    """A line with what the open lots of its account and asset come to."""

    def __init__(self, line: Line) -> None:
        """Nothing is held yet."""
        self.line = line
        self.lots = {"units": Decimal(0), "basis": Decimal(0)}

    def measure(self, name: str) -> Measure:
        """Units or basis."""
        found: Measure = getattr(self.line, name)
        return found

    def held(self, name: str) -> Decimal:
        """What is held now: the closing, and what came later."""
        own = self.measure(name)
        return exact.to_decimal(own.closing + own.later)

    def difference(self, name: str) -> Decimal:
        """What is held less what the open lots are, but for dust."""
        found = exact.CONTEXT.subtract(self.held(name), self.lots[name])
        return Decimal(0) if abs(found) <= DUST else found

    @property
    def state(self) -> str:
        """Whether both measures tie."""
        return DIFFERS if self.difference("units") or self.difference("basis") else TIES


def rolled(facts: Facts, lots: list[open_lots.Held]) -> list[Roll]:
    """The lines, and one for each account and asset of an open lot that no change explains."""
    folded = facts.folded
    lines = rollforward(folded.entries, folded.booked, folded.day, facts.content.year, _anew(facts))
    rows = {(line.account, line.asset): Roll(line) for line in lines}
    pooled = {line.asset for line in lines if line.account is None}
    with exact.exactly():
        for one in (held.lot for held in lots):
            key = (one["account"], one["asset"])
            if one["asset"] in pooled and key not in rows:
                key = (None, one["asset"])
            row = rows.setdefault(key, Roll(Line(*key)))
            row.lots["units"] += one["quantity"]
            row.lots["basis"] += one["basis"]
    return sorted(rows.values(), key=lambda row: (row.line.account or "", row.line.asset))


def _anew(facts: Facts) -> Reallocation | None:
    """What was allocated at the end of one pool over all accounts, if there was one."""
    universal = facts.session.book.elections.universal
    if universal is None:
        return None
    basis: dict[tuple[str, str], int] = {}
    for lot in frames.records(facts.allocated.lots):
        if lot["account"] is not None:
            key = (lot["account"], lot["asset"])
            basis[key] = basis.get(key, 0) + exact.to_units(lot["basis"])
    return Reallocation(time_of(universal.until), date(LAST_YEAR_OF_COMMON_POOLS, 12, 31), universal.assets, basis)


class _Sheet:
    """The table with its formulas."""

    def __init__(self, book: Workbook) -> None:
        self.book, self.facts = book, book.facts
        self.lots = open_lots.held(book.facts)
        self.rows = rolled(book.facts, self.lots)
        self.source = open_lots.layout(book.facts)
        self.extents = spread(self.source.name, len(self.lots))
        self.assets = plain_names({row.line.asset for row in self.rows})
        self.accounts = plain_names({row.line.account or "" for row in self.rows})
        self.apart: dict[str, list[str]] = {}  # addresses of accounts beside the pool of an asset
        for extent in spread(NAME, len(self.rows)):
            for number, row in enumerate(self.rows[extent.offset : extent.offset + extent.count], start=extent.first):
                if row.line.account is not None:
                    self.apart.setdefault(row.line.asset, []).append(f"{quoted(extent.sheet)}!{fixed(number, 0)}")

    def layout(self) -> Layout:
        """Account and asset, the columns of both measures, and the state."""
        fields = (
            Field("account", "Account", 15, "text", lambda r: "(one pool)" if r.line.account is None else r.line.account),
            Field("asset", "Asset", 9, "text", lambda r: r.line.asset),
            *self.measured("units"),
            Field("lacking", "What a difference means", 30, "wrap", _explained),
            *self.measured("basis"),
            Field("state", "Tie", 9, "center", lambda r: r.state, _STATE, mark="state"),
        )
        return Layout(NAME, fields, "Nothing came in and nothing went out.", _NOTE, 2, "basis_" + self.used("basis")[0])

    def used(self, measure: str) -> list[str]:
        """Opening, what happened at all, and closing with what came later."""
        year = self.facts.content.year
        names = [name for name in SIGNS if any(row.measure(measure).within[name] for row in self.rows)]
        return [*(["opening"] if year else []), *names, "closing", *(["later"] if year else []), "lots", "difference"]

    def measured(self, measure: str) -> list[Field]:
        """Columns of units or of basis."""
        style, word, money = ("quantity", "Units", False) if measure == "units" else ("money", "Basis", True)
        year, names = self.facts.content.year, [name for name in self.used(measure) if name in SIGNS]
        titles = {name: f"{word} {title}" for name, title in _TITLES.items()}
        titles |= {"opening": f"{word}, {year}-01-01", "closing": f"{word}, {year}-12-31" if year else f"{word}, closing"}
        added = "".join(("+" if SIGNS[name] > 0 else "-") + f"{{{measure}_{name}}}" for name in names)
        closing = f"ROUND({f'{{{measure}_opening}}' if year else '0'}{added},9)"
        fields = [
            Field(f"{measure}_{name}", titles[name], 15, style, _value(measure, name), closing if name == "closing" else "", total=money)
            for name in self.used(measure)
            if name in titles
        ]
        fields.append(
            Field(f"{measure}_lots", f"{word} on Open lots", 14, style, lambda r: r.lots[measure], self.live(measure), total=money)
        )
        first, last = fields[0].key, f"{measure}_closing"
        held = f"{{{measure}_closing}}" + (f"+{{{measure}_later}}" if year else "") + f"-{{{measure}_lots}}"
        allowed = f"{exact.plain(DUST)}+0.000000000001*SUMSQ({{{first}}}:{{{last}}})^0.5"
        difference = f"IF(ABS({held})<={allowed},0,ROUND({held},9))"
        fields.append(
            Field(f"{measure}_difference", f"{word}: difference", 13, style, lambda r: r.difference(measure), difference, mark="difference")
        )
        return fields

    def live(self, measure: str) -> Callable[[Roll], str]:
        """Formula of what the open lots of a row's account and asset are."""
        column = self.source.column(_COLUMNS[measure])
        asset, account = self.source.column("asset"), self.source.column("account")

        def formula(row: Roll) -> str:
            plain = row.line.asset in self.assets and (row.line.account or "") in self.accounts | {""}
            choose = sum_where if plain else sum_exactly
            if row.line.account is not None:
                return f"ROUND({choose(self.extents, column, [(asset, '{asset}'), (account, '{account}')])},9)"
            whole = choose(self.extents, column, [(asset, "{asset}")])
            apart = self.apart.get(row.line.asset, [])
            others = [choose(self.extents, column, [(asset, "{asset}"), (account, address)]) for address in apart]
            return f"ROUND({whole}{''.join(f'-({other})' for other in others)},9)"

        return formula


def _value(measure: str, name: str) -> Callable[[Roll], Decimal]:
    """One figure of a measure."""

    def value(row: Roll) -> Decimal:
        own = row.measure(measure)
        units: int = own.within[name] if name in SIGNS else getattr(own, name)
        return exact.to_decimal(units)

    return value


def _explained(row: Roll) -> str:
    if row.state == TIES:
        return ""
    if row.line.lacking:
        return f"{exact.plain(exact.to_decimal(row.line.lacking))} left without a purchase that is known: see Problems"
    return "not explained: please report it"


def write(book: Workbook) -> None:
    """The sheet; what differs is one of the checks, as is the basis that everything comes to."""
    sheet = _Sheet(book)
    layout = sheet.layout()
    book.table(layout, sheet.rows)
    if not sheet.rows:
        return
    extents = spread(NAME, len(sheet.rows))
    count = sum(row.state == DIFFERS for row in sheet.rows)
    counted = Figure(f"{NAME}, rows that differ", count_of(extents, layout.column("state"), DIFFERS), count)
    book.ties.append(Tie(f"{NAME}: rows that Open lots does not show", counted, Figure("none", "0", 0)))
    held = [f"basis_{name}" for name in sheet.used("basis") if name in {"closing", "later"}]
    basis = total(row.held("basis") for row in sheet.rows)
    closing = Figure(f"{NAME}, basis held", "+".join(sum_of(extents, layout.column(key)) for key in held), basis)
    lots = Figure("Open lots", sum_of(sheet.extents, sheet.source.column("basis")), total(one.lot["basis"] for one in sheet.lots))
    book.ties.append(Tie(f"{NAME}: basis held", closing, lots))
