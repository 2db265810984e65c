"""The Kraken account of the sample person, with a running balance per asset and wallet."""

import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from sample_accounts import FLEXIBLE, KRAKEN_WITHDRAWAL_FEES, LETTERS, MAIN, SATOSHI, Account
from sample_prices import Market

FEE_RATE = Decimal("0.0026")
MILL = Decimal("0.0001")


@dataclass(frozen=True)
class KrakenRow:
    """One line of Kraken's ledger; no txid and no balance while it is pending."""

    txid: str
    refid: str
    time: datetime
    kind: str
    subtype: str
    asset: str
    wallet: str
    amount: Decimal
    fee: Decimal
    balance: Decimal | None


class Kraken(Account):
    name = "kraken"

    def __init__(self, market: Market, rng: random.Random) -> None:
        super().__init__(market, rng)
        self.rows: list[KrakenRow] = []

    def code(self, first: str) -> str:
        """An identifier in Kraken's style, 6-5-6."""
        letters = "".join(self.rng.choice(LETTERS) for _ in range(17 - len(first)))
        text = first + letters
        return f"{text[:6]}-{text[6:11]}-{text[11:]}"

    def book(self, line: KrakenRow) -> None:
        """Balance after = balance before + amount - fee."""
        balance = self.change(line.asset, line.amount - line.fee, line.time, line.wallet)
        self.rows.append(replace(line, txid=self.code("L"), balance=balance))

    def line(self, time: datetime, refid: str, kind: str, asset: str, amount: Decimal) -> KrakenRow:
        """A ledger line on the spot wallet, without subtype and fee."""
        return KrakenRow("", refid, time, kind, "", asset, MAIN, amount, Decimal(0), None)

    def cash(self, time: datetime, usd: str) -> None:
        """Dollars from the bank, or to it (with a fee) where negative."""
        amount = Decimal(usd)
        if amount > 0:
            self.book(self.line(time, self.code("Q"), "deposit", "USD", amount))
        else:
            paid = self.line(time, self.code("A"), "withdrawal", "USD", amount)
            self.book(replace(paid, fee=Decimal("4.00")))

    def trade(self, given: KrakenRow, received: KrakenRow) -> None:
        self.book(given)
        self.book(received)

    def buy(self, time: datetime, asset: str, usd: str, fee_leg: str = "usd") -> None:
        """Spends about `usd`, fee included; the fee is on the dollar leg unless `fee_leg` says `coin`."""
        cost = (Decimal(usd) / (1 + FEE_RATE)).quantize(MILL)
        quantity = (cost / self.market.trade_price(asset, time)).quantize(SATOSHI)
        refid = self.code("T")
        given = self.line(time, refid, "trade", "USD", -cost)
        received = self.line(time, refid, "trade", asset, quantity)
        if fee_leg == "coin":
            received = replace(received, fee=(quantity * FEE_RATE).quantize(SATOSHI))
        else:
            given = replace(given, fee=(cost * FEE_RATE).quantize(MILL))
        self.trade(given, received)

    def sell(self, time: datetime, asset: str, quantity_text: str) -> None:
        quantity = self.quantity_of(quantity_text, asset)
        proceeds = (quantity * self.market.trade_price(asset, time)).quantize(MILL)
        refid = self.code("T")
        received = self.line(time, refid, "trade", "USD", proceeds)
        self.trade(
            self.line(time, refid, "trade", asset, -quantity),
            replace(received, fee=(proceeds * FEE_RATE).quantize(MILL)),
        )

    def swap(self, time: datetime, asset: str, into: str, quantity_text: str) -> None:
        """Coin against coin, with the fee in the coin received."""
        quantity = self.quantity_of(quantity_text, asset)
        rate = self.market.trade_price(asset, time) / self.market.trade_price(into, time)
        bought = (quantity * rate).quantize(SATOSHI)
        refid = self.code("T")
        received = self.line(time, refid, "trade", into, bought)
        self.trade(
            self.line(time, refid, "trade", asset, -quantity),
            replace(received, fee=(bought * FEE_RATE).quantize(SATOSHI)),
        )

    def allocate(self, time: datetime, asset: str, quantity_text: str) -> None:
        """From the spot wallet into earning; negative: back again."""
        back = quantity_text.startswith("-")
        source, target = (FLEXIBLE, MAIN) if back else (MAIN, FLEXIBLE)
        quantity = self.quantity_of(quantity_text.removeprefix("-"), asset, source)
        moved = self.line(time, self.code("E"), "earn", asset, quantity)
        moved = replace(moved, subtype="deallocation" if back else "allocation")
        self.book(replace(moved, wallet=source, amount=-quantity))
        self.book(replace(moved, wallet=target))

    def earn(self, time: datetime, asset: str, yearly_percent: str, days: str) -> None:
        """A reward for some days on what is earning."""
        share = Decimal(yearly_percent) / 100 * int(days) / 365
        quantity = (self.held[asset, FLEXIBLE] * share).quantize(SATOSHI)
        if quantity:
            reward = self.line(time, self.code("S"), "earn", asset, quantity)
            self.book(replace(reward, subtype="reward", wallet=FLEXIBLE))

    def send(self, time: datetime, asset: str, quantity_text: str, to: str) -> Decimal:
        """The withdrawal fee comes on top of the quantity that arrives at `to`."""
        del to  # Kraken's ledger does not say where a withdrawal goes
        quantity = self.quantity_of(quantity_text, asset)
        left = self.line(time, self.code("A"), "withdrawal", asset, -quantity)
        self.book(replace(left, fee=Decimal(KRAKEN_WITHDRAWAL_FEES[asset])))
        return quantity

    def receive(self, time: datetime, asset: str, quantity: Decimal, sender: str) -> None:
        """A deposit; `sender` may ask for the pending line that Kraken sometimes leaves in its ledger."""
        arrived = self.line(time, self.code("Q"), "deposit", asset, quantity)
        if sender.endswith("pending"):
            self.rows.append(replace(arrived, time=time - timedelta(minutes=6, seconds=11)))
        self.book(arrived)
