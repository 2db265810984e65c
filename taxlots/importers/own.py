"""`[[layout]]` entries of taxlots.toml: a person's own column map as a layout, for exports that no built-in one covers."""

from collections.abc import Sequence
from datetime import tzinfo

from taxlots.importers.column_legs import Leg
from taxlots.importers.columns import ASIDE, BY_ROW, LITERAL, MONEY, Columns, reader
from taxlots.importers.date_orders import MONTH_FIRST
from taxlots.importers.detect import Layout
from taxlots.importers.forms import FormColumns, form_reader
from taxlots.importers.wall_clocks import OWN
from taxlots.kinds import KINDS
from taxlots.problems import TaxlotsError, problem
from taxlots.settings import FormLayout, OwnLayout, OwnLeg, zone_named

_LEGS = ("sent", "received", "amount", "total", "price", "fee", "value", "fee_value", "balance")
_EXPORT = "your own layout in taxlots.toml"


def own_layouts(specs: Sequence[OwnLayout | FormLayout], taken: Sequence[str]) -> tuple[Layout, ...]:
    """Layouts that the settings describe; `taken` are the ids that can't be used.

    Raises:
        TaxlotsError: an id that is taken or given twice, a kind that there is not, or no leg at all.
    """
    used = set(taken)
    layouts = []
    for spec in specs:
        if spec.id in used:
            raise _wrong(spec, f"the id {spec.id!r} is taken; choose another")
        used.add(spec.id)
        layouts.append(_form(spec) if isinstance(spec, FormLayout) else _layout(spec))
    return tuple(layouts)


def _layout(spec: OwnLayout) -> Layout:
    _check_kinds(spec)
    legs = {name: Leg(leg.quantity, leg.asset) for name in _LEGS if (leg := _leg(spec, name))}
    if not {"sent", "received", "amount"} & legs.keys():
        raise _wrong(spec, "give `amount` (one signed column), or `sent` and `received`")
    if {"total", "price"} & legs.keys() and "amount" not in legs:
        raise _wrong(spec, "`total` and `price` are what was paid or got for `amount`, which is not given")
    columns = Columns(
        account=spec.account,
        time=spec.time,
        kind=spec.kind,
        kinds=spec.kinds,
        time_of_day=spec.time_of_day,
        account_column=spec.account_column,
        counter_account=spec.counter_account,
        basis=spec.basis,
        acquired=spec.acquired,
        id=spec.id_column,
        txid=spec.txid,
        note=spec.note,
        zone=_zone(spec),
        dates=spec.dates,
        decimal=spec.decimal,
        unsigned=spec.unsigned,
        fee_in_total=spec.fee_in_total,
        asset_class=spec.asset_class,
        renames=spec.renames,
        **legs,
    )
    named = [*columns.times, *(name for name in spec.kind if not name.startswith(LITERAL))]
    named += [name for leg in ("sent", "received", "amount") if leg in legs for name in legs[leg].columns]
    return Layout(
        spec.id,
        spec.account,
        _EXPORT,
        spec.required or tuple(dict.fromkeys(named)),
        reader(columns),
        dates=spec.dates or "",
        clock=spec.timezone or OWN,
    )


def _check_kinds(spec: OwnLayout) -> None:
    meanings = {*KINDS, *BY_ROW}
    if spec.amount and spec.total:
        meanings |= {MONEY + name for name, kind in KINDS.items() if len(kind.needs) == 1}
    for said, kind in spec.kinds.items():
        if kind not in meanings and not kind.startswith(ASIDE):
            ways = ", ".join((*BY_ROW, ASIDE, *([f"{MONEY}KIND"] if spec.amount and spec.total else [])))
            raise _wrong(spec, f"{said!r} can't be {kind!r}: use {ways}, or a kind of the universal ledger")
    if not spec.kind:
        raise _wrong(spec, 'kind names no column; `kind = ["=in-or-out"]` gives all rows one kind')
    literal = " / ".join(name[1:].strip() for name in spec.kind if name.startswith(LITERAL))
    if all(name.startswith(LITERAL) for name in spec.kind) and literal.casefold() not in {said.casefold() for said in spec.kinds}:
        _check_kind(spec, literal)
    elif not spec.kinds:
        raise _wrong(spec, "kinds says of no type what it is")


def _check_kind(spec: OwnLayout, literal: str) -> None:
    if literal not in KINDS and literal not in BY_ROW:
        raise _wrong(spec, f"kind {'=' + literal!r}: {literal!r} is no kind of the universal ledger, and not in kinds")


def _form(spec: FormLayout) -> Layout:
    columns = FormColumns(
        form=spec.form,
        account=spec.account,
        account_column=spec.account_column,
        asset=spec.asset,
        units=spec.units,
        sold=spec.sold,
        proceeds=spec.proceeds,
        acquired=spec.acquired,
        basis=spec.basis,
        basis_reported=spec.basis_reported,
        covered=spec.covered,
        zone=_zone(spec),
        dates=spec.dates,
        decimal=spec.decimal,
        renames=spec.renames,
    )
    named = [name for name in (spec.asset, spec.units, spec.sold, spec.proceeds) if not name.startswith(LITERAL)]
    required = spec.required or tuple(dict.fromkeys(named))
    return Layout(spec.id, spec.account, f"Form {spec.form}, {_EXPORT}", required, form_reader(columns), dates=spec.dates or MONTH_FIRST)


def _zone(spec: OwnLayout | FormLayout) -> tzinfo | None:
    return zone_named(spec.timezone) if spec.timezone else None


def _leg(spec: OwnLayout, name: str) -> OwnLeg | None:
    leg: OwnLeg | None = getattr(spec, name)
    return leg


def _wrong(spec: OwnLayout | FormLayout, message: str) -> TaxlotsError:
    return TaxlotsError(problem("SETTINGS_INVALID", f"[[layout]] {spec.id}: {message}"))
