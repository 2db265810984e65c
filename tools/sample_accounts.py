"""The three accounts of the sample person: what they hold and the rows that each would export."""

import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import ROUND_DOWN, Decimal

from sample_prices import Market

CENT = Decimal("0.01")
SATOSHI = Decimal("0.00000001")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
TOKENS = {"LINK", "ARB", "USDC"}  # sending these from the hardware wallet is paid in ETH
WALLET_FEES = {"BTC": "0.00009", "ETH": "0.00065", "SOL": "0.000005", "ADA": "0.17", "DOT": "0.016"}
GAS = Decimal("0.0009")
COINBASE_NETWORK_FEES = {"BTC": "0.00011", "ETH": "0.0007", "SOL": "0.00002", "ADA": "0.19", "USDC": "1.24"}
KRAKEN_WITHDRAWAL_FEES = {"BTC": "0.00015", "ETH": "0.0012", "SOL": "0.008", "ADA": "0.6", "LINK": "0.25"}
MAIN = "spot / main"
FLEXIBLE = "earn / flexible"


class Account:
    """Exact holdings that can never be negative."""

    name: str

    def __init__(self, market: Market, rng: random.Random) -> None:
        self.market = market
        self.rng = rng
        self.held: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)

    def change(self, asset: str, quantity: Decimal, time: datetime, place: str = MAIN) -> Decimal:
        """Adds `quantity` (negative: takes away) and returns what is held then."""
        left = self.held[asset, place] + quantity
        if left < 0:
            raise ValueError(f"{self.name} holds {self.held[asset, place]} {asset} at {time}, cannot give {-quantity}")
        self.held[asset, place] = left
        return left

    def quantity_of(self, text: str, asset: str, place: str = MAIN) -> Decimal:
        """The quantity that a plan names: a number, or a share of what is held such as `30%`."""
        if not text.endswith("%"):
            return Decimal(text)
        if text == "100%":
            return self.held[asset, place]
        share = self.held[asset, place] * Decimal(text[:-1]) / 100
        return share.quantize(Decimal("0.000001"), rounding=ROUND_DOWN)


@dataclass(frozen=True)
class CoinbaseEvent:
    """One thing that happened on Coinbase; `quantity` is negative where the asset leaves."""

    time: datetime
    kind: str
    asset: str
    quantity: Decimal
    price: Decimal
    subtotal: Decimal
    fee: Decimal = Decimal("0.00")
    note: str = ""
    address: str = ""
    received: "CoinbaseEvent | None" = field(default=None)  # the other leg of a Convert

    @property
    def total(self) -> Decimal:
        """What was paid (with the fee) or what is left of the proceeds (without it)."""
        return self.subtotal - self.fee if self.quantity < 0 else self.subtotal + self.fee


class Coinbase(Account):
    name = "coinbase"

    def __init__(self, market: Market, rng: random.Random) -> None:
        super().__init__(market, rng)
        self.events: list[CoinbaseEvent] = []

    def book(self, event: CoinbaseEvent) -> None:
        self.change(event.asset, event.quantity, event.time)
        self.events.append(event)

    def cash(self, time: datetime, usd: str) -> None:
        """Dollars from the bank, or to it where negative."""
        kind = "Withdrawal" if usd.startswith("-") else "Deposit"
        amount = Decimal(usd).quantize(CENT)
        self.book(CoinbaseEvent(time, kind, "USD", amount, Decimal("1.00"), abs(amount)))

    def buy(self, time: datetime, asset: str, usd: str) -> None:
        """Spends `usd` in all, fee included."""
        total = Decimal(usd).quantize(CENT)
        fee = simple_fee(total) if asset != "USDC" else Decimal("0.00")
        price = self.market.trade_price(asset, time)
        quantity = ((total - fee) / price).quantize(SATOSHI)
        self.change("USD", -total, time)
        self.book(CoinbaseEvent(time, "Buy", asset, quantity, price, total - fee, fee))

    def sell(self, time: datetime, asset: str, quantity_text: str) -> None:
        quantity = self.quantity_of(quantity_text, asset)
        price = self.market.trade_price(asset, time)
        subtotal = (quantity * price).quantize(CENT)
        event = CoinbaseEvent(time, "Sell", asset, -quantity, price, subtotal, simple_fee(subtotal))
        self.book(event)
        self.change("USD", event.total, time)

    def advanced(self, time: datetime, asset: str, quantity_text: str, quote: str) -> None:
        """An Advanced Trade at a whole price, so that quantity x price is exact to the cent."""
        quantity = Decimal(quantity_text)
        price = self.market.trade_price(asset, time).quantize(Decimal(1))
        subtotal = (abs(quantity) * price).quantize(CENT)
        fee = (subtotal * Decimal("0.006")).quantize(CENT)
        side, verb = ("Sell", "Sold") if quantity < 0 else ("Buy", "Bought")
        total = subtotal + fee if quantity > 0 else subtotal - fee
        note = f"{verb} {abs(quantity)} {asset} for {total} {quote} on {asset}-{quote} at {price} {quote}/{asset}"
        self.change(quote, -total if quantity > 0 else total, time)
        self.book(CoinbaseEvent(time, f"Advanced Trade {side}", asset, quantity, price, subtotal, fee, note))

    def convert(self, time: datetime, asset: str, into: str, quantity_text: str, lag: str) -> None:
        """Swaps at a rate that hides half a percent of spread; the second row follows `lag` seconds later."""
        quantity = self.quantity_of(quantity_text, asset)
        price = self.market.trade_price(asset, time)
        subtotal = (quantity * price).quantize(CENT)
        rate = (self.market.trade_price(into, time) * Decimal("1.005")).quantize(Decimal("0.0001"))
        bought = (subtotal / rate).quantize(SATOSHI)
        note = f"Converted {plain(quantity)} {asset} to {plain(bought)} {into}"
        second = time + timedelta(seconds=int(lag))
        received = CoinbaseEvent(second, "Convert", into, bought, rate, subtotal, note=note)
        self.book(CoinbaseEvent(time, "Convert", asset, -quantity, price, subtotal, note=note, received=received))
        self.change(into, bought, second)

    def reward(self, time: datetime, kind: str, asset: str, yearly_percent: str, days: str) -> None:
        """Interest for some days on what is held."""
        share = Decimal(yearly_percent) / 100 * int(days) / 365
        place = Decimal("0.000001") if asset == "USDC" else SATOSHI
        quantity = (self.held[asset, MAIN] * share).quantize(place)
        price = self.market.trade_price(asset, time)
        value = (quantity * price).quantize(CENT)
        if value:
            self.book(CoinbaseEvent(time, f"{kind} Income", asset, quantity, price, value))

    def learn(self, time: datetime, asset: str, usd: str) -> None:
        value = Decimal(usd).quantize(CENT)
        price = self.market.trade_price(asset, time)
        self.book(CoinbaseEvent(time, "Learning Reward", asset, (value / price).quantize(SATOSHI), price, value))

    def send(self, time: datetime, asset: str, quantity_text: str, to: str) -> Decimal:
        """The network fee is inside the quantity sent; returns what arrives."""
        quantity = self.quantity_of(quantity_text, asset)
        price = self.market.trade_price(asset, time)
        value = (quantity * price).quantize(CENT)
        self.book(CoinbaseEvent(time, "Send", asset, -quantity, price, value, address=address(to, asset)))
        return quantity - Decimal(COINBASE_NETWORK_FEES[asset])

    def receive(self, time: datetime, asset: str, quantity: Decimal, sender: str) -> None:
        price = self.market.trade_price(asset, time)
        value = (quantity * price).quantize(CENT)
        self.book(CoinbaseEvent(time, "Receive", asset, quantity, price, value, address=address(sender, asset)))


