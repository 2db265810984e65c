"""The class of every asset: what the person says, else what its export says, else what the table of known assets says, else digital.

Beside that, what can't be decided is named: one name for a share and a coin, a name that two coins have had, a token that became
another one at a rate of its own, a swap into a wrapped form, a token that may be a collectible.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from taxlots.assets import AssetTable, Collision, asset_table, is_among
from taxlots.importers.records import Source, Transaction
from taxlots.kinds import is_fiat
from taxlots.problems import Problem, problem
from taxlots.settings import Asset

_SHARES = {"security", "fund"}
_OPEN = {None, "universal", "opening_lots"}  # layouts whose rows leave the class to be told elsewhere
_NFT = re.compile(r".*(?:\bNFT\b|#\d+)", re.IGNORECASE)
_EXCHANGES = {"buy", "sell", "swap"}


def main_asset(t: Transaction) -> str | None:
    """The asset that a row's class is about: the one it brings in, else the one it gives; no money."""
    return next((asset for asset in (t.received_asset, t.sent_asset) if asset and not is_fiat(asset)), None)


def classed(transactions: Sequence[Transaction], choices: Mapping[str, Asset]) -> list[Transaction]:
    """Transactions with the class of their asset where it is no plain digital one."""
    table = asset_table()
    return [_classed(t, choices, table) for t in transactions]


def _classed(t: Transaction, choices: Mapping[str, Asset], table: AssetTable) -> Transaction:
    asset = main_asset(t)
    if asset is None:
        return t
    choice = choices.get(f"{t.account}:{asset}") or choices.get(asset)
    said = (choice.asset_class if choice else None) or t.asset_class or table.classes.get(asset)
    return t if said == t.asset_class else replace(t, asset_class=said)


@dataclass(slots=True)
class _Seen:
    """Where an asset occurs: first, in which accounts as a share and in which as a coin; and its rows, where its name is a question."""

    first: Source
    shares: set[str] = field(default_factory=set)
    coins: set[str] = field(default_factory=set)
    rows: list[Transaction] = field(default_factory=list)


def doubts(transactions: Sequence[Transaction], layouts: Mapping[str, str | None], choices: Mapping[str, Asset]) -> list[Problem]:
    """What a person should decide about assets, each once. `transactions` have their classes and the names in force."""
    table = asset_table()
    questions = {name for c in table.collisions for name in (c.name, c.other)}
    seen: dict[str, _Seen] = {}
    for t in transactions:
        main = main_asset(t)
        for asset in (t.sent_asset, t.received_asset):
            if asset is None:
                continue
            one = seen.get(asset) or seen.setdefault(asset, _Seen(t.sources[0]))
            if asset in questions:
                one.rows.append(t)
            if asset == main:
                _note(one, t, layouts)
    chosen = {key.rpartition(":")[2] for key, choice in choices.items() if choice.rename}
    found = [_share_and_coin(asset, one) for asset, one in seen.items() if one.shares and one.coins - one.shares and asset not in chosen]
    found += [_two_readings(c, seen[c.name]) for c in table.collisions if c.name not in chosen and _collides(c, seen, layouts)]
    found += _unequal(table, seen, transactions)
    found += _wrapped(table, transactions, choices)
    found += _collectibles(table, seen, choices)
    return found


def _note(one: _Seen, t: Transaction, layouts: Mapping[str, str | None]) -> None:
    if t.asset_class in _SHARES:
        one.shares.add(t.account)
    elif t.asset_class is None and layouts.get(t.sources[0][0]) not in _OPEN:
        one.coins.add(t.account)


def _share_and_coin(asset: str, one: _Seen) -> Problem:
    shares, coins = ", ".join(sorted(one.shares)), ", ".join(sorted(one.coins - one.shares))
    message = f"{asset} is a share or fund in {shares} and a coin in {coins}; both have one price and one class here"
    hint = f'Rename one of them: [assets] "{min(one.shares)}:{asset}" = {{ rename = "{asset}.US" }}'
    return _at("ASSET_AMBIGUOUS", one.first, message, hint)


