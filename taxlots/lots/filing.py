"""The orders that a run books by: what the person wishes, what may be filed, and what the journal of identifications says.

What is filed leaves an account first in, first out unless a record made in time, or the attestation of one, says otherwise. A run that
files nothing shows the wished orders, and the records where no order was asked for on the command line.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import pandas as pd

from taxlots import frames
from taxlots.kinds import is_fiat
from taxlots.ledger.settle import Ledger
from taxlots.lots import directions as standing
from taxlots.lots import identified_sales
from taxlots.lots.directions import Books, Directions, Law
from taxlots.lots.elections import AVERAGE, WITHOUT_RECORD, Elections, Orders
from taxlots.lots.identification import Journal, Record, Sale, Told
from taxlots.lots.methods import METHODS
from taxlots.lots.results import said_classes
from taxlots.problems import Problem, problem
from taxlots.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class JournalFile:
    """The journal with its place (as reports name it) and the hash of its bytes; without a hash there is none."""

    name: str = ""
    sha256: str | None = None
    journal: Journal = field(default_factory=Journal)


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a run is for: `filed` by US law, or a what-if of the order given on the command line; the law; the run's date."""

    filed: bool
    what_if: bool
    rulebook: Rulebook | None
    now: datetime


def law_of(ledger: Ledger, rulebook: Rulebook | None) -> Law:
    """The law on identification for the assets of a ledger."""
    return Law(ledger.zone, rulebook, said_classes(frames.arrays(ledger.transactions)))


def directed(wished: Elections, ledger: Ledger, file: JournalFile, purpose: Purpose) -> Elections:
    """The orders to book by. Raises TaxlotsError(RULE_MISSING) where a record speaks of a time without law."""
    if purpose.what_if and not purpose.filed:
        return wished
    base = without_record(wished) if purpose.filed else wished
    turns = base.turns()
    if not file.journal.records and not turns:
        return base
    books = Books(file.journal.records, law_of(ledger, purpose.rulebook))
    rows = standing.leaving(ledger.transactions, books)
    matches = identified_sales.Matches(books, rows)
    named = standing.in_sequence(books, rows, per_account=base.per_account) | identified_sales.named(books, matches)
    pairs = _pairs(ledger.transactions, per_account=base.per_account) if books.standing or turns else []
    if pairs and base.universal is not None:
        pairs += _pairs(ledger.transactions, per_account=False)
    problems = [
        *standing.too_late(books, rows, file.name),
        *identified_sales.remarks(books, matches, purpose.now, file.name),
        *(_attested(record, file.name) for record in books.records if not isinstance(record.content, Told) and record.content.attested),
    ]
    changes = tuple(standing.changes(books, pairs, base.method_of, turns))
    return replace(base, directions=Directions(named, changes, tuple(problems), file.name))


def _pairs(transactions: pd.DataFrame, *, per_account: bool) -> list[tuple[str, str]]:
    """Account (empty: all, in one pool) and asset wherever units leave."""
    found: set[tuple[str, str]] = set()
    for side in ("sent_asset", "fee_asset"):
        part = transactions[["account", side]].dropna().drop_duplicates()
        found |= {(account if per_account else "", asset) for account, asset in zip(part["account"], part[side], strict=True)}
    return sorted((account, asset) for account, asset in found if not is_fiat(asset))


def _attested(record: Record, file: str) -> Problem:
    content = record.content
    if isinstance(content, Told):
        raise TypeError("a message to the broker attests nothing")
    about = identified_sales.what(content) if isinstance(content, Sale) else f"order {content.method} for {standing.scope_of(content)}"
    return problem("IDENTIFICATION_ATTESTED", f"{record.label}, {about}: {content.attested}", file=file, row=record.line)


def journal_problems(file: JournalFile) -> list[Problem]:
    """A torn end, and a chain that does not hold."""
    journal, found = file.journal, []
    if journal.pending:
        lines = ", ".join(map(str, journal.torn))
        found.append(problem("JOURNAL_TORN", f"line {lines} is not complete and no record", file=file.name, row=journal.torn[-1]))
    if journal.broken:
        message = f"line {journal.broken.line}: {journal.broken.why}; from there on no record counts"
        found.append(problem("JOURNAL_BROKEN", message, file=file.name, row=journal.broken.line))
    return found


def unrecorded(wished: Elections, disposals: pd.DataFrame, purpose: Purpose) -> list[Problem]:
    """Where an order other than first in, first out was used, or was wished but not filed, without a record."""
    if wished.orders() <= WITHOUT_RECORD:
        return []
    if not purpose.filed:
        used = sorted(set(disposals["method"].unique()) & set(METHODS) - WITHOUT_RECORD)
        message = f"lots were chosen by {', '.join(used)}"
        return [problem("IDENTIFICATION_NOT_RECORDED", message)] if used and wished.per_account else []
    missed = _missed(wished, disposals)
    if purpose.what_if:
        message = f"--method {wished.method} is a what-if: what is filed goes by the records, and first in, first out without one"
        return [problem("METHOD_WHAT_IF", message)] if missed else []
    return [
        problem("IDENTIFICATION_NOT_RECORDED", f"{account}: {count} pieces were filed first in, first out, not {order}")
        for (account, order), count in sorted(missed.items())
    ]


def without_record(wished: Elections) -> Elections:
    """The wished elections with first in, first out in the place of every order that needs a record or that US law does not know."""

    def kept(orders: Mapping[str, str]) -> dict[str, str]:
        return {name: order if order in {"fifo", AVERAGE} else "fifo" for name, order in orders.items()}

    def of(orders: Orders) -> Orders:
        default = kept({"": orders.default})[""] if orders.default else None
        return Orders(default, kept(orders.accounts), kept(orders.assets))

    spans = tuple(replace(span, orders=of(span.orders)) for span in wished.spans)
    general = of(Orders(wished.method, wished.accounts, wished.assets))
    return replace(wished, method=general.default or "fifo", accounts=general.accounts, assets=general.assets, spans=spans)


def _missed(wished: Elections, disposals: pd.DataFrame) -> dict[tuple[str, str], int]:
    """Pieces per account that left first in, first out, and the other order that was wished for them."""
    turns = wished.turns()
    part = disposals[["account", "asset", "method"]].assign(turn=0)
    for moment in turns:
        part["turn"] += (disposals["disposed"] >= moment).astype(int)
    found: dict[tuple[str, str], int] = {}
    for row in frames.records(part.value_counts().reset_index()):
        when = turns[row["turn"] - 1] if row["turn"] else datetime.min.replace(tzinfo=UTC)
        order = wished.method_of(row["account"], row["asset"], when)
        if row["method"] == "fifo" and order != "fifo":
            found[row["account"], order] = found.get((row["account"], order), 0) + int(row["count"])
    return found
