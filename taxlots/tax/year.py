"""The tax position of a year: what the profile says plus what the book shows, with losses carried over from year to year."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa

from taxlots import exact, frames
from taxlots.importers.text_columns import Vocabulary
from taxlots.lots.results import Book
from taxlots.problems import Problem, problem
from taxlots.rulebook import Rulebook
from taxlots.settings import Profile, YearProfile
from taxlots.tax.estimated import Paid
from taxlots.tax.liability import tax_due
from taxlots.tax.position import AMOUNTS, OPTIONAL, TaxPosition
from taxlots.tax.schedule import schedule_for

_CODE_BITS = 16  # there are few terms, classes and kinds
_FIELD_OF_INCOME = {
    "income:interest": "interest",
    "income:dividend": "ordinary_dividends",
    "income:qualified-dividend": "qualified_dividends",
    "income:capital-gain-distribution": "long_term",
    "income:wages": "wages",
}
STAKING = "income:staking"
_ASSUMED_STATUS = "single"
_FIELDS = tuple(name for name in YearProfile.__struct_fields__ if name in AMOUNTS and name != "state_rate")
_PLANNED = ("short_term", "long_term", "collectibles")
_OWN_TO_A_YEAR = ("short_term", "long_term", "collectibles", "withheld", "estimated_payments", "basic_band_left")
_CARRIED = ("carryover_short", "carryover_long", "prior_tax", "prior_agi", "losses_brought_forward", "state_rate")


class TaxYears:
    """Positions by year of one book and profile; a year's losses beyond the limit are carried into the next."""

    def __init__(self, book: Book, profile: Profile, rulebook: Rulebook, untaxed: Collection[str] = ()) -> None:
        """Read the yearly nets once; what happens in the `untaxed` accounts (tax-deferred ones) is on no return."""
        self.profile, self.rulebook = profile, rulebook
        self._incomplete: list[Problem] = []
        self._assumed: dict[int, str] = {}
        self._amounts = _yearly(book, untaxed)
        self._carried = book.carried
        self._positions: dict[int, TaxPosition] = {}

    @property
    def problems(self) -> list[Problem]:
        """What the positions asked for so far lack; one problem for all years without a profile of their own."""
        if not self._assumed:
            return [*self._incomplete]
        years = sorted(self._assumed)
        alike: dict[str, list[str]] = {}
        for year in years:
            alike.setdefault(self._assumed[year], []).append(str(year))
        missing = ", ".join(f"[profile.{year}]" for year in years)
        told = "; ".join(f"{', '.join(listed)}: {what}" if len(years) > 1 else what for what, listed in alike.items())
        return [problem("PROFILE_ASSUMED", f"there is no {missing}; assumed: {told}", f"Add {missing} to taxlots.toml."), *self._incomplete]

    def position(self, year: int) -> TaxPosition:
        """The year's position, carryovers included.

        Raises:
            TaxlotsError: RULE_MISSING where an earlier year with losses is not covered by the rules.
        """
        if year not in self._positions:
            self._positions[year] = self._build(year)
        return self._positions[year]

    def paid(self, year: int) -> Paid | None:
        """What the profile says of the year's payments and of last year's tax; None where it says nothing."""
        said = self.profile.years.get(year)
        if said is None or not (said.withheld or said.estimated_payments or said.prior_tax is not None):
            return None
        return Paid(said.withheld, said.estimated_payments, said.prior_tax, said.prior_agi)

    def added_by_planned(self, year: int) -> Decimal:
        """What the gains that the profile itself gives for a year, such as planned ones, add to its federal tax. Raises as `position`."""
        said, position = self.profile.years.get(year, YearProfile()), replace(self.position(year), state=None, state_rate=None)
        with exact.exactly():
            without = replace(position, **{name: getattr(position, name) - getattr(said, name) for name in _PLANNED})
            return tax_due(position, self.rulebook).total - tax_due(without, self.rulebook).total

    def ask_about_staking(self, year: int) -> Problem | None:
        """What depends on whether staking is net investment income, where the profile does not say and it matters."""
        staked = self._amounts.get(year, {}).get(STAKING, Decimal(0))
        if not staked or self.profile.staking_is_investment_income is not None:
            return None
        position = replace(self.position(year), state=None)  # the state's tax does not matter here, and may not be known
        with exact.exactly():
            counted = replace(position, investment_income=position.investment_income + staked)
            more = tax_due(counted, self.rulebook).niit - tax_due(position, self.rulebook).niit
        if not more:
            return None
        told = f"staking rewards of {exact.cents(staked)} are not counted as net investment income"
        return problem("STAKING_STATUS_ASKED", f"{told}; if they are, {exact.cents(more)} more is due")

    def _build(self, year: int) -> TaxPosition:
        said = self._profile(year)
        status = said.filing_status or self.profile.filing_status or _ASSUMED_STATUS
        given = {name: getattr(said, name) for name in _FIELDS}
        amounts = {name: value if name in OPTIONAL else value or Decimal(0) for name, value in given.items()}
        with exact.exactly():
            for name, amount in self._amounts.get(year, {}).items():
                if name != STAKING:
                    amounts[name] += amount
                elif self.profile.staking_is_investment_income:
                    amounts["investment_income"] += amount
        state, rate = self._state(said)
        position = TaxPosition(year=year, filing_status=status, state=state, state_rate=rate, **amounts)
        if said.carryover_short is None and said.carryover_long is None and year in self._carried:
            short, long = self._carried[year]
            return replace(position, carryover_short=short, carryover_long=long)
        if said.carryover_short is None and said.carryover_long is None:
            return self._with_carryover(position)
        return position

    def _state(self, said: YearProfile) -> tuple[str | None, Decimal | None]:
        """State and flat rate: the year's own, else the profile's, whose rate is that of the profile's state only."""
        state, general = said.state or self.profile.state, self.profile.state_rate
        if said.state_rate is not None or (said.state and said.state != self.profile.state):
            general = said.state_rate
        return state.upper() if state else None, general

    def _profile(self, year: int) -> YearProfile:
        years = self.profile.years
        if year in years:
            return years[year]
        status = self.profile.filing_status or _ASSUMED_STATUS
        earlier = [known for known in years if known < year]
        nearest = max(earlier) if earlier else min(years, default=None)
        told = f"the profile of {nearest}, without its gains and carryovers" if nearest else f"status {status}, no other income"
        self._assumed[year] = told
        if nearest is None:
            return YearProfile()
        fields = {name: getattr(years[nearest], name) for name in YearProfile.__struct_fields__}
        return YearProfile(**(fields | dict.fromkeys(_OWN_TO_A_YEAR, Decimal(0)) | dict.fromkeys(_CARRIED)))

    def _with_carryover(self, position: TaxPosition) -> TaxPosition:
        before = position.year - 1
        losing = [year for year in {*self._amounts, *self.profile.years} if year <= before and self._loses(year)]
        if not losing:
            return position
        first = self.rulebook.rule("us/federal/standard_deduction/amount").entries[0].start.year
        if before < first:
            message = f"losses of {min(losing)} may be carried into {position.year}; years before {first} are not computed"
            hint = f"Give carryover_short and carryover_long under [profile.{position.year}]."
            self._incomplete.append(problem("TAX_INCOMPLETE", message, hint))
            return position
        schedule_for(position.year, position.filing_status, self.rulebook)  # a year that is not covered is named itself, not the one before
        due = tax_due(replace(self.position(before), state=None, state_rate=None), self.rulebook)
        return replace(position, carryover_short=due.carryover_short, carryover_long=due.carryover_long)

    def _loses(self, year: int) -> bool:
        """Whether the year can leave a loss to carry over: it nets to one, or the profile brings one in."""
        said = self.profile.years.get(year, YearProfile())
        own = self._amounts.get(year, {})
        net = sum((own.get(name, Decimal(0)) for name in ("short_term", "long_term")), said.short_term + said.long_term)
        return net < 0 or bool(said.carryover_short) or bool(said.carryover_long)


