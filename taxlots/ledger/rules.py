"""`[[rule]]` entries of taxlots.toml: a person's decision about many rows at once, listed with how many it touched."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from taxlots.importers.records import RowError, Source, Transaction
from taxlots.kinds import EXCLUDE
from taxlots.ledger.overrides import check_legs
from taxlots.problems import Problem, problem


@dataclass(frozen=True, slots=True)
class BulkRule:
    """What a row must be for the rule to apply (a None matches anything), and the kind that it then becomes.

    `note` is a regular expression searched in the row's note, whatever the case; quantities are those of the sent leg, else the
    received one.
    """

    becomes: str
    layout: str | None = None
    account: str | None = None
    kind: str | None = None
    asset: str | None = None
    note: str | None = None
    least: Decimal | None = None
    most: Decimal | None = None

    def told(self) -> str:
        """The rule in words: `kind withdrawal, note coffee -> spend`."""
        asked = ("layout", "account", "kind", "asset", "note", "least", "most")
        given = ", ".join(f"{name} {getattr(self, name)}" for name in asked if getattr(self, name) is not None)
        return f"{given} -> {self.becomes}"

    def fits(self, transaction: Transaction, layout: str | None) -> bool:
        """Whether the transaction, read from a file of that layout, is one that the rule is about."""
        t = transaction
        quantity = t.sent_quantity if t.sent_quantity is not None else t.received_quantity
        named = (
            (self.layout, {layout}),
            (self.account, {t.account}),
            (self.kind, {t.kind}),
            (self.asset, {t.sent_asset, t.received_asset}),
        )
        return (
            all(wanted is None or wanted in found for wanted, found in named)
            and (self.note is None or re.search(self.note, t.note or "", re.IGNORECASE) is not None)
            and (self.least is None or (quantity is not None and quantity >= self.least))
            and (self.most is None or (quantity is not None and quantity <= self.most))
        )


@dataclass(slots=True)
class Ruled:
    """Transactions after the rules, the rows that they excluded, and one Problem per rule."""

    transactions: list[Transaction]
    excluded: dict[Source, str]
    problems: list[Problem]


def apply_rules(transactions: Sequence[Transaction], rules: Sequence[BulkRule], layouts: Mapping[str, str | None]) -> Ruled:
    """Each transaction by the first rule that fits it; `layouts` gives each file's layout."""
    result = Ruled([], {}, [])
    touched = [0] * len(rules)
    for transaction in transactions:
        layout = layouts.get(transaction.sources[0][0])
        number = next((n for n, rule in enumerate(rules) if rule.fits(transaction, layout)), None)
        if number is None:
            result.transactions.append(transaction)
            continue
        touched[number] += 1
        _apply(transaction, rules[number], number + 1, result)
    for number, (rule, count) in enumerate(zip(rules, touched, strict=True), 1):
        code = "RULE_APPLIED" if count else "RULE_UNUSED"
        fits = "fits 1 transaction" if count == 1 else f"fits {count} transactions"
        result.problems.append(problem(code, f"[[rule]] {number} ({rule.told()}) {fits}"))
    return result


def _apply(transaction: Transaction, rule: BulkRule, number: int, result: Ruled) -> None:
    if rule.becomes == EXCLUDE:
        result.excluded.update(dict.fromkeys(transaction.sources, f"excluded by [[rule]] {number}"))
        return
    changed = replace(transaction, kind=rule.becomes)
    try:
        check_legs(changed)
    except RowError as error:
        file, row = transaction.sources[0]
        result.problems.append(problem(error.code, f"[[rule]] {number}: {error.message}", error.hint, file=file, row=row))
        changed = transaction
    result.transactions.append(changed)