def _collides(collision: Collision, seen: Mapping[str, _Seen], layouts: Mapping[str, str | None]) -> bool:
    """Whether an account has rows of the name that could be either asset."""
    rows = seen[collision.name].rows if collision.name in seen else []
    doubtful = [t for t in rows if t.asset_class not in _SHARES and not is_among(layouts.get(t.sources[0][0]), collision.clear)]
    if collision.split is None:
        return bool(doubtful)
    return any(t.time >= collision.split and _early(collision, t.account, seen) for t in doubtful)


def _early(collision: Collision, account: str, seen: Mapping[str, _Seen]) -> bool:
    """Whether the account has rows of either name before the split."""
    names = (collision.name, collision.other)
    return any(
        t.account == account and collision.split and t.time < collision.split for name in names if name in seen for t in seen[name].rows
    )


def _two_readings(collision: Collision, one: _Seen) -> Problem:
    message = (
        f"{collision.name} may be {' or '.join(collision.readings)} ({collision.fact}); {len(one.rows)} rows were left as {collision.name}"
    )
    account, name, other = one.rows[-1].account, collision.name, collision.other
    hint = f'Say which: [assets] "{account}:{name}" = {{ rename = "{other}" }} for the first, {{ rename = "{name}" }} for the second.'
    return _at("ASSET_AMBIGUOUS", one.first, message, hint)


def _unequal(table: AssetTable, seen: Mapping[str, _Seen], transactions: Sequence[Transaction]) -> Iterator[Problem]:
    """Tokens that became others at a rate, where no row tells it."""
    for exchange in table.exchanges:
        after = next((name for name in exchange.to if name in seen), None)
        if exchange.name not in seen or after is None:
            continue
        pairs = ({t.sent_asset, t.received_asset} for t in transactions)
        if any(pair == {exchange.name, after} for pair in pairs):
            continue
        one = seen[exchange.name]
        message = f"the files hold {exchange.name} and {after}, and no row turns one into the other ({exchange.rate}; {exchange.fact})"
        hint = f"If yours were exchanged: give a convert (or a swap) of {exchange.name} for {after} in a universal ledger CSV."
        yield _at("ASSET_AMBIGUOUS", one.first, message, hint)


def _wrapped(table: AssetTable, transactions: Sequence[Transaction], choices: Mapping[str, Asset]) -> Iterator[Problem]:
    """Swaps between an asset and its wrapped form that count as disposals, one info per pair."""
    pairs: dict[tuple[str, str], list[Transaction]] = defaultdict(list)
    for t in transactions:
        for form, asset in ((t.sent_asset, t.received_asset), (t.received_asset, t.sent_asset)):
            if t.kind in _EXCHANGES and form and asset and table.wrapped.get(form) == asset:
                pairs[form, asset].append(t)
    for (form, asset), rows in pairs.items():
        choice = choices.get(form)
        if choice is None or choice.same_as != form:
            message = f"{len(rows)} swaps between {asset} and {form} are booked as disposals, which the law leaves open"
            hint = f'To carry the basis over instead: [assets] {form} = {{ same_as = "{asset}" }}'
            yield _at("ASSET_WRAPPED", rows[0].sources[0], message, hint)


def looks_like_nft(asset: str, table: AssetTable) -> bool:
    """Whether the name of an asset is that of a non-fungible token, as exports write it."""
    return asset in table.nfts or bool(_NFT.fullmatch(asset))


def _collectibles(table: AssetTable, seen: Mapping[str, _Seen], choices: Mapping[str, Asset]) -> Iterator[Problem]:
    known = [a for a in sorted(seen) if looks_like_nft(a, table) and not (a in choices and choices[a].asset_class)]
    if known:
        shown = ", ".join(known[:10]) + (f" and {len(known) - 10} more" if len(known) > 10 else "")
        message = f"{len(known)} assets look like non-fungible tokens: {shown}"
        yield _at("COLLECTIBLE_POSSIBLE", seen[known[0]].first, message, None)


def _at(code: str, source: Source, message: str, hint: str | None) -> Problem:
    return problem(code, message, hint, file=source[0], row=source[1])
