"""Methods: how the figures were computed: orders of lots, time zone, fees, prices, rounding, and the rules with their sources."""

import re
from collections import Counter
from collections.abc import Iterator

from taxlots import __version__
from taxlots.lots.elections import Elections, Orders
from taxlots.reports.sheets.addresses import HEADER_ROW
from taxlots.reports.sheets.book import Workbook
from taxlots.reports.sheets.content import Facts
from taxlots.reports.sheets.page import Page
from taxlots.rulebook import EVIDENCE

NAME, RULES = "Methods", "Rules"
_WIDTHS = (44, 44, 60, 52)
_FEES = (
    ("Fee of a purchase with money", "added to the basis"),
    ("Fee of a sale or swap", "lowers the proceeds (26 CFR 1.1001-7(b)(2), 1.1012-1(h))"),
    ("Fee paid in an asset", "is itself a disposal of that asset at its market value (kind `fee`)"),
    ("Lost on the way in a transfer", "a network fee: a disposal at market value"),
)
_ROUNDING = (
    ("Inside the program", "exact decimals with 18 places; nothing is rounded to cents before a form asks for it"),
    ("Form 8949", "each of (d), (e) and (g) to cents, half away from zero; (h) is computed from the rounded amounts"),
    ("Cells", "a cell holds 15 significant digits; a quantity with more, or with more than 10 decimals, stands in full beside it as text"),
)
_DECIDED = (
    ("OVERRIDE_APPLIED", "Overrides (overrides.csv)"),
    ("RULE_APPLIED", "Rules ([[rule]] in taxlots.toml)"),
    ("TRANSFER_DECIDED", "Transfers decided (transfers.csv)"),
    ("OPENING_LOT_USED", "Opening lots (opening_lots.csv)"),
)
_RULE_TITLES = ("Rule", "Value", "Source", "Address and evidence")
_PLACE = re.compile(r" \([^()]*:\d+\)")


def write(book: Workbook) -> None:
    """The sheet."""
    facts = book.facts
    page = book.page(NAME)
    page.widths(_WIDTHS)
    page.text(2, 0, "Every figure of this workbook follows from the files under Sources and what stands here.", "note")
    row = HEADER_ROW
    for title, lines in _sections(facts):
        row = _section(page, row, title, lines)
    row = _rules(page, facts, row)
    page.finish(row, len(_WIDTHS) - 1, header_row=None)


def _sections(facts: Facts) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    yield "Run", _run(facts)
    yield "Lots", _lots(facts)
    yield "Decisions of your own", _decisions(facts)
    yield "Fees", list(_FEES)
    yield "Where values come from", _prices(facts)
    yield "Rounding", list(_ROUNDING)


def _run(facts: Facts) -> list[tuple[str, str]]:
    session = facts.session
    ledger, settings = session.ledger, session.settings_file
    zone = f"{ledger.zone}" + (" (assumed: no time zone is set)" if ledger.zone_assumed else "")
    return [
        ("Program", f"taxlots {__version__}"),
        ("As of", f"{facts.as_of}" + ("" if session.choices.as_of else " (today: no as-of date was given)")),
        ("Reported", facts.period),
        ("Jurisdiction", facts.jurisdiction),
        ("Time zone", zone),
        ("Home currency", ledger.prices.home),
        ("Settings", f"{session.shown(settings.path)} (SHA-256 {settings.sha256})" if settings.path else "none: the defaults hold"),
        (RULES, f"SHA-256 {session.rulebook.sha256}"),
    ]


def _lots(facts: Facts) -> list[tuple[str, str]]:
    elections = facts.session.book.elections
    pool = "each account is its own pool" if elections.per_account else "one pool over all accounts"
    order = "first in, first out" if elections.transfers_fifo else "the order of the account that they leave"
    lines = [("Pool", pool), ("Order without another choice", elections.method), ("Lots that leave by transfer", order)]
    lines += [(f"Order in {account}", elections.method_of(account)) for account in _accounts(facts)]
    lines += [(f"Order of {name}", order) for name, order in sorted(_single(elections).items())]
    return lines + [(f"Orders of {span.start:%Y-%m-%d} to {span.until:%Y-%m-%d}", _told(span.orders)) for span in elections.spans]


def _single(elections: Elections) -> dict[str, str]:
    """Orders of assets, in all accounts or in one (`account:ASSET`)."""
    return {name: order for name, order in elections.accounts.items() if ":" in name} | dict(elections.assets)


def _told(orders: Orders) -> str:
    """What is said of a year, in words."""
    named = sorted({**orders.accounts, **orders.assets}.items())
    return ", ".join([*([orders.default] if orders.default else []), *(f"{order} for {name}" for name, order in named)])


def _decisions(facts: Facts) -> list[tuple[str, str]]:
    """How many decisions of each sort were used (the sheet Problems lists each), and the layouts that the settings describe."""
    counts = Counter(one.code for one in facts.problems)
    lines = [(title, f"{counts[code]}; listed under Problems" if counts[code] else "none") for code, title in _DECIDED]
    settings = facts.session.settings
    own = [f"{spec.id} (account {spec.account})" for spec in settings.layout]
    own += [f"{spec.id} (Form {spec.form} of {spec.account})" for spec in settings.form_layout]
    return [*lines, ("Own layouts", ", ".join(own) or "none")]


def _accounts(facts: Facts) -> list[str]:
    transactions = facts.session.ledger.transactions
    named = {*transactions["account"], *transactions["counter_account"].dropna()}
    return sorted(named)


def _prices(facts: Facts) -> list[tuple[str, str]]:
    """Sources of market values without the rows, which Income and Open lots name, and how often each was used."""
    sources = Counter(_PLACE.sub("", source) for source in facts.session.ledger.transactions["price_source"].dropna())
    lines = [(source, "1 transaction" if count == 1 else f"{count} transactions") for source, count in sorted(sources.items())]
    return lines or [("none", "no transaction needed a market value")]


def _section(page: Page, row: int, title: str, lines: list[tuple[str, str]]) -> int:
    page.text(row, 0, title, "section")
    for number, (name, value) in enumerate(lines, start=row + 1):
        page.text(number, 0, name, "wrap")
        page.text(number, 1, value)
    return row + len(lines) + 2


def _rules(page: Page, facts: Facts, row: int) -> int:
    """The rules in force in the reported year (of several, the last)."""
    year = facts.years[-1] if facts.years else facts.as_of.year
    page.text(row, 0, f"Rules as of {year}", "section")
    page.header(row + 1, _RULE_TITLES, ["text"] * len(_RULE_TITLES))
    row += 2
    for rule, value, citation in facts.session.rulebook.listing(year, facts.session.rules_used):
        address = "; ".join(filter(None, (citation.url, EVIDENCE[citation.evidence], citation.note)))
        texts = (f"{rule.jurisdiction}/{rule.topic}/{rule.name}", value or f"no value in {year}", citation.title, address)
        for column, text in enumerate(texts):
            page.text(row, column, text, "wrap")
        row += 1
    return row - 1
