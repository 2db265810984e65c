"""`taxlots.harvest/1`, its tables, and its words for the workbook's sheet."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, tzinfo
from decimal import Decimal

from taxlots import exact
from taxlots.decisions.further_gains import FurtherGains
from taxlots.decisions.gain_harvest import GainRung, ZeroBand, zero_band
from taxlots.decisions.harvest import Rung, deadline, ladder, last_weekday
from taxlots.decisions.loss_steps import CARRIED, Step, steps, until_carried
from taxlots.decisions.portfolio import Portfolio
from taxlots.problems import Problem
from taxlots.reports.documents import Document, document
from taxlots.reports.tables import MONEY, NUMBER, TEXT, Table

_NAMED = 3  # lots with one and the same window that are named


@dataclass(frozen=True, slots=True)
class Review:
    """The year-end review: losses, the worth of a further dollar of loss by term, gains in the 0 % band, and what replaces what."""

    portfolio: Portfolio
    rungs: tuple[Rung, ...]
    further: dict[str, tuple[Step, ...]]
    band: ZeroBand
    replacements: dict[str, tuple[str, ...]]

    @property
    def notes(self) -> tuple[str, ...]:
        """By when to trade, and what holds for the whole review."""
        end = deadline(self.portfolio.today)
        told = [
            f"A sale counts for {end.year} if it is traded by {end} in your time zone, {(end - self.portfolio.today).days} days from here."
        ]
        weekday = last_weekday(self.portfolio)
        if weekday:
            told.append(f"Exchanges are closed on that weekend: securities have to be sold by {weekday}, or on an earlier trading day.")
        if self.rungs and self.band.rungs:
            told.append("Losses and gains are each reviewed on the year as it is; a loss that is realised offsets a gain that is realised.")
        return tuple(told)


def review(portfolio: Portfolio, replacements: dict[str, tuple[str, ...]], account: str | None = None) -> Review:
    """The review of one account's lots, or of all. Raises TaxlotsError(RULE_MISSING) for a year that is not covered."""
    year = FurtherGains(portfolio.position, portfolio.rulebook)
    dollars = until_carried(year)
    further = {term: tuple(steps(year, term, dollars)) for term in ("short", "long")}
    return Review(portfolio, tuple(ladder(portfolio, account)), further, zero_band(portfolio, account), replacements)


def harvest_document(found: Review, problems: Sequence[Problem], zone: tzinfo) -> Document:
    """`taxlots.harvest/1`: the ladder of losses, best first, and the gains of the 0 % band."""
    end = deadline(found.portfolio.today)
    band = found.band
    return document(
        "harvest",
        problems,
        year=end.year,
        as_of=found.portfolio.today.isoformat(),
        deadline=end.isoformat(),
        deadline_time=datetime.combine(end, time(23, 59, 59), zone).isoformat(),
        days_left=(end - found.portfolio.today).days,
        last_weekday=getattr(last_weekday(found.portfolio), "isoformat", lambda: None)(),
        further={term: [_step(step) for step in listed] for term, listed in found.further.items()},
        carried_worth=exact.plain(found.portfolio.terms.carryforward_value),
        losses=[_loss(rung, found) for rung in found.rungs],
        zero_band={"room": exact.plain(band.room), "top": exact.plain(band.top)},
        gains=[_gain(rung) for rung in band.rungs],
        notes=list(found.notes),
    )


def _step(step: Step) -> Document:
    return {
        "offsets": step.offsets,
        "dollars": exact.plain(step.dollars),
        "tax_saved": exact.plain(step.tax_saved),
        "cents_per_dollar": exact.plain(exact.CONTEXT.multiply(step.per_dollar, Decimal(100))),
        "carried": exact.plain(step.carried),
    }


def _loss(rung: Rung, found: Review) -> Document:
    names = ("loss", "allowed", "tax_saved", "carryover_added", "carryover_value", "cost", "embedded", "net")
    lot, wash = rung.lot, rung.wash
    law = found.portfolio.rulebook.rule(wash.rule)
    return {
        "lot_id": lot.lot_id,
        "asset": lot.asset,
        "account": lot.account,
        "quantity": exact.plain(lot.quantity),
        "basis": exact.plain(lot.basis),
        "value": exact.plain(lot.value),
        "term": lot.term,
        **{name: exact.plain(getattr(rung, name)) for name in names},
        "pays": rung.pays,
        "steps": [_step(step) for step in rung.steps],
        "window": rung.window,
        "wash_sale": {
            "applies": wash.applies,
            "rule": wash.rule,
            "citation": law.citation.title,
            "pending_bills": [bill.title for bill in law.pending],
            "from": wash.since.isoformat(),
            "until": wash.until.isoformat(),
            "deferred_quantity": exact.plain(wash.deferred),
            "trades": [
                {
                    "date": trade.day.isoformat(),
                    "kind": trade.kind,
                    "transaction_id": trade.transaction_id,
                    "account": trade.account,
                    "quantity": exact.plain(trade.quantity),
                }
                for trade in wash.trades
            ],
        },
        "replacements": list(found.replacements.get(lot.asset, ())),
    }


