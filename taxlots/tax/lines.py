"""The year's tax line by line, as the forms show it, each line with the rule behind it."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from taxlots import exact
from taxlots.problems import TaxlotsError
from taxlots.rulebook import Rulebook, load
from taxlots.tax.arithmetic import RATE_SCHEDULE
from taxlots.tax.liability import Computed
from taxlots.tax.position import ZERO
from taxlots.tax.preferential import favoured_parts

FEDERAL = "us/federal"


@dataclass(frozen=True, slots=True)
class Line:
    """One line: form and line number (either may be empty), what it is, its amount, and the path of the rule behind it."""

    form: str
    number: str
    what: str
    amount: Decimal
    rule: str = ""


def tax_lines(computed: Computed, rulebook: Rulebook | None = None, unknown_state: str | None = None) -> list[Line]:
    """Every line of a computed position, in the order in which a return is filled in.

    `unknown_state`: a state whose tax belongs to the total and is not known, so that it is not in it.
    """
    book = load() if rulebook is None else rulebook
    with exact.exactly():
        parts = (_income(computed), _schedule_d(computed), _form_1040(computed, book), _worksheet(computed), _tax(computed, book))
        more = (_form_6251(computed, book), _form_8960(computed), _state(computed, book), _end(computed, unknown_state))
        return [line for part in (*parts, *more) for line in part]


def rules_behind(lines: list[Line], rulebook: Rulebook, year: int) -> list[tuple[str, str, str, str]]:
    """Path, value in the year, citation and evidence of each rule that the lines name, once."""
    named = dict.fromkeys(line.rule for line in lines if line.rule in rulebook.rules)
    listed = {
        f"{rule.jurisdiction}/{rule.topic}/{rule.name}": (value, source) for rule, value, source in rulebook.listing(year, tuple(named))
    }
    return [(path, listed[path][0], listed[path][1].title, listed[path][1].evidence) for path in named]


def _income(computed: Computed) -> Iterator[Line]:
    position = computed.position
    for what, amount in (
        ("wages", position.wages),
        ("taxable interest", position.interest),
        ("ordinary dividends that are not qualified", position.ordinary_dividends),
        ("qualified dividends", position.qualified_dividends),
        ("other income (staking, mining, rewards, other)", position.other_income),
    ):
        if amount:
            yield Line("Form 1040", "", what, amount)


def _schedule_d(computed: Computed) -> Iterator[Line]:
    position, netted, form = computed.position, computed.federal.netted, "Schedule D"
    carry = f"{FEDERAL}/capital_loss/carryover"
    yield Line(form, "6", "short-term loss carryover", -position.carryover_short, carry)
    yield Line(form, "7", "net short-term gain or loss", netted.short, f"{FEDERAL}/holding_period/long_term")
    yield Line(form, "14", "long-term loss carryover", -position.carryover_long, carry)
    yield Line(form, "15", "net long-term gain or loss", netted.long, f"{FEDERAL}/holding_period/long_term")
    yield Line(form, "16", "net gain or loss", netted.short + netted.long)
    if netted.collectibles:
        yield Line(form, "18", "gain of the 28 % group", netted.collectibles, f"{FEDERAL}/collectibles/rate_max")
    if netted.deductible_loss:
        yield Line(form, "21", "deductible loss", -netted.deductible_loss, f"{FEDERAL}/capital_loss/net_loss_limit")


def _form_1040(computed: Computed, book: Rulebook) -> Iterator[Line]:
    federal = computed.federal
    yield _of_1040(computed, book, "capital_gain", "capital gain or loss", federal.netted.in_agi)
    yield _of_1040(computed, book, "agi", "adjusted gross income", federal.agi)
    itemized = computed.position.itemized_deductions is not None
    what = "itemised deductions" if itemized else "standard deduction"
    yield _of_1040(computed, book, "deduction", what, -federal.deduction, "" if itemized else f"{FEDERAL}/standard_deduction/amount")
    if federal.exemption:
        yield Line("Form 1040", "42", "personal exemptions", -federal.exemption, f"{FEDERAL}/personal_exemption/amount")
    yield _of_1040(computed, book, "taxable_income", "taxable income", federal.taxable_income)


def _worksheet(computed: Computed) -> Iterator[Line]:
    """How the tax comes about: the worksheet's ordinary and preferential parts, or one schedule where that is less."""
    federal, rates = computed.federal, computed.rates
    layers, regular = federal.layers, federal.regular
    brackets, gain = f"{FEDERAL}/ordinary_brackets/upper_bounds", f"{FEDERAL}/capital_gain_rates/upper_bounds"
    by = computed.by
    if regular.tax == regular.all_ordinary and layers.favoured == 0 and layers.below == layers.ordinary:
        form = by.ordinary_source(federal.taxable_income)
        yield Line(form, "", f"tax at ordinary rates on {_money(federal.taxable_income)}", regular.all_ordinary, brackets)
        return
    form = "Schedule D Tax Worksheet" if federal.netted.collectibles else "Qualified Dividends and Capital Gain Tax Worksheet"
    yield Line(form, "", f"tax at ordinary rates on {_money(layers.ordinary)}{_table(by, layers.ordinary)}", regular.ordinary, brackets)
    for part, rate in favoured_parts(rates.preferential, min(layers.favoured, federal.taxable_income), layers):
        if part:
            yield Line(form, "", f"tax at {percent(rate)} on {_money(part)}", by.times(part, rate), gain)
    if regular.collectibles:
        group = layers.below - layers.ordinary
        what = f"tax at {percent(rates.collectibles_rate)} on {_money(group)}"
        yield Line(form, "", what, regular.collectibles, f"{FEDERAL}/collectibles/rate_max")
    what = f"tax on all taxable income at ordinary rates, the tax if it is less{_table(by, federal.taxable_income)}"
    yield Line(form, "", what, regular.all_ordinary, brackets)


