"""What is known about assets by their names, from `assets.toml`: classes, stablecoins, wrapped forms, renames, names with two meanings."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any


@dataclass(frozen=True, slots=True)
class Rename:
    """An asset's other name. `always`: another code for the same units; else a change of name one for one that files may tell themselves.

    `layouts` (ids or their beginnings; none: all) and `until` say where it holds.
    """

    name: str
    to: str
    always: bool
    fact: str
    evidence: str
    layouts: tuple[str, ...] = ()
    until: datetime | None = None

    def holds(self, layout: str | None, moment: datetime) -> bool:
        """Whether the name means that in a file of the layout at that time."""
        return (not self.layouts or is_among(layout, self.layouts)) and (self.until is None or moment < self.until)


@dataclass(frozen=True, slots=True)
class Collision:
    """A name with two meanings. `split` divides them in time, `clear` are layouts that leave no doubt, `other` the second asset's name."""

    name: str
    readings: tuple[str, ...]
    other: str
    fact: str
    split: datetime | None = None
    clear: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Exchange:
    """A token that became another one, not one for one."""

    name: str
    to: tuple[str, ...]
    rate: str
    fact: str


@dataclass(frozen=True, slots=True)
class AssetTable:
    """The whole table. Names are in capitals."""

    classes: Mapping[str, str]
    nfts: frozenset[str]
    stablecoins: Mapping[str, str]
    wrapped: Mapping[str, str]
    renames: tuple[Rename, ...]
    collisions: tuple[Collision, ...]
    exchanges: tuple[Exchange, ...]

    def canonical(self, asset: str) -> str:
        """One name for all that an asset has had, whatever holds for a row: for ids that stay the same when more files are added."""
        return next((rename.to for rename in self.renames if rename.name == asset), asset)


def is_among(layout: str | None, names: tuple[str, ...]) -> bool:
    """Whether a layout's id is one of the names, or one of them with a suffix: `kucoin` and `kucoin_fiat` of `kucoin`."""
    return layout is not None and any(layout == name or layout.startswith(f"{name}_") for name in names)


@cache
def asset_table() -> AssetTable:
    """The table of `assets.toml`."""
    read = tomllib.loads((files("taxlots") / "assets.toml").read_text(encoding="utf-8"))
    return AssetTable(
        classes=_by_name(read["classes"]),
        nfts=frozenset(read["nft"]["names"].split()),
        stablecoins=_by_name(read["stablecoins"]),
        wrapped=_by_name(read["wrapped"]),
        renames=tuple(_rename(entry) for entry in read["rename"]),
        collisions=tuple(
            Collision(e["name"], tuple(e["readings"]), e["set"], e["fact"], e.get("split"), tuple(e.get("clear", ())))
            for e in read["collision"]
        ),
        exchanges=tuple(Exchange(e["from"], tuple(e["to"]), e["rate"], e["fact"]) for e in read["exchange"]),
    )


def _by_name(lists: Mapping[str, str]) -> dict[str, str]:
    return {name: key for key, names in lists.items() for name in names.split()}


def _rename(entry: Mapping[str, Any]) -> Rename:
    return Rename(
        name=entry["from"],
        to=entry["to"],
        always=entry["when"] == "always",
        fact=entry["fact"],
        evidence=entry["evidence"],
        layouts=tuple(entry.get("layouts", ())),
        until=entry.get("until"),
    )
