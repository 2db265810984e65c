"""`[[layout]]` entries of taxlots.toml: a person's own column map as a layout, for exports that no built-in one covers."""

from collections.abc import Sequence

from taxlots.importers.columns import ASIDE, EITHER_WAY, TRADE, Columns, Leg, reader
from taxlots.importers.detect import Layout
from taxlots.kinds import KINDS
from taxlots.problems import TaxlotsError, problem
from taxlots.settings import OwnLayout, OwnLeg, zone_named


def own_layouts(specs: Sequence[OwnLayout], taken: Sequence[str]) -> tuple[Layout, ...]:
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
        layouts.append(_layout(spec))
    return tuple(layouts)


def _layout(spec: OwnLayout) -> Layout:
    for said, kind in spec.kinds.items():
        if kind not in KINDS and kind not in {TRADE, EITHER_WAY} and not kind.startswith(ASIDE):
            raise _wrong(spec, f"{said!r} can't be {kind!r}: use {TRADE}, {EITHER_WAY}, {ASIDE}, or a kind of the universal ledger")
    legs = [leg for leg in (spec.sent, spec.received, spec.amount) if leg]
    if not legs:
        raise _wrong(spec, "give `amount` (one signed column), or `sent` and `received`")
    columns = Columns(
        account=spec.account,
        time=spec.time,
        kind=spec.kind,
        kinds=spec.kinds,
        sent=_leg(spec.sent),
        received=_leg(spec.received),
        amount=_leg(spec.amount),
        fee=_leg(spec.fee),
        value=_leg(spec.value),
        id=spec.id_column,
        txid=spec.txid,
        note=spec.note,
        zone=zone_named(spec.timezone) if spec.timezone else None,
        decimal=spec.decimal,
        asset_class=spec.asset_class,
        renames=spec.renames,
    )
    named = (spec.time, *spec.kind, *(name for leg in legs for name in (leg.quantity, leg.asset) if not name.startswith("=")))
    return Layout(spec.id, spec.account, "your own layout in taxlots.toml", spec.required or tuple(dict.fromkeys(named)), reader(columns))


def _leg(leg: OwnLeg | None) -> Leg | None:
    return Leg(leg.quantity, leg.asset) if leg else None


def _wrong(spec: OwnLayout, message: str) -> TaxlotsError:
    return TaxlotsError(problem("SETTINGS_INVALID", f"[[layout]] {spec.id}: {message}"))
