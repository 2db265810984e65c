"""Many random histories in one ledger, each with assets of its own, so that booking all of them costs little more than booking one.

`histories(200)` are 200 lists of transactions: buys, sells, swaps, transfers, rewards and spends in any order, with fees in money or in the
asset given, of assets BTC0 and ETH0, BTC1 and ETH1 and so on. Pools of different assets never touch, so each could be booked alone.
"""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from random import Random

from taxlots.importers.records import Transaction

from strategies import ACCOUNTS, START

KINDS = ("buy", "buy", "buy", "sell", "swap", "transfer", "income:staking", "spend")


def histories(count=200, *, seed=1, crowded=False, kind=None):
    """So many histories; `crowded`: within a hundred days, else within two years; `kind`: the class of their assets."""
    random = Random(seed)
    found = [_history(random, number, crowded) for number in range(count)]
    return [[replace(t, asset_class=kind) for t in one] for one in found] if kind else found


def together(listed):
    """The rows of all histories, by time."""
    return sorted((t for one in listed for t in one), key=lambda t: (t.time, t.sources))


def number_of(transaction_id):
    """The number of the history that a transaction is of."""
    return int(transaction_id.partition("-")[0])


def _history(random, number, crowded):
    moments = random.sample(range(400 if crowded else 900), random.randint(1, 14))
    hours = 6 if crowded else 17
    return [_one(random, number, place, START + timedelta(hours=hours * when)) for place, when in enumerate(sorted(moments))]


def _one(random, number, place, when):
    kind, quantity, amount = (
        random.choice(KINDS),
        lambda: Decimal(random.randint(1, 400)) / 8,
        lambda: Decimal(random.randint(1, 10**5)) / 100,
    )
    first, second = random.sample([f"BTC{number}", f"ETH{number}"], 2)
    account, other = random.sample(ACCOUNTS, 2)
    came, went = {"received_quantity": quantity(), "received_asset": first}, {"sent_quantity": quantity(), "sent_asset": first}
    legs = {
        "buy": {"sent_quantity": amount(), "sent_asset": "USD"} | came,
        "sell": went | {"received_quantity": amount(), "received_asset": "USD"},
        "swap": went | {"received_quantity": quantity(), "received_asset": second, "value": amount()},
        "transfer": went | {"counter_account": other},
        "income:staking": came | {"value": amount()},
        "spend": went | {"value": amount()},
    }[kind]
    fee = random.choice(["none", "money", "own"]) if kind in {"sell", "swap", "transfer", "spend"} else "none"
    if fee == "money" and kind != "transfer":
        legs |= {"fee_quantity": Decimal("0.5"), "fee_asset": "USD", "fee_value": Decimal("0.5")}
    if fee == "own":
        legs |= {"fee_quantity": Decimal("0.125"), "fee_asset": first, "fee_value": Decimal("1.25")}
    row = number * 100 + place + 2
    return Transaction(time=when, account=account, kind=kind, id=f"{number}-{place}", sources=(("h.csv", row),), **legs)
