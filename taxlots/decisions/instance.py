"""Problem files of the optimiser, `taxlots.instance/1`: read, typed and checked.

Numbers are read as exact decimals, so that a solution is scored on what the file says; the optimiser itself computes in floats.
"""

import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import msgspec

from taxlots.problems import Problem, TaxlotsError, problem
from taxlots.tax import TaxPosition

SCHEMA: Literal["taxlots.instance/1"] = "taxlots.instance/1"
ZERO = Decimal(0)
NOT_JSON_NUMBERS = re.compile(r"(?<![\w\"])-?(NaN|Infinity|inf|nan)(?![\w\"])")


class Asset(msgspec.Struct, frozen=True):
    """An asset that may be held or bought. `wash_sales` overrides the instance's switch; what is `not_bought` may be sold only."""

    asset: str
    price: Decimal
    target: Decimal = ZERO
    band: Decimal | None = None
    restricted: bool = False
    wash_sales: bool | None = None
    not_bought: bool = False


class Lot(msgspec.Struct, frozen=True):
    """An open lot; `basis` is that of the whole lot. A long-term gain of a `collectible` is in the 28 % group (26 USC 1(h)(5))."""

    lot_id: str
    asset: str
    quantity: Decimal
    basis: Decimal
    term: Literal["short", "long"]
    wash_flag: bool = False
    collectible: bool = False

    @property
    def in_group(self) -> bool:
        """Whether a sale counts in the 28 % group."""
        return self.collectible and self.term == "long"


class LinearTax(msgspec.Struct, frozen=True, tag_field="model", tag="linear"):
    """A rate per term, without netting."""

    short_rate: Decimal
    long_rate: Decimal
    loss_utilization: Decimal = Decimal(1)
    future_recapture: Decimal = ZERO


class FederalTax(msgspec.Struct, frozen=True, tag_field="model", tag="us-federal"):
    """The tax of a return; `position` has the fields of `TaxPosition`."""

    year: int
    position: dict[str, Any]
    carryforward_value: Decimal = ZERO
    future_rate: Decimal = ZERO
    pay_from_cash: bool = False


class Risk(msgspec.Struct, frozen=True):
    """Either factor loadings (a row per asset) with specific variances, or a covariance; yearly, of returns."""

    factors: tuple[tuple[float, ...], ...] | None = None
    specific_variance: tuple[float, ...] | None = None
    covariance: tuple[tuple[float, ...], ...] | None = None


class Instance(msgspec.Struct, frozen=True):
    """The whole file."""

    assets: tuple[Asset, ...]
    lots: tuple[Lot, ...]
    tax: LinearTax | FederalTax
    schema: Literal["taxlots.instance/1"] = SCHEMA
    name: str = ""
    cash: Decimal = ZERO
    contribution: Decimal = ZERO
    withdrawal: Decimal = ZERO
    risk: Risk | None = None
    risk_aversion: Decimal = ZERO
    drift_penalty: Decimal = ZERO
    max_tracking_error: Decimal | None = None
    max_turnover: Decimal | None = None
    trading_cost_bps: Decimal = ZERO
    exclusive_sides: bool = False
    wash_sales: bool = False
    min_trade: Decimal = ZERO


def read_instance(path: Path) -> tuple[Instance, list[Problem]]:
    """The instance of a file and remarks on keys that are not used.

    Raises:
        TaxlotsError: FILE_UNREADABLE, or INSTANCE_INVALID with the place in the document.
    """
    return parse_instance(content_of(path), str(path))


def content_of(path: Path) -> bytes:
    """A file's bytes. Raises TaxlotsError(FILE_UNREADABLE)."""
    try:
        return path.read_bytes().removeprefix(BOM_UTF8)
    except OSError as error:
        raise TaxlotsError(problem("FILE_UNREADABLE", f"{path}: {error.strerror}", file=str(path))) from None