def _yearly(book: Book, untaxed: Collection[str]) -> dict[int, dict[str, Decimal]]:
    """Per tax year, what the book adds to the fields of a position."""
    years: dict[int, dict[str, Decimal]] = {}

    def put(year: int, name: str, amount: Decimal) -> None:
        amounts = years.setdefault(year, {})
        amounts[name] = exact.CONTEXT.add(amounts.get(name, Decimal(0)), amount)

    for year, (term, asset_class), gain in _sums(_taxed(book.disposals, untaxed), "disposed_on", ("term", "asset_class"), "gain"):
        put(year, f"{term}_term", gain)
        if asset_class == "collectible" and term == "long":
            put(year, "collectibles", gain)
    for year, (kind,), value in _sums(_taxed(book.income, untaxed), "received_on", ("kind",), "value"):
        put(year, _FIELD_OF_INCOME.get(kind, "other_income"), value)
        if kind == STAKING:
            put(year, STAKING, value)
    return years


def _taxed(frame: pd.DataFrame, untaxed: Collection[str]) -> pd.DataFrame:
    return frame[~frame["account"].isin(list(untaxed))] if untaxed else frame


def _sums(frame: pd.DataFrame, day: str, named: Sequence[str], amount: str) -> Iterator[tuple[int, list[str], Decimal]]:
    """Exact sum of the amounts of each calendar year and combination of words."""
    columns = frames.arrays(frame[[day, *named, amount]])
    vocabulary = Vocabulary()
    keys = columns[day].cast(pa.int32()).to_numpy().astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64)
    for name in named:
        keys = keys << _CODE_BITS | vocabulary.codes(columns[name]) + 1  # 0 for no word
    groups, places = np.unique(keys, return_inverse=True)
    for group, units in zip(groups.tolist(), exact.grouped_sums(places, columns[amount], len(groups)), strict=True):
        codes = [group >> _CODE_BITS * place & (1 << _CODE_BITS) - 1 for place in reversed(range(len(named)))]
        yield (
            1970 + (group >> _CODE_BITS * len(named)),
            [vocabulary.word(code - 1) if code else "" for code in codes],
            exact.to_decimal(units),
        )