def simple_fee(amount: Decimal) -> Decimal:
    """Coinbase's flat fee for small orders, 1.49 % above."""
    return Decimal("2.99") if amount <= Decimal(200) else (amount * Decimal("0.0149")).quantize(CENT)


def plain(quantity: Decimal) -> str:
    """With thousands commas and without trailing zeros, as in Coinbase's Notes."""
    text = f"{quantity:,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def address(owner: str, asset: str) -> str:
    """An address that nobody can mistake for a real one."""
    return f"sample-{asset.lower()}-address-of-{owner}"


class HardwareWallet(Account):
    name = "ledger"

    def __init__(self, market: Market, rng: random.Random) -> None:
        super().__init__(market, rng)
        self.rows: list[dict[str, str]] = []

    def book(self, time: datetime, kind: str, note: str, cells: dict[str, str]) -> None:
        stamp = time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        row = {"time": stamp, "account": self.name, "kind": kind, "id": f"hw-{len(self.rows) + 1:04d}", "note": note}
        self.rows.append(row | cells)

    def receive(self, time: datetime, asset: str, quantity: Decimal, sender: str) -> None:
        self.change(asset, quantity, time)
        note = f"from {sender}" if sender else ""
        cells = {"received_quantity": f"{quantity:f}", "received_asset": asset, "txid": self.txid()}
        self.book(time, "deposit", note, cells)

    def appear(self, time: datetime, asset: str, quantity: str) -> None:
        """The missing purchase: a deposit that nothing in the exports explains."""
        self.receive(time, asset, Decimal(quantity), "")

    def send(self, time: datetime, asset: str, quantity_text: str, to: str) -> Decimal:
        quantity = self.quantity_of(quantity_text, asset)
        self.book(time, "withdrawal", f"to {to}", self.leave(time, asset, quantity))
        return quantity

    def spend(self, time: datetime, asset: str, quantity_text: str, usd: str, what: str) -> None:
        cells = self.leave(time, asset, Decimal(quantity_text))
        valued = {} if usd == "-" else {"value": usd, "value_currency": "USD"}
        self.book(time, "spend", what.replace("-", " "), cells | valued)

    def airdrop(self, time: datetime, asset: str, quantity_text: str) -> None:
        quantity = Decimal(quantity_text)
        self.change(asset, quantity, time)
        value = (quantity * self.market.closes[asset][time.date()]).quantize(CENT)
        cells = {"received_quantity": quantity_text, "received_asset": asset, "txid": self.txid()}
        self.book(time, "income:airdrop", "airdrop", cells | {"value": str(value), "value_currency": "USD"})

    def leave(self, time: datetime, asset: str, quantity: Decimal) -> dict[str, str]:
        """The cells of what leaves and of its network fee, which comes on top."""
        fee, fee_asset = (GAS, "ETH") if asset in TOKENS else (Decimal(WALLET_FEES[asset]), asset)
        self.change(asset, -quantity, time)
        self.change(fee_asset, -fee, time)
        cells = {"sent_quantity": f"{quantity:f}", "sent_asset": asset, "txid": self.txid()}
        return cells | {"fee_quantity": f"{fee:f}", "fee_asset": fee_asset}

    def txid(self) -> str:
        return f"{self.rng.getrandbits(256):064x}"