def _table(by: Any, income: Decimal) -> str:
    """Names what a return takes the tax from, where that is not the rate schedule itself."""
    source = by.ordinary_source(income)
    return "" if source == RATE_SCHEDULE else f" ({source})"


def _tax(computed: Computed, book: Rulebook) -> Iterator[Line]:
    yield _of_1040(computed, book, "tax", "regular tax", computed.federal.regular.tax)


def _form_6251(computed: Computed, book: Rulebook) -> Iterator[Line]:
    minimum, year, amt = computed.federal.minimum, computed.position.year, f"{FEDERAL}/amt"

    def line(name: str, what: str, amount: Decimal, rule: str = "") -> Line:
        return Line("Form 6251", _number(book, f"form_6251_lines/{name}", year), what, amount, rule)

    what, rule = "alternative minimum taxable income", ""
    if computed.rates.minimum.separate_add_back:
        rule = f"{amt}/separate_add_back"
        what += f", {_money(minimum.added)} of it added because the return is a separate one" if minimum.added else ""
    yield line("income", what, minimum.income, rule)
    yield line("exemption", "exemption", -minimum.exemption, f"{amt}/exemption")
    yield line("excess", "income above the exemption", minimum.excess, f"{amt}/phaseout_start")
    yield line("tentative", "tentative minimum tax", minimum.tentative, f"{amt}/rates")
    yield line("tax", "alternative minimum tax: what the tentative one exceeds the regular tax by", minimum.tax)


def _form_8960(computed: Computed) -> Iterator[Line]:
    federal, form = computed.federal, "Form 8960"
    yield Line(form, "12", "net investment income", max(ZERO, federal.investment))
    yield Line(form, "14", "threshold", computed.rates.niit_threshold, f"{FEDERAL}/niit/threshold")
    yield Line(form, "16", "lesser of net investment income and income above the threshold", federal.niit_base)
    yield Line(form, "17", "net investment income tax", federal.niit, f"{FEDERAL}/niit/rate")


def _state(computed: Computed, book: Rulebook) -> Iterator[Line]:
    position = computed.position
    if position.state is None and position.state_rate is None:
        return
    form = f"State {position.state}" if position.state else "State"
    base = "adjusted gross income less state deductions" if position.state_deductions is not None else "federal taxable income"
    what, rule = "state tax at the flat rate of the settings", ""
    if position.state_rate is None:
        topic = f"us/states/{(position.state or '').lower()}"
        taxed = f"{topic}/rates" in book.rules
        what, rule = ("state tax", f"{topic}/rates") if taxed else ("state tax: the state has none on income", f"{topic}/treatment")
        base += ", with the year's own net gain" if f"{topic}/losses_within_year_only" in book.rules else ""
    yield Line(form, "", f"base, by assumption {base}", max(ZERO, computed.state_base))
    yield Line(form, "", what, computed.due.state_tax, rule)


def _end(computed: Computed, unknown_state: str | None) -> Iterator[Line]:
    due, form = computed.due, "Capital Loss Carryover Worksheet"
    federal_only = computed.position.state is None and computed.position.state_rate is None
    what = "federal tax before credits" if federal_only else "federal and state tax before credits"
    yield Line("", "", f"total: {what}{f'; the tax of {unknown_state} is missing' if unknown_state else ''}", due.total)
    carry, after = f"{FEDERAL}/capital_loss/carryover", computed.position.year + 1
    yield Line(form, "8", f"short-term loss carried to {after}", due.carryover_short, carry)
    yield Line(form, "13", f"long-term loss carried to {after}", due.carryover_long, carry)


def _of_1040(computed: Computed, book: Rulebook, name: str, what: str, amount: Decimal, rule: str = "") -> Line:
    return Line("Form 1040", _number(book, f"form_1040_lines/{name}", computed.position.year), what, amount, rule)


def _number(book: Rulebook, path: str, year: int) -> str:
    try:
        return book.texts(f"{FEDERAL}/{path}", year)[0]
    except TaxlotsError:  # a label only: a rulebook of one's own may lack it
        return ""


def percent(rate: Decimal) -> str:
    """A rate as text: `42 %`."""
    return f"{exact.plain(rate * 100)} %"


def _money(amount: Decimal) -> str:
    return f"{exact.cents(amount):,}"
