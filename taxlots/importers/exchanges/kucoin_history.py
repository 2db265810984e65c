"""KuCoin's account history: every change of every balance, most of which other files of the same export tell better.

Rows of trades, deposits, withdrawals and earnings are set aside where the file that tells them is there. Without it a deposit or a
withdrawal is taken from here; a trade is not, since the history does not say which rows belong together.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from taxlots.importers.exchanges.binance_dust import sweep
from taxlots.importers.exchanges.exchange_legs import Deal, Part
from taxlots.importers.exchanges.kucoin_rows import ACCOUNT, Place, Span, asset_name, is_empty, place
from taxlots.importers.numbers import number, required
from taxlots.importers.records import Intake, RowError, Table, Transaction

_DAY = timedelta(days=1)
_INTERNAL = re.compile(r".*transfer.*|.*subscri.*|.*redemption.*|.*redeem.*")
_DUST = re.compile(r"convert (?:dust )?to kcs")
_TOLD = (
    (re.compile(r"spot|exchange|.*trade.*"), ("fills", "orders"), "the spot orders"),
    (re.compile(r"convert.*"), ("convert",), "the convert orders"),
    (re.compile(r".*(?:staking|earn|pool-x|profit).*"), ("staking",), "the earn profit history"),
)
_EARNED = re.compile(r"staking|.*(?:staking|earn|pool-x).*(?:profit|interest|reward).*|profit.*")
_INCOME = (
    (re.compile(r".*(?:distribution|airdrop).*"), "income:airdrop"),
    (re.compile(r".*(?:referral|invite).*"), "income:referral"),
    (re.compile(r".*(?:bonus|reward).*"), "income:reward"),
)


@dataclass(frozen=True, slots=True)
class _Change:
    at: Place
    said: str
    part: Part


def take(table: Table, present: Mapping[str, Sequence[Span]], intake: Intake) -> None:
    """Every row of an account history to its fate; `present` are the kinds of the other files, with the periods that they tell."""
    where = place(table)
    dust: dict[datetime, list[_Change]] = defaultdict(list)
    for row in table.rows:
        if is_empty(row):
            intake.leave(row, "an empty export")
            continue
        try:
            change = _change(where(row))
            if _DUST.fullmatch(change.said):
                dust[change.at.time].append(change)
            else:
                _settle(change, present, intake)
        except RowError as error:
            intake.reject(row, error)
    for group in dust.values():
        _take_dust(group, intake)


def _change(at: Place) -> _Change:
    row = at.row
    said = (row.text("Type") or row.text("Remark")).lower()
    side = {"deposit": 1, "withdrawal": -1, "in": 1, "out": -1}.get(row.text("Side").lower())
    if side is None:
        raise RowError("ROW_UNKNOWN_KIND", f"side {row.text('Side')!r} is neither Deposit nor Withdrawal")
    if not row.text("Currency"):
        raise RowError("ROW_INVALID", "column 'Currency' is empty")
    if "distribution" in row.text("Remark").lower():
        said = "distribution"
    return _Change(at, said, Part(row, side * abs(required(row, "Amount")), asset_name(row.text("Currency"))))


def _settle(change: _Change, present: Mapping[str, Sequence[Span]], intake: Intake) -> None:
    """Set aside what another file tells or what moves nothing; else book it. Raises RowError."""
    row, said = change.at.row, change.said
    if not change.part.amount:
        intake.leave(row, "the amount is 0")
    elif _INTERNAL.fullmatch(said):
        intake.leave(row, f"{row.text('Type') or row.text('Remark')}: a move inside KuCoin")
    elif said in {"deposit", "withdrawal"}:
        if _told(change, (f"{said}s",), present):
            intake.leave(row, f"the {said}s file tells it")
        else:
            intake.add(_moved(change, said))
    else:
        _settle_other(change, present, intake)


def _told(change: _Change, files: Sequence[str], present: Mapping[str, Sequence[Span]]) -> bool:
    """Whether one of the files tells of that day: another period's download says nothing of it."""
    spans = (span for name in files for span in present.get(name, ()))
    return any(first - _DAY <= change.at.time <= last + _DAY for first, last in spans)


def _settle_other(change: _Change, present: Mapping[str, Sequence[Span]], intake: Intake) -> None:
    row, said = change.at.row, change.said
    kind = next((kind for pattern, kind in _INCOME if pattern.fullmatch(said)), None)
    told = next((told for told in _TOLD if told[0].fullmatch(said)), None)
    if told and _told(change, told[1], present):
        intake.leave(row, f"{told[2]} tell it")
    elif _EARNED.fullmatch(said) and change.part.amount > 0:
        intake.add(_moved(change, "income:staking"))
    elif told:
        message = f"{row.text('Type') or row.text('Remark')!r} of {change.part.asset}: the account history does not say the other side"
        raise RowError("ROW_UNPAIRED_LEG", message, f"Add {told[2]} of the same export.")
    elif kind and change.part.amount > 0:
        intake.add(_moved(change, kind))
    else:
        raise RowError("ROW_UNKNOWN_KIND", f"type {row.text('Type')!r} with remark {row.text('Remark')!r} is not known")


def _moved(change: _Change, kind: str) -> Transaction:
    row, incoming = change.at.row, kind != "withdrawal"
    if (change.part.amount > 0) != incoming:
        raise RowError("ROW_INVALID", f"a {kind} whose side is {row.text('Side')!r}")
    size, asset = abs(change.part.amount), change.part.asset
    fee = number(row, "Fee") if not incoming else None
    return Transaction(
        time=change.at.time,
        account=ACCOUNT,
        kind=kind,
        sources=(row.source,),
        sent_quantity=None if incoming else size,
        sent_asset=None if incoming else asset,
        received_quantity=size if incoming else None,
        received_asset=asset if incoming else None,
        fee_quantity=abs(fee) if fee else None,
        fee_asset=asset if fee else None,
        note=row.text("Remark") or None,
    )


def _take_dust(group: list[_Change], intake: Intake) -> None:
    try:
        made = sweep(Deal(ACCOUNT, group[0].at.time), [change.part for change in group])
    except RowError as error:
        for change in group:
            intake.reject(change.at.row, error)
        return
    for one in made:
        intake.add(one)
