"""Unsolicited tokens: set aside by their looks, listed, and given back by one setting.

An asset is taken for spam where all of these hold: the price table has no price of it; nothing of it was ever bought, sold, swapped,
spent or paid as a fee, and no row states a value above 0 or a basis; and it looks like an advertisement (a web address, `visit`,
`claim` or a dollar sign in its name, a web address in its note), or the export itself values it at 0.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from taxlots.assets import AssetTable, asset_table
from taxlots.importers.records import Source, Transaction
from taxlots.kinds import is_fiat
from taxlots.prices import PriceTable
from taxlots.problems import Problem, problem
from taxlots.settings import Asset

REASON = "an unsolicited token without a price"
_ARRIVALS = {"deposit", "gift-in", "income:airdrop"}
MOVES = {"withdrawal", *_ARRIVALS}
_ADDRESS = r"(?:https?:|www\.|\b[\w-]+\.(?:io|com|net|org|xyz|app|site|top|vip|finance|link|info|pro|me|gift|claims?|us|lat|lol|cc)\b)"
_IN_NAME = re.compile(rf"{_ADDRESS}|\$|\bclaims?\b|\bvisit\b|\baccess\b|\breward\b|\bbonus\b", re.IGNORECASE)
_IN_NOTE = re.compile(rf"\b(?:visit|claim)\b.*{_ADDRESS}|{_ADDRESS}.*\b(?:visit|claim)\b", re.IGNORECASE)
_SHOWN = 10


@dataclass(slots=True)
class Sifted:
    """Transactions that are left, the rows set aside, the names of the tokens, and the Problem that lists them."""

    transactions: list[Transaction]
    set_aside: dict[Source, str] = field(default_factory=dict)
    assets: frozenset[str] = frozenset()
    problems: list[Problem] = field(default_factory=list)


def sift(
    transactions: Sequence[Transaction], prices: PriceTable, choices: Mapping[str, Asset], elsewhere: frozenset[str] = frozenset()
) -> Sifted:
    """Set spam aside. What the person says (`spam` true or false) comes first; true sets only receipts and moves aside, no trades.

    Assets that occur `elsewhere`, in rows that are not given here, are none.
    """
    table = asset_table()
    rows: dict[str, list[Transaction]] = defaultdict(list)
    for t in transactions:
        for asset in {t.sent_asset, t.received_asset, t.fee_asset}:
            if asset is not None and not is_fiat(asset) and asset not in elsewhere:
                rows[asset].append(t)
    spam = frozenset(asset for asset, found in rows.items() if _is_spam(asset, found, choices, prices, table))
    gone = [t for t in transactions if t.kind in MOVES and (t.received_asset or t.sent_asset) in spam]
    if not gone:
        return Sifted(list(transactions))
    left = {id(t) for t in gone}
    aside = dict.fromkeys((source for t in gone for source in t.sources), REASON)
    return Sifted([t for t in transactions if id(t) not in left], aside, spam, [_listed(gone)])


def looks_like_spam(asset: str) -> bool:
    """Whether the name of an asset is an advertisement."""
    return bool(_IN_NAME.search(asset))


def _is_spam(asset: str, rows: Sequence[Transaction], choices: Mapping[str, Asset], prices: PriceTable, table: AssetTable) -> bool:
    said = choices[asset].spam if asset in choices else None
    if said is not None:
        return said
    known = asset in prices or asset in table.classes or asset in table.stablecoins or asset in table.wrapped
    if known or not all(_is_unsolicited(t, asset) for t in rows) or not any(t.kind in _ARRIVALS for t in rows):
        return False
    worthless = all(t.value == 0 and t.kind in _ARRIVALS for t in rows)
    return worthless or looks_like_spam(asset) or any(_IN_NOTE.search(t.note or "") for t in rows)


def _is_unsolicited(t: Transaction, asset: str) -> bool:
    """Whether the row only moves the asset, for nothing and without a cost."""
    return t.kind in MOVES and not t.value and t.basis is None and t.fee_asset is None and asset in {t.sent_asset, t.received_asset}


def _listed(gone: Sequence[Transaction]) -> Problem:
    counts: dict[str, int] = defaultdict(int)
    for t in gone:
        counts[str(t.received_asset or t.sent_asset)] += 1
    shown = ", ".join(f"{asset} ({count})" for asset, count in sorted(counts.items())[:_SHOWN])
    rest = f" and {len(counts) - _SHOWN} more" if len(counts) > _SHOWN else ""
    file, row = gone[0].sources[0]
    message = f"{len(gone)} rows of {len(counts)} tokens are set aside as spam: {shown}{rest}"
    hint = f'To use one of them: [assets] "{min(counts)}" = {{ spam = false }}'
    return problem("ASSET_SPAM", message, hint, file=file, row=row)
