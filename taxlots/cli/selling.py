"""The commands that answer a single question about what is held: sell, harvest, wait."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from pathlib import Path

from taxlots import exact, frames
from taxlots.cli.progress import Advance
from taxlots.cli.results import Result
from taxlots.decisions.further_gains import FurtherGains
from taxlots.decisions.least_tax import stock
from taxlots.decisions.portfolio import HeldLot, Portfolio
from taxlots.decisions.sale_targets import NAMES, Target, target_named, units_for_cash
from taxlots.decisions.sell import Sale, sell_quantity, sell_to_target
from taxlots.decisions.wait import waits
from taxlots.decisions.wash_window import window_of
from taxlots.ledger.entry_columns import OUTSIDE
from taxlots.problems import TaxlotsError, problem
from taxlots.reports import harvest_documents, plots, sale_documents
from taxlots.reports.sale_documents import Asked
from taxlots.session import Session
from taxlots.tax.countries.year import COUNTRIES

NEAR, SOON, LONG_NOTE = 5, 60, 1000


@dataclass(frozen=True, slots=True)
class Wish:
    """What `taxlots sell` is asked: one of quantity, cash and target, as they were typed."""

    asset: str
    quantity: str | None = None
    cash: str | None = None
    target: str | None = None
    account: str | None = None
    tax_from_cash: bool = False


def sell(session: Session, _advance: Advance, wish: Wish) -> Result:
    """The lots to sell, best after tax first, against the fixed orders."""
    needs_tax(session)
    asked = _asked(session, wish)
    portfolio = session.holding(asked.asset, asked.account)
    lots = [lot for lot in portfolio.lots if lot.tradable and lot.taxed]
    if len(lots) < sum(lot.tradable for lot in portfolio.lots):
        message = f"{asked.asset} in tax-deferred accounts is left out: its sale is not taxed, so no order of lots matters there"
        session.problems.append(problem("ACCOUNT_DEFERRED", message))
    if not lots:
        return _without_price(session, asked, portfolio)
    target = _target(asked, portfolio, lots)
    found = _found(portfolio, lots, asked, target)
    if found is None:
        message = f"not even the first unit of {asked.asset} keeps the target {asked.target}"
        session.problems.append(problem("SALE_TARGET_UNREACHED", message))
        return _empty(session, asked)
    notes = _notes(portfolio, asked, found, target, lots)
    shown = sale_documents.sale_tables(asked, found, notes)
    document = sale_documents.sell_document(asked, found, notes, session.problems, session.ledger.zone)
    return Result(document, shown, session.problems, sale_documents.sold_table(found, asked.today, why=True))


def _asked(session: Session, wish: Wish) -> Asked:
    given = [name for name in ("quantity", "cash", "target") if getattr(wish, name) is not None]
    if len(given) != 1:
        hint = f"Give one of --quantity Q, --cash USD, --target T; T is one of {', '.join(NAMES)}."
        raise _wrong(f"{' and '.join(f'--{name}' for name in given) or 'no quantity'} given", hint)
    if wish.tax_from_cash and wish.cash is None:
        raise _wrong("--tax-from-cash goes with --cash", "Give the cash that is to remain: --cash 10000 --tax-from-cash.")
    quantity, cash = (amount_of(f"--{name}", getattr(wish, name)) for name in ("quantity", "cash"))
    asset = _asset(session, wish.asset, wish.account)
    today = session.now.astimezone(session.ledger.zone).date()
    return Asked(asset, wish.account, quantity, cash, wish.target, wish.tax_from_cash, today)


def amount_of(option: str, text: str | None) -> Decimal | None:
    """An option's number above 0; None where it is not given. Raises TaxlotsError(USAGE)."""
    if text is None:
        return None
    try:
        value = exact.parse(text)
    except ValueError:
        raise _wrong(f"{option}: {text!r} is no number", "Write it as 10000 or 0.5, without thousands separators.") from None
    if value <= 0 or value.adjusted() >= exact.DECIMALS or exact.is_rounded(value):
        raise _wrong(f"{option}: {text} is not above 0 with at most 18 digits before and after the point", "Give another number.")
    return value


