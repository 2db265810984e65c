"""United Kingdom: capital gains tax of an individual on assets other than residential property (TCGA 1992)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from taxlots import exact
from taxlots.rulebook import Rulebook, load
from taxlots.tax.countries.result import ZERO, CountryTax, Gain, check_amounts, check_year, gains_and_losses
from taxlots.tax.lines import Line, percent

_TOPIC = "uk/capital_gains"


@dataclass(slots=True)
class _Period:
    """The part of a tax year with one pair of rates, and the gains in it."""

    first: date
    last: date
    basic: Decimal
    higher: Decimal
    gain: Decimal


def year_of(day: date) -> int:
    """The tax year that a day lies in, named by the calendar year in which it begins."""
    return day.year if day >= date(day.year, 4, 6) else day.year - 1


def uk_tax(
    year: int,
    gains: Sequence[Gain],
    *,
    basic_band_left: Decimal = ZERO,
    losses_brought_forward: Decimal = ZERO,
    rulebook: Rulebook | None = None,
) -> CountryTax:
    """The tax year that begins on 6 April of `year`, in pounds; `basic_band_left` is the unused basic rate band.

    Losses of the year are set off first and in full, losses brought forward only down to the annual exempt amount. In a
    year in which the rates change, deductions go to the gains with the higher rates and the band to those where it saves
    most: that is the least tax, and a taxpayer may choose so.

    Raises:
        TaxlotsError: RULE_MISSING for a year that is not covered; USAGE for a gain outside the year or a negative amount.
    """
    book = load() if rulebook is None else rulebook
    first, last = date(year, 4, 6), date(year + 1, 4, 5)
    exempt = book.amount(f"{_TOPIC}/annual_exempt_amount", first)
    check_amounts(basic_band_left=basic_band_left, losses_brought_forward=losses_brought_forward)
    check_year(gains, first, last)
    with exact.exactly():
        gained, lost = gains_and_losses(gains)
        net = gained - lost
        brought = min(losses_brought_forward, max(ZERO, net - exempt))
        used = min(exempt, max(ZERO, net - brought))
        periods = _periods(book, first, last, gains)
        _deduct(periods, min(lost, gained) + brought + used)
        taxes = _taxes(periods, basic_band_left)
        tax = sum((line.amount for line in taxes), ZERO)
        left = max(ZERO, lost - gained) + losses_brought_forward - brought
        lines = (
            Line("CGT", "", "gains of the year", gained),
            Line("CGT", "", "losses of the year, before the exempt amount", -lost, f"{_TOPIC}/losses"),
            Line("CGT", "", "losses brought forward, down to the exempt amount", -brought, f"{_TOPIC}/losses"),
            Line("CGT", "", f"annual exempt amount used, of {exempt:,}", -used, f"{_TOPIC}/annual_exempt_amount"),
            Line("CGT", "", "taxable gains", sum((p.gain for p in periods), ZERO)),
            Line("CGT", "", "unused basic rate band, as given (basic_band_left)", basic_band_left),
            *taxes,
            Line("CGT", "", "capital gains tax", tax),
            Line("CGT", "", "losses carried forward", left, f"{_TOPIC}/losses"),
        )
        return CountryTax("uk", f"{year}-{(year + 1) % 100:02d}", "GBP", lines[4].amount, tax, left, lines)


def _periods(book: Rulebook, first: date, last: date, gains: Sequence[Gain]) -> list[_Period]:
    """The year cut where its rates change."""
    periods = []
    start = first
    while start <= last:
        basic, higher = book.amounts(f"{_TOPIC}/rates", start)
        entry = next(e for e in book.rule(f"{_TOPIC}/rates").entries if e.start <= start and (e.end is None or start <= e.end))
        end = min(last, entry.end or last)
        total = sum((g.amount for g in gains if g.amount > 0 and start <= g.disposed_on <= end), ZERO)
        periods.append(_Period(start, end, basic, higher, total))
        start = end + timedelta(days=1)
    return periods


def _deduct(periods: list[_Period], amount: Decimal) -> None:
    for period in sorted(periods, key=lambda p: p.higher, reverse=True):
        taken = min(amount, period.gain)
        period.gain -= taken
        amount -= taken


def _taxes(periods: list[_Period], band: Decimal) -> list[Line]:
    lines = []
    for period in sorted(periods, key=lambda p: p.higher - p.basic, reverse=True):
        within = min(band, period.gain)
        band -= within
        when = f"from {period.first} to {period.last}"
        parts = (within, period.basic, "within"), (period.gain - within, period.higher, "above")
        for part, rate, side in parts:
            if part:
                what = f"tax at {percent(rate)} on {exact.cents(part):,} {side} the basic rate band, {when}"
                lines.append(Line("CGT", "", what, part * rate, f"{_TOPIC}/rates"))
    return lines
