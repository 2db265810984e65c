"""Germany: private sales of digital assets (EStG 23). Securities fall under EStG 20 and are refused."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from taxlots import exact
from taxlots.problems import TaxlotsError, problem
from taxlots.rulebook import Rulebook, load
from taxlots.tax.countries.result import ZERO, CountryTax, Gain, check_amounts, check_year, personal_tax
from taxlots.tax.lines import Line

_TOPIC = "de/private_sales"


def german_tax(
    year: int,
    gains: Sequence[Gain],
    *,
    income: Decimal = ZERO,
    losses_brought_forward: Decimal = ZERO,
    personal_rate: Decimal | None = None,
    rulebook: Rulebook | None = None,
) -> CountryTax:
    """A calendar year, in euros; `income` is that from staking and lending, `personal_rate` the marginal income tax rate.

    What was held for more than a year is free. Gains below the exemption limit are free, from the limit on taxed in full (a
    cliff), and so is the income by its own limit. Losses meet only gains of private sales; a loss brought in is used only
    where the limit is reached.

    Raises:
        TaxlotsError: RULE_MISSING for a year that is not covered; USAGE for securities, a gain outside the year or a
            negative amount.
    """
    book = load() if rulebook is None else rulebook
    limit = book.amount(f"{_TOPIC}/exemption_limit", year)
    income_limit = book.amount(f"{_TOPIC}/income_exemption_limit", year)
    check_amounts(income=income, losses_brought_forward=losses_brought_forward, personal_rate=personal_rate)
    check_year(gains, date(year, 1, 1), date(year, 12, 31))
    _refuse_securities(gains)
    with exact.exactly():
        free = sum((g.amount for g in gains if g.over_a_year), ZERO)
        net = sum((g.amount for g in gains if not g.over_a_year), ZERO)
        counted = net if net >= limit else ZERO
        used = min(losses_brought_forward, counted)
        taxable_income = income if income >= income_limit else ZERO
        taxable = counted - used + taxable_income
        left = losses_brought_forward - used + max(ZERO, -net)
        tax, rated = personal_tax(taxable, personal_rate)
        form, losses = "Anlage SO", f"{_TOPIC}/losses"
        lines = (
            Line(form, "", "held for more than a year: not taxed", free, f"{_TOPIC}/tax_free_after"),
            Line(form, "", "gain or loss on what was held for a year or less", net, f"{_TOPIC}/tax_free_after"),
            Line(form, "", f"of it taxable: nothing below {limit:,}, all of it from {limit:,} on", counted, f"{_TOPIC}/exemption_limit"),
            Line(form, "", "losses of other years, set off", -used, losses),
            Line(
                form,
                "",
                f"staking and lending: nothing below {income_limit:,}, all of it from {income_limit:,} on",
                taxable_income,
                f"{_TOPIC}/income_exemption_limit",
            ),
            Line(form, "", "taxable in all", taxable),
            *rated,
            Line(form, "", "losses of private sales left", left, losses),
        )
        return CountryTax("de", str(year), "EUR", taxable, tax, left, lines, loss=max(ZERO, -net), gains=counted - used)


def _refuse_securities(gains: Sequence[Gain]) -> None:
    other = sorted({gain.asset_class for gain in gains} - {"digital"})
    if other:
        message = f"gains on {', '.join(other)} are taxed by EStG 20 in Germany, which is not covered"
        raise TaxlotsError(problem("USAGE", message, "Leave these accounts out; only digital assets are computed for Germany."))