def _asset(session: Session, text: str, account: str | None) -> str:
    """The held asset that is meant. Raises TaxlotsError with the nearest names, or the accounts that hold it."""
    rows = [row for row in frames.records(session.book.lots) if row["account"] != OUTSIDE]
    accounts: dict[str, set[str]] = {}
    for row in rows:
        accounts.setdefault(row["asset"], set()).add(row["account"])
    renamed = session.ledger.renamed
    found = next((name for name in _names(text, renamed.get(text.upper()), accounts) if name in accounts), None)
    if found is None:
        near = get_close_matches(text.upper(), accounts, NEAR, 0.5) or sorted(accounts)[:NEAR]
        held = f"The nearest held: {', '.join(near)}." if near else "Nothing is held in the accounts of these exports."
        raise _wrong(f"no {text} is held", f"{held} `taxlots lots` lists everything.")
    if account is not None and account not in accounts[found]:
        raise _wrong(f"{account} holds no {found}", f"It is held in: {', '.join(sorted(accounts[found]))}.")
    return found


def _names(text: str, renamed: str | None, held: Sequence[str] | dict[str, set[str]]) -> list[str]:
    """The names that a text may mean, the likeliest first."""
    alike = [name for name in held if name.upper() == text.upper()]
    return [text, *alike, *([renamed] if renamed else [])]


def _target(asked: Asked, portfolio: Portfolio, lots: Sequence[HeldLot]) -> Target | None:
    if asked.target is None:
        return None
    year = FurtherGains(portfolio.position, portfolio.rulebook, collectible=lots[0].asset_class == "collectible")
    target = target_named(asked.target, year)
    if target is None:
        hint = f"Use one of: {', '.join(NAMES)}; X is an amount of dollars, 0 or more. Losses are the business of `taxlots harvest`."
        raise _wrong(f"--target {asked.target!r} is no target", hint)
    return target


def _found(portfolio: Portfolio, lots: Sequence[HeldLot], asked: Asked, target: Target | None) -> Sale | None:
    if target is not None:
        return sell_to_target(portfolio, lots, target)
    held = stock(portfolio, lots)
    quantity = asked.quantity
    if asked.cash is not None:
        quantity = units_for_cash(held, lots[0].price, portfolio.cost_rate, asked.cash, tax_too=asked.tax_from_cash)
        if quantity is None:
            whole = sell_quantity(portfolio, lots, held.units)
            most = exact.CONTEXT.subtract(whole.cash, whole.whole.total if asked.tax_from_cash else Decimal(0))
            hint = f"Ask for at most {exact.cents(most)}, or sell another asset as well."
            raise _wrong(f"all {exact.plain(held.units)} {asked.asset} do not bring {exact.plain(asked.cash)}", hint)
    if quantity is None or quantity > held.units:
        where = ", ".join(sorted({lot.account for lot in lots}))
        message = f"{exact.plain(quantity)} {asked.asset} are more than the {exact.plain(held.units)} that are held ({where})"
        raise _wrong(message, f"Use --quantity {exact.plain(held.units)} at most.")
    return sell_quantity(portfolio, lots, quantity)


def _notes(portfolio: Portfolio, asked: Asked, found: Sale, target: Target | None, lots: Sequence[HeldLot]) -> list[str]:
    tax, remaining = found.whole.total, exact.CONTEXT.subtract(found.cash, found.whole.total)
    told = []
    if target is not None:
        everything = found.quantity == stock(portfolio, lots).units
        told.append(
            f"{'All that is held' if everything else 'The most'} that keeps the target at every step of this order: {target.meaning}."
        )
    if asked.tax_from_cash and tax >= 0:
        told.append(f"The tax of {exact.cents(tax)} is paid from the cash: {exact.cents(remaining)} remain.")
    elif asked.tax_from_cash:
        told.append(f"The sale lowers the tax by {exact.cents(-tax)}; that comes with the year's return and is not counted as cash.")
    elif tax > 0:
        later = f"it is due with the year's return, and would leave {exact.cents(remaining)}"
        told.append(f"The tax of {exact.cents(tax)} is not taken from the cash: {later}.")
    told += _about_lots(portfolio, asked, found)
    commands = sale_documents.to_record(asked, found)
    told.append("An order other than first in, first out counts only if it is recorded before the sale (TIME is when you will sell):")
    if sum(map(len, commands)) <= LONG_NOTE:
        return [*told, *commands]
    return [*told, "the commands for `taxlots identify` are in the JSON document (--format json), under identify."]


