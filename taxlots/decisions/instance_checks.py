"""What a problem file must satisfy beyond its types: each rule names the place, the value and what would do."""

from collections.abc import Sequence
from decimal import Decimal

import numpy as np

from taxlots.decisions.instance import FederalTax, Instance, LinearTax, Risk, invalid, position_of
from taxlots.rulebook import Rulebook, load
from taxlots.tax import tax_due

ROUNDING = Decimal("0.000001")
MOST = Decimal(10) ** 15
MOST_VARIANCE = 1e9
SIGN_TOLERANCE = 1e-8
SHARE, AMOUNT = (Decimal(0), Decimal(1)), (Decimal(0), MOST)


def checked(instance: Instance, name: str, rulebook: Rulebook | None = None) -> None:
    """Nothing where the instance makes sense. Raises TaxlotsError: INSTANCE_INVALID, or RULE_MISSING for a year or state not covered."""
    _Checks(instance, name).all(rulebook or load())


class _Checks:
    def __init__(self, instance: Instance, name: str) -> None:
        self.instance, self.name = instance, name

    def all(self, rulebook: Rulebook) -> None:
        self.money()
        self.assets()
        self.lots()
        self.tax(rulebook)
        if self.instance.risk is not None:
            self.risk(self.instance.risk)
        self.together()

    def between(self, place: str, value: Decimal | None, limits: tuple[Decimal, Decimal]) -> None:
        low, high = limits
        if value is None:
            return
        if not value.is_finite():
            raise invalid(self.name, place, f"{value} is no finite number")
        if not low <= value <= high:
            what = "it can't be negative" if value < low == 0 else f"it must lie between {low:f} and {high:.0f}"
            raise invalid(self.name, place, f"{_short(value)}: {what}")

    def money(self) -> None:
        one = self.instance
        amounts = ("cash", "contribution", "withdrawal", "risk_aversion", "drift_penalty", "min_trade", "max_turnover")
        for key in (*amounts, "max_tracking_error"):
            self.between(f"$.{key}", getattr(one, key), AMOUNT)
        self.between("$.trading_cost_bps", one.trading_cost_bps, (Decimal(0), Decimal(9999)))

    def assets(self) -> None:
        assets = self.instance.assets
        if not assets:
            raise invalid(self.name, "$.assets", "there are no assets")
        self.distinct("$.assets", "asset", [a.asset for a in assets])
        for number, asset in enumerate(assets):
            place = f"$.assets[{number}]"
            self.between(f"{place}.price", asset.price, AMOUNT)
            if asset.price == 0:
                raise invalid(self.name, f"{place}.price", f"the price of {asset.asset} is 0: nothing of it can be traded; leave it out")
            self.between(f"{place}.target", asset.target, SHARE)
            self.between(f"{place}.band", asset.band, AMOUNT)
        total = sum((a.target for a in assets), Decimal(0))
        if total > 1 + ROUNDING:
            raise invalid(self.name, "$.assets", f"the targets add up to {total}, which is more than 1")

    def lots(self) -> None:
        lots = self.instance.lots
        self.distinct("$.lots", "lot_id", [lot.lot_id for lot in lots])
        known = {a.asset for a in self.instance.assets}
        for number, lot in enumerate(lots):
            place = f"$.lots[{number}]"
            if lot.asset not in known:
                raise invalid(self.name, f"{place}.asset", f"{lot.asset!r} is not among $.assets")
            self.between(f"{place}.quantity", lot.quantity, AMOUNT)
            self.between(f"{place}.basis", lot.basis, AMOUNT)
            if lot.quantity == 0:
                raise invalid(self.name, f"{place}.quantity", f"lot {lot.lot_id} has quantity 0; leave it out")

    def distinct(self, place: str, key: str, names: Sequence[str]) -> None:
        seen: set[str] = set()
        for number, name in enumerate(names):
            if name in seen:
                raise invalid(self.name, f"{place}[{number}].{key}", f"{name!r} is there twice")
            seen.add(name)

    def tax(self, rulebook: Rulebook) -> None:
        tax = self.instance.tax
        keys = tax.__struct_fields__ if isinstance(tax, LinearTax) else ("carryforward_value", "future_rate")
        for key in keys:
            self.between(f"$.tax.{key}", getattr(tax, key), SHARE)
        if isinstance(tax, FederalTax):
            tax_due(position_of(tax, self.name), rulebook)

    def risk(self, risk: Risk) -> None:
        count = len(self.instance.assets)
        if (risk.covariance is None) == (risk.factors is None):
            raise invalid(self.name, "$.risk", "give either covariance, or factors with specific_variance")
        if risk.covariance is not None:
            self.covariance(self.matrix("covariance", risk.covariance, count))
            return
        specific = risk.specific_variance
        if specific is None or len(specific) != count:
            found = 0 if specific is None else len(specific)
            raise invalid(self.name, "$.risk.specific_variance", f"{found} numbers for {count} assets")
        for number, value in enumerate(specific):
            if not 0 <= value <= MOST_VARIANCE:
                message = f"{value} is no variance: it must lie between 0 and {MOST_VARIANCE:,.0f}"
                raise invalid(self.name, f"$.risk.specific_variance[{number}]", message)
        self.matrix("factors", risk.factors or (), None)
        rows = len(risk.factors or ())
        if rows != count and any(len(row) != count for row in risk.factors or ()):
            raise invalid(self.name, "$.risk.factors", f"{rows} rows for {count} assets: a row of loadings per asset is needed")

    def matrix(self, key: str, rows: Sequence[Sequence[float]], size: int | None) -> np.ndarray:
        if size is not None and len(rows) != size:
            raise invalid(self.name, f"$.risk.{key}", f"{len(rows)} rows for {size} assets")
        for number, row in enumerate(rows):
            wanted = len(rows[0]) if size is None else size
            if len(row) != wanted:
                raise invalid(self.name, f"$.risk.{key}[{number}]", f"{len(row)} numbers where {wanted} are needed")
            if not all(abs(value) <= MOST_VARIANCE for value in row):
                message = f"it has a number that is not between -{MOST_VARIANCE:,.0f} and {MOST_VARIANCE:,.0f}"
                raise invalid(self.name, f"$.risk.{key}[{number}]", message)
        return np.array(rows, dtype=float)

    def covariance(self, matrix: np.ndarray) -> None:
        scale = float(np.abs(matrix).max(initial=0.0)) or 1.0
        uneven = np.abs(matrix - matrix.T)
        if uneven.max(initial=0.0) > SIGN_TOLERANCE * scale:
            row, column = (int(n) for n in np.unravel_index(int(uneven.argmax()), uneven.shape))
            raise invalid(self.name, f"$.risk.covariance[{row}][{column}]", "it differs from the number across the diagonal")
        try:
            np.linalg.cholesky(matrix + SIGN_TOLERANCE * scale * np.eye(len(matrix)))
        except np.linalg.LinAlgError:
            least = float(np.linalg.eigvalsh(matrix)[0])
            message = f"it is not positive semidefinite (least eigenvalue {least:.3g}): some mix of assets would have a negative variance"
            raise invalid(self.name, "$.risk.covariance", message) from None

    def together(self) -> None:
        one = self.instance
        if one.max_tracking_error is not None and one.risk is None:
            raise invalid(self.name, "$.max_tracking_error", "a tracking error needs $.risk")


def _short(value: Decimal) -> str:
    """A number in a message: not with hundreds of digits."""
    text = str(value)
    return text if len(text) <= 30 else f"{value:.3e}"