def _gain(rung: GainRung) -> Document:
    return {
        "lot_id": rung.lot.lot_id,
        "asset": rung.lot.asset,
        "account": rung.lot.account,
        "quantity": exact.plain(rung.trade.quantity),
        "value": exact.plain(rung.trade.value),
        "gain": exact.plain(rung.trade.gain),
        "tax": exact.plain(rung.tax),
        "cost": exact.plain(rung.cost),
        "future_tax_saved": exact.plain(rung.saved_later),
        "net": exact.plain(rung.net),
        "pays": rung.pays,
    }


def in_words(listed: Sequence[Step]) -> str:
    """The rungs of a loss: dollars, what they offset, cents per dollar."""
    return "; ".join(f"{exact.cents(step.dollars):,} of {step.offsets} at {_cents(step)} cents" for step in listed)


def _cents(step: Step) -> str:
    return exact.plain(exact.cents(exact.CONTEXT.multiply(step.per_dollar, Decimal(100)))) or ""


def harvest_tables(found: Review, *, everything: bool = False) -> list[Table]:
    """The losses that pay and the sums of the others (or `everything` by lot), the worth of further dollars of loss, and the 0 % band."""
    if everything:
        return [harvest_table(found), _further_table(found), _gains_table(found)]
    others = [rung for rung in found.rungs if not rung.pays]
    return [_paying_table(found), *([_others_table(others)] if others else []), _further_table(found), _gains_table(found)]


def harvest_table(found: Review) -> Table:
    """The whole ladder of losses, lot by lot."""
    return _ladder_table("Losses that could be realised today", found, found.rungs)


def _paying_table(found: Review) -> Table:
    """The rungs that pay, with what they come to together."""
    paying = [rung for rung in found.rungs if rung.pays]
    table = _shorter(_ladder_table("Losses that pay if they are realised today, best first", found, paying))
    if not found.rungs:
        return replace(table, notes=("No open lot would be sold at a loss today.", *table.notes))
    loss, saved, net = (exact.cents(_sum(paying, name)) for name in ("loss", "tax_saved", "net"))
    told = (
        f"{len(paying):,} of {len(found.rungs):,} lots at a loss pay: a loss of {loss:,} saves {saved:,} of this year's tax, net {net:,}."
    )
    return replace(table, notes=(told, *table.notes))


def _shorter(table: Table) -> Table:
    """Without what all rows have in common, and without the steps: `--all`, CSV and JSON have them."""
    names = [name for name, _ in table.columns]
    left_out = {"pays", "what it offsets", *(name for name in ("carryover", "later tax", "replace by") if not any(_cells(table, name)))}
    kept = [place for place, name in enumerate(names) if name not in left_out]
    rows = [tuple(row[place] for place in kept) for row in table.rows]
    return replace(table, columns=tuple(table.columns[place] for place in kept), rows=rows)


def _cells(table: Table, name: str) -> list[object]:
    place = [known for known, _ in table.columns].index(name)
    return [row[place] for row in table.rows]


def _ladder_table(title: str, found: Review, rungs: Sequence[Rung]) -> Table:
    columns = (("lot", TEXT), ("asset", TEXT), ("account", TEXT), ("quantity", NUMBER), ("term", TEXT), ("loss", MONEY))
    more = (("tax saved", MONEY), ("carryover", MONEY), ("cost", MONEY), ("later tax", MONEY), ("net benefit", MONEY), ("pays", TEXT))
    rows = [
        (
            rung.lot.lot_id,
            rung.lot.asset,
            rung.lot.account,
            rung.lot.quantity,
            rung.lot.term,
            rung.loss,
            rung.tax_saved,
            rung.carryover_added,
            rung.cost,
            rung.embedded,
            rung.net,
            "yes" if rung.pays else "no",
            in_words(rung.steps),
            ", ".join(found.replacements.get(rung.lot.asset, ())),
        )
        for rung in rungs
    ]
    last = (("what it offsets", TEXT), ("replace by", TEXT))
    return Table(title, (*columns, *more, *last), rows, (*found.notes, *_windows(rungs)))