def _about_lots(portfolio: Portfolio, asked: Asked, found: Sale) -> list[str]:
    """Gains that turn long-term soon, and losses that purchases defer."""
    soon = [one.lot for one in found.lots if one.trade.gain > 0 and 0 < sale_documents.days_left(one.lot, asked.today) <= SOON]
    told = []
    if soon:
        first = min(soon, key=lambda lot: lot.long_term_on)
        when = f"{first.lot_id} on {first.long_term_on}, in {sale_documents.days_left(first, asked.today)} days"
        told.append(f"{len(soon)} of the gains turn long-term within {SOON} days, the first {when}: see `taxlots wait`.")
    for one in found.lots:
        wash = window_of(portfolio, one.lot)
        if one.trade.gain < 0 and wash.applies:
            told.append(f"Loss on {one.lot.lot_id}: {wash.remark}. The tax shown takes the loss as allowed.")
    return told


def _without_price(session: Session, asked: Asked, portfolio: Portfolio) -> Result:
    """Nothing can be said: there is no price, or it is 0 (the first is a problem of the portfolio already)."""
    if portfolio.lots:
        hint = f"Add to prices.csv: {asked.today},{asked.asset},<price>,USD,<source>"
        session.problems.append(problem("PRICE_MISSING", f"the price of {asked.asset} is 0: it can't be sold", hint))
    return _empty(session, asked)


def _empty(session: Session, asked: Asked) -> Result:
    document = sale_documents.sell_document(asked, None, (), session.problems, session.ledger.zone)
    nothing = sale_documents.no_sale_table(asked)
    return Result(document, [nothing], session.problems)


@dataclass(frozen=True, slots=True)
class ReviewWish:
    """What `taxlots harvest` is asked: the year to check, one account alone, a figure, every lot in the table."""

    year: int | None = None
    account: str | None = None
    plot: Path | None = None
    everything: bool = False


def harvest(session: Session, _advance: Advance, wish: ReviewWish) -> Result:
    """Year-end review: what each loss is worth in this year's netting, and which gains are taxed at 0 %."""
    year, account, plot = wish.year, wish.account, wish.plot
    needs_tax(session)
    portfolio = session.portfolio()
    if year is not None and year != portfolio.today.year:
        hint = f"Use --year {portfolio.today.year}, or --as-of {year}-12-31 with prices of that day."
        raise _wrong(f"--year {year}: losses are reviewed at {portfolio.today}", hint)
    _check_account(session, account)
    found = harvest_documents.review(portfolio, session.replacements, account)
    if plot is not None:
        plots.harvest(found.rungs, plot)
    document = harvest_documents.harvest_document(found, session.problems, session.ledger.zone)
    shown = harvest_documents.harvest_tables(found, everything=wish.everything)
    return Result(document, shown, session.problems, harvest_documents.harvest_table(found))


def wait(session: Session, _advance: Advance, account: str | None, interest: str | None) -> Result:
    """Short-term gains: days to long-term, tax saved by waiting, break-even price."""
    needs_tax(session)
    _check_account(session, account)
    portfolio = session.holding(account=account)
    rate = portfolio.terms.interest if interest is None else _rate(interest)
    found = waits(portfolio, rate)
    document = sale_documents.wait_document(found, portfolio, rate, session.problems, session.ledger.zone)
    return Result(document, [sale_documents.wait_table(found)], session.problems)


def _rate(text: str) -> Decimal:
    try:
        value = exact.parse(text)
    except ValueError:
        value = Decimal(-1)
    if not 0 <= value < 1:
        raise _wrong(f"--interest: {text!r} is no rate", "Give a fraction of 1 a year, such as 0.04.")
    return value


def _check_account(session: Session, account: str | None) -> None:
    """Raises TaxlotsError for an account that holds nothing."""
    held = {row["account"] for row in frames.records(session.book.lots)} - {OUTSIDE}
    if account is not None and account not in held:
        raise _wrong(f"{account} holds nothing", f"Accounts that hold something: {', '.join(sorted(held)) or 'none'}.")


def needs_tax(session: Session) -> None:
    """Raises TaxlotsError(USAGE) where the law in force has no tax that a decision can use."""
    if not session.has_tax:
        name, works = session.jurisdiction, "check, ledger, lots, gains, income and report"
        message = (
            f"the jurisdiction {name} has lots and gains here, but no tax that decisions can use: they know that of the United States alone"
        )
        taxed = f"`taxlots tax --jurisdiction {name}` shows a year's tax there; {works} work as well."
        hint = taxed if name in COUNTRIES else f"What needs no tax works: {works}."
        raise _wrong(message, hint)


def _wrong(message: str, hint: str) -> TaxlotsError:
    return TaxlotsError(problem("USAGE", message, hint))