def parse_instance(content: bytes, name: str) -> tuple[Instance, list[Problem]]:
    """As `read_instance`, of a text."""
    from taxlots.decisions.instance_checks import checked  # noqa: PLC0415  the checks need the types above

    raw = decoded(content, name, dict[str, Any])
    instance = decoded(content, name, Instance)
    if raw.get("schema") != SCHEMA:
        raise invalid(name, "$.schema", f'it is {raw.get("schema")!r}; "{SCHEMA}" is needed')
    checked(instance, name)
    return instance, _unused_keys(raw, instance, name)


def decoded(content: bytes, name: str, wanted: Any) -> Any:
    """The document as that type, numbers exactly as written. Raises TaxlotsError(INSTANCE_INVALID)."""
    try:
        return msgspec.json.decode(content, type=wanted, strict=True)
    except RecursionError:
        raise invalid(name, "", "it is nested too deeply for a document of this kind") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        text = content.decode("utf-8", "replace")
        found = NOT_JSON_NUMBERS.search(text)
        if found and not isinstance(error, msgspec.ValidationError):
            row = text.count("\n", 0, found.start()) + 1
            raise invalid(name, "", f"{found.group(0)} is no number (JSON has none such); every amount must be finite", row) from None
        message, _, place = str(error).partition(" - at `")
        raise invalid(name, place.strip("`"), message) from None


def invalid(name: str, place: str, message: str, row: int | None = None) -> TaxlotsError:
    """The error of a document: where it is in it, and what is wrong there."""
    return TaxlotsError(problem("INSTANCE_INVALID", f"{place}: {message}" if place else message, file=name, row=row))


def position_of(tax: FederalTax, name: str = "") -> TaxPosition:
    """The tax position. Raises TaxlotsError(INSTANCE_INVALID) for an unknown field or a wrong value."""
    known = set(TaxPosition.__dataclass_fields__)
    for key in tax.position:
        if key not in known:
            raise invalid(name, f"$.tax.position.{key}", f"unknown field; there are: {', '.join(sorted(known))}")
    if tax.position.get("year", tax.year) != tax.year:
        raise invalid(name, "$.tax.position.year", f"{tax.position['year']} contradicts $.tax.year {tax.year}")
    values = {key: _amount(value, key, name) for key, value in tax.position.items()}
    fields: dict[str, Any] = {"year": tax.year, "filing_status": ""} | values
    try:
        return TaxPosition(**fields)
    except TaxlotsError as error:
        raise invalid(name, "$.tax.position", error.problem.message) from None


def _amount(value: Any, key: str, name: str) -> Any:
    """A number or a text with one as a Decimal; other texts (status, state) as they are."""
    if isinstance(value, bool | list | dict):
        raise invalid(name, f"$.tax.position.{key}", f"{value!r} is no amount")
    if key in {"filing_status", "state", "year"} or value is None:
        return value
    try:
        return Decimal(str(value))
    except ArithmeticError:
        raise invalid(name, f"$.tax.position.{key}", f"{value!r} is no amount") from None


def _unused_keys(raw: dict[str, Any], instance: Instance, name: str) -> list[Problem]:
    """A remark per key that the contract does not know: it may be a misspelt constraint."""
    parts: list[tuple[str, Iterable[str], Sequence[str]]] = [
        ("$", raw, Instance.__struct_fields__),
        ("$.assets[...]", {key for entry in raw["assets"] for key in entry}, Asset.__struct_fields__),
        ("$.lots[...]", {key for entry in raw["lots"] for key in entry}, Lot.__struct_fields__),
        ("$.tax", raw["tax"], ("model", *type(instance.tax).__struct_fields__)),
    ]
    if raw.get("risk"):
        parts.append(("$.risk", raw["risk"], Risk.__struct_fields__))
    return [
        problem("INSTANCE_KEY_UNUSED", f"{place}.{key} is not known and was not used", file=name)
        for place, found, known in parts
        for key in sorted(set(found) - set(known))
    ]