def _others_table(rungs: Sequence[Rung]) -> Table:
    """What does not pay, added up per asset and term."""
    groups: dict[tuple[str, str], list[Rung]] = {}
    for rung in rungs:
        groups.setdefault((rung.lot.asset, rung.lot.term), []).append(rung)
    names = ("loss", "allowed", "tax_saved", "carryover_added", "cost", "embedded", "net")
    rows = [(*key, Decimal(len(group)), *(_sum(group, name) for name in names)) for key, group in sorted(groups.items())]
    heads = ("loss", "not deferred", "tax saved", "carryover", "cost", "later tax", "net benefit")
    columns = (("asset", TEXT), ("term", TEXT), ("lots", NUMBER), *((head, MONEY) for head in heads))
    notes = ("After the losses that pay, each of these costs more than it saves; not deferred is what no purchase in the window defers.",)
    return Table("Losses that do not pay (--all lists each lot)", columns, rows, notes)


def _sum(rungs: Sequence[Rung], name: str) -> Decimal:
    with exact.exactly():
        return sum((getattr(rung, name) for rung in rungs), Decimal(0))


def _windows(rungs: Sequence[Rung]) -> list[str]:
    """The wash-sale windows: of each lot where the law applies, of all others in a few words together."""
    alike: dict[tuple[str, str], list[str]] = {}
    for rung in rungs:
        if rung.wash.applies:
            alike.setdefault((rung.lot.asset, rung.window), []).append(rung.lot.lot_id)
    covered = [f"{asset}, {_lots(listed)}: {window}" for (asset, window), listed in alike.items()]
    free: dict[str, dict[str, bool]] = {}
    for rung in rungs:
        if not rung.wash.applies:
            free.setdefault(rung.wash.law, {})[rung.lot.asset] = bool(rung.wash.trades)
    for law, assets in free.items():
        bought = ", ".join(sorted(asset for asset, trades in assets.items() if trades)) or "none"
        told = f"{law}. Of these bought within the window before: {bought} (--format json lists the trades)."
        covered.append(f"{', '.join(sorted(assets))}: {told}")
    return covered


def _lots(listed: Sequence[str]) -> str:
    return f"lot {listed[0]}" if len(listed) == 1 else ", ".join(listed) if len(listed) <= _NAMED else f"{len(listed)} lots"


def _further_table(found: Review) -> Table:
    columns = (("a further loss", TEXT), ("dollars", MONEY), ("offsets", TEXT), ("cents per dollar", TEXT), ("tax saved", MONEY))
    rows = [
        (f"{term}-term", step.dollars, step.offsets, _cents(step), step.tax_saved)
        for term, listed in found.further.items()
        for step in listed
    ]
    worth = exact.plain(exact.CONTEXT.multiply(found.portfolio.terms.carryforward_value, Decimal(100)))
    note = f"What is beyond: {CARRIED}; a dollar of it is taken to be worth {worth} cents (carryforward_value)."
    return Table("What each further dollar of loss is worth", columns, rows, (note,))


def _gains_table(found: Review) -> Table:
    columns = (
        ("lot", TEXT),
        ("asset", TEXT),
        ("account", TEXT),
        ("quantity", NUMBER),
        ("gain", MONEY),
        ("tax now", MONEY),
        ("cost", MONEY),
    )
    more = (("later tax saved", MONEY), ("net benefit", MONEY), ("pays", TEXT))
    rows = [
        (
            rung.lot.lot_id,
            rung.lot.asset,
            rung.lot.account,
            rung.trade.quantity,
            rung.trade.gain,
            rung.tax,
            rung.cost,
            rung.saved_later,
            rung.net,
            "yes" if rung.pays else "no",
        )
        for rung in found.band.rungs
    ]
    notes = [band_note(found.band)]
    if rows and not any(rung.saved_later for rung in found.band.rungs):
        notes.append("Later tax saved is the gain times `future_rate` of [rebalance], which is 0: so nothing pays.")
    return Table("Long-term gains in the 0 % band", (*columns, *more), rows, tuple(notes))


def band_note(band: ZeroBand) -> str:
    """How much room the band has."""
    if not band.room:
        return f"No long-term gain is taxed at 0 % this year: the band ends at a taxable income of {band.top:,}."
    return f"Long-term gain of {exact.cents(band.room):,} stays in the 0 % band, which ends at a taxable income of {band.top:,}."
