"""A row of Kraken's ledger, whatever the era of its header, with the asset under its usual name."""

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from taxlots.importers.numbers import number, required
from taxlots.importers.records import Row, RowError
from taxlots.importers.times import time

# Only these codes carry the X (crypto) or Z (fiat) of Kraken's first years; XTZ and ZRX are real tickers.
_LEGACY = {
    **{f"X{code}": code for code in ("ETH", "LTC", "XRP", "XLM", "XMR", "ZEC", "ETC", "REP", "MLN", "ICN", "NMC", "DAO")},
    **{f"Z{code}": code for code in ("USD", "EUR", "GBP", "CAD", "JPY", "AUD", "CHF", "KRW")},
    "XXBT": "BTC",
    "XBT": "BTC",
    "XXDG": "DOGE",
    "XDG": "DOGE",
    "XXVN": "XVN",
    "ETH2": "ETH",
}
# The same asset in another wallet: staked, in a margin or card hold, bonded for so many days.
_WALLET_SUFFIX = re.compile(r"(?P<name>.+?)(?:03|04|05|06|07|10|14|21|28|30|60|90)?\.(?:S|M|P|F|B|T|HOLD)")
DEFAULT_WALLET = "spot / main"


@dataclass(frozen=True, slots=True)
class Entry:
    """One row with its cells read. `amount` keeps its sign; `fee` comes on top of it: change = amount - fee."""

    row: Row
    time: datetime
    type: str
    subtype: str
    raw_asset: str
    amount: Decimal
    fee: Decimal
    fee_asset: str
    balance: Decimal | None
    usd: Decimal | None
    fee_usd: Decimal | None

    @property
    def txid(self) -> str:
        """The row's own id; empty while it is pending."""
        return self.row.text("txid")

    @property
    def refid(self) -> str:
        """What the rows of one trade share; empty where the export has none or writes the word Unknown."""
        refid = self.row.text("refid")
        return "" if refid.lower() == "unknown" else refid

    @property
    def asset(self) -> str:
        """The asset under its usual name."""
        return asset_name(self.raw_asset)

    @property
    def change(self) -> Decimal:
        """What the row does to its asset's balance."""
        return self.amount - self.fee if self.fee_asset == self.asset else self.amount

    @property
    def chain(self) -> tuple[str, str]:
        """What one running balance belongs to: asset with its wallet suffix, and wallet."""
        return chain_asset(self.raw_asset), self.row.text("wallet") or DEFAULT_WALLET

    @property
    def kind(self) -> str:
        """Type and subtype, as problems name them."""
        return f"{self.type} / {self.subtype}" if self.subtype else self.type


def asset_name(text: str) -> str:
    """`XXBT` and `XBT.M` are BTC, `ZEUR` and `EUR.HOLD` EUR, `SOL03.S` SOL, `ETH2.S` ETH; `XTZ` stays."""
    name = text.strip().upper()
    suffixed = _WALLET_SUFFIX.fullmatch(name)
    base = suffixed["name"] if suffixed else name
    return _LEGACY.get(base, base)


def chain_asset(raw: str) -> str:
    """The asset of a running balance: `XXBT.M` is BTC.M, another balance than that of BTC."""
    head, dot, suffix = raw.partition(".")
    return _LEGACY.get(head, head) + dot + suffix


def entry(row: Row) -> Entry:
    """Read a row's cells; times are UTC. Raises RowError."""
    if not row.text("asset"):
        raise RowError("ROW_INVALID", "column 'asset' is empty")
    raw = row.text("asset").upper()
    usd, fee_usd = number(row, "amountusd"), number(row, "feeusd")
    return Entry(
        row=row,
        time=time(row, "time")[0],
        type=row.text("type").lower(),
        subtype=row.text("subtype").lower(),
        raw_asset=raw,
        amount=required(row, "amount"),
        fee=number(row, "fee") or Decimal(0),
        fee_asset=asset_name(row.text("feecurrency") or raw),
        balance=number(row, "balance"),
        usd=abs(usd) if usd else None,
        fee_usd=abs(fee_usd) if fee_usd else None,
    )
